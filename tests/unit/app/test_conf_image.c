/* The child that misbehaves: libconfig's reader is replaced by one that does what a test asks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/base/clock.h"

#include "../../../daemon/app/conf_image.h"

static void (*misbehave)(void);

int config_read_file(config_t *config, const char *path)
{
	(void)config, (void)path;
	misbehave();
	return CONFIG_FALSE;
}

static void hang(void)
{
	pause();
}

static void crash(void)
{
	abort();
}

static void give_up(void)
{
	_exit(2);
}

static void stop_early(void)
{
	_exit(0);
}

static char path[] = "/tmp/triaged-image-XXXXXX";

static void expect(void (*what)(void), const char *message)
{
	misbehave = what;
	struct buf image = { 0 };
	struct err e;
	assert_int_equal(conf_image_load(path, 300, &image, &e), -1);
	if (!strstr(e.text, message))
		fail_msg("wanted: %s\ngot: %s", message, e.text);
	buf_free(&image);
}

static void a_failing_child_is_a_clear_error(void **state)
{
	(void)state;
	expect(crash, "ended by signal 6");
	expect(give_up, "failed with status 2");
}

static void a_hanging_child_is_stopped_in_time(void **state)
{
	(void)state;
	struct mono start = mono_now();
	expect(hang, "took more than 300 ms");
	assert_true(mono_since_ms(start) < 3000);
}

static void half_an_answer_is_no_answer(void **state)
{
	(void)state;
	misbehave = stop_early;
	struct conf_errors errors = { 0 };
	assert_null(conf_parse_file(path, &errors));
	assert_non_null(strstr(buf_str(&errors.text), "no whole answer"));
	buf_free(&errors.text);
}

static int setup(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failing_child_is_a_clear_error),
		cmocka_unit_test(a_hanging_child_is_stopped_in_time),
		cmocka_unit_test(half_an_answer_is_no_answer),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
