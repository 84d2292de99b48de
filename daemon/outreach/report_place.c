/* Where somebody is, in words and as a PIDF-LO document. */
#include <math.h>
#include <string.h>

#include "report_words.h"
#include "xml.h"

/* Names of RFC 5139 in the order its schema demands. */
static const char *const civic_order[] = { "country", "A1", "A2", "A3", "A4", "A5", "A6", "PRM",
	"PRD", "RD", "STS", "POD", "POM", "RDSEC", "RDBR", "RDSUBBR", "HNO", "HNS", "LMK", "LOC",
	"FLR", "NAM", "PC", "BLD", "UNIT", "ROOM", "SEAT", "PLC", "PCN", "POBOX", "ADDCODE" };
#define N_CIVIC (sizeof civic_order / sizeof *civic_order)

bool report_has_point(const struct report_place *p)
{
	return p->has_point && fabs(p->lat) <= 90 && fabs(p->lon) <= 180;
}

bool report_has_place(const struct report_place *p)
{
	return *p->text || p->n_civic > 0 || report_has_point(p);
}

static double radius(const struct report_place *p)
{
	return p->radius_m > 0 && p->radius_m < 1e7 ? p->radius_m : 0;
}

static void separate(struct buf *out, size_t start)
{
	if (out->len > start)
		buf_adds(out, ", ");
}

void report_place_words(const struct report_place *p, struct buf *out)
{
	size_t start = out->len;
	buf_adds(out, p->text);
	for (size_t i = 0; i < p->n_civic; i++) {
		separate(out, start);
		buf_addf(out, "%s %s", p->civic[i].name, p->civic[i].value);
	}
	if (report_has_point(p)) {
		separate(out, start);
		buf_addf(out, "%.6f %.6f", p->lat, p->lon);
		if (radius(p) > 0)
			buf_addf(out, " within %.0f m", radius(p));
	}
}

static const char *civic_value(const struct report_place *p, const char *name)
{
	for (size_t i = 0; i < p->n_civic; i++)
		if (strcmp(p->civic[i].name, name) == 0)
			return p->civic[i].value;
	return "";
}

static bool add_civic(const struct report_place *p, struct buf *out)
{
	struct buf parts = { 0 };
	for (size_t i = 0; i < N_CIVIC; i++)
		xml_element(&parts, civic_order[i], civic_value(p, civic_order[i]));
	bool any = parts.len > 0;
	if (any)
		buf_addf(out,
			"<civicAddress xmlns=\"urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr\">"
			"%s</civicAddress>",
			parts.data);
	buf_free(&parts);
	return any;
}

static bool add_point(const struct report_place *p, struct buf *out)
{
	static const char where[] = "srsName=\"urn:ogc:def:crs:EPSG::4326\"";
	if (!report_has_point(p))
		return false;
	if (radius(p) > 0)
		buf_addf(out,
			"<gs:Circle xmlns:gs=\"http://www.opengis.net/pidflo/1.0\" "
			"xmlns:gml=\"http://www.opengis.net/gml\" %s><gml:pos>%.6f %.6f</gml:pos>"
			"<gs:radius uom=\"urn:ogc:def:uom:EPSG::9001\">%.0f</gs:radius></gs:Circle>",
			where, p->lat, p->lon, radius(p));
	else
		buf_addf(out,
			"<gml:Point xmlns:gml=\"http://www.opengis.net/gml\" %s>"
			"<gml:pos>%.6f %.6f</gml:pos></gml:Point>",
			where, p->lat, p->lon);
	return true;
}

bool report_place_pidf(const struct report *r, struct buf *out)
{
	struct buf info = { 0 };
	bool point = add_point(&r->place, &info), civic = add_civic(&r->place, &info);
	if (point || civic) {
		buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
			      "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"pres:");
		xml_text(out, r->dispatch);
		buf_adds(out, "\"><tuple id=\"place\"><status>"
			      "<gp:geopriv xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\">"
			      "<gp:location-info>");
		buf_add(out, info.data, info.len);
		buf_adds(out, "</gp:location-info><gp:usage-rules/></gp:geopriv></status></tuple>"
			      "</presence>");
	}
	buf_free(&info);
	return point || civic;
}
