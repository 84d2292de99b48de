#include "rules_set.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "triaged/base/clock.h"
#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"

#define DAY_MS    ((int64_t)24 * 3600 * 1000)
#define WARN_DAYS 30

struct rules_set *rules_set_none(struct slice why)
{
	struct rules_set *set = mem_zalloc(sizeof *set);
	set->rules = ruleset_none();
	err_set(&set->why, "%.*s", (int)why.len, why.data);
	return set;
}

bool rules_set_is_none(const struct rules_set *set)
{
	return ruleset_count(set->rules).rules == 0;
}

void rules_set_free(struct rules_set **set)
{
	if (*set) {
		ruleset_unref(&(*set)->rules);
		signature_free(&(*set)->signature);
		free(*set);
	}
	*set = NULL;
}

int rules_set_sign(struct rules_set *set, struct slice text, const struct signature_key *keys,
	size_t n_keys, struct err *e)
{
	struct signature s;
	const struct ruleset *r = set->rules;
	if (signature_read(text.data, text.len, keys, n_keys, &s, e) < 0)
		return -1;
	if (signature_covers(&s, ruleset_id(r), ruleset_version(r), ruleset_digest(r), e) < 0) {
		signature_free(&s);
		return -1;
	}
	signature_free(&set->signature);
	set->signature = s;
	set->is_signed = true;
	return 0;
}

void rules_set_unsign(struct rules_set *set)
{
	signature_free(&set->signature);
	set->is_signed = false;
}

int rules_set_days_left(const struct rules_set *set, int64_t now_ms)
{
	int64_t left = set->signature.expires_ms - now_ms;
	if (!set->is_signed)
		return INT_MAX;
	return left > 0 ? (int)(left / DAY_MS) : -1;
}

const char *rules_set_alert(const struct rules_set *set, int64_t now_ms, char out[80])
{
	int days = rules_set_days_left(set, now_ms);
	if (rules_set_is_none(set))
		return "no valid rules: contacts are not assessed, and moderate at least";
	if (days >= WARN_DAYS)
		return "";
	if (days < 0)
		return "the approval has expired: these rules need a new one";
	snprintf(out, 80, "the approval expires in %d day%s", days, days == 1 ? "" : "s");
	return days ? out : "the approval expires in less than a day";
}

static const char *const origins[] = { "configured", "staged", "activated" };

/* A member of the approval: null when there is none. */
static void text_or_null(struct buf *out, const char *name, const char *v, bool there)
{
	jtext_name(out, name);
	if (there)
		jtext_str(out, v);
	else
		jtext_null(out);
}

void rules_set_show(const struct rules_set *set, bool demo, int64_t now_ms, struct buf *out)
{
	const struct signature *s = &set->signature;
	char at[TIME_TEXT_SIZE], alert[80];
	jtext_put_str(out, "id", ruleset_id(set->rules));
	jtext_put_str(out, "version", ruleset_version(set->rules));
	jtext_put_str(out, "digest", ruleset_digest(set->rules));
	jtext_put_bool(out, "signed", set->is_signed);
	text_or_null(out, "author", s->author, set->is_signed);
	text_or_null(out, "approver", s->approver, set->is_signed);
	text_or_null(out, "signed_at", time_text(s->signed_ms, at), set->is_signed);
	text_or_null(out, "expires", time_text(s->expires_ms, at), set->is_signed);
	jtext_name(out, "reasons");
	jtext_open(out, '[');
	for (size_t i = 0; i < s->n_reasons; i++)
		jtext_str(out, s->reasons[i]);
	jtext_close(out, ']');
	text_or_null(out, "unsigned_because", set->why.text, !set->is_signed);
	jtext_put_bool(out, "demo", demo);
	jtext_put_str(out, "origin", origins[set->origin]);
	jtext_put_str(out, "alert", rules_set_alert(set, now_ms, alert));
}

void rules_set_describe(const struct rules_set *set, int64_t now_ms, struct buf *out)
{
	const struct signature *s = &set->signature;
	char at[TIME_TEXT_SIZE];
	buf_addf(out, "%s: %s %s %.12s, ", origins[set->origin], ruleset_id(set->rules),
		ruleset_version(set->rules), ruleset_digest(set->rules));
	if (set->is_signed)
		buf_addf(out, "signed by %s (author %s) until %.10s%s", s->approver, s->author,
			time_text(s->expires_ms, at),
			s->expires_ms > now_ms ? ""
					       : ", which is past: they run until they change");
	else
		buf_addf(out, "not signed: %s", set->why.text);
}
