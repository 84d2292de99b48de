/*
 * Many lives of dispatches in virtual time, with everybody doing anything at any moment, and
 * with the core killed and loaded again in the middle. An onlooker that knows only what was told
 * and the options holds: no deadline and no repeat is ever missed; a send keeps its key, whatever
 * is not settled is asked for again, after a kill at once; never do two agencies, or an agency and
 * a team, believe that the same dispatch is theirs.
 *
 * LIVES=n in the environment: so many of them; a million take two and a half minutes.
 */
#include "agencies.h"

#include "triaged/base/map.h"
#include "triaged/base/mem.h"

#define LIVES       50000
#define CONTACTS    6
#define KILL_EVERY  997
#define CHECK_EVERY 29
#define PENDING     16

struct seen {
	char id[24];
	int64_t told_ms;           /* the last notice about it */
	int64_t agency_version[2]; /* the newest send to a and b, 0 none */
	char agency_what[2][8];
	int64_t emitted_ms[2], killed_ms;
	char key_what[2][64][8]; /* by version: what it was when first asked for */
};

struct run {
	struct core *core;
	struct core_options options;
	struct step step;
	struct map store;
	int64_t now;
	uint64_t seed, lives, kills, sends;
	char contacts[CONTACTS][24];
	struct seen seen[CONTACTS];
};

static uint32_t rnd(struct run *r, uint32_t below)
{
	r->seed ^= r->seed << 13;
	r->seed ^= r->seed >> 7;
	r->seed ^= r->seed << 17;
	return (uint32_t)((r->seed * 0x2545f4914f6cdd1du) >> 33) % below;
}

static struct seen *seen_of(struct run *r, const char *id, size_t n)
{
	for (int i = 0; i < CONTACTS; i++)
		if (strlen(r->seen[i].id) == n && memcmp(r->seen[i].id, id, n) == 0)
			return &r->seen[i];
	return NULL;
}

static struct slice find(const struct output *o, const char *wanted)
{
	struct record_reader in = { buf_str(&o->fields), buf_str(&o->fields) + o->fields.len };
	struct slice name, v;
	while (o->fields.len && record_next(&in, &name, &v) == 1)
		if (slice_is(name, wanted))
			return v;
	return (struct slice){ "", 0 };
}

/* What agencies hear, as they would keep it: the newest version counts. */
static void take_send(struct run *r, struct seen *s, const struct output *o)
{
	int who = slice_is(find(o, "agency"), "b");
	struct slice what = find(o, "what");
	int64_t version;
	assert_int_equal(slice_int(find(o, "version"), &version), 0);
	assert_true(version >= s->agency_version[who]);
	char *first = s->key_what[who][version % 64];
	if (version > s->agency_version[who]) {
		snprintf(first, 8, "%.*s", (int)what.len, what.data);
		s->agency_version[who] = version;
	}
	assert_true(slice_is(what, first)); /* a key is one send */
	snprintf(s->agency_what[who], 8, "%.*s", (int)what.len, what.data);
	s->emitted_ms[who] = r->now;
	r->sends++;
}

static void take_outputs(struct run *r)
{
	for (size_t i = 0; i < r->step.n_outputs; i++) {
		const struct output *o = &r->step.outputs[i];
		struct slice id = find(o, "dispatch");
		struct seen *s = seen_of(r, id.data, id.len);
		if (!s)
			continue;
		if (o->kind == OUTPUT_DISPATCH_SEND)
			take_send(r, s, o);
		else if (o->kind == OUTPUT_NOTICE && strcmp(o->session, S1) == 0)
			s->told_ms = r->now;
	}
}

static void apply_one(struct run *r, const struct command *c)
{
	step_clear(&r->step);
	core_apply(r->core, c, r->now, &r->step);
	take_outputs(r);
}

static void tick(struct run *r)
{
	struct command c;
	command_init(&c, COMMAND_TICK);
	apply_one(r, &c);
}

static struct command make(enum command_kind kind, const char *who, const char *role)
{
	struct command c;
	command_init(&c, kind);
	c.request = 1;
	c.node = "n1";
	c.identity = who;
	c.role = role;
	return c;
}

/* ---- killed and loaded ---- */

struct record {
	enum entity_kind kind;
	char id[64];
	struct buf bytes;
};

static void keep(void *arg, const struct entity_write *w)
{
	struct run *r = arg;
	char key[96];
	if (w->kind == ENTITY_MESSAGE || w->kind == ENTITY_REF)
		return;
	snprintf(key, sizeof key, "%d %s", w->kind, w->id);
	struct record *rec = map_get(&r->store, key);
	if (!rec) {
		rec = mem_zalloc(sizeof *rec);
		rec->kind = w->kind;
		snprintf(rec->id, sizeof rec->id, "%s", w->id);
		map_put(&r->store, key, rec);
	}
	buf_clear(&rec->bytes);
	if (w->kind != ENTITY_DISPATCH || w->live) {
		buf_add(&rec->bytes, w->bytes.data, w->bytes.len);
		return;
	}
	map_remove(&r->store, key);
	buf_free(&rec->bytes);
	free(rec);
}

static void kill_and_load(struct run *r)
{
	struct err e;
	struct record *rec;
	struct core *next = core_new(&r->options);
	for (size_t i = 0; (rec = map_walk(&r->store, &i, NULL));)
		if (core_load(next, rec->kind, rec->id, "",
			    (struct slice){ rec->bytes.data, rec->bytes.len }, &e) != 0)
			fail_msg("%s", e.text);
	if (core_load_done(next, &e) != 0)
		fail_msg("%s", e.text);
	assert_true(core_digest(next) == core_digest(r->core));
	core_free(&r->core);
	r->core = next;
	struct command sue = make(COMMAND_SESSION_UP, "sue", "supervisor");
	sue.session = S1;
	apply_one(r, &sue);
	for (int i = 0; i < CONTACTS; i++)
		r->seen[i].killed_ms = r->now;
	tick(r);
	r->kills++;
}

/* ---- the onlooker ---- */

static bool waits_for_a_name(const struct dispatch_view *v)
{
	return strcmp(v->state, "held") == 0 || strcmp(v->state, "requested") == 0 ||
	       strcmp(v->state, "declined") == 0 || strcmp(v->state, "failed") == 0;
}

static bool has_word(const char *set, const char *w)
{
	const char *at = strstr(set, w);
	return at && (at == set || at[-1] == ' ') && (at[strlen(w)] == ' ' || !at[strlen(w)]);
}

static void check_sends(struct run *r, const struct seen *s, const struct dispatch_view *v)
{
	struct send_view send;
	for (size_t i = 0; core_next_send(r->core, v->id, &i, &send);) {
		char target[16];
		int who = strcmp(send.agency, "b") == 0;
		bool pending = strcmp(send.result, "pending") == 0;
		int64_t last = s->emitted_ms[who];
		/* Unknown just before the silence would have ended, for the sixth time. */
		int64_t longest = r->options.send_silence_ms + 6 * r->options.send_retry_ms;
		snprintf(target, sizeof target, "agency:%s", send.agency);
		assert_int_equal(send.version, s->agency_version[who]);
		if (pending && r->now - last > longest)
			fail_msg("%s: not asked for again", v->id);
		if (pending && last < s->killed_ms)
			fail_msg("%s: forgotten by the next leader", v->id);
		/* Who believes that it is theirs is the one whose it is. */
		bool believes = strcmp(s->agency_what[who], "cancel") != 0 &&
				strcmp(send.result, "refused") != 0 &&
				!has_word(v->declined, target);
		if (believes && strcmp(v->target, target) != 0 && strcmp(v->unit, target) != 0)
			fail_msg("%s %s: %s was not called off; asked %s, has it %s", v->id,
				v->state, target, v->target, v->unit);
	}
}

static void check_one(struct run *r, const struct seen *s)
{
	struct dispatch_view v;
	if (!*s->id || !core_find_dispatch(r->core, s->id, &v))
		return;
	check_sends(r, s, &v);
	if (!v.open)
		return;
	int64_t told = s->told_ms > v.since_ms ? s->told_ms : v.since_ms;
	bool alone = waits_for_a_name(&v) || (v.overdue && !v.seen);
	if (alone && r->now - told > r->options.alert_repeat_ms)
		fail_msg("%s %s: nobody was told for %lld ms", v.id, v.state,
			(long long)(r->now - told));
	if (v.due_ms && strcmp(v.state, "held") != 0 && r->now > v.due_ms && !v.overdue)
		fail_msg("%s %s: its deadline passed unseen", v.id, v.state);
	if (v.asked_until_ms && r->now > v.asked_until_ms)
		fail_msg("%s: asked beyond its time", v.id);
}

static void check_all(struct run *r)
{
	struct err e;
	for (int i = 0; i < CONTACTS; i++)
		check_one(r, &r->seen[i]);
	if (core_check(r->core, &e) != 0)
		fail_msg("%s", e.text);
}

/* ---- what people do ---- */

static const char *word(struct run *r, const char *const *words, uint32_t n)
{
	return words[rnd(r, n)];
}

#define WORD(r, ...)                                                                               \
	word(r, (const char *const[]){ __VA_ARGS__ },                                              \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void escalate(struct run *r, int i)
{
	struct command c = make(COMMAND_CONTACT_ESCALATE, "sue", "supervisor");
	c.contact = r->contacts[i];
	c.kind = WORD(r, "ems", "ems", "ems", "mobile_team", "police");
	c.consent = WORD(r, "yes", "yes", "no", "unable");
	c.criteria = WORD(r, "", "", "attempt_in_progress");
	c.reason = WORD(r, "x", "y");
	c.area = WORD(r, "", "kent");
	c.located = rnd(r, 2);
	c.source = WORD(r, "caller", "caller", "device", "older_contact");
	c.place_confirmed = rnd(r, 3) == 0;
	step_clear(&r->step);
	core_apply(r->core, &c, r->now, &r->step);
	struct slice id = find(&r->step.outputs[0], "dispatch");
	if (id.len && !seen_of(r, id.data, id.len)) {
		memset(&r->seen[i], 0, sizeof r->seen[i]);
		snprintf(r->seen[i].id, sizeof r->seen[i].id, "%.*s", (int)id.len, id.data);
		r->seen[i].told_ms = r->now;
		r->lives++;
	}
	take_outputs(r);
}

static void answer_send(struct run *r, const char *id)
{
	struct command c = make(COMMAND_DISPATCH_SENT, "", "");
	struct send_view send;
	for (size_t i = 0; core_next_send(r->core, id, &i, &send);) {
		if (strcmp(send.result, "pending") != 0 || rnd(r, 2))
			continue;
		char who[8];
		snprintf(who, sizeof who, "%s", send.agency);
		c.dispatch = id;
		c.agency = who;
		c.version = send.version - (rnd(r, 20) == 0);
		c.result = WORD(r, "accepted", "accepted", "unknown", "refused");
		apply_one(r, &c);
		return;
	}
}

static void act(struct run *r, const char *id)
{
	static const enum command_kind kinds[] = { COMMAND_DISPATCH_ACK, COMMAND_DISPATCH_ACK,
		COMMAND_DISPATCH_STATUS, COMMAND_DISPATCH_STATUS, COMMAND_DISPATCH_STATUS,
		COMMAND_DISPATCH_DECLINE, COMMAND_DISPATCH_OUTCOME, COMMAND_DISPATCH_OUTCOME,
		COMMAND_DISPATCH_CONFIRM };
	struct command c = make(kinds[rnd(r, sizeof kinds / sizeof *kinds)], "dan", "dispatcher");
	c.identity = WORD(r, "dan", "agency:a", "agency:b", "bea", "red", "blue", "sue");
	c.role = strcmp(c.identity, "sue") == 0   ? "supervisor"
		 : strcmp(c.identity, "dan") == 0 ? "dispatcher"
						  : "partner";
	if (c.command == COMMAND_DISPATCH_CONFIRM) {
		c.role = "responder";
		c.place_confirmed = rnd(r, 2);
		c.refused = rnd(r, 8) == 0;
	}
	c.dispatch = id;
	c.by = "Kim";
	c.reason = "x";
	c.status = WORD(r, "sent", "en_route", "on_scene", "with_person", "transporting", "cleared",
		"failed", "cancelled");
	c.outcome = (struct slice){ "\"home\"", 6 };
	c.result = "home";
	apply_one(r, &c);
}

static void move_team(struct run *r)
{
	struct command c = make(COMMAND_TEAM_SET, WORD(r, "red", "blue"), "partner");
	c.team = c.identity;
	c.session = strcmp(c.identity, "red") == 0 ? "n1/i1/red" : "n1/i1/blue";
	c.presence = WORD(r, "ready", "ready", "away");
	c.lat = PLACE_LAT_ZERO + 100 * rnd(r, 1000);
	c.lon = PLACE_LON_ZERO;
	if (rnd(r, 4) == 0)
		c.command = COMMAND_TEAM_CHECKIN;
	apply_one(r, &c);
}

/* To the next instant at which something is due, or less far. */
static void wait(struct run *r)
{
	int64_t due = core_next_due(r->core), longest = 1 + rnd(r, 120000);
	if (due > r->now + longest)
		due = r->now + longest;
	if (due > r->now)
		r->now = due;
	tick(r);
}

static void one_step(struct run *r)
{
	int i = (int)rnd(r, CONTACTS);
	const char *id = r->seen[i].id;
	struct dispatch_view v;
	bool open = *id && core_find_dispatch(r->core, id, &v) && v.open;
	switch (rnd(r, 10)) {
	case 0:
	case 1:
	case 2:
		wait(r);
		break;
	case 3:
		answer_send(r, id);
		break;
	case 4:
		if (rnd(r, 4) == 0)
			move_team(r);
		break;
	default:
		if (!open || rnd(r, 12) == 0)
			escalate(r, i);
		else
			act(r, id);
	}
	while (core_next_due(r->core) <= r->now)
		tick(r);
}

static void start_run(struct run *r)
{
	memset(r, 0, sizeof *r);
	r->seed = 88172645463325252u;
	r->now = 1700000000000;
	core_options_default(&r->options);
	give_agencies(&r->options);
	r->core = core_new(&r->options);
	map_init(&r->store, 1, 2);
	struct command sue = make(COMMAND_SESSION_UP, "sue", "supervisor");
	sue.session = S1;
	apply_one(r, &sue);
	for (int i = 0; i < 2; i++) {
		struct command up = make(COMMAND_SESSION_UP, i ? "blue" : "red", "partner");
		up.session = i ? "n1/i1/blue" : "n1/i1/red";
		apply_one(r, &up);
	}
	for (int i = 0; i < CONTACTS; i++) {
		snprintf(r->contacts[i], sizeof r->contacts[i], "%020x", i + 1);
		struct command open = make(COMMAND_CONTACT_OPEN, "web", "frontend");
		open.contact = r->contacts[i];
		open.channel = "sms";
		open.level = open.level_alone = 1;
		apply_one(r, &open);
	}
}

static void end_run(struct run *r)
{
	struct record *rec;
	for (size_t i = 0; (rec = map_walk(&r->store, &i, NULL));) {
		buf_free(&rec->bytes);
		free(rec);
	}
	map_fini(&r->store);
	core_free(&r->core);
	step_free(&r->step);
}

static void no_deadline_is_missed_and_nothing_is_sent_twice(void **state)
{
	(void)state;
	static struct run r;
	const char *given = getenv("LIVES");
	uint64_t lives = given ? strtoull(given, NULL, 10) : LIVES;
	start_run(&r);
	for (uint64_t i = 1; r.lives < lives; i++) {
		one_step(&r);
		if (i % CHECK_EVERY == 0)
			check_all(&r);
		if (i % CHECK_EVERY == 0 || i % KILL_EVERY == 0)
			core_take_dirty(r.core, keep, &r);
		if (i % KILL_EVERY == 0)
			kill_and_load(&r);
	}
	print_message("%llu lives, %llu kills, %llu sends\n", (unsigned long long)r.lives,
		(unsigned long long)r.kills, (unsigned long long)r.sends);
	assert_true(r.sends > lives / 2 && r.kills > lives / KILL_EVERY);
	end_run(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_deadline_is_missed_and_nothing_is_sent_twice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
