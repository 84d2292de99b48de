/* The checker of rescues is checked: each planted fault must be named. */
#include "agencies.h"

#include "../../../daemon/core/dispatch_ask.h"
#include "../../../daemon/core/state.h"

static struct world w;
static char person[32], other[32], asked[32], held[32];

#define TEAM_SESSION "n1/i1/red"

/* Team red is asked for a rescue; another one is held until a second person speaks. */
static int start(void **state)
{
	(void)state;
	world_start(&w);
	world_with_agencies(&w);
	apply(&w, CMD(SESSION_UP, c->identity = "red", c->role = "partner",
			  c->session = TEAM_SESSION));
	apply(&w, CMD(TEAM_SET, c->identity = "red", c->role = "partner", c->session = TEAM_SESSION,
			  c->team = "red", c->presence = "ready"));
	strcpy(person, contact(&w, F1, LEVEL_LOW));
	strcpy(other, contact(&w, F1, LEVEL_LOW));
	const struct output *o = apply(
		&w, CMD(CONTACT_ESCALATE, c->identity = "sue", c->role = "supervisor",
			    c->contact = person, c->kind = "mobile_team", c->consent = "yes"));
	strcpy(asked, field(&w, o, "dispatch"));
	o = apply(&w, CMD(CONTACT_ESCALATE, c->identity = "sue", c->role = "supervisor",
			      c->contact = other, c->kind = "ems", c->consent = "no"));
	strcpy(held, field(&w, o, "dispatch"));
	assert_string_equal(field(&w, o, "state"), "held");
	return 0;
}

static int end(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static struct dispatch *dispatch(const char *id)
{
	struct dispatch *d = map_get(&w.core->dispatches, id);
	assert_non_null(d);
	return d;
}

static struct team *red(void)
{
	return map_get(&w.core->teams, "red");
}

static void caught(const char *what)
{
	struct err e = { "" };
	assert_int_equal(core_check(w.core, &e), -1);
	if (strncmp(e.text, "I16: ", 5) != 0 || !strstr(e.text, what))
		fail_msg("wanted %s, got: %s", what, e.text);
}

/* Plant a fault, see it caught, repair it, see it gone. */
#define PLANT(place, value, what)                                                                  \
	do {                                                                                       \
		__typeof__(place) good_ = (place);                                                 \
		(place) = (value);                                                                 \
		caught(what);                                                                      \
		(place) = good_;                                                                   \
		world_check(&w);                                                                   \
	} while (0)

static char somebody[] = "agency:a";

static void a_rescue_that_nobody_watches_is_caught(void **state)
{
	(void)state;
	PLANT(dispatch(asked)->contact, NULL, "its contact ended");
	PLANT(((struct contact *)map_get(&w.core->contacts, person))->state, CONTACT_ENDED,
		"its contact ended");
	PLANT(dispatch(asked)->timer.index, 0, "nobody will be reminded");
	PLANT(dispatch(asked)->alert_due_ms, 0, "nobody will be reminded");
	PLANT(dispatch(asked)->target_due_ms, 0, "asked of somebody for ever");
	PLANT(((struct contact *)map_get(&w.core->contacts, other))->dispatches_open, 2,
		"counted wrongly");
}

static void a_rescue_that_two_may_believe_theirs_is_caught(void **state)
{
	(void)state;
	PLANT(dispatch(asked)->unit, somebody, "while somebody has it");
	PLANT(dispatch(held)->unit, somebody, "held, and asked");
	dispatch(held)->target_due_ms = 5;
	PLANT(dispatch(held)->target, somebody, "held, and asked");
	dispatch(held)->target_due_ms = 0;
}

static void a_rescue_that_stands_still_is_caught(void **state)
{
	(void)state;
	PLANT(dispatch(held)->second_due_ms, 0, "held by nothing");
	PLANT(dispatch(held)->state, DISPATCH_REQUESTED, "nobody will be asked");
	PLANT(dispatch(held)->state, DISPATCH_EN_ROUTE, "without a name");
}

static void a_team_and_its_dispatch_know_of_each_other(void **state)
{
	(void)state;
	static char gone[] = "d0", unknown[] = "team:blue";
	PLANT(red()->dispatch, gone, "does not know of it");
	PLANT(red()->dispatch, held, "does not know of it");
	PLANT(dispatch(asked)->target, unknown, "does not know of it");
	red()->timer.index = 9;
	PLANT(red()->has, 1, "does not know of it");
	red()->timer.index = 0;
	PLANT(red()->has, 1, "nobody will miss its crew");
	char *its = red()->dispatch;
	red()->overdue = red()->has = 1; /* overdue: somebody is reminded already */
	caught("does not know of it");
	red()->dispatch = NULL;
	caught("and yet has it");
	red()->dispatch = its;
	red()->overdue = red()->has = 0;
	world_check(&w);
}

/* It is over: the team may not believe in it any more. */
static void a_team_on_a_rescue_that_is_over_is_caught(void **state)
{
	(void)state;
	struct dispatch *d = dispatch(asked);
	struct contact *c = map_get(&w.core->contacts, person);
	d->state = DISPATCH_ENDED;
	c->dispatches_open--;
	caught("does not know of it");
	d->state = DISPATCH_REQUESTED;
	c->dispatches_open++;
	world_check(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_rescue_that_nobody_watches_is_caught),
		TEST(a_rescue_that_two_may_believe_theirs_is_caught),
		TEST(a_rescue_that_stands_still_is_caught),
		TEST(a_team_and_its_dispatch_know_of_each_other),
		TEST(a_team_on_a_rescue_that_is_over_is_caught),
	};
	return cmocka_run_group_tests_name("check rescues", tests, NULL, NULL);
}
