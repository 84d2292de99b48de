#include "triaged/core/agency.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "text.h"

#define WEEK_MIN (7 * 24 * 60)

/* ---- the record ---- */

static void put_numbers(struct buf *out, const char *name, const int64_t *v, size_t n)
{
	struct buf text = { 0 };
	for (size_t i = 0; i < n; i++)
		buf_addf(&text, "%s%lld", i ? " " : "", (long long)v[i]);
	record_puts(out, name, buf_str(&text));
	buf_free(&text);
}

static void put_zone(const struct agency_zone *z, struct buf *out)
{
	struct buf b = { 0 };
	record_puts(&b, "name", z->name);
	for (size_t i = 0; i < z->n; i++)
		put_numbers(
			&b, "shift", (int64_t[]){ z->shifts[i].at_s, z->shifts[i].offset_s }, 2);
	record_put(out, "zone", b.data, b.len);
	buf_free(&b);
}

static void put_agency(const struct agency *a, struct buf *out)
{
	struct buf b = { 0 };
	record_puts(&b, "id", a->id);
	record_puts(&b, "name", a->name);
	record_puts(&b, "kinds", a->kinds);
	record_puts(&b, "areas", a->areas);
	for (size_t i = 0; i < a->n_polygon; i++)
		put_numbers(&b, "corner", (int64_t[]){ a->polygon[i].lat, a->polygon[i].lon }, 2);
	for (size_t i = 0; i < a->n_hours; i++)
		put_numbers(&b, "open", (int64_t[]){ a->hours[i].from_min, a->hours[i].to_min }, 2);
	record_puts(&b, "zone", a->zone);
	record_puts(&b, "session", a->session);
	record_puti(&b, "webhook", a->webhook);
	record_puti(&b, "test", a->test);
	record_put(out, "agency", b.data, b.len);
	buf_free(&b);
}

void agencies_encode(const struct agencies *set, struct buf *out)
{
	for (size_t i = 0; i < set->n_zones; i++)
		put_zone(&set->zones[i], out);
	for (size_t i = 0; i < set->n; i++)
		put_agency(&set->at[i], out);
}

static int two_numbers(struct slice value, int64_t v[2])
{
	const char *blank = memchr(value.data, ' ', value.len);
	if (!blank)
		return -1;
	size_t first = (size_t)(blank - value.data);
	return slice_int((struct slice){ value.data, first }, &v[0]) != 0 ||
			       slice_int((struct slice){ blank + 1, value.len - first - 1 },
				       &v[1]) != 0
		       ? -1
		       : 0;
}

static char *copy(struct slice value)
{
	return mem_dup(value.data, value.len);
}

static int take_shift(struct agency_zone *z, struct slice value)
{
	int64_t v[2];
	if (two_numbers(value, v) != 0)
		return -1;
	z->shifts = mem_resize(z->shifts, z->n + 1, sizeof *z->shifts);
	z->shifts[z->n++] = (struct agency_shift){ v[0], v[1] };
	return 0;
}

static int take_zone(struct slice record, struct agency_zone *z)
{
	struct record_reader in = { record.data, record.data + record.len };
	struct slice name, value;
	int more, bad = 0;
	while ((more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "name")) {
			free(z->name);
			z->name = copy(value);
		} else if (slice_is(name, "shift")) {
			bad |= take_shift(z, value);
		}
	}
	return more == 0 && bad == 0 && z->name ? 0 : -1;
}

static int take_corner(struct agency *a, struct slice value)
{
	int64_t v[2];
	if (two_numbers(value, v) != 0 || !place_is_point(v[0], v[1]))
		return -1;
	a->polygon = mem_resize(a->polygon, a->n_polygon + 1, sizeof *a->polygon);
	a->polygon[a->n_polygon++] = (struct place_point){ (int32_t)v[0], (int32_t)v[1] };
	return 0;
}

static int take_hours(struct agency *a, struct slice value)
{
	int64_t v[2];
	if (two_numbers(value, v) != 0 || v[0] < 0 || v[0] >= WEEK_MIN || v[1] <= v[0] ||
		v[1] - v[0] > WEEK_MIN)
		return -1;
	a->hours = mem_resize(a->hours, a->n_hours + 1, sizeof *a->hours);
	a->hours[a->n_hours++] = (struct agency_hours){ v[0], v[1] };
	return 0;
}

static int take_field(struct agency *a, struct slice name, struct slice value)
{
	const struct {
		const char *name;
		char **slot;
	} texts[] = { { "id", &a->id }, { "name", &a->name }, { "kinds", &a->kinds },
		{ "areas", &a->areas }, { "zone", &a->zone }, { "session", &a->session } };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (!slice_is(name, texts[i].name))
			continue;
		free(*texts[i].slot);
		*texts[i].slot = copy(value);
		return 0;
	}
	if (slice_is(name, "corner"))
		return take_corner(a, value);
	if (slice_is(name, "open"))
		return take_hours(a, value);
	if (slice_is(name, "webhook"))
		a->webhook = true;
	else if (slice_is(name, "test"))
		a->test = true;
	return 0;
}

static int take_agency(struct slice record, struct agency *a)
{
	struct record_reader in = { record.data, record.data + record.len };
	struct slice name, value;
	int more, bad = 0;
	while ((more = record_next(&in, &name, &value)) == 1)
		bad |= take_field(a, name, value);
	return more == 0 && bad == 0 && a->id && a->kinds ? 0 : -1;
}

int agencies_decode(struct slice record, struct agencies *set, struct err *e)
{
	struct record_reader in = { record.data, record.data + record.len };
	struct slice name, value;
	int more, bad = 0;
	*set = (struct agencies){ 0 };
	while ((more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "zone")) {
			set->zones = mem_resize(set->zones, set->n_zones + 1, sizeof *set->zones);
			set->zones[set->n_zones] = (struct agency_zone){ 0 };
			bad |= take_zone(value, &set->zones[set->n_zones++]);
		} else if (slice_is(name, "agency")) {
			set->at = mem_resize(set->at, set->n + 1, sizeof *set->at);
			set->at[set->n] = (struct agency){ 0 };
			bad |= take_agency(value, &set->at[set->n++]);
		}
	}
	if (more == 0 && bad == 0)
		return 0;
	agencies_free(set);
	return err_set(e, "agencies: broken record");
}

void agencies_free(struct agencies *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct agency *a = &set->at[i];
		char *texts[] = { a->id, a->name, a->kinds, a->areas, a->zone, a->session };
		for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
			free(texts[k]);
		free(a->polygon);
		free(a->hours);
	}
	for (size_t i = 0; i < set->n_zones; i++) {
		free(set->zones[i].name);
		free(set->zones[i].shifts);
	}
	free(set->at);
	free(set->zones);
	*set = (struct agencies){ 0 };
}

/* ---- who may be asked ---- */

const struct agency *agencies_find(const struct agencies *set, const char *id)
{
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(set->at[i].id, id) == 0)
			return &set->at[i];
	return NULL;
}

static int64_t offset_at(const struct agencies *set, const char *zone, int64_t now_s)
{
	for (size_t i = 0; i < set->n_zones; i++) {
		const struct agency_zone *z = &set->zones[i];
		if (!text_is(z->name, zone) || z->n == 0)
			continue;
		size_t k = z->n - 1;
		while (k > 0 && z->shifts[k].at_s > now_s)
			k--;
		return z->shifts[k].offset_s;
	}
	return 0;
}

bool agency_is_open(const struct agencies *set, const struct agency *a, int64_t now_ms)
{
	if (a->n_hours == 0)
		return true;
	int64_t now_s = now_ms / 1000;
	/* 1 January 1970 was a Thursday, three days into its week. */
	int64_t local_min = (now_s + offset_at(set, a->zone, now_s)) / 60 + 3 * 24 * 60;
	int64_t minute = local_min % WEEK_MIN;
	for (size_t i = 0; i < a->n_hours; i++) {
		const struct agency_hours *h = &a->hours[i];
		if ((minute >= h->from_min && minute < h->to_min) || minute + WEEK_MIN < h->to_min)
			return true;
	}
	return false;
}

enum serves { SERVES_NOT, SERVES_PERHAPS, SERVES };

static bool shares_word(const char *a, const char *b)
{
	size_t len;
	for (const char *p = text_of(a); *p; p += len + (p[len] == ' ')) {
		len = strcspn(p, " ");
		if (len && words_have(b, p, len))
			return true;
	}
	return false;
}

static enum serves serves_place(const struct agency *a, const struct agency_query *q)
{
	bool words = *text_of(a->areas), polygon = a->n_polygon > 0;
	if (!words && !polygon)
		return SERVES;
	if (words && shares_word(q->area, a->areas))
		return SERVES;
	if (polygon && q->has_point && place_inside(q->point, a->polygon, a->n_polygon))
		return SERVES;
	bool known = (!words || *q->area) && (!polygon || q->has_point);
	return known ? SERVES_NOT : SERVES_PERHAPS;
}

static bool may_be_asked(
	const struct agencies *set, const struct agency *a, const struct agency_query *q)
{
	return words_have(a->kinds, q->kind, strlen(q->kind)) && a->test == q->test &&
	       (a->webhook || *text_of(a->session)) && agency_is_open(set, a, q->now_ms);
}

size_t agency_choose(const struct agencies *set, const struct agency_query *q,
	const struct agency **out, size_t max)
{
	static const enum serves rounds[] = { SERVES, SERVES_PERHAPS };
	const struct agency *named = *q->asked ? agencies_find(set, q->asked) : NULL;
	size_t n = 0;
	if (named && may_be_asked(set, named, q)) { /* a person's word goes over the map */
		if (n < max)
			out[n] = named;
		n++;
	}
	for (size_t r = 0; r < sizeof rounds / sizeof rounds[0]; r++)
		for (size_t i = 0; i < set->n; i++) {
			const struct agency *a = &set->at[i];
			if (a == named || serves_place(a, q) != rounds[r] ||
				!may_be_asked(set, a, q))
				continue;
			if (n < max)
				out[n] = a;
			n++;
		}
	return n;
}
