#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "triaged/core/agency.h"

#define D       PLACE_DEGREE
#define HOUR_MS ((int64_t)3600000)

static struct place_point square[] = { { 0, 0 }, { 0, 2 * D }, { 2 * D, 2 * D }, { 2 * D, 0 } };
/* Monday to Friday 8:00 to 18:00, and Sunday night into Monday. */
static struct agency_hours days[] = { { 480, 1080 }, { 1920, 2520 }, { 9960, 10440 } };
static struct agency_shift shifts[] = { { 0, 3600 }, { 1774746000, 7200 } }; /* 29 March 2026 */
/* A string that may belong to a struct of owned strings. */
#define S(text)                                                                                    \
	(char[])                                                                                   \
	{                                                                                          \
		text                                                                               \
	}

static struct agency_zone zones[] = { { S("Europe/Berlin"), shifts, 2 } };

static struct agency list[] = {
	{ .id = S("ems-a"),
		.name = S("A"),
		.kinds = S("ems fire"),
		.areas = S("kent"),
		.webhook = true },
	{ .id = S("ems-b"), .name = S("B"), .kinds = S("ems"), .areas = S(""), .session = S("b") },
	{ .id = S("ems-c"),
		.name = S("C"),
		.kinds = S("ems"),
		.areas = S(""),
		.polygon = square,
		.n_polygon = 4,
		.session = S("c") },
	{ .id = S("drill"),
		.name = S("T"),
		.kinds = S("ems"),
		.areas = S(""),
		.session = S("t"),
		.test = true },
	{ .id = S("day"),
		.name = S("Y"),
		.kinds = S("police"),
		.areas = S(""),
		.hours = days,
		.n_hours = 3,
		.zone = S("Europe/Berlin"),
		.session = S("y") },
	{ .id = S("mute"), .name = S("M"), .kinds = S("ems"), .areas = S("") },
};
static const struct agencies all = { list, sizeof list / sizeof *list, zones, 1 };

static const char *choose(const struct agencies *set, const struct agency_query *q)
{
	static char text[256];
	const struct agency *out[8];
	size_t n = agency_choose(set, q, out, 8);
	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		strcat(text, i ? " " : "");
		strcat(text, out[i]->id);
	}
	return text;
}

static struct agency_query query(const char *kind, const char *area)
{
	return (struct agency_query){ .kind = kind, .asked = "", .area = area };
}

static void order_is_that_of_the_file_among_those_who_serve_the_place(void **state)
{
	(void)state;
	struct agency_query q = query("ems", "us kent");
	q.has_point = true;
	q.point = (struct place_point){ D, D };
	assert_string_equal(choose(&all, &q), "ems-a ems-b ems-c");
	q.area = "us essex";
	assert_string_equal(choose(&all, &q), "ems-b ems-c");
	q.point.lat = 3 * D;
	assert_string_equal(choose(&all, &q), "ems-b");
	q.kind = "poison_control";
	assert_string_equal(choose(&all, &q), "");
}

static void an_unknown_place_is_no_no(void **state)
{
	(void)state;
	struct agency_query q = query("ems", "");
	assert_string_equal(choose(&all, &q), "ems-b ems-a ems-c");
}

static void the_named_one_goes_first_unless_it_cannot(void **state)
{
	(void)state;
	struct agency_query q = query("ems", "us essex");
	q.asked = "ems-a";
	assert_string_equal(choose(&all, &q), "ems-a ems-b ems-c");
	q.asked = "drill";
	assert_string_equal(choose(&all, &q), "ems-b ems-c");
	q.asked = "mute";
	assert_string_equal(choose(&all, &q), "ems-b ems-c");
	q.asked = "nobody";
	assert_string_equal(choose(&all, &q), "ems-b ems-c");
}

static void tests_and_the_living_never_meet(void **state)
{
	(void)state;
	struct agency_query q = query("ems", "kent");
	q.test = true;
	assert_string_equal(choose(&all, &q), "drill");
	q.asked = "ems-a";
	assert_string_equal(choose(&all, &q), "drill");
	q.kind = "fire";
	assert_string_equal(choose(&all, &q), "");
}

static bool open_at(int64_t utc_s)
{
	return agency_is_open(&all, agencies_find(&all, "day"), utc_s * 1000);
}

static void hours_are_local(void **state)
{
	(void)state;
	/* Monday, 23 March 2026 is CET, Monday, 30 March 2026 is CEST. */
	const int64_t winter = 1774220400, summer = 1774821600; /* their 0:00 local */
	const int64_t mondays[] = { winter, summer };
	for (int i = 0; i < 2; i++) {
		int64_t m = mondays[i];
		assert_false(open_at(m + 8 * 3600 - 1));
		assert_true(open_at(m + 8 * 3600));
		assert_true(open_at(m + 18 * 3600 - 1));
		assert_false(open_at(m + 18 * 3600));
		assert_true(open_at(m + 5 * 3600 + 59 * 60)); /* the night from Sunday */
		assert_false(open_at(m + 6 * 3600));
		assert_true(open_at(m - 1 * 3600)); /* before either change of clocks */
		assert_false(open_at(m + 2 * 86400 + 12 * 3600));
	}
}

static void a_closed_one_is_not_asked(void **state)
{
	(void)state;
	struct agency_query q = query("police", "");
	q.now_ms = (1774220400 + 12 * 3600) * (int64_t)1000;
	assert_string_equal(choose(&all, &q), "day");
	q.now_ms += 12 * HOUR_MS;
	assert_string_equal(choose(&all, &q), "");
}

static void the_record_reads_back_to_the_same(void **state)
{
	(void)state;
	struct buf first = { 0 }, second = { 0 };
	struct agencies back;
	struct err e;
	agencies_encode(&all, &first);
	assert_int_equal(agencies_decode((struct slice){ first.data, first.len }, &back, &e), 0);
	assert_int_equal(back.n, all.n);
	agencies_encode(&back, &second);
	assert_int_equal(second.len, first.len);
	assert_memory_equal(first.data, second.data, first.len);
	agencies_free(&back);
	/* Cut anywhere it is refused or shorter, and never read past its end. */
	for (size_t n = 0; n < first.len; n++)
		if (agencies_decode((struct slice){ first.data, n }, &back, &e) == 0) {
			assert_true(back.n < all.n);
			agencies_free(&back);
		}
	buf_free(&first);
	buf_free(&second);
}

#define AGENCY "id 1:a\nkinds 3:ems\n"

/* A record with one agency (or zone) of these bytes. */
static int take(const char *what, const char *bytes)
{
	struct buf b = { 0 };
	struct agencies set;
	struct err e;
	record_put(&b, what, bytes, strlen(bytes));
	int result = agencies_decode((struct slice){ b.data, b.len }, &set, &e);
	if (result == 0)
		agencies_free(&set);
	else
		assert_string_equal(e.text, "agencies: broken record");
	assert_int_equal(set.n + set.n_zones, 0);
	buf_free(&b);
	return result;
}

static void what_cannot_be_an_agency_is_refused(void **state)
{
	(void)state;
	static const char *const broken[] = { "", "id 1:a\n", "kinds 3:ems\n", AGENCY "open 1:5\n",
		AGENCY "open 3:x 5\n", AGENCY "open 3:5 x\n", AGENCY "open 4:-1 5\n",
		AGENCY "open 11:10080 10081\n", AGENCY "open 3:5 5\n", AGENCY "open 7:5 10086\n",
		AGENCY "corner 1:5\n", AGENCY "corner 9:9000001 0\n",
		AGENCY "corner 10:0 18000001\n", AGENCY "corner 11:0 -18000001\n", AGENCY "id 9" };
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
		if (take("agency", broken[i]) != -1)
			fail_msg("taken: %s", broken[i]);
	static const char *const zones_broken[] = { "", "shift 3:0 0\n", "name 1:z\nshift 1:0\n",
		"name 1:z\nshift 3:x 0\n", "name 1:z\nshi" };
	for (size_t i = 0; i < sizeof zones_broken / sizeof *zones_broken; i++)
		if (take("zone", zones_broken[i]) != -1)
			fail_msg("taken: %s", zones_broken[i]);
	/* at the edge, said twice, or from a newer node */
	assert_int_equal(take("agency", AGENCY "open 11:10079 20159\ncorner 16:9000000 18000000\n"
					       "mood 1:x\nid 1:b\n"),
		0);
	assert_int_equal(take("zone", "name 1:z\nname 1:y\nmood 1:x\n"), 0);
	assert_int_equal(take("mood", "x"), 0);
}

/* Hours in a zone that is not there, or whose clocks are never moved, are those of UTC. */
static void hours_without_a_known_zone_are_utc(void **state)
{
	(void)state;
	struct agency_hours morning = { 0, 60 };
	struct agency a = { .id = S("a"), .kinds = S("ems"), .hours = &morning, .n_hours = 1 };
	struct agency_zone still[] = { { S("Etc/Still"), NULL, 0 }, { S("Etc/East"), shifts, 1 } };
	const struct agencies set = { &a, 1, still, 2 };
	char *names[] = { S("Etc/Still"), S("Etc/None"), NULL };
	const int64_t monday = (int64_t)4 * 86400;
	for (size_t i = 0; i < 3; i++) {
		a.zone = names[i];
		assert_true(agency_is_open(&set, &a, monday * 1000));
		assert_false(agency_is_open(&set, &a, (monday - 3600) * 1000));
	}
	a.zone = S("Etc/East");
	assert_true(agency_is_open(&set, &a, (monday - 3600) * 1000));
	assert_false(agency_is_open(&set, &a, monday * 1000));
}

static void no_more_are_written_than_there_is_room_for(void **state)
{
	(void)state;
	const struct agency *out[2] = { NULL, NULL };
	struct agency_query q = query("ems", "us  kent"); /* two blanks: no word between them */
	assert_int_equal(agency_choose(&all, &q, out, 1), 3);
	assert_string_equal(out[0]->id, "ems-a");
	assert_null(out[1]);
	q.asked = "ems-b";
	assert_int_equal(agency_choose(&all, &q, NULL, 0), 3);
	assert_int_equal(agency_choose(&all, &q, out, 2), 3);
	assert_string_equal(out[0]->id, "ems-b");
	assert_string_equal(out[1]->id, "ems-a");
}

static void at_the_pole_there_is_no_east(void **state)
{
	(void)state;
	struct place_point a = { 90 * D, 0 }, b = { 90 * D, 90 * D }, c = { -90 * D, 0 };
	assert_int_equal(place_distance_m(a, b), 0);
	int64_t half = place_distance_m(a, c);
	assert_true(half > 20000000 && half < 20030000);
}

static void distances_are_those_of_the_globe(void **state)
{
	(void)state;
	const struct {
		double a_lat, a_lon, b_lat, b_lon;
		int64_t metres; /* by haversine on the same sphere */
	} cases[] = {
		{ 52.52, 13.405, 52.40, 13.06, 26915 },
		{ 45.5152, -122.6784, 44.0521, -123.0868, 165851 },
		{ -33.8688, 151.2093, -32.9283, 151.7817, 117304 },
		{ 0, 179.9, 0, -179.9, 22239 },
		{ 61.2181, -149.9003, 64.8378, -147.7164, 417228 },
		{ 10, 10, 10, 10, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct place_point a = { (int32_t)(cases[i].a_lat * D),
			(int32_t)(cases[i].a_lon * D) };
		struct place_point b = { (int32_t)(cases[i].b_lat * D),
			(int32_t)(cases[i].b_lon * D) };
		int64_t d = place_distance_m(a, b), off = d - cases[i].metres;
		assert_int_equal(d, place_distance_m(b, a));
		if (off * 200 > cases[i].metres + 400 || -off * 200 > cases[i].metres + 400)
			fail_msg("%zu: %lld m", i, (long long)d);
	}
}

static void a_point_is_on_the_globe(void **state)
{
	(void)state;
	assert_true(place_is_point(90 * D, -180 * D));
	assert_false(place_is_point(90 * D + 1, 0));
	assert_false(place_is_point(0, INT64_MIN + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_that_of_the_file_among_those_who_serve_the_place),
		cmocka_unit_test(an_unknown_place_is_no_no),
		cmocka_unit_test(the_named_one_goes_first_unless_it_cannot),
		cmocka_unit_test(tests_and_the_living_never_meet),
		cmocka_unit_test(hours_are_local),
		cmocka_unit_test(a_closed_one_is_not_asked),
		cmocka_unit_test(the_record_reads_back_to_the_same),
		cmocka_unit_test(what_cannot_be_an_agency_is_refused),
		cmocka_unit_test(hours_without_a_known_zone_are_utc),
		cmocka_unit_test(no_more_are_written_than_there_is_room_for),
		cmocka_unit_test(at_the_pole_there_is_no_east),
		cmocka_unit_test(distances_are_those_of_the_globe),
		cmocka_unit_test(a_point_is_on_the_globe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
