#include "outreach_report.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json.h"
#include "triaged/base/mem.h"
#include "triaged/outreach/report.h"
#include "triaged/privacy/seal.h"

/* The answer's fields, copied; freed by facts_free(). */
struct facts {
	struct report report;
	char *kind, *consent, *tried, *reason, *requested_by, *channel, *lang, *caller_role;
	char *seal; /* what the place is sealed with: the contact's id */
	int64_t test, level, age, requested_ms, opened_ms, located_ms, version, first_version;
	struct slice location;
	json_t *place; /* the report's place points into it */
};

/* clang-format off */
#define TEXT(n) { #n, offsetof(struct facts, n), true }
#define INT(n)  { #n, offsetof(struct facts, n), false }

static const struct {
	const char *name;
	size_t offset;
	bool text;
} fields[] = {
	TEXT(kind), TEXT(consent), TEXT(tried), TEXT(reason), TEXT(requested_by), TEXT(channel),
	TEXT(lang), TEXT(caller_role), TEXT(seal), INT(test), INT(level), INT(age),
	INT(requested_ms), INT(opened_ms), INT(located_ms), INT(version), INT(first_version),
};
/* clang-format on */
#define N_FIELDS (sizeof fields / sizeof *fields)

static char **text_at(struct facts *f, size_t i)
{
	return (char **)(void *)((char *)f + fields[i].offset);
}

static int take_field(struct facts *f, struct slice name, struct slice value)
{
	if (slice_is(name, "location"))
		f->location = value;
	for (size_t i = 0; i < N_FIELDS; i++) {
		if (!slice_is(name, fields[i].name))
			continue;
		if (!fields[i].text)
			return slice_int(value, (int64_t *)(void *)((char *)f + fields[i].offset));
		free(*text_at(f, i));
		*text_at(f, i) = mem_dup(value.data, value.len);
	}
	return 0;
}

static int read_facts(struct facts *f, struct slice answer, struct err *e)
{
	struct record_reader in = { answer.data, answer.data + answer.len };
	struct slice name, value;
	int more, good = 0;
	while (good == 0 && (more = record_next(&in, &name, &value)) == 1)
		good = take_field(f, name, value);
	if (good < 0 || more < 0)
		return err_set(e, "the core's answer is broken");
	for (size_t i = 0; i < N_FIELDS; i++)
		if (fields[i].text && !*text_at(f, i))
			*text_at(f, i) = mem_strdup("");
	return 0;
}

static void facts_free(struct facts *f)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (fields[i].text)
			free(*text_at(f, i));
	json_decref(f->place);
}

/* ---- the place ---- */

static void take_civic(struct report_place *p, json_t *civic)
{
	const char *name;
	json_t *value;
	json_object_foreach(civic, name, value)
	{
		const char *text = json_string_value(value);
		if (text && p->n_civic < REPORT_CIVIC_MAX)
			p->civic[p->n_civic++] = (struct report_civic){ name, text };
	}
}

static void take_place(struct facts *f)
{
	struct report_place *p = &f->report.place;
	const json_t *lat = json_object_get(f->place, "lat");
	const json_t *lon = json_object_get(f->place, "lon");
	const char *text = json_string_value(json_object_get(f->place, "text"));
	p->text = text ? text : "";
	p->has_point = json_is_number(lat) && json_is_number(lon);
	if (p->has_point) {
		p->lat = json_number_value(lat);
		p->lon = json_number_value(lon);
		p->radius_m = json_number_value(json_object_get(f->place, "radius_m"));
	}
	p->given_ms = f->located_ms;
	take_civic(p, json_object_get(f->place, "civic"));
}

/* Opened for the report alone; that it was is in the ledger since the core was asked. */
static int open_place(struct outreach *o, struct facts *f, struct err *e)
{
	struct buf plain = { 0 };
	if (f->location.len == 0)
		return 0;
	int opened = seal_open(keyring_keys(o->node->keyring), f->seal, f->location, &plain, e);
	if (opened == 0) {
		f->place = json_parse(plain.data, plain.len, 16, e);
		opened = f->place ? 0 : -1;
	}
	buf_wipe(&plain);
	return opened < 0 ? err_wrap(e, "location") : 0;
}

/* ---- the whole ---- */

static void fill(struct facts *f, const struct outreach *o, const struct asked *a)
{
	struct report *r = &f->report;
	r->what = (enum report_what)a->token.what;
	r->test = f->test != 0;
	r->center = o->node->config->center;
	r->dispatch = a->dispatch;
	r->contact = f->seal;
	r->agency = a->token.agency;
	r->kind = f->kind;
	r->consent = f->consent;
	r->tried = f->tried;
	r->reason = f->reason;
	r->requested_by = f->requested_by;
	r->channel = f->channel;
	r->lang = f->lang;
	r->caller_role = f->caller_role;
	r->callback = "";
	r->level = f->level > 0 && f->level <= LEVEL_COUNT ? (enum level)(f->level - 1)
							   : LEVEL_EMERGENCY;
	r->version = (int)f->version;
	r->first_version = (int)f->first_version;
	r->age = (int)f->age - 1;
	r->requested_ms = f->requested_ms;
	r->updated_ms = wall_now_ms();
	r->opened_ms = f->opened_ms;
	r->place.text = "";
	if (f->place)
		take_place(f);
}

int outreach_report(struct outreach *o, const struct asked *a, struct slice answer, struct buf *out,
	struct err *e)
{
	struct facts f = { .place = NULL };
	int good = read_facts(&f, answer, e);
	if (good == 0)
		good = open_place(o, &f, e);
	if (good == 0) {
		fill(&f, o, a);
		if (a->cap)
			report_cap(&f.report, out);
		else
			report_eido(&f.report, out);
	}
	facts_free(&f);
	return good;
}
