/* contact transfer: whom it is for is an object of the request. */
#include "ctl.h"
#include "views.h"

const struct option_def transfer_options[] = {
	{ "responder", "RESPONDER", "to this responder", NULL },
	{ "skill", "SKILL", "to somebody with this skill", NULL },
	{ "line", "LINE", "to somebody of this line", NULL },
	{ "center", "CENTER", "to another center", NULL },
	{ "warm", NULL, "both are to be present for a while", NULL },
	{ 0 },
};

int cmd_contact_transfer(struct ctl *ctl)
{
	static const char *const targets[] = { "responder", "skill", "line", "center" };
	json_t *to = json_object();

	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		const char *value = args_get(&ctl->args, targets[i]);
		if (value)
			json_object_set_new(to, targets[i], json_string(value));
	}
	return ctl_show(ctl, "contact.transfer",
		json_pack("{s:s,s:s,s:b,s:o}", "contact", ctl->args.words[0], "summary",
			ctl->args.words[1], "warm", args_get(&ctl->args, "warm") != NULL, "to", to),
		view_fields);
}
