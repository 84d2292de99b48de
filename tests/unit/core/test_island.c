/*
 * Whom an island reaches, and any island told to any mainland: whatever either did in the meantime,
 * every invariant holds after every fact.
 */
#include "facts.h"

#include "triaged/base/map.h"
#include "triaged/base/mem.h"
#include "triaged/core/fact.h"

#include "generate.h"

static struct command cut_off(int on)
{
	return CMD(NODE_ISLAND, c->watch = on);
}

static void only_those_here_are_offered_anything(void **state)
{
	(void)state;
	responder(&w, "bob", "n2/i1/1");
	apply(&w, opening());
	assert_string_equal(view().state, "offered");
	apply(&w, cut_off(1));
	assert_string_equal(
		field(&w, told(&w, OUTPUT_OFFER_GONE, "n2/i1/1", 0), "why"), "withdrawn");
	assert_string_equal(view().state, "waiting");
	responder(&w, "ann", "n1/i1/8");
	assert_string_equal(view().state, "offered");
	apply(&w, CMD(SESSION_DOWN, c->session = "n1/i1/8"));
	assert_string_equal(view().state, "waiting");
	apply(&w, cut_off(0));
	assert_string_equal(view().state, "offered");
	struct responder_view bob;
	assert_true(core_responder(w.core, "bob", &bob));
	assert_int_equal(bob.missed, 0);
}

static void note_counters(void *arg, const struct entity_write *one)
{
	*(int *)arg += one->kind == ENTITY_COUNTERS;
}

/* Else whoever loads the state could write to the ledger in front of what is there. */
static void an_island_is_written_with_its_time(void **state)
{
	(void)state;
	int counters = 0;
	written(&w);
	for (int on = 1; on >= 0; on--) {
		w.now += 1000;
		apply(&w, CMD(NODE_ISLAND, c->watch = on));
		assert_true(w.step.changed);
		core_take_dirty(w.core, note_counters, &counters);
		assert_int_equal(counters, 2 - on);
	}
}

static void a_person_elsewhere_is_offered_to_nobody(void **state)
{
	(void)state;
	struct command open = opening();
	open.session = "n2/i1/7";
	apply(&w, open);
	apply(&w, cut_off(1));
	responder(&w, "ann", "n1/i1/8");
	assert_string_equal(view().state, "waiting");
	apply(&w, CMD(CONTACT_RESUME, c->contact = known, c->identity = "web", c->role = "frontend",
			  c->session = "n1/i1/9"));
	assert_string_equal(view().state, "offered");
}

/* ---- any island, any mainland ---- */

#define ROUNDS   600
#define COMMANDS 400

struct kept {
	enum entity_kind kind;
	char *id, *ref;
	struct buf bytes;
};

struct told_fact {
	char *bytes;
	size_t n;
};

struct side {
	struct core *core;
	struct generator g;
	struct step step;
	int64_t now;
};

static struct kept kept[4096];
static size_t n_kept;

static void keep(void *arg, const struct entity_write *one)
{
	(void)arg;
	if (one->kind == ENTITY_MESSAGE || one->bytes.len == 0 ||
		(one->kind == ENTITY_CONTACT && !one->live) ||
		(one->kind == ENTITY_DISPATCH && !one->live) || n_kept == 4096)
		return;
	struct kept *k = &kept[n_kept++];
	*k = (struct kept){ one->kind, mem_strdup(one->id), one->ref ? mem_strdup(one->ref) : NULL,
		{ 0 } };
	buf_add(&k->bytes, one->bytes.data, one->bytes.len);
}

/* A core that holds what the other wrote at once. */
static struct core *copy(struct core *from, const struct core_options *o)
{
	struct err e;
	struct core *core = core_new(o);
	n_kept = 0;
	core_take_dirty(from, keep, NULL);
	for (size_t i = 0; i < n_kept; i++) {
		struct kept *k = &kept[i];
		assert_int_equal(core_load(core, k->kind, k->id, k->ref,
					 (struct slice){ k->bytes.data, k->bytes.len }, &e),
			0);
		free(k->id);
		free(k->ref);
		buf_free(&k->bytes);
	}
	assert_int_equal(core_load_done(core, &e), 0);
	return core;
}

static void live(struct side *s, struct command *c, uint64_t tag)
{
	static char id[24];
	s->now += generate_pause(&s->g, s->core);
	generate_command(&s->g, s->core, c);
	if (c->command == COMMAND_CONTACT_OPEN) { /* the edge names them, each differently */
		snprintf(id, sizeof id, "%04llx%016llx", (unsigned long long)tag,
			(unsigned long long)s->g.count);
		c->contact = id;
	}
	step_clear(&s->step);
	core_apply(s->core, c, s->now, &s->step);
	generate_learn(&s->g, &s->step);
}

static bool is_told(const struct side *s, const struct command *c)
{
	return s->step.changed && c->command != COMMAND_CONTACT_NEXT &&
	       c->command != COMMAND_OFFER_DECLINE && c->command < COMMAND_BOARD_WATCH;
}

static size_t be_island(struct side *s, struct told_fact *facts, uint64_t tag)
{
	size_t n = 0;
	for (int i = 0; i < COMMANDS; i++) {
		struct command c;
		char id[64] = "";
		struct err e;
		if (i % 97 == 0) { /* off and on, at first on */
			struct command cut = cut_off(i % 2 == 0);
			core_apply(s->core, &cut, s->now, &s->step);
		}
		live(s, &c, tag);
		if (core_check(s->core, &e) != 0)
			fail_msg("on the island, after %s: %s", command_name(c.command), e.text);
		if (!is_told(s, &c))
			continue;
		if (c.command == COMMAND_OFFER_ACCEPT && c.request) {
			struct record_reader r = { buf_str(&s->step.outputs[0].fields),
				buf_str(&s->step.outputs[0].fields) +
					s->step.outputs[0].fields.len };
			struct slice name, value;
			while (record_next(&r, &name, &value) == 1)
				if (slice_is(name, "contact"))
					snprintf(id, sizeof id, "%.*s", (int)value.len, value.data);
			c.contact = id;
		}
		struct buf b = { 0 };
		struct command fact = as_fact(c, (int64_t)n + 1, s->now);
		command_encode(&fact, true, &b);
		facts[n++] = (struct told_fact){ b.data, b.len };
	}
	return n;
}

static void tell(struct side *s, const struct told_fact *f, bool first)
{
	struct command c;
	struct err e;
	char *bytes = mem_dup(f->bytes, f->n);
	assert_int_equal(command_decode(bytes, f->n, &c, &e), 0);
	core_apply(s->core, &c, s->now, &s->step);
	if (core_check(s->core, &e) != 0)
		fail_msg("after the fact %s: %s", command_name(c.command), e.text);
	if (first && c.command == COMMAND_CONTACT_OPEN) {
		struct contact_view v;
		assert_true(core_contact(s->core, c.contact, &v) || *c.ref);
	}
	free(bytes);
}

static void any_island_joins_any_mainland(void **state)
{
	(void)state;
	static struct told_fact facts[COMMANDS];
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct core_options o;
		struct err e;
		struct command c;
		core_options_default(&o);
		o.wrap_ms[LEVEL_LOW] = 0;
		struct side land = { .core = core_new(&o), .now = 1700000000000 };
		land.g = (struct generator){ .next = generate_random, .seed = seed * 77 + 1 };
		for (int i = 0; i < COMMANDS; i++)
			live(&land, &c, 1);
		struct side island = { .now = land.now };
		island.g = land.g;
		island.g.seed = seed * 99 + 5;
		island.core = seed % 3 ? copy(land.core, &o) : core_new(&o);
		size_t n = be_island(&island, facts, 2), at = 0;
		if (island.now > land.now)
			land.now = island.now;
		while (at < n) {
			if (generate_random(&land.g, 3) == 0)
				live(&land, &c, 1);
			tell(&land, &facts[at++], true);
			if (generate_random(&land.g, 40) == 0)
				core_take_dirty(land.core, forget_one, NULL);
		}
		command_init(&c, COMMAND_TICK);
		for (int i = 0; i < 200; i++) { /* what is too old goes by and by */
			core_apply(land.core, &c, land.now, &land.step);
			core_take_dirty(land.core, forget_one, NULL);
		}
		uint64_t digest = core_digest(land.core);
		for (at = 0; at < n; at++) {
			tell(&land, &facts[at], false);
			free(facts[at].bytes);
		}
		if (core_digest(land.core) != digest)
			fail_msg("told again, facts have an effect");
		assert_int_equal(core_check(land.core, &e), 0);
		core_free(&land.core);
		core_free(&island.core);
		step_free(&land.step);
		step_free(&island.step);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_those_here_are_offered_anything),
		TEST(an_island_is_written_with_its_time),
		TEST(a_person_elsewhere_is_offered_to_nobody),
		TEST(any_island_joins_any_mainland),
	};
	return cmocka_run_group_tests_name("islands", tests, NULL, NULL);
}
