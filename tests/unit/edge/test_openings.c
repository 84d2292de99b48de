#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../../daemon/edge/openings.h"

static struct openings openings;

static const char *name(const char *identity, const char *ref, int64_t fingerprint)
{
	static char id[24];
	static int n;
	struct command c;
	command_init(&c, COMMAND_CONTACT_OPEN);
	c.identity = identity;
	c.ref = ref;
	c.fingerprint = fingerprint;
	snprintf(id, sizeof id, "%020x", ++n);
	openings_name(&openings, &c, id);
	return id;
}

static void the_same_request_names_the_same_contact(void **state)
{
	char first[24];
	(void)state;
	openings_init(&openings, 1, 2);
	strcpy(first, name("web", "r1", 7));
	assert_string_equal(name("web", "r1", 7), first);
	assert_string_not_equal(name("web", "r1", 8), first);
	assert_string_not_equal(name("web", "r2", 7), first);
	assert_string_not_equal(name("sms", "r1", 7), first);
	strcpy(first, name("web", "", 0));
	assert_string_not_equal(name("web", "", 0), first);
	openings_fini(&openings);
}

static void no_two_requests_are_taken_for_one(void **state)
{
	char ref[16], before[24] = "";
	(void)state;
	openings_init(&openings, 1, 2);
	for (int i = 0; i < 3 * OPENINGS_MAX; i++) {
		snprintf(ref, sizeof ref, "r%d", i);
		const char *id = name("web", ref, 7);
		assert_true(strcmp(id, before) > 0); /* each its own, as it was given */
		strcpy(before, id);
	}
	openings_fini(&openings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_request_names_the_same_contact),
		cmocka_unit_test(no_two_requests_are_taken_for_one),
	};
	return cmocka_run_group_tests_name("openings", tests, NULL, NULL);
}
