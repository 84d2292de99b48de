#include "rules_text.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../daemon/app/rules_file.h"

static char *errors_when(const char *text, bool lenient)
{
	char path[] = "/tmp/triaged-rules-XXXXXX";
	const char *paths[] = { path };
	struct rules_load load = { .paths = paths, .n_paths = 1, .lenient = lenient };
	struct conf_errors errors = { .count = 0 };
	int fd = mkstemp(path);
	struct ruleset *rules;
	char *result;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	rules = rules_load(&load, NULL, &errors);
	unlink(path);
	assert_int_equal(rules == NULL, errors.count > 0);
	result = strdup(buf_str(&errors.text));
	ruleset_unref(&rules);
	buf_free(&errors.text);
	return result;
}

char *errors_of(const char *text)
{
	return errors_when(text, false);
}

void expect_runs(const char *text)
{
	char *errors = errors_when(text, true);

	assert_string_equal(errors, "");
	free(errors);
}

void expect(const char *text, const char *const *parts)
{
	char *errors = errors_of(text);

	for (; *parts; parts++)
		if (!strstr(errors, *parts))
			fail_msg("no \"%s\" among the errors:\n%s", *parts, errors);
	free(errors);
}

void expect_good(const char *text)
{
	char *errors = errors_of(text);

	assert_string_equal(errors, "");
	free(errors);
}
