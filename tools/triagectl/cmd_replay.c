/* triagectl replay: the ledger's decisions once more, by the same core. */
#include "ctl.h"
#include "replay_change.h"
#include "replay_run.h"
#include "triaged/base/clock.h"
#include "triaged/base/json_text.h"

static void put_json(struct buf *out, const struct replay_report *r)
{
	jtext_open(out, '{');
	jtext_put_count(out, "commands", r->commands);
	jtext_put_count(out, "contacts", r->contacts);
	jtext_put_count(out, "marks", r->marks);
	jtext_put_count(out, "earlier", r->earlier);
	jtext_name(out, "from");
	jtext_time(out, r->first_ms);
	jtext_name(out, "to");
	jtext_time(out, r->last_ms);
	jtext_put_bool(out, "same", r->difference.len == 0);
	jtext_name(out, "difference");
	if (r->difference.len)
		jtext_str(out, buf_str(&r->difference));
	else
		jtext_null(out);
	jtext_close(out, '}');
	buf_adds(out, "\n");
}

static void put_text(struct screen *to, const struct replay_report *r)
{
	char first[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE];
	buf_addf(&to->out, "%llu commands about %llu contacts, %llu marks, %s to %s\n",
		(unsigned long long)r->commands, (unsigned long long)r->contacts,
		(unsigned long long)r->marks, time_text(r->first_ms, first),
		time_text(r->last_ms, last));
	if (r->earlier)
		buf_addf(&to->out, "%llu entries before the center was empty: not replayed\n",
			(unsigned long long)r->earlier);
	screen_styled(to, r->difference.len ? STYLE_BAD : STYLE_GOOD,
		r->difference.len ? "first difference" : "every decision is the same");
	buf_addf(&to->out, "%s%s\n", r->difference.len ? ": " : "", buf_str(&r->difference));
}

static int show(struct ctl *ctl, const struct replay_report *r)
{
	if (!r->began)
		return ctl_fail(ctl, CTL_FAILED, "%s",
			r->earlier ? "the beginning of this ledger is gone: nowhere in it is the "
				     "center empty, so there is nothing to begin with"
				   : "this ledger is empty");
	if (ctl->json)
		put_json(&ctl->screen.out, r);
	else
		put_text(&ctl->screen, r);
	return r->difference.len ? CTL_FAILED : CTL_OK;
}

/* The decisions of then, compared. */
static int prove(struct ctl *ctl, struct history *h)
{
	struct replay_report report = { 0 };
	struct err e;
	int result = replay_run(h, &report, &e);
	int code = result == 0 ? show(ctl, &report) : ctl_fail(ctl, CTL_FAILED, "%s", e.text);
	buf_free(&report.difference);
	return code;
}

int cmd_replay(struct ctl *ctl)
{
	struct history h;
	struct err e;
	int code = CTL_OK;
	bool changed = args_get(&ctl->args, "rules") || args_get(&ctl->args, "policy");
	if (history_open(&h, &ctl->args, &e) != 0 ||
		(changed && replay_change(&h, &ctl->args, ctl->json, &ctl->screen, &e) != 0))
		code = ctl_fail(ctl, CTL_FAILED, "%s", e.text);
	else if (!changed)
		code = prove(ctl, &h);
	history_close(&h);
	return code;
}
