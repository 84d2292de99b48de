/* triagectl rules report: how rules did, by what people changed. */
#include "ctl.h"
#include "rules_report.h"

int cmd_rules_report(struct ctl *ctl)
{
	struct history h;
	struct err e;
	int result = history_open(&h, &ctl->args, &e);
	if (result == 0)
		result = rules_report(&h, ctl->json, &ctl->screen, &e);
	history_close(&h);
	return result == 0 ? CTL_OK : ctl_fail(ctl, CTL_FAILED, "%s", e.text);
}
