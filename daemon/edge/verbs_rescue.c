/* Rescues and mobile teams: what people and devices ask becomes commands. A place is sealed in full
 * under its contact; beside it goes what the core may know: coarse, with source, time and radius. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/log.h"
#include "triaged/core/place.h"
#include "verbs_internal.h"

/* ---- places ---- */

#define AREA_WORDS_MAX 5
#define AREA_WORD_MAX  40

/* A civic name as a word: lower case, runs of anything but ASCII letters and digits as one dash. */
static void add_area_word(struct buf *out, const char *name)
{
	char word[AREA_WORD_MAX + 1];
	size_t n = 0;
	for (const unsigned char *p = (const unsigned char *)name; *p && n < AREA_WORD_MAX; p++) {
		if (*p < 0x80 && isalnum(*p))
			word[n++] = (char)tolower(*p);
		else if (n > 0 && word[n - 1] != '-')
			word[n++] = '-';
	}
	while (n > 0 && word[n - 1] == '-')
		n--;
	if (n > 0)
		buf_addf(out, "%s%.*s", out->len ? " " : "", (int)n, word);
}

/* Country, state, county and city: the names of RFC 5139 or the plain ones. Not the street. */
static const char *area_words(struct draft *d, const json_t *location)
{
	static const char *const names[] = { "country", "A1", "state", "A2", "county", "A3",
		"city" };
	const json_t *civic = json_object_get(location, "civic");
	struct buf *out = draft_buf(d);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *name = json_string_value(json_object_get(civic, names[i]));
		if (name)
			add_area_word(out, name);
	}
	return buf_str(out);
}

/* Degrees, checked to be in range, to the nearest step. */
static int64_t nearest(const json_t *degrees, int32_t step)
{
	double steps = json_number_value(degrees) * PLACE_DEGREE / step;
	return (int64_t)(steps + (steps < 0 ? -0.5 : 0.5)) * step;
}

/* To the nearest step, moved up so that 0 is absent; 0 when one of them is missing. */
static void take_point(const json_t *location, int32_t step, int64_t *lat, int64_t *lon)
{
	const json_t *x = json_object_get(location, "lat"), *y = json_object_get(location, "lon");
	if (!json_is_number(x) || !json_is_number(y))
		return;
	*lat = nearest(x, step) + PLACE_LAT_ZERO;
	*lon = nearest(y, step) + PLACE_LON_ZERO;
}

static int64_t time_of(const json_t *location)
{
	const char *at = json_string_value(json_object_get(location, "at"));
	int64_t ms;
	return at && time_parse(at, &ms) == 0 ? ms : 0;
}

int draft_place(struct draft *d, const char *contact)
{
	struct command *c = &d->command;
	json_t *location = json_object_get(d->request->params, "location");
	if (!location)
		return 0;
	const char *source = json_string_value(json_object_get(location, "source"));
	const json_t *radius = json_object_get(location, "radius_m");
	const json_t *confidence = json_object_get(location, "confidence");
	if (!source) { /* kept with it, so that whoever reads it later sees what was assumed */
		source = "caller";
		json_object_set_new(location, "source", json_string(source));
	}
	c->source = source;
	c->area = area_words(d, location);
	take_point(location, PLACE_COARSE, &c->lat, &c->lon);
	c->located_ms = time_of(location);
	if (json_is_number(radius))
		c->radius_m = (int64_t)json_number_value(radius) + 1;
	if (json_is_integer(confidence))
		c->confidence = (int64_t)json_integer_value(confidence) + 1;
	return draft_seal_json(d, "location", contact, &c->location);
}

/* ---- commands ---- */

static int escalate(struct draft *d)
{
	struct command *c = &d->command;
	const json_t *params = d->request->params;
	c->tried = draft_words(d, "tried");
	c->criteria = draft_words(d, "criteria");
	c->confirm = json_is_true(json_object_get(params, "confirm"));
	c->place_confirmed = json_is_true(json_object_get(params, "location_confirmed"));
	return draft_place(d, c->contact);
}

static void confirm(struct draft *d)
{
	const json_t *params = d->request->params;
	d->command.place_confirmed = json_is_true(json_object_get(params, "location_confirmed"));
	d->command.refused = json_is_false(json_object_get(params, "proceed"));
}

/* The word of an outcome: itself, or its member "result". */
static void outcome(struct draft *d)
{
	const json_t *v = json_object_get(d->request->params, "outcome");
	const char *word = json_string_value(json_is_object(v) ? json_object_get(v, "result") : v);
	if (word && strlen(word) <= 64 && !strpbrk(word, " \n"))
		d->command.result = word;
	d->command.outcome = draft_json(d, "outcome");
}

/* About a hundred metres: enough to say who is nearest. */
#define TEAM_STEP (PLACE_DEGREE / 1000)

static void team_set(struct draft *d)
{
	struct command *c = &d->command;
	const json_t *location = json_object_get(d->request->params, "location");
	c->skills = draft_words(d, "skills");
	c->members = draft_words(d, "members");
	take_point(location, TEAM_STEP, &c->lat, &c->lon);
	c->located_ms = time_of(location);
}

/* Who opened an exact place stands in the ledger and in the log. */
static void log_opening(const struct draft *d)
{
	const struct command *c = &d->command;
	LOG(NOTICE, "dispatch.place_opened", LOG_S("dispatch", c->dispatch),
		LOG_S("by", c->identity), LOG_S("role", c->role), LOG_S("reason", c->reason));
}

enum command_kind rescue_command(enum verb_id verb)
{
	switch (verb) {
	case VERB_CONTACT_ESCALATE:
		return COMMAND_CONTACT_ESCALATE;
	case VERB_DISPATCH_ACK:
		return COMMAND_DISPATCH_ACK;
	case VERB_DISPATCH_DECLINE:
		return COMMAND_DISPATCH_DECLINE;
	case VERB_DISPATCH_STATUS:
		return COMMAND_DISPATCH_STATUS;
	case VERB_DISPATCH_OUTCOME:
		return COMMAND_DISPATCH_OUTCOME;
	case VERB_DISPATCH_CONFIRM:
		return COMMAND_DISPATCH_CONFIRM;
	case VERB_DISPATCH_GET:
		return COMMAND_DISPATCH_GET;
	case VERB_DISPATCH_DRILL:
		return COMMAND_DISPATCH_DRILL;
	case VERB_TEAM_SET:
		return COMMAND_TEAM_SET;
	case VERB_TEAM_CHECKIN:
		return COMMAND_TEAM_CHECKIN;
	default:
		return COMMAND_KIND_COUNT;
	}
}

int rescue_fill(struct draft *d)
{
	switch (d->request->verb->id) {
	case VERB_CONTACT_ESCALATE:
		return escalate(d);
	case VERB_DISPATCH_OUTCOME:
		outcome(d);
		break;
	case VERB_DISPATCH_CONFIRM:
		confirm(d);
		break;
	case VERB_DISPATCH_GET:
		log_opening(d);
		break;
	case VERB_TEAM_SET:
	case VERB_TEAM_CHECKIN:
		team_set(d);
		break;
	default:
		break;
	}
	return 0;
}

/* Questions carry who asks, and no exact place: they may wait in the store unsealed. */
void rescue_question(const struct edge_request *r)
{
	json_t *params = (json_t *)(uintptr_t)r->params; /* read by nobody but us from here on */
	json_t *location = json_object_get(params, "location");
	struct command point = { .lat = 0 };
	take_point(location, PLACE_COARSE, &point.lat, &point.lon);
	json_object_del(params, "location");
	if (point.lat)
		json_object_set_new(params, "location",
			json_pack("{s:I,s:I}", "lat", (json_int_t)(point.lat - PLACE_LAT_ZERO),
				"lon", (json_int_t)(point.lon - PLACE_LON_ZERO)));
	json_object_set_new(params, "asking", json_string(r->who->name));
	json_object_set_new(params, "asking_as", json_string(role_name(r->role)));
}
