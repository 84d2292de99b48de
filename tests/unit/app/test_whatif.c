/* What if: nothing changes when nothing is changed; rules and options change what they should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../../daemon/app/whatif.h"
#include "history.h"

#define SECOND ((int64_t)1000)

/* A night by hand: responders accept after 3 s and talk for 5 minutes. */
struct night {
	struct history h;
	int64_t begin;
	char offer[8][24];
	char who[8][8], contact[8][24];
	int n_offers;
};

static void learn(struct night *n)
{
	for (size_t i = 0; i < n->h.step.n_outputs; i++) {
		const struct output *o = &n->h.step.outputs[i];
		struct record_reader in = { buf_str(&o->fields),
			buf_str(&o->fields) + o->fields.len };
		struct slice name, value;
		if (o->kind != OUTPUT_OFFER_NEW)
			continue;
		int k = n->n_offers++;
		snprintf(n->who[k], 8, "%s", strrchr(o->session, '/') + 1);
		while (record_next(&in, &name, &value) == 1) {
			if (slice_is(name, "offer"))
				snprintf(n->offer[k], 24, "%.*s", (int)value.len, value.data);
			if (slice_is(name, "contact"))
				snprintf(n->contact[k], 24, "%.*s", (int)value.len, value.data);
		}
	}
}

static void at(struct night *n, int64_t ms, struct command *c)
{
	struct command tick;
	int64_t due;
	command_init(&tick, COMMAND_TICK);
	while ((due = core_next_due(n->h.core)) <= n->begin + ms) {
		n->h.now = due > n->h.now ? due : n->h.now;
		history_apply(&n->h, &tick);
		learn(n);
	}
	n->h.now = n->begin + ms;
	c->node = "n1";
	history_apply(&n->h, c);
	learn(n);
}

static void arrive(struct night *n, int64_t ms, const char *id, enum level level)
{
	struct command c;
	command_init(&c, COMMAND_CONTACT_OPEN);
	c.identity = "web";
	c.role = "frontend";
	c.session = "n1/i1/web";
	c.contact = id;
	c.channel = "chat";
	c.lang = "en";
	c.level = c.level_alone = (int64_t)level + 1;
	at(n, ms, &c);
}

static void staff(struct night *n, int64_t ms, const char *who)
{
	struct command c;
	char session[32];
	snprintf(session, sizeof session, "n1/i1/%s", who);
	command_init(&c, COMMAND_SESSION_UP);
	c.identity = who;
	c.role = "responder";
	c.session = session;
	c.langs = "en";
	c.capacity = 1;
	at(n, ms, &c);
	command_init(&c, COMMAND_RESPONDER_SET);
	c.identity = who;
	c.role = "responder";
	c.presence = "ready";
	at(n, ms, &c);
}

static void by(struct command *c, enum command_kind kind, const char *who)
{
	command_init(c, kind);
	c->identity = who;
	c->role = "responder";
}

static void accept(struct night *n, int64_t ms, const char *contact)
{
	struct command c;
	for (int i = n->n_offers - 1; i >= 0; i--) {
		if (strcmp(n->contact[i], contact) != 0)
			continue;
		by(&c, COMMAND_OFFER_ACCEPT, n->who[i]);
		c.offer = n->offer[i];
		at(n, ms, &c);
		return;
	}
	fail_msg("%s was never offered", contact);
}

static void finish(struct night *n, int64_t ms, const char *who, const char *contact)
{
	struct command c;
	by(&c, COMMAND_CONTACT_CLOSE, who);
	c.contact = contact;
	c.disposition = "helped";
	c.outcome = (struct slice){ "{}", 2 };
	at(n, ms, &c);
	by(&c, COMMAND_RESPONDER_DONE, who);
	c.contact = contact;
	at(n, ms + 10 * SECOND, &c);
}

/* One responder; b and c come while a is served; b waited longer and goes first. */
static void play(struct night *n)
{
	memset(n, 0, sizeof *n);
	history_start(&n->h, 1);
	n->begin = n->h.now;
	staff(n, 0, "ann");
	arrive(n, 1 * SECOND, "a", LEVEL_LOW);
	accept(n, 4 * SECOND, "a");
	arrive(n, 10 * SECOND, "b", LEVEL_MODERATE);
	arrive(n, 20 * SECOND, "c", LEVEL_MODERATE);
	finish(n, 304 * SECOND, "ann", "a");
	accept(n, 317 * SECOND, "b");
	finish(n, 617 * SECOND, "ann", "b");
	accept(n, 630 * SECOND, "c");
	finish(n, 930 * SECOND, "ann", "c");
}

static struct whatif *gather(const struct night *n)
{
	struct whatif *w = whatif_new();
	struct replay_seen seen = whatif_seen(w);
	struct replay *r = replay_new(NULL, &seen);
	struct buf why = { 0 };
	for (size_t i = 0; i < n->h.n; i++) {
		struct ledger_entry entry = history_ledger_entry(&n->h, i);
		if (replay_entry(r, &entry, &why) != REPLAY_SAME)
			fail_msg("%s", buf_str(&why));
	}
	replay_free(&r);
	return w;
}

static struct whatif_outcome outcome(const struct whatif *w, const char *contact)
{
	struct whatif_outcome o;
	for (size_t i = 0; i < whatif_contacts(w); i++) {
		whatif_outcome(w, i, &o);
		if (strcmp(o.contact, contact) == 0)
			return o;
	}
	fail_msg("no contact %s", contact);
	return o;
}

static void nothing_changes_when_nothing_is_changed(void **state)
{
	(void)state;
	struct night n;
	play(&n);
	struct whatif *w = gather(&n);
	whatif_run(w, NULL);
	static const struct {
		const char *contact;
		int64_t waited_ms;
	} expected[] = { { "a", 3 * SECOND }, { "b", 307 * SECOND }, { "c", 610 * SECOND } };
	assert_int_equal(whatif_contacts(w), 3);
	for (size_t i = 0; i < 3; i++) {
		struct whatif_outcome o = outcome(w, expected[i].contact);
		assert_int_equal(o.then.waited_ms, expected[i].waited_ms);
		assert_int_equal(o.now.waited_ms, expected[i].waited_ms);
		assert_int_equal(o.now.level, o.then.level);
		assert_string_equal(o.then.by, "ann");
		assert_string_equal(o.now.by, "ann");
	}
	whatif_free(&w);
	history_end(&n.h);
}

static void rate(struct whatif *w, const char *contact, enum level level)
{
	struct whatif_triaged q;
	for (size_t i = 0; i < whatif_contacts(w); i++) {
		if (strcmp(whatif_contact(w, i), contact) != 0)
			continue;
		size_t cursor = 0;
		assert_true(whatif_next_triaged(w, i, &cursor, &q));
		assert_string_equal(q.command->contact, contact);
		whatif_rate(w, q.event, &(struct whatif_rating){ level, level, false });
		assert_false(whatif_next_triaged(w, i, &cursor, &q));
	}
}

static void a_contact_rated_higher_goes_first(void **state)
{
	(void)state;
	struct night n;
	play(&n);
	struct whatif *w = gather(&n);
	rate(w, "c", LEVEL_URGENT);
	whatif_run(w, NULL);
	struct whatif_outcome b = outcome(w, "b"), c = outcome(w, "c");
	assert_int_equal(c.then.level, LEVEL_MODERATE);
	assert_int_equal(c.now.level, LEVEL_URGENT);
	assert_true(c.now.waited_ms < c.then.waited_ms);
	assert_int_equal(c.now.waited_ms, 297 * SECOND); /* free at 314 s, 3 s to accept */
	assert_true(b.now.waited_ms > b.then.waited_ms);
	assert_int_equal(b.now.level, b.then.level);
	/* what was said with c took 300 s and 10 s of wrap-up, then b: 317 + 310 + 3 - 10 */
	assert_int_equal(b.now.waited_ms, 620 * SECOND);
	whatif_free(&w);
	history_end(&n.h);
}

static void other_options_change_who_waits(void **state)
{
	(void)state;
	struct night n;
	struct core_options o;
	play(&n);
	struct whatif *w = gather(&n);
	core_options_default(&o);
	o.target_ms[LEVEL_MODERATE] = 5 * SECOND; /* same for both: same order */
	o.offer_ms[LEVEL_LOW] = 1 * SECOND;       /* gone before ann reacts */
	o.missed_to_away = 0;
	o.exclusion_ms = 100000 * SECOND;
	whatif_run(w, &o);
	assert_int_equal(outcome(w, "a").now.waited_ms, -1);
	assert_true(outcome(w, "b").now.waited_ms >= 0);
	assert_true(outcome(w, "b").now.waited_ms < outcome(w, "b").then.waited_ms);
	whatif_free(&w);
	history_end(&n.h);
}

/* Random histories: whatever people did, it ends, and the same history gives the same outcome. */
static void any_history_can_be_decided_anew(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct night n = { .n_offers = 0 };
		struct whatif *w[2];
		history_start(&n.h, seed);
		for (int i = 1; i <= 3000; i++) {
			history_random(&n.h);
			if (i % 500 == 0)
				history_take_over(&n.h);
		}
		for (int k = 0; k < 2; k++) {
			struct core_options o = n.h.options;
			o.parallel_emergency_offers = 1;
			w[k] = gather(&n);
			whatif_run(w[k], &o);
		}
		for (size_t i = 0; i < whatif_contacts(w[0]); i++) {
			struct whatif_outcome x, y;
			whatif_outcome(w[0], i, &x);
			whatif_outcome(w[1], i, &y);
			assert_int_equal(x.now.waited_ms, y.now.waited_ms);
			assert_int_equal(x.now.level, x.then.level);
			assert_string_equal(x.now.by, y.now.by);
		}
		whatif_free(&w[0]);
		whatif_free(&w[1]);
		history_end(&n.h);
	}
}

/* Random histories again, bursts and transfers included: under their own options everybody is served as
 * they were, to the millisecond. */
static void a_history_comes_out_as_it_was(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct night n = { .n_offers = 0 };
		size_t served = 0;
		history_start(&n.h, seed);
		for (int i = 1; i <= 3000; i++)
			history_random_timely(&n.h);
		struct whatif *w = gather(&n);
		whatif_run(w, NULL);
		for (size_t i = 0; i < whatif_contacts(w); i++) {
			struct whatif_outcome o;
			whatif_outcome(w, i, &o);
			assert_int_equal(o.now.waited_ms, o.then.waited_ms);
			assert_string_equal(o.now.by, o.then.by);
			served += o.then.waited_ms >= 0;
		}
		assert_true(served > 10);
		whatif_free(&w);
		history_end(&n.h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changes_when_nothing_is_changed),
		cmocka_unit_test(a_contact_rated_higher_goes_first),
		cmocka_unit_test(other_options_change_who_waits),
		cmocka_unit_test(any_history_can_be_decided_anew),
		cmocka_unit_test(a_history_comes_out_as_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
