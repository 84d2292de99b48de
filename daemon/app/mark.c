#include "mark.h"

#include <stdio.h>

static const char *const kinds[] = { [MARK_LEAD] = "lead", [MARK_OPTIONS] = "options" };

void mark_settle(struct core *core, int64_t now_ms, struct step *step)
{
	struct command question; /* decides nothing, but time passes with it */
	command_init(&question, COMMAND_QUERY);
	do
		core_apply(core, &question, now_ms, step);
	while (step->changed);
}

void mark_encode(const struct mark *m, struct buf *command, struct buf *decisions)
{
	struct buf options = { 0 };
	record_puts(command, "mark", kinds[m->kind]);
	record_puts(decisions, "node", m->node);
	record_puts(decisions, "version", m->version);
	record_puti(decisions, "state", (int64_t)m->state);
	core_options_encode(&m->options, &options);
	record_put(decisions, "options", options.data, options.len);
	buf_free(&options);
}

void mark_commit(struct commit *batch, int64_t at_ms, const struct mark *m)
{
	struct buf command = { 0 }, decisions = { 0 };
	mark_encode(m, &command, &decisions);
	commit_ledger(batch, at_ms, (struct slice){ command.data, command.len },
		(struct slice){ decisions.data, decisions.len });
	buf_free(&command);
	buf_free(&decisions);
}

static bool first_field(struct slice record, struct slice *name, struct slice *value)
{
	struct record_reader in = { record.data, record.data + record.len };
	return record_next(&in, name, value) == 1;
}

bool mark_is(struct slice command)
{
	struct slice name, value;
	return first_field(command, &name, &value) && slice_is(name, "mark");
}

static void take_text(char *out, size_t size, struct slice value)
{
	snprintf(out, size, "%.*s", (int)value.len, value.data);
}

int mark_decode(struct slice command, struct slice decisions, struct mark *m, struct err *e)
{
	struct record_reader in = { decisions.data, decisions.data + decisions.len };
	struct slice name, value;
	int64_t state = 0;
	int more, bad = 0;
	*m = (struct mark){ 0 };
	core_options_default(&m->options);
	if (!first_field(command, &name, &value) || !slice_is(name, "mark"))
		return err_set(e, "not a mark");
	if (slice_is(value, kinds[MARK_OPTIONS]))
		m->kind = MARK_OPTIONS;
	else if (!slice_is(value, kinds[MARK_LEAD]))
		return err_set(e, "unknown mark %.*s", (int)value.len, value.data);
	while ((more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "node"))
			take_text(m->node, sizeof m->node, value);
		else if (slice_is(name, "version"))
			take_text(m->version, sizeof m->version, value);
		else if (slice_is(name, "state"))
			bad |= slice_int(value, &state);
		else if (slice_is(name, "options") &&
			 core_options_decode(value, &m->options, e) != 0)
			return err_wrap(e, "mark");
	}
	m->state = (uint64_t)state;
	return more == 0 && bad == 0 ? 0 : err_set(e, "mark: broken record");
}
