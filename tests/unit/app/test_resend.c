/* Which requests are told again to a master that may not have them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../../daemon/app/resend.h"

static void add(struct resend *r, int64_t request, const char *ref)
{
	struct command c;
	char text[16];
	command_init(&c, COMMAND_CONTACT_OPEN);
	c.request = request;
	c.ref = ref;
	int n = snprintf(text, sizeof text, "%d", (int)request);
	resend_add(r, &c, (struct slice){ text, (size_t)n });
}

static const char *all(const struct resend *r)
{
	static char out[256];
	struct slice bytes;
	*out = '\0';
	for (size_t i = 0; resend_next(r, &i, &bytes);)
		snprintf(out + strlen(out), sizeof out - strlen(out), "%.*s ", (int)bytes.len,
			bytes.data);
	return out;
}

static void answered_ones_stay_when_they_have_a_reference(void **state)
{
	(void)state;
	struct resend r = { 0 };
	add(&r, 1, "a");
	add(&r, 2, "");
	add(&r, 0, "b"); /* nobody waits for it */
	add(&r, 4, "");
	add(&r, 5, "c");
	assert_string_equal(all(&r), "1 2 4 5 ");
	resend_answered(&r, 1);
	resend_answered(&r, 4);
	resend_answered(&r, 3);
	resend_answered(&r, 6);
	assert_string_equal(all(&r), "1 2 5 ");
	resend_free(&r);
	assert_string_equal(all(&r), "");
}

static void it_stays_bounded(void **state)
{
	(void)state;
	struct resend r = { 0 };
	for (int i = 1; i <= 3 * RESEND_MAX; i++)
		add(&r, i, "x");
	assert_in_range(r.count - r.first, RESEND_MAX - 1, RESEND_MAX);
	assert_true(r.cap <= 4 * RESEND_MAX);
	for (int i = 2 * RESEND_MAX; i <= 3 * RESEND_MAX; i++)
		resend_answered(&r, i);
	resend_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answered_ones_stay_when_they_have_a_reference),
		cmocka_unit_test(it_stays_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
