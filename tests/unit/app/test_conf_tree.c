#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../daemon/app/conf_tree.h"

static char dir[] = "/tmp/triaged-conf-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static struct conf_node *parse(const char *text, struct conf_errors *errors)
{
	put("main.conf", text);
	return conf_parse_file(path_of("main.conf"), errors);
}

static void refused(const char *text, const char *message)
{
	struct conf_errors errors = { 0 };
	struct conf_node *root = parse(text, &errors);
	if (root || !strstr(buf_str(&errors.text), message))
		fail_msg("%s\nwanted: %s\ngot: %s", text, message, buf_str(&errors.text));
	assert_true(errors.count >= 1);
	buf_free(&errors.text);
}

static void every_kind_of_value_arrives(void **state)
{
	(void)state;
	struct conf_errors errors = { 0 };
	struct conf_node *root = parse("# a comment\n"
				       "a = 1; b = -2147483648;\n"
				       "c = 9223372036854775807L; d = 0x7fffffff\n"
				       "e = 1.5e3; f = TRUE;\n"
				       "g : { h = \"x\\\"y\" \"z\"; i = \"\"; };\n"
				       "j = ( 1, { k = 0; }, \"m\" );\n"
				       "n = [ -1, 0 ]; o = ( );\n",
		&errors);
	assert_non_null(root);
	assert_int_equal(errors.count, 0);
	assert_int_equal(conf_get(root, "a")->integer, 1);
	assert_int_equal(conf_get(root, "b")->integer, INT32_MIN);
	assert_true(conf_get(root, "c")->integer == INT64_MAX);
	assert_int_equal(conf_get(root, "d")->integer, INT32_MAX);
	assert_true(conf_get(root, "e")->real == 1500.0);
	assert_true(conf_get(root, "f")->truth);
	const struct conf_node *g = conf_get(root, "g");
	assert_int_equal(g->type, CONF_GROUP);
	assert_string_equal(conf_get(g, "h")->text, "x\"yz");
	assert_string_equal(conf_get(g, "i")->text, "");
	assert_int_equal(conf_get(g, "h")->line, 5);
	assert_string_equal(conf_get(g, "h")->file, path_of("main.conf"));
	const struct conf_node *j = conf_get(root, "j");
	assert_int_equal(j->type, CONF_LIST);
	assert_int_equal(j->n_children, 3);
	assert_int_equal(conf_get(&j->children[1], "k")->integer, 0);
	assert_string_equal(j->children[2].text, "m");
	assert_string_equal(j->children[2].name, "");
	assert_int_equal(conf_get(root, "n")->children[0].integer, -1);
	assert_int_equal(conf_get(root, "o")->n_children, 0);
	assert_null(conf_get(root, "p"));
	conf_free(&root);
	assert_null(root);
	conf_free(&root);
}

static void numbers_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	refused("x = 1;\na = 4294967296;\n", "main.conf:2: the number 4294967296 does not fit");
	refused("a = -2147483649;", "write -2147483649L");
	refused("a = 99999999999999999999L;", "does not fit in 64 bits");
	refused("a = 0xFFFFFFFF;", "does not fit in 32 bits");
	refused("a = 010;", "begins with 0");
	refused("a = 10ms;", "10ms is not a number");
	refused("a = 1e999;", "out of range");
	refused("a = 1.2.3;", "not a number");
	refused("a = ( 1, 2147483648 );", "does not fit");
	struct conf_errors errors = { 0 };
	struct conf_node *root =
		parse("a = \"4294967296\"; // 4294967296\n/* 010 */ b9 = 0;", &errors);
	assert_non_null(root);
	conf_free(&root);
}

static void all_findings_of_the_text_come_at_once(void **state)
{
	(void)state;
	struct conf_errors errors = { 0 };
	assert_null(parse("a = 010;\nb = 4294967296;\nc = 1x;\n", &errors));
	assert_int_equal(errors.count, 3);
	buf_free(&errors.text);
}

static size_t lines_of(const struct buf *b)
{
	size_t n = 0;
	for (const char *p = buf_str(b); (p = strchr(p, '\n')); p++)
		n++;
	return n;
}

static void a_file_of_errors_is_not_read_to_its_end(void **state)
{
	(void)state;
	struct buf text = { 0 };
	struct conf_errors errors = { 0 };
	for (int i = 0; i < 3 * CONF_ERRORS_MAX; i++)
		buf_adds(&text, "a = 010;\n");
	assert_null(parse(buf_str(&text), &errors));
	assert_int_equal(lines_of(&errors.text), CONF_ERRORS_MAX + 1);
	assert_non_null(strstr(buf_str(&errors.text), "main.conf:100: the number 010"));
	assert_null(strstr(buf_str(&errors.text), "main.conf:101:"));
	assert_non_null(strstr(buf_str(&errors.text), "\nfurther errors are not listed\n"));
	buf_free(&errors.text);
	errors.count = 0;
	buf_clear(&text);
	buf_adds(&text, "a = \"");
	for (int i = 0; i < 3 * CONF_ERRORS_MAX; i++)
		buf_adds(&text, "\\x00");
	buf_adds(&text, "\";\n");
	assert_null(parse(buf_str(&text), &errors));
	assert_int_equal(lines_of(&errors.text), CONF_ERRORS_MAX + 1);
	buf_free(&errors.text);
	buf_free(&text);
}

static void broken_files_are_refused(void **state)
{
	(void)state;
	refused("a = 1; a = 2;", "duplicate");
	refused("g = { a = 1; b = 2;\n a = 3; };", "main.conf:2: duplicate");
	refused("a = ;", "syntax error");
	refused("a = [ 1, \"x\" ];", "main.conf:1:");
	refused("a = \"x", "has no end");
	refused("a = 1; /* x", "has no end");
	refused("a = \"x\\x00y\";", "\\x00");
	refused("@includ \"x\"\n", "unknown directive");
	refused("a = ((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))));", "nested");
	struct conf_errors errors = { 0 };
	assert_null(conf_parse_file(path_of("absent.conf"), &errors));
	assert_non_null(strstr(buf_str(&errors.text), "absent.conf: cannot be read: No such file"));
	assert_null(conf_parse_file(dir, &errors));
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	assert_null(conf_parse_file(path_of("fifo"), &errors));
	assert_int_equal(errors.count, 3);
	buf_free(&errors.text);
	int fd = open(path_of("nul.conf"), O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "a = 1;\0b = 2;", 13), 13);
	close(fd);
	assert_null(conf_parse_file(path_of("nul.conf"), &errors));
	assert_non_null(strstr(buf_str(&errors.text), "NUL byte"));
	buf_free(&errors.text);
}

static void includes_are_found_beside_the_file(void **state)
{
	(void)state;
	put("more.conf", "b = 2;\n\nc = 3;\n");
	struct conf_errors errors = { 0 };
	struct conf_node *root = parse("a = 1;\n@include \"more.conf\"\nd = 4;\n", &errors);
	assert_non_null(root);
	assert_int_equal(conf_get(root, "c")->line, 3);
	assert_string_equal(conf_get(root, "c")->file, path_of("more.conf"));
	assert_int_equal(conf_get(root, "d")->line, 3);
	conf_free(&root);
	put("more.conf", "b = 2;\nc = ;\n");
	refused("@include \"more.conf\"\n", "/more.conf:2: syntax error");
	refused("a = 1;\n@include \"absent.conf\"\n", "main.conf:2: cannot include");
	put("more.conf", "b = 4294967296;\n");
	refused("@include \"more.conf\"\n", "more.conf:1: the number");
	refused("a = 1;\n@include \"main.conf\"\n", "too deeply");
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	(void)state;
	const char *names[] = { "main.conf", "more.conf", "fifo", "nul.conf" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(path_of(names[i]));
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_value_arrives),
		cmocka_unit_test(numbers_that_do_not_fit_are_refused),
		cmocka_unit_test(all_findings_of_the_text_come_at_once),
		cmocka_unit_test(a_file_of_errors_is_not_read_to_its_end),
		cmocka_unit_test(broken_files_are_refused),
		cmocka_unit_test(includes_are_found_beside_the_file),
	};
	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
