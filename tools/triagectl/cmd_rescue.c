/* Commands about rescues whose parameters are not words of the same name. */
#include <stdlib.h>

#include "ctl.h"
#include "views.h"

const struct option_def nearest_options[] = {
	{ "dispatch", "DISPATCH", "to the place of this dispatch", NULL },
	{ "lat", "DEGREES", "to this place, with --lon", NULL },
	{ "lon", "DEGREES", "to this place, with --lat", NULL },
	{ "skill", "SKILL", "teams with this skill first; as often as needed", NULL },
	{ 0 },
};

static int show(struct ctl *ctl, const char *method, json_t *params,
	void (*view)(const json_t *result, struct screen *to))
{
	json_t *result;
	int code = ctl_call(ctl, method, params, &result);

	if (code != CTL_OK)
		return code;
	if (ctl->json)
		ctl_put_json(ctl, result, false);
	else
		view(result, &ctl->screen);
	json_decref(result);
	ctl_flush(ctl);
	return CTL_OK;
}

int cmd_dispatch_nearest(struct ctl *ctl)
{
	const char *dispatch = args_get(&ctl->args, "dispatch"), *lat = args_get(&ctl->args, "lat"),
		   *lon = args_get(&ctl->args, "lon");
	json_t *skills = json_array();
	json_t *params = json_pack("{s:o}", "skills", skills);

	for (int i = 0; i < ctl->args.n_given; i++)
		if (ctl->args.given[i].option == &nearest_options[3])
			json_array_append_new(skills, json_string(ctl->args.given[i].value));
	if (dispatch)
		json_object_set_new(params, "dispatch", json_string(dispatch));
	if (lat && lon)
		json_object_set_new(params, "location",
			json_pack("{s:f,s:f}", "lat", strtod(lat, NULL), "lon", strtod(lon, NULL)));
	return show(ctl, "dispatch.nearest", params, view_teams);
}

int cmd_dispatch_refuse(struct ctl *ctl)
{
	return show(ctl, "dispatch.confirm",
		json_pack("{s:s,s:b,s:s}", "dispatch", ctl->args.words[0], "proceed", 0, "reason",
			ctl->args.words[1]),
		view_fields);
}
