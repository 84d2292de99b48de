/* triagectl rules stage, rules activate: a change of rules on its way into force. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json.h"
#include "triaged/privacy/signature.h"

#include "../../daemon/app/text_file.h"
#include "ctl.h"
#include "views.h"

const struct option_def rules_activate_options[] = {
	{ "signature", "FILE", "attach this approval first, from rules sign", NULL },
	{ 0 },
};

static void show(
	struct ctl *ctl, const json_t *answer, void (*view)(const json_t *, struct screen *))
{
	if (ctl->json)
		ctl_put_json(ctl, answer, false);
	else
		view(answer, &ctl->screen);
}

int cmd_rules_stage(struct ctl *ctl)
{
	json_t *files = json_array(), *answer;
	char path[PATH_MAX];
	int code;

	for (int i = 0; i < ctl->args.n_words; i++) {
		/* The daemon has another working directory. */
		const char *word = ctl->args.words[i];
		json_array_append_new(files, json_string(realpath(word, path) ? path : word));
	}
	json_t *params =
		json_array_size(files) ? json_pack("{s:O}", "files", files) : json_object();
	json_decref(files);
	code = ctl_call(ctl, "rules.stage", params, &answer);
	if (code != CTL_OK)
		return code;
	show(ctl, answer, view_staging);
	if (!json_is_true(json_object_get(answer, "staged")))
		code = CTL_FAILED;
	json_decref(answer);
	return code;
}

static int attach(struct ctl *ctl, const char *file)
{
	struct buf text = { .data = NULL };
	struct err e;
	json_t *answer;

	if (text_file_read(file, SIGNATURE_TEXT_MAX, &text, &e) < 0) {
		buf_free(&text);
		return ctl_fail(ctl, CTL_FAILED, "%s: %s", file, e.text);
	}
	json_t *params = json_pack("{s:s}", "signature", buf_str(&text));
	buf_free(&text);
	if (!params)
		return ctl_fail(ctl, CTL_FAILED, "%s: not text", file);
	int code = ctl_call(ctl, "rules.sign", params, &answer);
	json_decref(answer);
	return code;
}

int cmd_rules_activate(struct ctl *ctl)
{
	const char *file = args_get(&ctl->args, "signature");
	json_t *answer;
	int code = file ? attach(ctl, file) : CTL_OK;

	if (code == CTL_OK)
		code = ctl_call(ctl, "rules.activate",
			json_pack("{s:s}", "digest", ctl->args.words[0]), &answer);
	if (code != CTL_OK)
		return code;
	show(ctl, answer, view_activated);
	json_decref(answer);
	return CTL_OK;
}
