#include "views.h"

#include "table.h"

/* "signed by ben until 2027-05-20, demo; alert" */
static void approval_words(const json_t *ruleset, struct screen *to)
{
	const char *alert = field_str(ruleset, "alert", "");
	struct buf said = { 0 };

	if (field_true(ruleset, "signed")) {
		buf_adds(&said, "signed by ");
		text_clean(&said, field_str(ruleset, "approver", "-"));
		buf_addf(&said, " until %.10s", field_str(ruleset, "expires", "-"));
	} else {
		buf_adds(&said, "not signed");
	}
	if (field_true(ruleset, "demo"))
		buf_adds(&said, ", demo");
	screen_styled(to, field_true(ruleset, "signed") ? STYLE_GOOD : STYLE_WARN, buf_str(&said));
	buf_clear(&said);
	text_clean(&said, alert);
	if (*alert) {
		buf_adds(&to->out, "  ");
		screen_styled(to, STYLE_BAD, buf_str(&said));
	}
	buf_free(&said);
}

void view_ruleset(const json_t *ruleset, struct screen *to)
{
	struct buf digest = { 0 };

	buf_addf(&to->out, "%-*s", LABEL + 1, "ruleset");
	text_clean(&to->out, field_str(ruleset, "id", "-"));
	buf_adds(&to->out, " ");
	text_clean(&to->out, field_str(ruleset, "version", "-"));
	text_clean(&digest, field_str(ruleset, "digest", "-"));
	buf_addf(&to->out, " %.12s ", buf_str(&digest)); /* enough to tell two apart */
	buf_free(&digest);
	approval_words(ruleset, to);
	buf_adds(&to->out, "\n");
}

/* What the shadow has counted, and the contacts it would have rated otherwise. */
static void shadow(const json_t *seen, struct screen *to)
{
	static const char *const titles[] = { "CONTACT", "NOW", "STAGED", "AT", NULL };
	const json_t *d;
	struct table t;
	size_t i;

	buf_addf(&to->out,
		"%-*s%.0f triages: %.0f the same, %.0f raised, %.0f dropped, %.0f skipped\n",
		LABEL + 1, "shadow", field_number(seen, "triages"), field_number(seen, "same"),
		field_number(seen, "raised"), field_number(seen, "dropped"),
		field_number(seen, "skipped"));
	json_array_foreach(json_object_get(seen, "pairs"), i, d) buf_addf(&to->out,
		"%-*s%s -> %s: %.0f\n", LABEL + 1, "", field_str(d, "active", "-"),
		field_str(d, "staged", "-"), field_number(d, "triages"));
	if (json_array_size(json_object_get(seen, "recent")) == 0)
		return;
	table_init(&t, titles);
	json_array_foreach(json_object_get(seen, "recent"), i, d)
	{
		const char *now = field_str(d, "active", ""), *then = field_str(d, "staged", "");

		table_text(&t, STYLE_PLAIN, field_str(d, "contact", ""));
		table_text(&t, level_style(now), now);
		table_text(&t, level_style(then), then);
		table_text(&t, STYLE_PLAIN, field_str(d, "at", ""));
	}
	table_write(&t, to, 0);
}

static void staged(const json_t *set, struct screen *to)
{
	if (!json_is_object(set))
		return;
	buf_adds(&to->out, "\n");
	screen_styled(to, STYLE_BOLD, "Staged");
	buf_adds(&to->out, "\n");
	view_ruleset(set, to);
	view_field(to, "digest", json_object_get(set, "digest"));
	view_field(to, "staged_by", json_object_get(set, "staged_by"));
	shadow(json_object_get(set, "shadow"), to);
}

void view_staging(const json_t *answer, struct screen *to)
{
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(answer, "errors"), i, v)
	{
		screen_styled(to, STYLE_BAD, "error");
		buf_adds(&to->out, "  ");
		text_clean(&to->out, json_string_value(v) ? json_string_value(v) : "?");
		buf_adds(&to->out, "\n");
	}
	if (!field_true(answer, "staged")) {
		buf_adds(&to->out, "nothing was staged\n");
		return;
	}
	view_ruleset(answer, to);
	view_field(to, "digest", json_object_get(answer, "digest"));
}

void view_activated(const json_t *answer, struct screen *to)
{
	view_ruleset(answer, to);
	view_field(to, "digest", json_object_get(answer, "digest"));
	view_field(to, "origin", json_object_get(answer, "origin"));
}

void view_rules(const json_t *rules, struct screen *to)
{
	static const char *const titles[] = { "RULE", "LEVEL", "DOMAIN", "SAYS", NULL };
	const json_t *r;
	struct table t;
	size_t i;

	view_ruleset(rules, to);
	view_field(to, "digest", json_object_get(rules, "digest"));
	view_field(to, "author", json_object_get(rules, "author"));
	view_field(to, "signed_at", json_object_get(rules, "signed_at"));
	view_field(to, "reasons", json_object_get(rules, "reasons"));
	view_field(to, "unsigned_because", json_object_get(rules, "unsigned_because"));
	view_field(to, "phrases", json_object_get(rules, "lexicon_entries"));
	view_field(to, "origin", json_object_get(rules, "origin"));
	view_field(to, "activated_by", json_object_get(rules, "activated_by"));
	view_field(to, "activated_at", json_object_get(rules, "activated_at"));
	view_field(to, "previous", json_object_get(rules, "previous"));
	view_field(to, "rolled_back", json_object_get(rules, "rolled_back"));
	staged(json_object_get(rules, "staged"), to);
	buf_adds(&to->out, "\n");
	table_init(&t, titles);
	json_array_foreach(json_object_get(rules, "rules"), i, r)
	{
		const char *level = field_str(r, "level", "");

		table_text(&t, STYLE_PLAIN, field_str(r, "id", ""));
		table_text(&t, level_style(level), level);
		table_text(&t, STYLE_PLAIN, field_str(r, "domain", ""));
		table_text(&t, STYLE_PLAIN, field_str(r, "explain", ""));
	}
	table_write(&t, to, 0);
}
