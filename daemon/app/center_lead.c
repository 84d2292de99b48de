/* While this node leads: every command is decided by the core, in one order. */
#include "center_internal.h"

#include <event2/event.h>
#include <string.h>

#include "triaged/base/log.h"
#include "ended.h"

static void schedule_tick(struct center *c)
{
	int64_t due = core_next_due(c->core);
	if (due == INT64_MAX) {
		evtimer_del(c->tick_event);
		return;
	}
	int64_t wait = due - store_now_ms(c->store);
	if (wait < 0)
		wait = 0;
	struct timeval tv = { wait / 1000, wait % 1000 * 1000 };
	evtimer_add(c->tick_event, &tv);
}

static void apply_one(struct center *c, const struct command *command, int64_t now)
{
	struct command told;
	size_t answer = c->step.n_outputs;
	core_apply(c->core, center_alone_told(c, command, &told), now, &c->step);
	c->counts.commands++;
	c->batch_size++;
	if (command->request && center_alone_cannot_say(c, command, answer))
		c->events.refuse(c->events.arg, command->request);
	if (!c->step.changed)
		return;
	center_journal(c, command, answer);
	buf_clear(&c->scratch);
	command_encode(command, false, &c->scratch);
	commit_ledger(c->batch, core_now(c->core),
		(struct slice){ buf_str(&c->scratch), c->scratch.len },
		(struct slice){ buf_str(&c->step.decisions), c->step.decisions.len });
	board_watch_changed(c->watch);
}

/* Time first: what is due before the command happened before it. */
static void apply(struct center *c, const struct command *command)
{
	int64_t now = store_now_ms(c->store);
	if (command->command != COMMAND_TICK && core_next_due(c->core) <= now) {
		struct command tick;
		command_init(&tick, COMMAND_TICK);
		apply_one(c, &tick, now);
	}
	apply_one(c, command, now);
}

static void answer(struct center *c, const struct command *question, const struct buf *json)
{
	enum output_kind kind = json ? OUTPUT_REPLY : OUTPUT_ERROR;
	struct buf *fields = step_reply(&c->step, kind, question);
	if (json) {
		record_put(fields, "json", buf_str(json), json->len);
	} else {
		record_puti(fields, "code", OUTPUT_ERR_NOT_FOUND);
		record_puts(fields, "reason", "no_such_contact");
	}
}

/* The store's word on a contact that the core no longer holds. */
static void on_ended(void *arg, const struct command *question, const struct core *core)
{
	struct center *c = arg;
	struct buf json = { 0 };
	if (c->lead != LEADING)
		return;
	bool found =
		core && c->events.query(c->events.arg, core, question->kind, question->meta, &json);
	answer(c, question, found ? &json : NULL);
	buf_free(&json);
	center_schedule_flush(c);
}

static void answer_query(struct center *c, const struct command *question)
{
	struct buf json = { 0 };
	if (c->events.query(c->events.arg, c->core, question->kind, question->meta, &json))
		answer(c, question, &json);
	else if (c->lead == ALONE) /* the center may well know it */
		c->events.refuse(c->events.arg, question->request);
	else
		ended_look_up(c->store, &c->options.core, question, on_ended, c);
	buf_free(&json);
}

/* A command reaches the leader: from a session here or through the inbox. */
void center_decide(struct center *c, const struct command *command)
{
	switch (command->command) {
	case COMMAND_QUERY:
		answer_query(c, command);
		break;
	case COMMAND_BOARD_WATCH:
		board_watch_set(c->watch, command->session, command->watch != 0);
		break;
	case COMMAND_SESSION_DOWN:
		board_watch_set(c->watch, command->session, false);
		apply(c, command);
		break;
	default:
		apply(c, command);
	}
	center_schedule_flush(c);
	schedule_tick(c);
}

void center_on_tick(void *arg)
{
	struct center *c = arg;
	struct command tick;
	command_init(&tick, COMMAND_TICK);
	if (c->lead == LEADING || c->lead == ALONE)
		center_decide(c, &tick);
}

const struct core_waits *center_board(const struct center *c, struct buf *json)
{
	if ((c->lead != LEADING && c->lead != ALONE) ||
		!c->events.query(
			c->events.arg, c->core, "board.get", (struct slice){ "{}", 2 }, json))
		return NULL;
	return core_waits(c->core);
}

void center_on_board(void *arg)
{
	struct center *c = arg;
	struct buf json = { 0 };
	const char *session;
	if (!center_board(c, &json))
		return;
	for (size_t i = 0; board_watch_walk(c->watch, &i, &session);)
		record_put(step_notify(&c->step, OUTPUT_BOARD_CHANGE, session), "json",
			buf_str(&json), json.len);
	buf_free(&json);
	center_schedule_flush(c);
}

#define SWEPT_AT_ONCE 256 /* contacts; of 100,000 waiting, each is seen every 7 minutes */

/* What broke cannot be trusted to mend itself: it is said, and nothing else is done. */
void center_sweep(struct center *c)
{
	struct err e;
	if (c->lead != LEADING || core_check_some(c->core, &c->sweep, SWEPT_AT_ONCE, &e) == 0)
		return;
	c->counts.violations++;
	LOG(ERROR, "center.invariant_broken", LOG_S("what", e.text));
}

int64_t center_test_age_ms(const struct center *c)
{
	if (c->lead != LEADING)
		return -1;
	int64_t served = core_test_served_ms(c->core), leads = mono_since_ms(c->leads_since);
	int64_t age = served ? store_now_ms(c->store) - served : leads;
	return age < leads ? age : leads;
}
