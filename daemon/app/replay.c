#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/mem.h"
#include "triaged/core/fact.h"

struct replay {
	struct core *core;
	bool fixed; /* options do not follow the marks */
	struct core_options options;
	struct replay_seen seen;
	struct step step;
	struct buf bytes; /* of the command at hand: decoding changes them */
	int64_t seq;
	char version[32]; /* of who decided */
	struct replay_counts counts;
};

struct replay *replay_new(const struct core_options *options, const struct replay_seen *seen)
{
	struct replay *r = mem_zalloc(sizeof *r);
	r->fixed = options != NULL;
	if (options)
		r->options = *options;
	if (seen)
		r->seen = *seen;
	return r;
}

void replay_free(struct replay **slot)
{
	struct replay *r = *slot;
	*slot = NULL;
	if (!r)
		return;
	core_free(&r->core);
	step_free(&r->step);
	buf_free(&r->bytes);
	free(r);
}

const struct replay_counts *replay_counts(const struct replay *r)
{
	return &r->counts;
}

const struct core *replay_core(const struct replay *r)
{
	return r->core;
}

static void take_seq(void *arg, const struct entity_write *w)
{
	struct replay *r = arg;
	struct record_reader in = { w->bytes.data, w->bytes.data + w->bytes.len };
	struct slice name, value;
	if (w->kind != ENTITY_MESSAGE)
		return;
	if (record_next(&in, &name, &value) != 1 || !slice_is(name, "seq") ||
		slice_int(value, &r->seq) != 0)
		r->seq = 0;
}

/* ---- what is told of a difference ---- */

static void put_place(const struct replay *r, const struct ledger_entry *entry, struct buf *why)
{
	char at[TIME_TEXT_SIZE];
	buf_addf(why, "entry %s of %s", entry->id, time_text(entry->at_ms, at));
	if (*r->version && strcmp(r->version, TRIAGED_VERSION) != 0)
		buf_addf(why, ", decided by version %s", r->version);
}

static void put_decisions(const char *title, struct slice decisions, struct buf *why)
{
	struct record_reader in = { decisions.data, decisions.data + decisions.len };
	struct slice name, value;
	buf_addf(why, "\n  %s:", title);
	if (!decisions.len)
		buf_adds(why, " nothing");
	while (record_next(&in, &name, &value) == 1)
		buf_addf(why, "\n    %.*s %.*s", (int)name.len, name.data, (int)value.len,
			value.data);
}

static enum replay_result broken(const struct replay *r, const struct ledger_entry *entry,
	const struct err *e, struct buf *why)
{
	if (why) {
		put_place(r, entry, why);
		buf_addf(why, ": %s", e->text);
	}
	return REPLAY_BROKEN;
}

static enum replay_result differs(const struct replay *r, const struct ledger_entry *entry,
	const struct command *c, struct buf *why)
{
	struct slice again = { buf_str(&r->step.decisions), r->step.decisions.len };
	if (!why)
		return REPLAY_DIFFERS;
	put_place(r, entry, why);
	buf_addf(why, ": %s", command_name(c->command));
	if (*c->contact)
		buf_addf(why, " of contact %s", c->contact);
	if (!r->step.changed)
		buf_adds(why, " changed something then and changes nothing now");
	put_decisions("then", entry->decisions, why);
	put_decisions("now", again, why);
	return REPLAY_DIFFERS;
}

/* ---- entries ---- */

static bool begin(struct replay *r, const struct mark *m)
{
	struct core *fresh = core_new(r->fixed ? &r->options : &m->options);
	if (core_digest(fresh) == m->state)
		r->core = fresh;
	else
		core_free(&fresh);
	return r->core != NULL;
}

static enum replay_result take_mark(
	struct replay *r, const struct ledger_entry *entry, struct buf *why)
{
	struct mark m;
	struct err e;
	if (mark_decode(entry->command, entry->decisions, &m, &e) != 0)
		return broken(r, entry, &e, why);
	if (!r->core && !begin(r, &m)) {
		r->counts.earlier++;
		return REPLAY_EARLIER;
	}
	r->counts.marks++;
	memcpy(r->version, m.version, sizeof r->version);
	if (m.kind == MARK_LEAD)
		core_leave_island(r->core); /* it was loaded then */
	r->options.id_base = m.options.id_base;
	core_set_options(r->core, r->fixed ? &r->options : &m.options);
	step_clear(&r->step);
	mark_settle(r->core, entry->at_ms, &r->step);
	core_take_dirty(r->core, take_seq, r);
	if (!r->fixed && core_digest(r->core) != m.state) {
		if (why) {
			put_place(r, entry, why);
			buf_addf(why, ": node %s %s with another state than replay gives", m.node,
				m.kind == MARK_LEAD ? "took the lead" : "went on");
		}
		return REPLAY_DIFFERS;
	}
	if (r->seen.mark)
		r->seen.mark(r->seen.arg, entry, &m);
	return REPLAY_SAME;
}

static bool same(struct slice a, const struct buf *b)
{
	return a.len == b->len && (a.len == 0 || memcmp(a.data, b->data, a.len) == 0);
}

enum replay_result replay_entry(struct replay *r, const struct ledger_entry *entry, struct buf *why)
{
	struct command c;
	struct err e;
	if (mark_is(entry->command))
		return take_mark(r, entry, why);
	if (!r->core) {
		r->counts.earlier++;
		return REPLAY_EARLIER;
	}
	buf_clear(&r->bytes);
	buf_add(&r->bytes, entry->command.data, entry->command.len);
	if (command_decode(r->bytes.data, r->bytes.len, &c, &e) != 0)
		return broken(r, entry, &e, why);
	step_clear(&r->step);
	r->seq = 0;
	core_apply(r->core, &c, entry->at_ms, &r->step);
	core_take_dirty(r->core, take_seq, r);
	r->counts.commands++;
	if (!r->fixed && (!r->step.changed || !same(entry->decisions, &r->step.decisions)))
		return differs(r, entry, &c, why);
	if (r->seen.command)
		r->seen.command(r->seen.arg, entry, &c, &r->step, r->seq);
	return REPLAY_SAME;
}

void replay_decisions(struct slice decisions, replay_decision_fn each, void *arg)
{
	struct record_reader in = { decisions.data, decisions.data + decisions.len };
	struct slice name, value;
	while (record_next(&in, &name, &value) == 1) {
		char kind[40], text[512], *words[5] = { NULL }, *save = NULL;
		size_t n = 0;
		if (name.len >= sizeof kind || value.len >= sizeof text)
			continue;
		memcpy(kind, name.data, name.len);
		kind[name.len] = '\0';
		memcpy(text, value.data, value.len);
		text[value.len] = '\0';
		for (char *p = strtok_r(text, " ", &save); p && n < 4;
			p = strtok_r(NULL, " ", &save))
			words[n++] = p;
		each(arg, kind, words);
	}
}
