/*
 * NENA EIDO 1.0. Registry values are free strings to its schema; where a registry has no word for
 * what a crisis line does, ours stands there. EIDO has no flag for a test: the incident's type and
 * the first note say it, and the webhook's status.
 */
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/json_text.h"
#include "triaged/outreach/report.h"

#include "report_words.h"
#include "xml.h"

struct eido {
	const struct report *r;
	struct buf *out;
};

static void text_member(const struct eido *e, const char *name, const char *value)
{
	if (!*value)
		return;
	jtext_put_str(e->out, name, value);
}

static void time_member(const struct eido *e, const char *name, int64_t ms)
{
	jtext_name(e->out, name);
	jtext_time(e->out, ms);
}

/* Every component's id: unique in the document, and worldwide with the center's name. */
static void id_text(const struct eido *e, const char *part, struct buf *out)
{
	const struct report *r = e->r;
	if (strcmp(part, "center") == 0) {
		buf_adds(out, "urn:triaged:center:");
		buf_adds(out, r->center);
	} else if (strcmp(part, "agency") == 0) {
		buf_adds(out, "urn:triaged:agency:");
		buf_adds(out, r->agency);
	} else {
		const char *const parts[] = { "urn:emergency:uid:", part, ":", r->dispatch, ":",
			r->center };
		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
			buf_adds(out, parts[i]);
	}
}

static void reference(const struct eido *e, const char *name, const char *part, bool in_array)
{
	struct buf id = { 0 };
	id_text(e, part, &id);
	jtext_name(e->out, name);
	if (in_array)
		jtext_open(e->out, '[');
	jtext_open(e->out, '{');
	text_member(e, "$ref", buf_str(&id));
	jtext_close(e->out, '}');
	if (in_array)
		jtext_close(e->out, ']');
	buf_free(&id);
}

/* What every component begins with; the caller closes the object. */
static void begin(const struct eido *e, const char *part)
{
	struct buf id = { 0 };
	id_text(e, part, &id);
	jtext_open(e->out, '{');
	text_member(e, "$id", buf_str(&id));
	time_member(e, "lastUpdateTimeStamp", e->r->updated_ms);
	reference(e, "updatedByAgencyReference", "center", false);
	buf_free(&id);
}

static void begin_list(const struct eido *e, const char *name, const char *part)
{
	jtext_name(e->out, name);
	jtext_open(e->out, '[');
	begin(e, part);
}

static void end_list(const struct eido *e)
{
	jtext_close(e->out, '}');
	jtext_close(e->out, ']');
}

static void words_member(const struct eido *e, const char *name, const char *word)
{
	jtext_name(e->out, name);
	jtext_open(e->out, '[');
	jtext_str(e->out, word);
	jtext_close(e->out, ']');
}

static void agencies(const struct eido *e)
{
	begin_list(e, "agencyComponent", "center");
	words_member(e, "agencyRoleDescriptionRegistryText", "CallReceiving");
	words_member(e, "agencyType", "crisis_line");
	jtext_close(e->out, '}');
	begin(e, "agency");
	words_member(e, "agencyRoleDescriptionRegistryText", "Dispatch");
	words_member(e, "agencyType", report_kind(e->r->kind)->agency);
	end_list(e);
}

static void incident(const struct eido *e)
{
	const struct report *r = e->r;
	const struct report_kind *kind = report_kind(r->kind);
	struct buf words = { 0 };
	jtext_name(e->out, "incidentComponent");
	begin(e, "incident");
	buf_addf(&words, "%s%s", r->test ? "TEST: " : "", kind->words);
	text_member(e, "incidentTypeCommonRegistryText", r->test ? "Test" : kind->incident);
	text_member(e, "incidentTypeInternalCode", r->kind);
	text_member(e, "incidentTypeInternalText", buf_str(&words));
	words_member(e, "incidentStatusCommonRegistryText",
		r->what == REPORT_CANCEL ? "Cancelled" : "Active");
	text_member(e, "internalIncidentId", r->dispatch);
	text_member(e, "incidentPriorityInternalText", level_name(r->level));
	jtext_name(e->out, "incidentCommonPriorityNumber"); /* 1 is the highest */
	jtext_int(e->out, LEVEL_COUNT - (int)r->level);
	if (report_has_place(&r->place))
		reference(e, "locationReference", "location", true);
	reference(e, "personReference", "person", true);
	reference(e, "notesReference", "note", true);
	jtext_close(e->out, '}');
	buf_free(&words);
}

static void call(const struct eido *e)
{
	const struct report *r = e->r;
	begin_list(e, "callComponent", "callid");
	text_member(e, "standardPrimaryCallType", "emergency");
	text_member(e, "localCallType", r->channel);
	text_member(e, "direction", "incoming");
	time_member(e, "callStartTimestamp", r->opened_ms ? r->opened_ms : r->requested_ms);
	text_member(e, "callStateRegistryText", "callAnswered");
	reference(e, "personReference", "person", true);
	if (*r->callback)
		reference(e, "callBackReference", "callback", false);
	end_list(e);
	if (!*r->callback)
		return;
	begin_list(e, "callbackComponent", "callback");
	words_member(e, "callBackInformationUri", r->callback);
	end_list(e);
}

static void person(const struct eido *e)
{
	begin_list(e, "personComponent", "person");
	words_member(e, "personIncidentRoleRegistryText", "Caller");
	if (report_has_place(&e->r->place))
		reference(e, "locationReference", "location", true);
	end_list(e);
}

static void location(const struct eido *e)
{
	const struct report *r = e->r;
	struct buf words = { 0 }, pidf = { 0 };
	if (!report_has_place(&r->place))
		return;
	begin_list(e, "locationComponent", "location");
	text_member(e, "locationTypeDescriptionRegistryText", "Caller");
	if (report_place_pidf(r, &pidf))
		text_member(e, "locationByValue", buf_str(&pidf));
	report_place_words(&r->place, &words);
	text_member(e, "locationDescriptionText", buf_str(&words));
	end_list(e);
	buf_wipe(&words);
	buf_wipe(&pidf);
}

/* A note is HTML5. */
static void note(const struct eido *e)
{
	struct buf words = { 0 }, html = { 0 };
	report_summary(e->r, &words);
	xml_element(&html, "p", buf_str(&words));
	begin_list(e, "notesComponent", "note");
	text_member(e, "notesActionComments", buf_str(&html));
	end_list(e);
	buf_wipe(&words);
	buf_wipe(&html);
}

void report_eido(const struct report *r, struct buf *out)
{
	const struct eido e = { r, out };
	begin(&e, "incidentid");
	text_member(&e, "eidoVersion", "1.0");
	text_member(&e, "issuingElementIdentification", r->center);
	agencies(&e);
	incident(&e);
	call(&e);
	person(&e);
	location(&e);
	note(&e);
	begin_list(&e, "dispatchComponent", "dispatch");
	reference(&e, "agencyReference", "agency", false);
	end_list(&e);
	jtext_close(out, '}');
}
