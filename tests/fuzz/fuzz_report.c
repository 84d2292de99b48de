/*
 * Whatever stands in a report, its forms are well formed: the JSON parses, the XML's tags match and
 * all of it is text. The input's lines are the report's texts; its third byte says whether a library
 * reads the JSON, too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/utf8.h"
#include "triaged/outreach/report.h"

#include "../../daemon/outreach/report_words.h"
#include "fuzz_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_JSON void is_text(const struct buf *b)
{
	const unsigned char *p = (const unsigned char *)buf_str(b), *end = p + b->len;
	while (p < end) {
		size_t n = utf8_sequence(p, (size_t)(end - p));
		CHECK(n > 0 && (n > 1 || *p >= 0x20 || *p == '\n' || *p == '\t'));
		p += n;
	}
}

/* Every tag that opens closes, in order; attributes hold no '<'. */
FUZZ_JSON void is_xml(const char *p)
{
	char open[16][40];
	int depth = 0;
	while ((p = strchr(p, '<'))) {
		const char *end = strchr(p, '>');
		CHECK(end && (size_t)(end - p) < 400);
		size_t n = strcspn(p + 1, " >/");
		if (p[1] == '/') {
			n = (size_t)(end - p) - 2;
			CHECK(depth-- > 0 && n < sizeof open[0] &&
				strncmp(open[depth], p + 2, n) == 0 && !open[depth][n]);
		} else if (p[1] != '?' && end[-1] != '/') {
			CHECK(depth < 16 && n < sizeof open[0]);
			memcpy(open[depth], p + 1, n);
			open[depth++][n] = '\0';
		}
		p = end + 1;
	}
	CHECK(depth == 0);
}

static void check(const struct report *r, bool parse)
{
	struct buf out = { 0 };
	report_event(r, r->reason, 1, &out);
	fuzz_is_json(&out, parse);
	buf_clear(&out);
	report_eido(r, &out);
	is_text(&out);
	fuzz_is_json(&out, parse);
	buf_clear(&out);
	if (report_place_pidf(r, &out))
		is_xml(out.data);
	buf_clear(&out);
	report_cap(r, &out);
	is_text(&out);
	is_xml(out.data);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 24)
		return 0;
	struct report r = { .center = "north", .dispatch = "d1", .contact = "c1", .agency = "ems" };
	r.what = data[0] % 3;
	r.test = data[1] & 1;
	r.version = 1 + (data[1] >> 1);
	r.level = data[2] % LEVEL_COUNT;
	r.age = (int)data[3] - 1;
	memcpy(&r.place.lat, data + 4, 8);
	memcpy(&r.place.lon, data + 12, 8);
	r.place.radius_m = r.place.lat;
	r.place.has_point = true;
	r.requested_ms = r.updated_ms = 1790000000000;
	const char *text[9];
	char *copy = calloc(1, size - 20 + 1), *at = copy;
	CHECK(copy);
	memcpy(copy, data + 20, size - 20);
	for (int i = 0; i < 9; i++) {
		text[i] = at;
		at += strcspn(at, "\n");
		if (*at)
			*at++ = '\0';
	}
	r.kind = text[0], r.consent = text[1], r.tried = text[2], r.reason = text[3];
	r.requested_by = text[4], r.channel = text[5], r.lang = text[6];
	r.caller_role = text[7], r.callback = text[8];
	r.place.text = text[3];
	r.place.civic[0].name = "RD";
	r.place.civic[0].value = text[8];
	r.place.civic[1].name = text[7];
	r.place.civic[1].value = text[2];
	r.place.n_civic = 2;
	check(&r, data[2] >= 0xf8);
	free(copy);
	return 0;
}
