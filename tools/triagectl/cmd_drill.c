/* A drill of the way to an agency, and how it ends. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "triaged/base/clock.h"
#include "views.h"

#define WAIT_S  310    /* behind the default of drill.late_s */
#define POLL_US 300000 /* between two looks */

const struct option_def drill_options[] = {
	{ "agency", "ID", "the agency, one of mode test", NULL },
	{ "wait", "SECONDS", "for the outcome; 0: do not wait (default: 310)", NULL },
	{ 0 },
};

/* The drill in an answer of node.status; NULL when that node knows nothing of it. */
static const json_t *find(const json_t *status, const char *dispatch)
{
	const json_t *all = json_object_get(json_object_get(status, "outreach"), "drills");
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *d = json_array_get(all, i);
		if (strcmp(field_str(d, "dispatch", ""), dispatch) == 0)
			return d;
	}
	return NULL;
}

static void show(struct ctl *ctl, const json_t *drill)
{
	if (ctl->json)
		ctl_put_json(ctl, drill, false);
	else
		view_fields(drill, &ctl->screen);
	ctl_flush(ctl);
}

static int await_end(struct ctl *ctl, const char *dispatch, long wait_s)
{
	struct mono since = mono_now();
	for (;;) {
		json_t *status;
		int code = ctl_call(ctl, "node.status", json_object(), &status);
		if (code != CTL_OK)
			return code;
		const json_t *drill = find(status, dispatch);
		bool over = drill && strcmp(field_str(drill, "state", ""), "running") != 0;
		if (over) {
			bool passed = strcmp(field_str(drill, "state", ""), "passed") == 0;
			show(ctl, drill);
			json_decref(status);
			return passed ? CTL_OK : CTL_FAILED;
		}
		json_decref(status);
		if (!drill)
			return ctl_fail(ctl, CTL_FAILED,
				"drill %s runs; ask the leading node how it ends", dispatch);
		if (mono_since_ms(since) >= wait_s * 1000)
			return ctl_fail(ctl, CTL_FAILED, "drill %s has no outcome yet", dispatch);
		usleep(POLL_US);
	}
}

int cmd_drill_dispatch(struct ctl *ctl)
{
	const char *agency = args_get(&ctl->args, "agency"), *wait = args_get(&ctl->args, "wait");
	long wait_s = wait ? strtol(wait, NULL, 10) : WAIT_S;
	json_t *result;
	if (!agency)
		return ctl_fail(ctl, CTL_USAGE, "--agency is missing");
	int code = ctl_call(ctl, "dispatch.drill", json_pack("{s:s}", "agency", agency), &result);
	if (code != CTL_OK)
		return code;
	char *dispatch = strdup(field_str(result, "dispatch", ""));
	if (wait_s > 0 && dispatch)
		code = await_end(ctl, dispatch, wait_s);
	else
		show(ctl, result);
	free(dispatch);
	json_decref(result);
	return code;
}
