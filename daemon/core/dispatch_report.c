/* The report that an agency reads with a token, and the record of used tokens. */
#include <stdio.h>
#include <string.h>

#include "dispatch_ask.h"
#include "state.h"

#define TOKENS_KEPT 16

/* When the token first read; 0: never. */
static int64_t first_use(const struct dispatch *d, const char *token)
{
	size_t n = strlen(token);
	for (const char *at = text_of(d->tokens); *at;) {
		size_t len = strcspn(at, " ");
		int64_t ms;
		if (len > n + 1 && strncmp(at, token, n) == 0 && at[n] == ':' &&
			slice_int((struct slice){ at + n + 1, len - n - 1 }, &ms) == 0)
			return ms;
		at += len + (at[len] == ' ');
	}
	return 0;
}

static void keep(struct dispatch *d, const char *token, int64_t now_ms)
{
	struct buf b = { 0 };
	const char *before = text_of(d->tokens);
	int count = 0;
	for (const char *p = before; *p; p++)
		count += *p == ' ';
	if (*before && ++count >= TOKENS_KEPT)
		before = strchr(before, ' ') + 1; /* the oldest; it has expired long ago */
	buf_addf(&b, "%s%s%s:%lld", before, *before ? " " : "", token, (long long)now_ms);
	text_set(&d->tokens, b.data);
	buf_free(&b);
}

bool dispatch_use_token(struct core *core, struct dispatch *d, const char *token)
{
	int64_t first = first_use(d, token);
	if (!first)
		keep(d, token, core->now_ms);
	return !first || core->now_ms - first <= core->options.token_repeat_ms;
}

void dispatch_put_report(
	const struct core *core, struct dispatch *d, const char *target, struct buf *b)
{
	const char *agency = strchr(target, ':');
	const struct dispatch_send *s = agency ? dispatch_find_send(d, agency + 1) : NULL;
	const struct contact *c = map_get(&core->contacts, text_of(d->contact));
	record_puts(b, "requested_by", d->requested_by);
	record_puti(b, "requested_ms", d->requested_ms);
	record_puti(b, "located_ms", d->spot.located_ms);
	record_puti(b, "first_version", s ? s->first : 0);
	if (!c)
		return;
	record_puti(b, "level", c->level + 1);
	record_puts(b, "channel", c->channel);
	record_puts(b, "lang", c->lang);
	record_puts(b, "caller_role", c->caller_role);
	record_puti(b, "age", c->age);
	record_puti(b, "opened_ms", c->arrived_ms);
}
