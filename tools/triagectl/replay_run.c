#include "replay_run.h"

#include "../../daemon/app/replay.h"

static void count(void *arg, const struct ledger_entry *entry, const struct command *c,
	const struct step *step, int64_t seq)
{
	struct replay_report *report = arg;
	(void)step, (void)seq;
	if (!report->first_ms)
		report->first_ms = entry->at_ms;
	report->last_ms = entry->at_ms;
	if (c->command == COMMAND_CONTACT_OPEN)
		report->contacts++;
}

/* 0: to the end or to the first difference. */
static int run_entries(
	struct history *h, struct replay *r, struct replay_report *report, struct err *e)
{
	struct ledger_entry entry;
	int more;
	while ((more = history_next(h, &entry, e)) == 1) {
		enum replay_result result = replay_entry(r, &entry, &report->difference);
		if (result == REPLAY_DIFFERS)
			return 0;
		if (result == REPLAY_BROKEN)
			return err_set(e, "%s", buf_str(&report->difference));
	}
	return more;
}

int replay_run(struct history *h, struct replay_report *report, struct err *e)
{
	*report = (struct replay_report){ 0 };
	struct replay *r = replay_new(NULL, &(struct replay_seen){ report, count, NULL });
	int result = run_entries(h, r, report, e);
	report->commands = replay_counts(r)->commands;
	report->marks = replay_counts(r)->marks;
	report->earlier = replay_counts(r)->earlier;
	report->began = replay_core(r) != NULL;
	replay_free(&r);
	return result;
}
