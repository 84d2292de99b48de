/* CAP 1.2 (OASIS, July 2010). The order of elements is the schema's. */
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/outreach/report.h"

#include "report_words.h"
#include "xml.h"

/* "2025-01-31T23:59:59-00:00": CAP knows no Z and no fractions. */
static void time_element(struct buf *out, const char *name, int64_t ms)
{
	char text[TIME_TEXT_SIZE];
	buf_addf(out, "<%s>%.19s-00:00</%s>", name, time_text(ms, text), name);
}

static const char *severity(enum level level)
{
	static const char *const words[LEVEL_COUNT] = { [LEVEL_LOW] = "Minor",
		[LEVEL_MODERATE] = "Moderate",
		[LEVEL_HIGH] = "Severe",
		[LEVEL_URGENT] = "Severe",
		[LEVEL_EMERGENCY] = "Extreme" };
	return words[level];
}

static const char *response(const struct report *r)
{
	if (r->test)
		return "None";
	return r->what == REPORT_CANCEL ? "AllClear" : "Execute";
}

/* The first that they heard, which this follows; it counts as of when the rescue was asked for. */
static void references(const struct report *r, struct buf *out)
{
	char text[TIME_TEXT_SIZE];
	if (r->what == REPORT_NEW || !r->first_version)
		return;
	buf_adds(out, "<references>");
	xml_text(out, r->center);
	buf_adds(out, ",");
	xml_text(out, r->dispatch);
	buf_adds(out, ":");
	xml_text(out, r->agency);
	buf_addf(out, ":%d,%.19s-00:00</references>", r->first_version,
		time_text(r->requested_ms, text));
}

static void parameter(struct buf *out, const char *name, const char *value)
{
	if (!*value)
		return;
	buf_addf(out, "<parameter><valueName>%s</valueName>", name);
	xml_element(out, "value", value);
	buf_adds(out, "</parameter>");
}

static void area(const struct report_place *p, struct buf *out)
{
	struct buf words = { 0 };
	if (!report_has_place(p))
		return;
	report_place_words(p, &words);
	buf_adds(out, "<area>");
	xml_element(out, "areaDesc", buf_str(&words));
	if (report_has_point(p)) /* a circle's radius is in km */
		buf_addf(out, "<circle>%.6f,%.6f %.3f</circle>", p->lat, p->lon,
			p->radius_m > 0 && p->radius_m < 1e7 ? p->radius_m / 1000 : 0);
	buf_adds(out, "</area>");
	buf_wipe(&words);
}

static void info(const struct report *r, struct buf *out)
{
	const struct report_kind *kind = report_kind(r->kind);
	struct buf words = { 0 };
	buf_addf(out, "<info><language>en</language><category>%s</category>", kind->category);
	buf_addf(out, "<event>%s%s</event>", r->test ? "TEST: " : "", kind->incident);
	buf_addf(out, "<responseType>%s</responseType><urgency>%s</urgency>", response(r),
		r->level >= LEVEL_URGENT ? "Immediate" : "Expected");
	/* We order a queue; how certain something is we do not say. */
	buf_addf(out, "<severity>%s</severity><certainty>Unknown</certainty>", severity(r->level));
	xml_element(out, "senderName", r->center);
	buf_addf(out, "<headline>%sRequest for %s</headline>", r->test ? "TEST ONLY: " : "",
		kind->words);
	report_summary(r, &words);
	xml_element(out, "description", buf_str(&words));
	xml_element(out, "contact", r->callback);
	parameter(out, "level", level_name(r->level));
	parameter(out, "kind", r->kind);
	parameter(out, "consent", r->consent);
	area(&r->place, out);
	buf_adds(out, "</info>");
	buf_wipe(&words);
}

void report_cap(const struct report *r, struct buf *out)
{
	static const char *const types[] = { "Alert", "Update", "Cancel" };
	char key[REPORT_KEY_SIZE];
	report_key(r, key);
	buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
		      "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">");
	xml_element(out, "identifier", key);
	xml_element(out, "sender", r->center);
	time_element(out, "sent", r->what == REPORT_NEW ? r->requested_ms : r->updated_ms);
	xml_element(out, "status", r->test ? "Test" : "Actual");
	xml_element(out, "msgType", types[r->what]);
	xml_element(out, "scope", "Private");
	xml_element(out, "addresses", r->agency);
	references(r, out);
	xml_element(out, "incidents", r->dispatch);
	info(r, out);
	buf_adds(out, "</alert>\n");
}
