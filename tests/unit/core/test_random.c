/*
 * A million random commands (several seeds): after each the invariants hold, no contact is lost,
 * no automatic level falls; what was written loads into an equal core at any time (the test goes
 * on with the loaded one); and replaying the ledger from empty gives the same state.
 */
#include "world.h"

#include "triaged/base/map.h"
#include "triaged/base/mem.h"

#include "agencies.h"
#include "generate.h"

#define SEEDS         10
#define COMMANDS      100000
#define RELOAD_EVERY  397
#define REPLAY_BEFORE 4000 /* the first so many commands are replayed */

struct stored {
	enum entity_kind kind;
	char *id, *ref;
	struct buf bytes;
	int level_auto;
	bool waiting;
	double queue_score;
};

struct run {
	struct core *core;
	struct core_options options;
	struct step step;
	struct generator g;
	struct map store;
	int64_t now;
	size_t opened, ended, handed;
};

static void stored_free(struct stored *s)
{
	if (!s)
		return;
	free(s->id);
	free(s->ref);
	buf_free(&s->bytes);
	free(s);
}

static int level_in(struct slice bytes)
{
	struct record_reader r = { bytes.data, bytes.data + bytes.len };
	struct slice n, v;
	enum level level = LEVEL_LOW;
	while (record_next(&r, &n, &v) == 1)
		if (slice_is(n, "level_auto"))
			assert_int_equal(level_parse(v.data, v.len, &level), 0);
	return (int)level;
}

static void keep(void *arg, const struct entity_write *w)
{
	struct run *run = arg;
	struct buf key = { 0 };
	if (w->kind == ENTITY_MESSAGE)
		return;
	buf_addf(&key, "%d %s %s", w->kind, w->id, w->ref ? w->ref : "");
	struct stored *old = map_remove(&run->store, buf_str(&key));
	int level_auto = w->kind == ENTITY_CONTACT ? level_in(w->bytes) : 0;
	if (old)
		assert_true(level_auto >= old->level_auto); /* I14 */
	bool over = (w->kind == ENTITY_CONTACT || w->kind == ENTITY_DISPATCH) && !w->live;
	run->ended += w->kind == ENTITY_CONTACT && over;
	assert_true(!w->waiting || w->live);
	/* What is not said anew must be known from before. */
	assert_true(!w->again || old);
	if (w->kind == ENTITY_CONTACT && !w->moved)
		assert_true(old && w->live && w->waiting == old->waiting &&
			    w->queue_score == old->queue_score);
	if (w->bytes.len && !over) {
		struct stored *s = mem_zalloc(sizeof *s);
		s->kind = w->kind;
		s->id = mem_strdup(w->id);
		s->ref = w->ref ? mem_strdup(w->ref) : NULL;
		s->level_auto = level_auto;
		s->waiting = w->waiting;
		s->queue_score = w->queue_score;
		buf_add(&s->bytes, w->bytes.data, w->bytes.len);
		map_put(&run->store, buf_str(&key), s);
	}
	stored_free(old);
	buf_free(&key);
}

static struct core *load(struct run *run)
{
	struct err e;
	struct core *core = core_new(&run->options);
	struct stored *s;
	for (size_t i = 0; (s = map_walk(&run->store, &i, NULL));)
		if (core_load(core, s->kind, s->id, s->ref,
			    (struct slice){ s->bytes.data, s->bytes.len }, &e) != 0)
			fail_msg("%s", e.text);
	if (core_load_done(core, &e) != 0)
		fail_msg("after loading: %s", e.text);
	return core;
}

static void reload(struct run *run)
{
	core_take_dirty(run->core, keep, run);
	struct core *loaded = load(run);
	assert_true(core_digest(loaded) == core_digest(run->core));
	core_free(&run->core);
	run->core = loaded;
}

/* The store loses everything: what the core hands over again is all there was. */
static void lose(struct run *run)
{
	struct stored *s;
	core_take_dirty(run->core, keep, run);
	for (size_t i = 0; (s = map_walk(&run->store, &i, NULL));)
		stored_free(s);
	map_fini(&run->store);
	map_init(&run->store, 0, 0);
	core_write_all(run->core);
}

static void count_live(struct run *run)
{
	struct contact_view v;
	size_t live = 0;
	for (size_t i = 0; core_next_contact(run->core, &i, &v);)
		live++;
	assert_int_equal(live + run->ended, run->opened);
}

static void options_for(struct core_options *o, uint64_t seed)
{
	core_options_default(o);
	o->parallel_emergency_offers = 1 + (int)(seed % 3);
	o->missed_to_away = (int)(seed % 4);
	o->wrap_ms[LEVEL_LOW] = 0;
	strcpy(o->centers, "south");
	give_agencies(o);
	o->exclusion_ms = seed % 2 ? 120000 : 500;
}

static void start_run(struct run *run, uint64_t seed)
{
	*run = (struct run){ .now = 1700000000000 };
	options_for(&run->options, seed);
	run->g.next = generate_random;
	run->g.seed = seed * 0x9e3779b97f4a7c15u + 1;
	run->core = core_new(&run->options);
	map_init(&run->store, 1, 2);
}

static void end_run(struct run *run)
{
	struct stored *s;
	for (size_t i = 0; (s = map_walk(&run->store, &i, NULL));)
		stored_free(s);
	map_fini(&run->store);
	core_free(&run->core);
	step_free(&run->step);
}

static bool is_new(const struct run *run, const struct command *c)
{
	const struct output *o = run->step.n_outputs ? &run->step.outputs[0] : NULL;
	if (c->command == COMMAND_TRANSFER_OPEN)
		return strstr(buf_str(&run->step.decisions), "opened ") != NULL;
	return c->command == COMMAND_CONTACT_OPEN && run->step.changed && o &&
	       o->kind == OUTPUT_REPLY;
}

struct place {
	char contact[24], transfer[24], responder[16];
	int64_t arrived_ms;
};

static bool is_pending(const struct contact_view *v)
{
	return strcmp(v->transfer, "waiting") == 0 || strcmp(v->transfer, "offered") == 0;
}

/* The first contact somebody is asked to take over. */
static struct place pending(const struct core *core)
{
	struct place p = { 0 };
	struct contact_view v;
	for (size_t i = 0; core_next_contact(core, &i, &v);) {
		if (!is_pending(&v))
			continue;
		snprintf(p.contact, sizeof p.contact, "%s", v.id);
		snprintf(p.transfer, sizeof p.transfer, "%s", v.transfer_id);
		snprintf(p.responder, sizeof p.responder, "%s", v.responder);
		p.arrived_ms = v.arrived_ms;
		break;
	}
	return p;
}

/* As long as nobody has accepted, it is where it was. */
static void check_pending(const struct core *core, const struct place *before)
{
	struct contact_view v;
	if (!*before->contact || !core_contact(core, before->contact, &v))
		return;
	assert_int_equal(v.arrived_ms, before->arrived_ms);
	if (is_pending(&v) && strcmp(v.transfer_id, before->transfer) == 0)
		assert_string_equal(v.responder, before->responder);
}

static void random_commands_keep_the_invariants(void **state)
{
	(void)state;
	struct run run;
	struct command c;
	struct err e;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		start_run(&run, seed);
		for (int i = 1; i <= COMMANDS; i++) {
			generate_command(&run.g, run.core, &c);
			run.now += generate_pause(&run.g, run.core);
			step_clear(&run.step);
			struct place before = pending(run.core);
			core_apply(run.core, &c, run.now, &run.step);
			check_pending(run.core, &before);
			run.handed += strstr(buf_str(&run.step.decisions), "transferred ") != NULL;
			if (core_check(run.core, &e) != 0)
				fail_msg("seed %d, command %d (%s): %s", (int)seed, i,
					command_name(c.command), e.text);
			run.opened += is_new(&run, &c);
			generate_learn(&run.g, &run.step);
			if (i % (2 * RELOAD_EVERY) == 0)
				lose(&run);
			if (i % RELOAD_EVERY == 0)
				reload(&run);
			else if (i % 7 == 0)
				core_take_dirty(run.core, keep, &run);
			if (i % 50 == 0)
				count_live(&run);
		}
		assert_true(run.handed > 10); /* else the test above holds nothing */
		end_run(&run);
	}
}

/* I12, and I9: the ledger holds what changed something, without content. */
static void the_ledger_replays_to_the_same_state(void **state)
{
	(void)state;
	for (uint64_t seed = 101; seed <= 110; seed++) {
		struct run run, again;
		struct command c;
		struct err e;
		start_run(&run, seed);
		start_run(&again, seed);
		for (int i = 1; i <= REPLAY_BEFORE; i++) {
			generate_command(&run.g, run.core, &c);
			run.now += generate_pause(&run.g, run.core);
			step_clear(&run.step);
			core_apply(run.core, &c, run.now, &run.step);
			generate_learn(&run.g, &run.step);
			core_take_dirty(run.core, keep, &run);
			if (!run.step.changed)
				continue;
			struct buf entry = { 0 };
			command_encode(&c, false, &entry);
			struct command decoded;
			assert_int_equal(command_decode(entry.data, entry.len, &decoded, &e), 0);
			step_clear(&again.step);
			core_apply(again.core, &decoded, core_now(run.core), &again.step);
			core_take_dirty(again.core, keep, &again);
			if (strcmp(buf_str(&again.step.decisions), buf_str(&run.step.decisions)) !=
				0)
				fail_msg("seed %d, command %d (%s): decided\n%s\nreplayed\n%s",
					(int)seed, i, command_name(c.command),
					buf_str(&run.step.decisions),
					buf_str(&again.step.decisions));
			buf_free(&entry);
			if (i % 20 == 0 && core_digest(run.core) != core_digest(again.core))
				fail_msg("seed %d, command %d (%s): replay differs", (int)seed, i,
					command_name(c.command));
		}
		end_run(&run);
		end_run(&again);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_commands_keep_the_invariants),
		cmocka_unit_test(the_ledger_replays_to_the_same_state),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
