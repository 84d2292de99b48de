/* The table of dispatches, spelled out a second time: every state and every event. */
#include "world.h"

#include "../../../daemon/core/dispatch.h"

#define NO -1

/* clang-format off */
/*                 RELEASE              ACK                    AGAIN                DECLINE             FAIL             SEND           START              ARRIVE             MEET                  TRANSPORT              CLEAR             END             CANCEL */
static const int expected[DISPATCH_STATE_COUNT][DISPATCH_EVENT_COUNT] = {
	[DISPATCH_HELD] = { DISPATCH_REQUESTED, DISPATCH_ACKNOWLEDGED, NO, NO, NO, NO, NO, NO, NO, NO, NO, DISPATCH_ENDED, DISPATCH_CANCELLED },
	[DISPATCH_REQUESTED] = { NO, DISPATCH_ACKNOWLEDGED, NO, DISPATCH_DECLINED, NO, NO, NO, NO, NO, NO, NO, DISPATCH_ENDED, DISPATCH_CANCELLED },
	[DISPATCH_DECLINED] = { NO, DISPATCH_ACKNOWLEDGED, DISPATCH_REQUESTED, NO, NO, NO, NO, NO, NO, NO, NO, DISPATCH_ENDED, DISPATCH_CANCELLED },
	[DISPATCH_FAILED] = { NO, DISPATCH_ACKNOWLEDGED, DISPATCH_REQUESTED, NO, NO, NO, NO, NO, NO, NO, NO, DISPATCH_ENDED, DISPATCH_CANCELLED },
	[DISPATCH_ACKNOWLEDGED] = { NO, DISPATCH_ACKNOWLEDGED, NO, NO, DISPATCH_FAILED, DISPATCH_SENT, DISPATCH_EN_ROUTE, DISPATCH_ON_SCENE, DISPATCH_WITH_PERSON, NO, DISPATCH_CLEARED, DISPATCH_ENDED, DISPATCH_CANCELLED },
	[DISPATCH_SENT] = { NO, NO, NO, NO, DISPATCH_FAILED, NO, DISPATCH_EN_ROUTE, DISPATCH_ON_SCENE, DISPATCH_WITH_PERSON, NO, DISPATCH_CLEARED, DISPATCH_ENDED, DISPATCH_CANCELLED },
	[DISPATCH_EN_ROUTE] = { NO, NO, NO, NO, DISPATCH_FAILED, NO, NO, DISPATCH_ON_SCENE, DISPATCH_WITH_PERSON, NO, DISPATCH_CLEARED, DISPATCH_ENDED, DISPATCH_CANCELLED },
	[DISPATCH_ON_SCENE] = { NO, NO, NO, NO, DISPATCH_FAILED, NO, NO, NO, DISPATCH_WITH_PERSON, DISPATCH_TRANSPORTING, DISPATCH_CLEARED, DISPATCH_ENDED, DISPATCH_CANCELLED },
	[DISPATCH_WITH_PERSON] = { NO, NO, NO, NO, DISPATCH_FAILED, NO, NO, NO, NO, DISPATCH_TRANSPORTING, DISPATCH_CLEARED, DISPATCH_ENDED, DISPATCH_CANCELLED },
	[DISPATCH_TRANSPORTING] = { NO, NO, NO, NO, DISPATCH_FAILED, NO, NO, NO, NO, NO, DISPATCH_CLEARED, DISPATCH_ENDED, DISPATCH_CANCELLED },
	[DISPATCH_CLEARED] = { NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, DISPATCH_ENDED, DISPATCH_CANCELLED },
	[DISPATCH_ENDED] = { NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO },
	[DISPATCH_CANCELLED] = { NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO },
};
/* clang-format on */

static void every_state_and_event(void **state)
{
	(void)state;
	for (int s = 0; s < DISPATCH_STATE_COUNT; s++)
		for (int e = 0; e < DISPATCH_EVENT_COUNT; e++)
			if (dispatch_next_state((enum dispatch_state)s, (enum dispatch_event)e) !=
				expected[s][e])
				fail_msg("%s, event %d", dispatch_state_name(s), e);
}

static void every_open_state_says_what_it_waits_for(void **state)
{
	(void)state;
	for (int s = 0; s < DISPATCH_STATE_COUNT; s++) {
		const struct dispatch d = { .state = s };
		assert_int_equal(dispatch_is_open(&d), *dispatch_awaits(&d) != '\0');
		assert_int_equal(dispatch_is_over(&d), !dispatch_is_open(&d));
	}
	assert_null(dispatch_state_name(DISPATCH_STATE_COUNT));
	assert_null(dispatch_state_name(-1));
}

/* From every open state an end can be reached, and help can: no dead end. */
static void help_is_reachable_from_every_open_state(void **state)
{
	(void)state;
	for (int s = 0; s < DISPATCH_STATE_COUNT; s++) {
		const struct dispatch d = { .state = s };
		if (!dispatch_is_open(&d))
			continue;
		assert_int_equal(expected[s][DISPATCH_EV_END], DISPATCH_ENDED);
		assert_int_equal(expected[s][DISPATCH_EV_CANCEL], DISPATCH_CANCELLED);
		if (!dispatch_is_under_way(&d))
			assert_int_equal(expected[s][DISPATCH_EV_ACK], DISPATCH_ACKNOWLEDGED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_and_event),
		cmocka_unit_test(every_open_state_says_what_it_waits_for),
		cmocka_unit_test(help_is_reachable_from_every_open_state),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
