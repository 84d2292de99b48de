#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <event2/buffer.h>

#include "../../../daemon/edge/framing.h"

/* All lines that in gives now, each followed by '|'. */
static void take(struct evbuffer *in, size_t max, size_t *scanned, char *out)
{
	struct line line;
	enum line_verdict v;
	while ((v = line_next(in, max, scanned, &line)) == LINE_READY) {
		strncat(out, line.text, line.length);
		strcat(out, "|");
		line_drain(in, scanned, &line);
	}
	if (v == LINE_TOO_LONG)
		strcat(out, "!");
}

static void split_anywhere_gives_the_same_lines(void **state)
{
	(void)state;
	static const char stream[] = "one\n\ntwo\r\nthree\n\r\nfour";
	size_t n = sizeof stream - 1;
	for (size_t a = 0; a <= n; a++) {
		for (size_t b = a; b <= n; b++) {
			struct evbuffer *in = evbuffer_new();
			size_t scanned = 0;
			char out[100] = "";
			evbuffer_add(in, stream, a);
			take(in, 10, &scanned, out);
			evbuffer_add(in, stream + a, b - a);
			take(in, 10, &scanned, out);
			evbuffer_add(in, stream + b, n - b);
			take(in, 10, &scanned, out);
			assert_string_equal(out, "one||two|three||");
			assert_int_equal(evbuffer_get_length(in), 4);
			evbuffer_free(in);
		}
	}
}

static void check_limit(const char *text, const char *wanted)
{
	struct evbuffer *in = evbuffer_new();
	size_t scanned = 0;
	char out[100] = "";
	for (const char *p = text; *p && !strchr(out, '!'); p++) {
		evbuffer_add(in, p, 1);
		take(in, 4, &scanned, out);
	}
	assert_string_equal(out, wanted);
	evbuffer_free(in);
	in = evbuffer_new();
	scanned = 0;
	*out = '\0';
	evbuffer_add(in, text, strlen(text));
	take(in, 4, &scanned, out);
	assert_string_equal(out, wanted);
	evbuffer_free(in);
}

static void the_limit_counts_the_line_without_its_end(void **state)
{
	(void)state;
	check_limit("abc\n", "abc|");
	check_limit("abcd\n", "abcd|");
	check_limit("abcd\r\n", "abcd|");
	check_limit("abcde\n", "!");
	check_limit("abcde\r\n", "!");
	check_limit("x\nabcdefgh", "x|!");
}

static void what_was_searched_is_not_searched_again(void **state)
{
	(void)state;
	struct evbuffer *in = evbuffer_new();
	struct line line;
	size_t scanned = 0;
	for (size_t i = 1; i <= 1000; i++) {
		evbuffer_add(in, "x", 1);
		assert_int_equal(line_next(in, 5000, &scanned, &line), LINE_INCOMPLETE);
		assert_int_equal(scanned, i);
	}
	evbuffer_add(in, "\n", 1);
	assert_int_equal(line_next(in, 5000, &scanned, &line), LINE_READY);
	assert_int_equal(line.length, 1000);
	line_drain(in, &scanned, &line);
	assert_int_equal(scanned, 0);
	evbuffer_free(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(split_anywhere_gives_the_same_lines),
		cmocka_unit_test(the_limit_counts_the_line_without_its_end),
		cmocka_unit_test(what_was_searched_is_not_searched_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
