/* Replay: generated histories come out the same, and what was planted is found where it stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../../daemon/app/replay.h"
#include "history.h"

#define COMMANDS        4000
#define TAKE_OVER_EVERY 397
#define OPTIONS_EVERY   911

static void generate(struct history *h, uint64_t seed)
{
	history_start(h, seed);
	for (int i = 1; i <= COMMANDS; i++) {
		history_random(h);
		if (i % TAKE_OVER_EVERY == 0)
			history_take_over(h);
		if (i % OPTIONS_EVERY == 0) {
			struct core_options o = h->options;
			o.target_ms[LEVEL_URGENT] = i;
			o.parallel_emergency_offers = 1 + i % 3;
			o.exclusion_ms = i % 2 ? 500 : 120000;
			history_set_options(h, &o);
		}
	}
}

/* The first entry that does not come out the same; h->n when all do. */
static size_t replay_all(const struct history *h, struct replay *r, struct buf *why)
{
	for (size_t i = 0; i < h->n; i++) {
		struct ledger_entry entry = history_ledger_entry(h, i);
		enum replay_result result = replay_entry(r, &entry, why);
		if (result == REPLAY_DIFFERS || result == REPLAY_BROKEN)
			return i;
	}
	return h->n;
}

static void histories_come_out_the_same(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct history h;
		struct buf why = { 0 };
		generate(&h, seed);
		history_mark(&h, MARK_LEAD);
		struct replay *r = replay_new(NULL, NULL);
		if (replay_all(&h, r, &why) != h.n)
			fail_msg("seed %d: %s", (int)seed, buf_str(&why));
		assert_int_equal(replay_counts(r)->earlier, 0);
		assert_int_equal(replay_counts(r)->commands + replay_counts(r)->marks, h.n);
		assert_true(core_digest(replay_core(r)) == core_digest(h.core));
		replay_free(&r);
		history_end(&h);
	}
}

/* The first entry that decided this. */
static size_t find_decided(const struct history *h, const char *name, size_t from)
{
	for (size_t i = from; i < h->n; i++)
		if (strstr(buf_str(&h->entries[i].decisions), name))
			return i;
	fail_msg("nobody ever %s", name);
	return 0;
}

static void a_planted_decision_is_found_where_it_stands(void **state)
{
	(void)state;
	struct history h;
	struct buf why = { 0 };
	generate(&h, 21);
	size_t at = find_decided(&h, "accepted", h.n / 2);
	char *id = strrchr(h.entries[at].decisions.data, ' ');
	id[1] = id[1] == 'a' ? 'b' : 'a'; /* another responder */
	struct replay *r = replay_new(NULL, NULL);
	assert_int_equal(replay_all(&h, r, &why), at);
	assert_non_null(strstr(buf_str(&why), "entry 1-1 of 20"));
	assert_non_null(strstr(buf_str(&why), "offer.accept"));
	assert_non_null(strstr(buf_str(&why), "then:\n    accepted"));
	assert_non_null(strstr(buf_str(&why), "now:\n    accepted"));
	replay_free(&r);
	buf_free(&why);
	history_end(&h);
}

static void a_lost_entry_is_found(void **state)
{
	(void)state;
	struct history h;
	struct buf why = { 0 };
	generate(&h, 22);
	size_t at = find_decided(&h, "opened", h.n / 2);
	h.entries[at].at_ms = 0;
	struct history_entry gone = h.entries[at];
	memmove(&h.entries[at], &h.entries[at + 1], (--h.n - at) * sizeof gone);
	struct replay *r = replay_new(NULL, NULL);
	assert_true(replay_all(&h, r, &why) < h.n);
	replay_free(&r);
	buf_free(&why);
	buf_free(&gone.command);
	buf_free(&gone.decisions);
	history_end(&h);
}

/* State that left no trace in decisions is found at the next mark. */
static void another_state_is_found_at_a_mark(void **state)
{
	(void)state;
	struct history h;
	struct buf why = { 0 };
	struct mark m;
	struct err e;
	generate(&h, 23);
	size_t at = h.n - 1;
	while (!mark_is((struct slice){ h.entries[at].command.data, h.entries[at].command.len }))
		at--;
	struct ledger_entry entry = history_ledger_entry(&h, at);
	assert_int_equal(mark_decode(entry.command, entry.decisions, &m, &e), 0);
	m.state++;
	buf_clear(&h.entries[at].command);
	buf_clear(&h.entries[at].decisions);
	mark_encode(&m, &h.entries[at].command, &h.entries[at].decisions);
	struct replay *r = replay_new(NULL, NULL);
	assert_int_equal(replay_all(&h, r, &why), at);
	assert_non_null(strstr(buf_str(&why), "another state"));
	replay_free(&r);
	buf_free(&why);
	history_end(&h);
}

static void nothing_is_replayed_in_front_of_a_beginning(void **state)
{
	(void)state;
	struct history h;
	struct buf why = { 0 };
	generate(&h, 24);
	struct history_entry first = h.entries[0];
	h.entries++, h.n--;
	struct replay *r = replay_new(NULL, NULL);
	assert_int_equal(replay_all(&h, r, &why), h.n);
	assert_int_equal(replay_counts(r)->earlier, h.n);
	assert_null(replay_core(r));
	replay_free(&r);
	h.entries--, h.n++;
	h.entries[0] = first;
	history_end(&h);
}

static void broken_entries_are_named(void **state)
{
	(void)state;
	struct history h;
	generate(&h, 25);
	struct buf why = { 0 };
	size_t at = find_decided(&h, "offered", 0);
	h.entries[at].command.len = 20;
	struct replay *r = replay_new(NULL, NULL);
	assert_true(replay_all(&h, r, &why) <= at);
	assert_non_null(strstr(buf_str(&why), "entry 1-1"));
	replay_free(&r);
	buf_free(&why);
	history_end(&h);
}

static void options_survive_their_record(void **state)
{
	(void)state;
	struct core_options o, back;
	struct buf b = { 0 };
	struct err e;
	core_options_default(&o);
	o.target_ms[LEVEL_LOW] = 1234567890123;
	o.weight[LEVEL_EMERGENCY] = 9;
	o.missed_to_away = 0;
	o.tiers[1] = (struct core_tier){ 77, TIER_ANY, TIER_REQUIRED };
	o.n_tiers = 2;
	core_options_default(&back);
	core_options_encode(&o, &b);
	assert_int_equal(core_options_decode((struct slice){ b.data, b.len }, &back, &e), 0);
	assert_int_equal(back.target_ms[LEVEL_LOW], 1234567890123);
	assert_int_equal(back.weight[LEVEL_EMERGENCY], 9);
	assert_int_equal(back.missed_to_away, 0);
	assert_int_equal(back.n_tiers, 2);
	assert_int_equal(back.tiers[1].after_ms, 77);
	assert_int_equal(back.tiers[1].language, TIER_ANY);
	buf_clear(&b);
	record_puts(&b, "target_ms", "1 2 3");
	assert_int_equal(core_options_decode((struct slice){ b.data, b.len }, &back, &e), -1);
	buf_clear(&b);
	record_puts(&b, "tier", "0 7 0");
	assert_int_equal(core_options_decode((struct slice){ b.data, b.len }, &back, &e), -1);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(histories_come_out_the_same),
		cmocka_unit_test(a_planted_decision_is_found_where_it_stands),
		cmocka_unit_test(a_lost_entry_is_found),
		cmocka_unit_test(another_state_is_found_at_a_mark),
		cmocka_unit_test(nothing_is_replayed_in_front_of_a_beginning),
		cmocka_unit_test(broken_entries_are_named),
		cmocka_unit_test(options_survive_their_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
