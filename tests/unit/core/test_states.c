#include "world.h"

#include "../../../daemon/core/contact.h"

/* The whole table by name; every cell not listed refuses. */
static const struct {
	enum contact_state from;
	enum contact_event event;
	enum contact_state to;
} legal[] = {
	{ CONTACT_NEW, CONTACT_EV_ARRIVE, CONTACT_WAITING },
	{ CONTACT_WAITING, CONTACT_EV_OFFER, CONTACT_OFFERED },
	{ CONTACT_WAITING, CONTACT_EV_ABANDON, CONTACT_REVIEW },
	{ CONTACT_WAITING, CONTACT_EV_END, CONTACT_ENDED },
	{ CONTACT_OFFERED, CONTACT_EV_OFFER, CONTACT_OFFERED },
	{ CONTACT_OFFERED, CONTACT_EV_UNOFFER, CONTACT_WAITING },
	{ CONTACT_OFFERED, CONTACT_EV_ACCEPT, CONTACT_ACTIVE },
	{ CONTACT_OFFERED, CONTACT_EV_ABANDON, CONTACT_REVIEW },
	{ CONTACT_OFFERED, CONTACT_EV_END, CONTACT_ENDED },
	{ CONTACT_ACTIVE, CONTACT_EV_RETURN, CONTACT_WAITING },
	{ CONTACT_ACTIVE, CONTACT_EV_CLOSE, CONTACT_WRAPUP },
	{ CONTACT_ACTIVE, CONTACT_EV_HAND, CONTACT_HANDED },
	{ CONTACT_HANDED, CONTACT_EV_ABANDON, CONTACT_REVIEW },
	{ CONTACT_HANDED, CONTACT_EV_END, CONTACT_ENDED },
	{ CONTACT_ACTIVE, CONTACT_EV_END, CONTACT_ENDED },
	{ CONTACT_WRAPUP, CONTACT_EV_ABANDON, CONTACT_REVIEW },
	{ CONTACT_WRAPUP, CONTACT_EV_END, CONTACT_ENDED },
	{ CONTACT_REVIEW, CONTACT_EV_RETURN, CONTACT_WAITING },
	{ CONTACT_REVIEW, CONTACT_EV_END, CONTACT_ENDED },
};

static void every_cell_is_as_written(void **state)
{
	(void)state;
	for (int s = 0; s < CONTACT_STATE_COUNT; s++) {
		for (int e = 0; e < CONTACT_EVENT_COUNT; e++) {
			int want = -1;
			for (size_t i = 0; i < sizeof legal / sizeof legal[0]; i++)
				if ((int)legal[i].from == s && (int)legal[i].event == e)
					want = (int)legal[i].to;
			assert_int_equal(
				contact_next_state((enum contact_state)s, (enum contact_event)e),
				want);
		}
	}
}

/* Nothing ends but by an event that says so, and what has ended stays so. */
static void the_end_is_final(void **state)
{
	(void)state;
	for (int e = 0; e < CONTACT_EVENT_COUNT; e++) {
		assert_int_equal(contact_next_state(CONTACT_ENDED, (enum contact_event)e), -1);
		for (int s = 0; s < CONTACT_STATE_COUNT; s++)
			if (contact_next_state((enum contact_state)s, (enum contact_event)e) ==
				CONTACT_ENDED)
				assert_int_equal(e, CONTACT_EV_END);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_is_as_written),
		cmocka_unit_test(the_end_is_final),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
