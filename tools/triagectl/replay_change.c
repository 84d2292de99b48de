#include "replay_change.h"

#include <stdlib.h>
#include <string.h>

#include "../../daemon/app/node.h"
#include "retriage.h"
#include "rule_paths.h"
#include "table.h"
#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"
#include "waits.h"

/* Waits this near each other are the same: simulated people react to the millisecond. */
#define SAME_WAIT_MS 1000

struct change {
	struct history *h;
	const struct args *args;
	struct whatif *w;
	struct ruleset *rules; /* NULL: ratings stay */
	struct core_options options;
	bool has_options; /* otherwise those of the history */
	struct retriage_counts counts;
};

/* ---- what is changed ---- */

static int load_rules(struct change *c, struct err *e)
{
	struct rule_paths paths = { .n = 0 };
	for (int i = 0; i < c->args->n_given; i++)
		if (strcmp(c->args->given[i].option->name, "rules") == 0)
			rule_paths_add_named(&paths, c->args->given[i].value);
	if (paths.n)
		c->rules = rule_paths_load(&paths, true);
	bool bad = paths.n && !c->rules;
	rule_paths_free(&paths);
	return bad ? err_set(e, "these rules cannot be used") : 0;
}

static int load_policy(struct change *c, struct err *e)
{
	const char *path = args_get(c->args, "policy");
	struct conf_errors errors = { .count = 0 };
	if (!path)
		return 0;
	struct config *config = config_read(path, &errors);
	if (config) {
		node_core_options(config, &c->options);
		c->has_options = true;
	} else {
		err_set(e, "%.*s", (int)strcspn(buf_str(&errors.text), "\n"),
			buf_str(&errors.text));
	}
	config_unref(&config);
	buf_free(&errors.text);
	return c->has_options ? 0 : -1;
}

/* ---- the way there ---- */

static int gather(struct change *c, struct err *e)
{
	struct replay_seen seen = whatif_seen(c->w);
	struct replay *r = replay_new(NULL, &seen);
	struct ledger_entry entry;
	struct buf why = { 0 };
	int more;
	while ((more = history_next(c->h, &entry, e)) == 1) {
		enum replay_result result = replay_entry(r, &entry, &why);
		if (result == REPLAY_DIFFERS || result == REPLAY_BROKEN) {
			more = err_set(e, "the history itself does not replay: %s", buf_str(&why));
			break;
		}
	}
	if (more == 0 && !replay_core(r))
		more = err_set(e, "this ledger has no beginning to replay from");
	replay_free(&r);
	buf_free(&why);
	return more;
}

static int open_keys(struct change *c, struct keys **keys, struct err *e)
{
	const char *dir = args_get(c->args, "keys"), *data_dir = args_get(c->args, "data-dir");
	struct buf path = { 0 };
	*keys = NULL;
	if (!dir && !data_dir)
		return err_set(e, "texts are sealed: give --keys DIR or --data-dir DIR");
	if (dir)
		buf_adds(&path, dir);
	else
		buf_addf(&path, "%s/keys", data_dir);
	int result = keys_open(buf_str(&path), false, keys, e);
	buf_free(&path);
	return result;
}

static int rate_again(struct change *c, struct err *e)
{
	struct keys *keys;
	struct ledger *transcripts = NULL;
	if (!c->rules)
		return 0;
	int result = open_keys(c, &keys, e);
	if (result == 0)
		result = history_open_store(c->args, &transcripts, e);
	if (result == 0)
		result = retriage(c->w, c->rules, keys, transcripts, &c->counts, e);
	if (result == 0 && c->counts.rated == 0 && c->counts.unreadable > 0)
		result = err_set(e,
			"none of %llu texts can be read: are these the keys of that center?",
			(unsigned long long)c->counts.unreadable);
	ledger_close(&transcripts);
	keys_free(&keys);
	return result;
}

/* ---- what comes of it ---- */

struct level_sum {
	size_t n, raised, dropped; /* of those that had this level then */
	struct waits then, now;
};

struct outcome {
	struct whatif_outcome *all;
	size_t n, n_changed, unserved_then, unserved_now;
	struct level_sum levels[LEVEL_COUNT];
};

static bool is_changed(const struct whatif_outcome *o)
{
	int64_t d = o->then.waited_ms - o->now.waited_ms;
	return o->then.level != o->now.level || (o->then.waited_ms < 0) != (o->now.waited_ms < 0) ||
	       d >= SAME_WAIT_MS || d <= -SAME_WAIT_MS || strcmp(o->then.by, o->now.by) != 0;
}

static void add_outcome(struct outcome *out, const struct whatif_outcome *o)
{
	struct level_sum *sum = &out->levels[o->then.level];
	sum->n++;
	sum->raised += o->now.level > o->then.level;
	sum->dropped += o->now.level < o->then.level;
	out->unserved_then += o->then.waited_ms < 0;
	out->unserved_now += o->now.waited_ms < 0;
	waits_add(&sum->then, o->then.waited_ms);
	waits_add(&out->levels[o->now.level].now, o->now.waited_ms);
	out->all[out->n++] = *o;
	out->n_changed += is_changed(o);
}

static void collect(const struct change *c, struct outcome *out)
{
	size_t all = whatif_contacts(c->w);
	*out = (struct outcome){ .all = mem_resize(NULL, all + 1, sizeof *out->all) };
	for (size_t i = 0; i < all; i++) {
		struct whatif_outcome o;
		whatif_outcome(c->w, i, &o);
		if (o.arrived_ms >= c->h->from_ms)
			add_outcome(out, &o);
	}
	for (int i = 0; i < LEVEL_COUNT; i++) {
		waits_sort(&out->levels[i].then);
		waits_sort(&out->levels[i].now);
	}
}

static void free_outcome(struct outcome *out)
{
	for (int i = 0; i < LEVEL_COUNT; i++) {
		waits_free(&out->levels[i].then);
		waits_free(&out->levels[i].now);
	}
	free(out->all);
}

/* ---- shown ---- */

static void put_course(struct buf *out, const char *name, const struct whatif_course *c)
{
	jtext_name(out, name);
	jtext_open(out, '{');
	jtext_put_str(out, "level", level_name(c->level));
	jtext_name(out, "waited_s");
	if (c->waited_ms < 0)
		jtext_null(out);
	else
		jtext_seconds(out, c->waited_ms);
	jtext_put_str(out, "responder", c->by);
	jtext_close(out, '}');
}

static void put_level(struct buf *out, int level, const struct level_sum *s)
{
	jtext_open(out, '{');
	jtext_put_str(out, "level", level_name((enum level)level));
	jtext_put_count(out, "contacts", s->n);
	jtext_put_count(out, "raised", s->raised);
	jtext_put_count(out, "dropped", s->dropped);
	waits_json(out, "then", &s->then);
	waits_json(out, "now", &s->now);
	jtext_close(out, '}');
}

static void show_json(const struct change *c, const struct outcome *o, struct buf *out)
{
	jtext_open(out, '{');
	jtext_put_count(out, "contacts", o->n);
	jtext_put_count(out, "rated", c->counts.rated);
	jtext_put_count(out, "unreadable", c->counts.unreadable);
	jtext_put_count(out, "rated_by_these", c->counts.by_these);
	jtext_put_count(out, "of_these_differing", c->counts.differing);
	jtext_name(out, "levels");
	jtext_open(out, '[');
	for (int i = LEVEL_COUNT - 1; i >= 0; i--)
		put_level(out, i, &o->levels[i]);
	jtext_close(out, ']');
	jtext_name(out, "changed");
	jtext_open(out, '[');
	for (size_t i = 0; i < o->n; i++) {
		if (!is_changed(&o->all[i]))
			continue;
		jtext_open(out, '{');
		jtext_put_str(out, "contact", o->all[i].contact);
		put_course(out, "then", &o->all[i].then);
		put_course(out, "now", &o->all[i].now);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
	jtext_close(out, '}');
	buf_adds(out, "\n");
}

static double seconds(int64_t ms)
{
	return ms < 0 ? -1 : (double)ms / 1000;
}

static void show_levels(const struct outcome *o, struct screen *to)
{
	static const char *const titles[] = { "LEVEL", ">CONTACTS", ">RAISED", ">DROPPED",
		">P50 THEN", ">NOW", ">P90 THEN", ">NOW", ">MAX THEN", ">NOW", NULL };
	static const size_t percents[] = { 50, 90, 100 };
	struct table t;
	table_init(&t, titles);
	for (int i = LEVEL_COUNT - 1; i >= 0; i--) {
		const struct level_sum *s = &o->levels[i];
		table_text(&t, level_style(level_name((enum level)i)), level_name((enum level)i));
		table_number(&t, STYLE_PLAIN, (double)s->n);
		table_number(&t, STYLE_PLAIN, (double)s->raised);
		table_number(&t, STYLE_PLAIN, (double)s->dropped);
		for (size_t k = 0; k < 3; k++) {
			table_duration(
				&t, STYLE_PLAIN, seconds(waits_quantile(&s->then, percents[k])));
			table_duration(
				&t, STYLE_PLAIN, seconds(waits_quantile(&s->now, percents[k])));
		}
	}
	table_write(&t, to, 0);
}

static void show_changed(const struct outcome *o, struct screen *to)
{
	static const char *const titles[] = { "CONTACT", "LEVEL THEN", "NOW", ">WAITED THEN",
		">NOW", "BY THEN", "NOW", NULL };
	struct table t;
	table_init(&t, titles);
	for (size_t i = 0; i < o->n; i++) {
		const struct whatif_outcome *c = &o->all[i];
		const char *then = level_name(c->then.level), *now = level_name(c->now.level);
		if (!is_changed(c))
			continue;
		table_text(&t, STYLE_PLAIN, c->contact);
		table_text(&t, level_style(then), then);
		table_text(&t, level_style(now), now);
		table_duration(&t, STYLE_PLAIN, seconds(c->then.waited_ms));
		table_duration(&t, STYLE_PLAIN, seconds(c->now.waited_ms));
		table_text(&t, STYLE_PLAIN, c->then.by);
		table_text(&t, STYLE_PLAIN, c->now.by);
	}
	table_write(&t, to, 0);
}

static void show(const struct change *c, bool json, struct screen *to)
{
	struct outcome o;
	collect(c, &o);
	if (json) {
		show_json(c, &o, &to->out);
		free_outcome(&o);
		return;
	}
	if (o.n_changed)
		show_changed(&o, to);
	buf_addf(&to->out,
		"%s%zu of %zu contacts rated or served differently; never served: %zu "
		"then, %zu now\n\n",
		o.n_changed ? "\n" : "", o.n_changed, o.n, o.unserved_then, o.unserved_now);
	show_levels(&o, to);
	if (c->counts.by_these)
		buf_addf(&to->out,
			"\n%llu ratings of then are by these very rules; %llu of them come out "
			"differently\n",
			(unsigned long long)c->counts.by_these,
			(unsigned long long)c->counts.differing);
	if (c->counts.unreadable)
		buf_addf(&to->out,
			"\n%llu texts could not be read: their ratings are those of then\n",
			(unsigned long long)c->counts.unreadable);
	free_outcome(&o);
}

int replay_change(
	struct history *h, const struct args *args, bool json, struct screen *to, struct err *e)
{
	struct change c = { .h = h, .args = args };
	int result = load_rules(&c, e);
	if (result == 0)
		result = load_policy(&c, e);
	c.w = whatif_new();
	if (result == 0)
		result = gather(&c, e);
	if (result == 0)
		result = rate_again(&c, e);
	if (result == 0) {
		whatif_run(c.w, c.has_options ? &c.options : NULL);
		show(&c, json, to);
	}
	whatif_free(&c.w);
	ruleset_unref(&c.rules);
	return result;
}
