#include "triaged/outreach/report.h"

#include <stdio.h>
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/json_text.h"

#include "report_words.h"

static const char *what_name(enum report_what what)
{
	static const char *const names[] = { "new", "update", "cancel" };
	return names[what];
}

const struct report_kind *report_kind(const char *name)
{
	/* clang-format off */
	static const struct report_kind kinds[] = {
		{ "ems", "an ambulance", "Medical", "ems", "Health" },
		{ "police", "the police", "Welfare Check", "police", "Security" },
		{ "fire", "the fire service", "Rescue", "fire", "Fire" },
		{ "mobile_team", "a mobile crisis team", "Mental Health", "mobile_crisis", "Health" },
		{ "poison_control", "the poison centre", "Poisoning", "poison_control", "Health" },
	};
	/* clang-format on */
	static const struct report_kind other = { "other", "help", "Other", "other", "Rescue" };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return &other;
}

void report_key(const struct report *r, char out[REPORT_KEY_SIZE])
{
	snprintf(out, REPORT_KEY_SIZE, "%s:%s:%d", r->dispatch, r->agency, r->version);
}

static void consent_words(const char *consent, struct buf *out)
{
	if (strcmp(consent, "yes") == 0)
		buf_adds(out, " The person agrees.");
	else if (strcmp(consent, "no") == 0)
		buf_adds(out, " The person does not agree.");
	else if (strcmp(consent, "unable") == 0)
		buf_adds(out, " The person is not able to agree or refuse.");
}

static void person_words(const struct report *r, struct buf *out)
{
	if (r->age >= 0)
		buf_addf(out, " Age %d.", r->age);
	if (*r->lang)
		buf_addf(out, " Language: %s.", r->lang);
	if (strcmp(r->caller_role, "third_party") == 0 ||
		strcmp(r->caller_role, "professional") == 0)
		buf_adds(out, " Reported by somebody else, not by the person.");
	if (*r->callback)
		buf_addf(out, " Can be reached at: %s.", r->callback);
}

void report_summary(const struct report *r, struct buf *out)
{
	char told[TIME_TEXT_SIZE];
	if (r->test)
		buf_adds(out, "TEST ONLY, SEND NOBODY. ");
	if (r->what == REPORT_CANCEL)
		buf_adds(out, "CANCELLED: no longer needed. ");
	buf_addf(out, "Crisis line %s asks for %s (level %s, %s).", r->center,
		report_kind(r->kind)->words, level_name(r->level), r->dispatch);
	if (*r->reason)
		buf_addf(out, " Reason: %s.", r->reason);
	consent_words(r->consent, out);
	if (*r->tried)
		buf_addf(out, " Tried before: %s.", r->tried);
	person_words(r, out);
	buf_adds(out, report_has_place(&r->place) ? " Place: " : " The place is not known.");
	if (report_has_place(&r->place)) {
		report_place_words(&r->place, out);
		if (r->place.given_ms) /* an old place may be the wrong one */
			buf_addf(out, " (told at %s)", time_text(r->place.given_ms, told));
		buf_adds(out, ".");
	}
}

static void event_data(const struct report *r, const char *url, int64_t expires_ms, struct buf *out)
{
	jtext_open(out, '{');
	jtext_put_str(out, "dispatch", r->dispatch);
	jtext_put_str(out, "agency", r->agency);
	jtext_put_int(out, "version", r->version);
	jtext_put_str(out, "what", what_name(r->what));
	jtext_put_str(out, "kind", r->kind);
	jtext_put_str(out, "level", level_name(r->level));
	jtext_put_str(out, "status", r->test ? "Test" : "Actual");
	jtext_put_bool(out, "test", r->test);
	jtext_name(out, "requested");
	jtext_time(out, r->requested_ms);
	if (*url) {
		jtext_put_str(out, "report", url);
		jtext_name(out, "report_expires");
		jtext_time(out, expires_ms);
	}
	jtext_close(out, '}');
}

void report_event(const struct report *r, const char *url, int64_t expires_ms, struct buf *out)
{
	char key[REPORT_KEY_SIZE];
	struct buf words = { 0 };
	report_key(r, key);
	jtext_open(out, '{');
	jtext_put_str(out, "specversion", "1.0");
	jtext_put_str(out, "id", key);
	buf_addf(&words, "/triaged/%s", r->center);
	jtext_put_str(out, "source", buf_str(&words));
	buf_clear(&words);
	buf_addf(&words, "triaged.dispatch.%s", what_name(r->what));
	jtext_put_str(out, "type", buf_str(&words));
	buf_free(&words);
	jtext_put_str(out, "subject", r->dispatch);
	jtext_name(out, "time");
	jtext_time(out, r->updated_ms);
	jtext_put_str(out, "datacontenttype", "application/json");
	jtext_name(out, "data");
	event_data(r, url, expires_ms, out);
	jtext_close(out, '}');
}
