#include "world.h"

#include "../../../daemon/core/transfer.h"

/* The whole table by name; every cell not listed refuses. */
static const struct {
	enum transfer_state from;
	enum transfer_event event;
	enum transfer_state to;
} legal[] = {
	{ TRANSFER_NONE, TRANSFER_EV_SEEK, TRANSFER_WAITING },
	{ TRANSFER_NONE, TRANSFER_EV_OFFER, TRANSFER_OFFERED },
	{ TRANSFER_NONE, TRANSFER_EV_SEND, TRANSFER_SENT },
	{ TRANSFER_SENT, TRANSFER_EV_ACCEPT, TRANSFER_NONE },
	{ TRANSFER_SENT, TRANSFER_EV_END, TRANSFER_NONE },
	{ TRANSFER_WAITING, TRANSFER_EV_OFFER, TRANSFER_OFFERED },
	{ TRANSFER_WAITING, TRANSFER_EV_END, TRANSFER_NONE },
	{ TRANSFER_OFFERED, TRANSFER_EV_OFFER, TRANSFER_OFFERED },
	{ TRANSFER_OFFERED, TRANSFER_EV_UNOFFER, TRANSFER_WAITING },
	{ TRANSFER_OFFERED, TRANSFER_EV_ACCEPT, TRANSFER_NONE },
	{ TRANSFER_OFFERED, TRANSFER_EV_JOIN, TRANSFER_JOINED },
	{ TRANSFER_OFFERED, TRANSFER_EV_END, TRANSFER_NONE },
	{ TRANSFER_JOINED, TRANSFER_EV_END, TRANSFER_NONE },
};

static void every_cell_is_as_written(void **state)
{
	(void)state;
	for (int s = 0; s < TRANSFER_STATE_COUNT; s++) {
		for (int e = 0; e < TRANSFER_EVENT_COUNT; e++) {
			int want = -1;
			for (size_t i = 0; i < sizeof legal / sizeof legal[0]; i++)
				if ((int)legal[i].from == s && (int)legal[i].event == e)
					want = (int)legal[i].to;
			assert_int_equal(
				transfer_next_state((enum transfer_state)s, (enum transfer_event)e),
				want);
		}
	}
}

/* Nobody has it but by accepting: only that leads from an offer to somebody else. */
static void only_an_acceptance_hands_over(void **state)
{
	(void)state;
	for (int s = 0; s < TRANSFER_STATE_COUNT; s++) {
		bool offered = s == TRANSFER_OFFERED;
		assert_int_equal(
			transfer_next_state((enum transfer_state)s, TRANSFER_EV_ACCEPT) >= 0,
			offered || s == TRANSFER_SENT);
		assert_int_equal(transfer_next_state((enum transfer_state)s, TRANSFER_EV_JOIN) >= 0,
			offered);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_is_as_written),
		cmocka_unit_test(only_an_acceptance_hands_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
