#include "rules_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/app/replay.h"
#include "table.h"
#include "triaged/base/json.h"
#include "triaged/base/json_text.h"
#include "triaged/base/map.h"
#include "triaged/base/mem.h"
#include "waits.h"

#define DEPTH_MAX 8

struct tally {                    /* of a rule, a language or a reason to set aside */
	const char *name;         /* the map's key */
	uint64_t n;               /* contacts; phrases set aside */
	uint64_t heard;           /* contacts that a person took */
	uint64_t lowered, raised; /* contacts of them whose level a person changed */
	uint64_t unscored;
};

struct contact {
	int64_t arrived_ms;
	enum level level; /* in force */
	bool heard, lowered, raised, unscored;
	char *lang;
	struct tally **rules; /* each once */
	size_t n_rules;
};

struct report {
	struct map contacts, rules, langs, aside;
	uint64_t raised, lowered;        /* times */
	struct waits waits[LEVEL_COUNT]; /* until a person took it, by the level it had then */
	uint64_t arrived[LEVEL_COUNT];
	const struct history *h;
	/* the entry at hand */
	int64_t at_ms;
	bool by_person;
	struct buf bytes;
};

static struct tally *tally_of(struct map *m, const char *name)
{
	struct tally *t = map_get(m, name);
	if (t)
		return t;
	t = mem_zalloc(sizeof *t);
	t->name = mem_strdup(name);
	map_put(m, name, t);
	return t;
}

/* ---- commands ---- */

static void add_rule(struct report *r, struct contact *c, const char *id)
{
	struct tally *t = tally_of(&r->rules, id);
	for (size_t i = 0; i < c->n_rules; i++)
		if (c->rules[i] == t)
			return;
	c->rules = mem_resize(c->rules, c->n_rules + 1, sizeof(struct tally *));
	c->rules[c->n_rules++] = t;
}

static void add_findings(struct report *r, struct contact *c, const struct command *command)
{
	json_t *reasons = json_parse(command->reasons.data, command->reasons.len, DEPTH_MAX, NULL);
	json_t *explain = json_parse(command->explain.data, command->explain.len, DEPTH_MAX, NULL);
	const json_t *one;
	size_t i;
	json_array_foreach(reasons, i, one)
	{
		const char *rule = json_string_value(json_object_get(one, "rule"));
		if (rule)
			add_rule(r, c, rule);
	}
	json_array_foreach(json_object_get(explain, "suppressed"), i, one)
	{
		const char *by = json_string_value(json_object_get(one, "by"));
		if (by)
			tally_of(&r->aside, by)->n++;
	}
	json_decref(reasons);
	json_decref(explain);
	c->unscored |= command->unscored || command->level <= 0;
}

static struct contact *take_contact(struct report *r, const struct command *command)
{
	struct contact *c = map_get(&r->contacts, command->contact);
	if (c || command->command != COMMAND_CONTACT_OPEN || r->at_ms < r->h->from_ms)
		return c;
	c = mem_zalloc(sizeof *c);
	c->arrived_ms = r->at_ms;
	c->lang = mem_strdup(*command->lang ? command->lang : "unknown");
	map_put(&r->contacts, command->contact, c);
	return c;
}

static bool is_triaged(const struct command *c)
{
	return c->command == COMMAND_CONTACT_OPEN || c->level > 0;
}

/* ---- decisions ---- */

static void on_level(struct report *r, struct contact *c, const char *word)
{
	enum level level;
	if (level_parse(word, strlen(word), &level) != 0)
		return;
	if (r->by_person && level < c->level) {
		r->lowered++;
		c->lowered = true;
	} else if (r->by_person && level > c->level) {
		r->raised++;
		c->raised = true;
	}
	c->level = level;
}

static void on_decision(void *arg, const char *name, char *const words[5])
{
	struct report *r = arg;
	bool accepted = strcmp(name, "accepted") == 0, opened = strcmp(name, "opened") == 0;
	if (!words[0] || !words[1])
		return;
	struct contact *c = map_get(&r->contacts, accepted ? words[1] : words[0]);
	if (!c)
		return;
	if (strcmp(name, "level") == 0)
		on_level(r, c, words[1]);
	else if (opened)
		r->arrived[c->level]++;
	if (!accepted || c->heard)
		return;
	c->heard = true;
	waits_add(&r->waits[c->level], r->at_ms - c->arrived_ms);
}

static int take_entry(struct report *r, const struct ledger_entry *entry, struct err *e)
{
	struct command command;
	if (mark_is(entry->command))
		return 0;
	buf_clear(&r->bytes);
	buf_add(&r->bytes, entry->command.data, entry->command.len);
	if (command_decode(r->bytes.data, r->bytes.len, &command, e) != 0)
		return err_wrap(e, "entry %s", entry->id);
	r->at_ms = entry->at_ms;
	r->by_person = command.command == COMMAND_CONTACT_LEVEL;
	struct contact *c = take_contact(r, &command);
	if (c && is_triaged(&command))
		add_findings(r, c, &command);
	replay_decisions(entry->decisions, on_decision, r);
	return 0;
}

/* ---- sums ---- */

static void add_contact(struct report *r, const struct contact *c)
{
	struct tally *lang = tally_of(&r->langs, c->lang);
	lang->n++;
	lang->unscored += c->unscored;
	for (size_t i = 0; i < c->n_rules; i++) {
		struct tally *t = c->rules[i];
		t->n++;
		t->heard += c->heard;
		t->lowered += c->heard && c->lowered;
		t->raised += c->heard && c->raised;
	}
}

static void sum_up(struct report *r)
{
	const struct contact *c;
	for (size_t i = 0; (c = map_walk(&r->contacts, &i, NULL));)
		add_contact(r, c);
	for (int i = 0; i < LEVEL_COUNT; i++)
		waits_sort(&r->waits[i]);
}

static int compare_tallies(const void *a, const void *b)
{
	const struct tally *x = *(struct tally *const *)a, *y = *(struct tally *const *)b;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The most frequent first; for free(). */
static struct tally **sorted(const struct map *m)
{
	struct tally **all = mem_resize(NULL, m->count + 1, sizeof(struct tally *)), *t;
	size_t n = 0;
	for (size_t i = 0; (t = map_walk(m, &i, NULL));)
		all[n++] = t;
	if (n)
		qsort(all, n, sizeof(struct tally *), compare_tallies);
	return all;
}

/* Of the contacts a person took, those whose level they did not lower. */
static double precision(const struct tally *t)
{
	return t->heard ? (double)(t->heard - t->lowered) / (double)t->heard : NAN;
}

/* ---- shown ---- */

static void put_ratio(struct buf *out, const char *name, double v)
{
	jtext_name(out, name);
	if (isnan(v))
		jtext_null(out);
	else
		buf_addf(out, "%.4f", v);
}

static void rule_json(const struct tally *t, struct buf *out)
{
	jtext_put_count(out, "contacts", t->n);
	jtext_put_count(out, "heard", t->heard);
	jtext_put_count(out, "lowered", t->lowered);
	jtext_put_count(out, "raised", t->raised);
	put_ratio(out, "precision", precision(t));
}

static void lang_json(const struct tally *t, struct buf *out)
{
	jtext_put_count(out, "contacts", t->n);
	jtext_put_count(out, "unscored", t->unscored);
	put_ratio(out, "share", (double)t->unscored / (double)t->n);
}

static void aside_json(const struct tally *t, struct buf *out)
{
	jtext_put_count(out, "phrases", t->n);
}

static void put_tallies(struct buf *out, const char *name, const struct map *m, const char *key,
	void (*each)(const struct tally *t, struct buf *out))
{
	struct tally **all = sorted(m);
	jtext_name(out, name);
	jtext_open(out, '[');
	for (size_t i = 0; i < m->count; i++) {
		jtext_open(out, '{');
		jtext_put_str(out, key, all[i]->name);
		each(all[i], out);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
	free(all);
}

static void show_json(const struct report *r, struct buf *out)
{
	jtext_open(out, '{');
	jtext_put_count(out, "contacts", r->contacts.count);
	jtext_put_count(out, "raised", r->raised);
	jtext_put_count(out, "lowered", r->lowered);
	put_tallies(out, "rules", &r->rules, "rule", rule_json);
	put_tallies(out, "languages", &r->langs, "lang", lang_json);
	put_tallies(out, "set_aside", &r->aside, "by", aside_json);
	jtext_name(out, "levels");
	jtext_open(out, '[');
	for (int i = LEVEL_COUNT - 1; i >= 0; i--) {
		jtext_open(out, '{');
		jtext_put_str(out, "level", level_name((enum level)i));
		jtext_put_count(out, "arrived", r->arrived[i]);
		waits_json(out, "first_human", &r->waits[i]);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
	jtext_close(out, '}');
	buf_adds(out, "\n");
}

static void put_percent(struct table *t, double share)
{
	char text[16] = "-";
	if (!isnan(share))
		snprintf(text, sizeof text, "%.1f %%", 100 * share);
	table_text(t, STYLE_PLAIN, text);
}

static void show_rules(const struct report *r, struct screen *to)
{
	static const char *const titles[] = { "RULE", ">CONTACTS", ">HEARD", ">LOWERED", ">RAISED",
		">PRECISION", NULL };
	struct tally **all = sorted(&r->rules);
	struct table t;
	table_init(&t, titles);
	for (size_t i = 0; i < r->rules.count; i++) {
		table_text(&t, STYLE_PLAIN, all[i]->name);
		table_number(&t, STYLE_PLAIN, (double)all[i]->n);
		table_number(&t, STYLE_PLAIN, (double)all[i]->heard);
		table_number(&t, STYLE_PLAIN, (double)all[i]->lowered);
		table_number(&t, STYLE_PLAIN, (double)all[i]->raised);
		put_percent(&t, precision(all[i]));
	}
	table_write(&t, to, 0);
	free(all);
}

static void show_langs(const struct report *r, struct screen *to)
{
	static const char *const titles[] = { "LANGUAGE", ">CONTACTS", ">UNSCORED", ">SHARE",
		NULL };
	struct tally **all = sorted(&r->langs);
	struct table t;
	table_init(&t, titles);
	for (size_t i = 0; i < r->langs.count; i++) {
		table_text(&t, STYLE_PLAIN, all[i]->name);
		table_number(&t, STYLE_PLAIN, (double)all[i]->n);
		table_number(&t, STYLE_PLAIN, (double)all[i]->unscored);
		put_percent(&t, (double)all[i]->unscored / (double)all[i]->n);
	}
	table_write(&t, to, 0);
	free(all);
}

static void show_aside(const struct report *r, struct screen *to)
{
	static const char *const titles[] = { "SET ASIDE BY", ">PHRASES", NULL };
	struct tally **all = sorted(&r->aside);
	struct table t;
	table_init(&t, titles);
	for (size_t i = 0; i < r->aside.count; i++) {
		table_text(&t, STYLE_PLAIN, all[i]->name);
		table_number(&t, STYLE_PLAIN, (double)all[i]->n);
	}
	table_write(&t, to, 0);
	free(all);
}

static double seconds(int64_t ms)
{
	return ms < 0 ? NAN : (double)ms / 1000;
}

static void show_waits(const struct report *r, struct screen *to)
{
	static const char *const titles[] = { "FIRST HUMAN", ">ARRIVED", ">HEARD", ">P50", ">P90",
		">MAX", NULL };
	static const size_t percents[] = { 50, 90, 100 };
	struct table t;
	table_init(&t, titles);
	for (int i = LEVEL_COUNT - 1; i >= 0; i--) {
		const char *level = level_name((enum level)i);
		table_text(&t, level_style(level), level);
		table_number(&t, STYLE_PLAIN, (double)r->arrived[i]);
		table_number(&t, STYLE_PLAIN, (double)r->waits[i].n);
		for (size_t k = 0; k < 3; k++)
			table_duration(&t, STYLE_PLAIN,
				seconds(waits_quantile(&r->waits[i], percents[k])));
	}
	table_write(&t, to, 0);
}

static void show(const struct report *r, struct screen *to)
{
	buf_addf(&to->out,
		"%zu contacts; people raised a level %llu times and lowered one %llu times\n\n",
		r->contacts.count, (unsigned long long)r->raised, (unsigned long long)r->lowered);
	show_rules(r, to);
	buf_adds(&to->out, "\n");
	show_waits(r, to);
	buf_adds(&to->out, "\n");
	show_langs(r, to);
	if (r->aside.count) {
		buf_adds(&to->out, "\n");
		show_aside(r, to);
	}
}

static void free_tallies(struct map *m)
{
	struct tally *t;
	for (size_t i = 0; (t = map_walk(m, &i, NULL));) {
		free((char *)t->name);
		free(t);
	}
	map_fini(m);
}

static void free_report(struct report *r)
{
	struct contact *c;
	for (size_t i = 0; (c = map_walk(&r->contacts, &i, NULL));) {
		free(c->lang);
		free(c->rules);
		free(c);
	}
	map_fini(&r->contacts);
	free_tallies(&r->rules);
	free_tallies(&r->langs);
	free_tallies(&r->aside);
	for (int i = 0; i < LEVEL_COUNT; i++)
		waits_free(&r->waits[i]);
	buf_free(&r->bytes);
}

int rules_report(struct history *h, bool json, struct screen *to, struct err *e)
{
	struct report r = { .h = h };
	struct map *maps[] = { &r.contacts, &r.rules, &r.langs, &r.aside };
	struct ledger_entry entry;
	int more;
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		map_init(maps[i], 0, 0);
	while ((more = history_next(h, &entry, e)) == 1)
		if (take_entry(&r, &entry, e) != 0) {
			more = -1;
			break;
		}
	if (more == 0) {
		sum_up(&r);
		if (json)
			show_json(&r, &to->out);
		else
			show(&r, to);
	}
	free_report(&r);
	return more;
}
