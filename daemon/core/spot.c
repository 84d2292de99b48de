#include "spot.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

bool spot_is_known(const struct spot *s)
{
	return s->source != NULL;
}

bool spot_has_point(const struct spot *s)
{
	return s->lat != 0 && s->lon != 0 &&
	       place_is_point(s->lat - PLACE_LAT_ZERO, s->lon - PLACE_LON_ZERO);
}

struct place_point spot_point(const struct spot *s)
{
	if (!spot_has_point(s))
		return (struct place_point){ 0, 0 };
	return (struct place_point){ (int32_t)(s->lat - PLACE_LAT_ZERO),
		(int32_t)(s->lon - PLACE_LON_ZERO) };
}

void spot_copy(struct spot *to, const struct spot *from)
{
	struct spot copy = *from;
	copy.source = to->source;
	copy.area = to->area;
	*to = copy;
	text_set(&to->source, from->source);
	text_set(&to->area, from->area);
}

void spot_free(struct spot *s)
{
	text_set(&s->source, NULL);
	text_set(&s->area, NULL);
}

static bool by_machine(const struct spot *s)
{
	return text_is(s->source, "device") || text_is(s->source, "carrier");
}

void spot_take(struct spot *s, const struct command *c, int64_t now_ms)
{
	text_set(&s->source, *c->source ? c->source : "caller");
	text_set(&s->area, c->area);
	s->lat = c->lat;
	s->lon = c->lon;
	s->located_ms = c->located_ms ? c->located_ms : by_machine(s) ? 0 : now_ms;
	s->radius_m = c->radius_m;
	s->confidence = c->confidence;
}

static bool is_stale(const struct spot *s, const struct core_options *o, int64_t now_ms)
{
	return s->located_ms == 0 || now_ms - s->located_ms > o->place_stale_ms;
}

static bool is_weak(const struct spot *s, const struct core_options *o)
{
	if (s->confidence && s->confidence - 1 < o->place_confidence)
		return true;
	if (s->radius_m == 0)
		return by_machine(s) && s->confidence == 0;
	return s->radius_m - 1 > o->place_radius_m;
}

void spot_doubts(
	const struct spot *s, const struct core_options *o, int64_t now_ms, char out[SPOT_DOUBTS])
{
	out[0] = '\0';
	if (!spot_is_known(s))
		return;
	snprintf(out, SPOT_DOUBTS, "%s%s%s", is_stale(s, o, now_ms) ? "stale " : "",
		is_weak(s, o) ? "weak " : "",
		text_is(s->source, "older_contact") ? "older_contact " : "");
	size_t n = strlen(out);
	if (n)
		out[n - 1] = '\0';
}
