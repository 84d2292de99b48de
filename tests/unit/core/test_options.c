/* Options as a record, as the ledger keeps them: all of them come back, and none that is broken is
 * taken for another. */
#include "agencies.h"

static struct slice bytes_of(const struct buf *b)
{
	return (struct slice){ buf_str(b), b->len };
}

static void refused(struct slice record, const char *name)
{
	struct core_options o;
	struct err e = { "" };
	core_options_default(&o);
	assert_int_equal(core_options_decode(record, &o, &e), -1);
	if (!strstr(e.text, name))
		fail_msg("wanted %s named, got: %s", name, e.text);
}

static void refused_value(const char *name, const char *value)
{
	struct buf b = { 0 };
	record_put(&b, name, value, strlen(value));
	refused(bytes_of(&b), name);
	buf_free(&b);
}

static void full(struct core_options *o)
{
	core_options_default(o);
	give_agencies(o);
	strcpy(o->centers, "south west");
	o->id_base = (int64_t)1 << 40;
	o->weight[LEVEL_LOW] = -1;
	o->n_tiers = 2;
	o->tiers[1] = (struct core_tier){ 5, TIER_ANY, TIER_INTERPRETER };
}

static void all_of_them_come_back(void **state)
{
	(void)state;
	static struct core_options o, back;
	struct buf b = { 0 }, again = { 0 };
	struct err e;
	full(&o);
	core_options_encode(&o, &b);
	assert_int_equal(core_options_decode(bytes_of(&b), &back, &e), 0);
	core_options_encode(&back, &again);
	assert_int_equal(b.len, again.len);
	assert_memory_equal(b.data, again.data, b.len);
	assert_string_equal(back.centers, "south west");
	assert_int_equal(back.agencies_len, o.agencies_len);
	assert_int_equal(back.weight[LEVEL_LOW], -1);
	assert_int_equal(back.tiers[1].language, TIER_ANY);
	assert_int_equal(back.tiers[1].needs, TIER_INTERPRETER);
	buf_free(&b);
	buf_free(&again);
}

/* A record of a few changes those; that of a newer node says more than is known here. */
static void what_the_record_does_not_name_stays(void **state)
{
	(void)state;
	struct core_options o;
	struct buf b = { 0 };
	struct err e;
	core_options_default(&o);
	record_puts(&b, "round_ms", "7");
	record_puts(&b, "mood", "good");
	assert_int_equal(core_options_decode(bytes_of(&b), &o, &e), 0);
	assert_int_equal(o.round_ms, 7);
	assert_int_equal(o.n_tiers, 3);
	assert_int_equal(o.second_ms, 60000);
	assert_int_equal(o.agencies_len, 0);
	buf_free(&b);
}

static void every_broken_value_is_refused_by_name(void **state)
{
	(void)state;
	static const char *const values[][2] = {
		{ "round_ms", "soon" },
		{ "round_ms", "" },
		{ "round_ms", "1 2" },
		{ "target_ms", "1 2 3 4" },
		{ "target_ms", "1 2 3 4 5 6" },
		{ "target_ms", "1 2 x 4 5" },
		{ "weight", "1 1 2 2 2147483648" },
		{ "weight", "1 1 2 2 -2147483649" },
		{ "capacity_default", "9999999999" },
		{ "tier", "0 0" },
		{ "tier", "0 0 0 0" },
		{ "tier", "-1 0 0" },
		{ "tier", "0 -1 0" },
		{ "tier", "0 3 0" },
		{ "tier", "0 0 -1" },
		{ "tier", "0 0 3" },
	};
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		refused_value(values[i][0], values[i][1]);
}

static void what_is_too_long_is_refused(void **state)
{
	(void)state;
	struct core_options o;
	struct buf b = { 0 };
	struct err e;
	static char long_text[CORE_AGENCIES_MAX + 1];
	core_options_default(&o);
	memset(long_text, 'a', sizeof long_text);
	record_put(&b, "centers", long_text, sizeof o.centers);
	refused(bytes_of(&b), "centers");
	buf_clear(&b);
	record_put(&b, "centers", long_text, sizeof o.centers - 1);
	assert_int_equal(core_options_decode(bytes_of(&b), &o, &e), 0);
	assert_int_equal(strlen(o.centers), sizeof o.centers - 1);
	buf_clear(&b);
	record_put(&b, "agencies", long_text, CORE_AGENCIES_MAX + 1);
	refused(bytes_of(&b), "agencies");
	buf_clear(&b);
	for (int i = 0; i < CORE_TIERS_MAX; i++)
		record_puts(&b, "tier", "1 0 0");
	assert_int_equal(core_options_decode(bytes_of(&b), &o, &e), 0);
	assert_int_equal(o.n_tiers, CORE_TIERS_MAX);
	record_puts(&b, "tier", "1 0 0");
	refused(bytes_of(&b), "tier");
	buf_free(&b);
}

static void a_record_that_is_cut_is_refused(void **state)
{
	(void)state;
	static struct core_options o;
	struct buf b = { 0 };
	full(&o);
	core_options_encode(&o, &b);
	refused((struct slice){ b.data, b.len - 1 }, "broken record");
	buf_free(&b);
}

/* None rather than half of them: the core goes on, and dispatches are asked of people. */
static void broken_agencies_are_none(void **state)
{
	(void)state;
	struct world w;
	world_start(&w);
	give_agencies(&w.options);
	w.options.agencies_len--;
	core_set_options(w.core, &w.options);
	supervisor(&w, "sue", S1);
	const struct output *o = apply(&w,
		CMD(DISPATCH_DRILL, c->identity = "sue", c->role = "supervisor", c->agency = "t"));
	assert_string_equal(field(&w, o, "reason"), "no_such_agency");
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_them_come_back),
		cmocka_unit_test(what_the_record_does_not_name_stays),
		cmocka_unit_test(every_broken_value_is_refused_by_name),
		cmocka_unit_test(what_is_too_long_is_refused),
		cmocka_unit_test(a_record_that_is_cut_is_refused),
		cmocka_unit_test(broken_agencies_are_none),
	};
	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
