/* What is remembered of a person: how often they came, who served them, and for how long. */
#include "world.h"

WORLD(w)

#define DAY_MS     ((int64_t)24 * 60 * 60 * 1000)
#define VISITS_MAX 64

static char id[32];

static const struct output *visit(const char *who)
{
	const struct output *o = apply(
		&w, CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend", c->session = F1,
			    c->channel = "chat", c->person = who, c->level = LEVEL_LOW + 1));
	strcpy(id, field(&w, o, "contact"));
	return o;
}

static void leave(void)
{
	apply(&w, CMD(CONTACT_LEAVE, c->identity = "web", c->role = "frontend", c->contact = id));
	written(&w);
}

static int64_t number(const struct output *o, const char *name)
{
	return strtoll(field(&w, o, name), NULL, 10);
}

static void visits_of_a_day_are_counted_up_to_what_is_shown(void **state)
{
	(void)state;
	for (int i = 0; i <= VISITS_MAX + 1; i++) {
		int64_t before = i < VISITS_MAX ? i : VISITS_MAX;
		assert_int_equal(number(visit("p1"), "prior_contacts_24h"), before);
		leave();
	}
	w.now += DAY_MS;
	assert_int_equal(number(visit("p1"), "prior_contacts_24h"), 0);
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	assert_string_equal(v.person, "p1");
}

static void visits_are_forgotten_one_by_one(void **state)
{
	(void)state;
	struct command accepted =
		CMD(OFFER_ACCEPT, c->identity = "ann", c->role = "responder", c->session = R1);
	visit("p1");
	leave();
	w.now += 20 * DAY_MS;
	visit("p1");
	leave();
	w.now += 11 * DAY_MS; /* the first is too old, the second is not */
	responder(&w, "ann", R1);
	visit("p1");
	accepted.offer = offer_to(&w, R1);
	const struct output *o = apply(&w, accepted);
	assert_int_equal(number(o, "contacts_30d"), 1);
	assert_int_equal(number(o, "returning"), 1);
}

/* So many at once and no more: no step becomes long; and none before it is written. */
static void who_did_not_come_for_long_is_forgotten(void **state)
{
	(void)state;
	char who[8];
	for (int i = 0; i < 40; i++) {
		snprintf(who, sizeof who, "p%d", i);
		visit(who);
		if (i < 39)
			leave();
	}
	w.now += w.options.persons_retain_ms;
	assert_int_equal(number(visit("p39"), "returning"), 0);
	leave();
	visit("p38");
	struct contact_view v;
	assert_true(core_contact(w.core, id, &v));
	responder(&w, "ann", R1);
	struct command accepted = CMD(OFFER_ACCEPT, c->identity = "ann", c->role = "responder",
		c->session = R1, c->offer = offer_to(&w, R1));
	assert_string_equal(field(&w, apply(&w, accepted), "returning"), "");
}

static void a_person_without_the_contacts_name_comes_back_to_it(void **state)
{
	(void)state;
	visit("p1");
	char mine[32];
	strcpy(mine, id);
	visit("p2");
	apply(&w, CMD(SESSION_DOWN, c->session = F1));
	const struct output *o =
		apply(&w, CMD(CONTACT_RESUME, c->identity = "web", c->role = "frontend",
				  c->session = F2, c->person = "p1"));
	assert_string_equal(field(&w, o, "contact"), mine);
	o = apply(&w, CMD(CONTACT_RESUME, c->identity = "sms", c->role = "frontend",
			      c->session = F2, c->person = "p1"));
	assert_string_equal(field(&w, o, "reason"), "no_such_contact"); /* not theirs */
}

static char gone[8][8];
static int n_gone;

static void note_gone(void *arg, const struct entity_write *one)
{
	(void)arg;
	if (one->kind == ENTITY_PERSON && one->bytes.len == 0 && n_gone < 8)
		snprintf(gone[n_gone++], sizeof gone[0], "%s", one->id);
}

/* However the store hands them over, the oldest goes first, and equals by name. */
static void loaded_persons_go_in_their_order(void **state)
{
	(void)state;
	struct err e;
	static const char *const names[] = { "pc", "pa", "pd", "pb" };
	static const char *const bytes[] = { "last_ms 1:5\n", "last_ms 1:5\n", "last_ms 1:9\n",
		"last_ms 1:1\n" };
	for (int i = 0; i < 4; i++)
		assert_int_equal(core_load(w.core, ENTITY_PERSON, names[i], "",
					 (struct slice){ bytes[i], strlen(bytes[i]) }, &e),
			0);
	assert_int_equal(core_load_done(w.core, &e), 0);
	w.now = 100 + w.options.persons_retain_ms;
	apply(&w, CMD(TICK, c->request = 0));
	core_take_dirty(w.core, note_gone, NULL);
	assert_int_equal(n_gone, 4);
	assert_string_equal(gone[0], "pb");
	assert_string_equal(gone[1], "pa");
	assert_string_equal(gone[2], "pc");
	assert_string_equal(gone[3], "pd");
}

/* The same person served by the same responder again is no news. */
static void who_served_them_last_is_asked_first(void **state)
{
	(void)state;
	responder(&w, "ann", R1);
	responder(&w, "bob", R2);
	char first[32] = "";
	for (int i = 0; i < 3; i++) {
		visit("p1");
		const char *session = told(&w, OUTPUT_OFFER_NEW, R1, 0) ? R1 : R2;
		const char *who = session == (const char *)R1 ? "ann" : "bob";
		if (!*first)
			strcpy(first, who);
		assert_string_equal(who, first);
		accept(&w, who, session, offer_to(&w, session));
		apply(&w, CMD(CONTACT_CLOSE, c->identity = who, c->role = "responder",
				  c->contact = id, c->disposition = "x"));
		apply(&w, CMD(RESPONDER_DONE, c->identity = who, c->role = "responder",
				  c->contact = id));
		pass(&w, 60000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(visits_of_a_day_are_counted_up_to_what_is_shown),
		TEST(visits_are_forgotten_one_by_one),
		TEST(who_did_not_come_for_long_is_forgotten),
		TEST(a_person_without_the_contacts_name_comes_back_to_it),
		TEST(loaded_persons_go_in_their_order),
		TEST(who_served_them_last_is_asked_first),
	};
	return cmocka_run_group_tests_name("persons", tests, NULL, NULL);
}
