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
	return ctl_show(ctl, "dispatch.nearest", params, view_teams);
}

int cmd_dispatch_refuse(struct ctl *ctl)
{
	return ctl_show(ctl, "dispatch.confirm",
		json_pack("{s:s,s:b,s:s}", "dispatch", ctl->args.words[0], "proceed", 0, "reason",
			ctl->args.words[1]),
		view_fields);
}
