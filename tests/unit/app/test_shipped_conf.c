#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/app/clients.h"
#include "../../../daemon/app/options.h"

/* Run from the top of the source tree. */
static struct config *parse(const char *path, struct option_origin *origins)
{
	struct conf_errors errors = { 0 };
	struct conf_node *root = conf_parse_file(path, &errors);
	assert_string_equal(buf_str(&errors.text), "");
	struct config *c = options_defaults();
	options_parse(root, c, origins, &errors);
	assert_string_equal(buf_str(&errors.text), "");
	conf_free(&root);
	return c;
}

static void free_origins(struct option_origin *origins)
{
	for (size_t i = 0; i < n_options; i++)
		free(origins[i].file);
}

static void triaged_conf_shows_every_option_with_its_default(void **state)
{
	(void)state;
	struct option_origin origins[256] = { 0 };
	struct config *c = parse("conf/triaged.conf", origins), *defaults = options_defaults();
	for (size_t i = 0; i < n_options; i++) {
		if (origins[i].line == 0)
			fail_msg("conf/triaged.conf does not show %s", options[i].name);
		if (!(options[i].flags & OPTION_REQUIRED) &&
			!option_equal(&options[i], c, defaults))
			fail_msg("conf/triaged.conf: %s is not the default", options[i].name);
	}
	config_unref(&c);
	config_unref(&defaults);
	free_origins(origins);
}

static void minimal_conf_sets_what_is_required_and_no_more(void **state)
{
	(void)state;
	struct option_origin origins[256] = { 0 };
	struct config *c = parse("conf/minimal.conf", origins);
	for (size_t i = 0; i < n_options; i++)
		if ((origins[i].line > 0) != ((options[i].flags & OPTION_REQUIRED) != 0))
			fail_msg("conf/minimal.conf: %s", options[i].name);
	config_unref(&c);
	free_origins(origins);
}

static void the_example_of_clients_is_good(void **state)
{
	(void)state;
	struct conf_errors errors = { 0 };
	struct clients *c = clients_load("conf/clients.conf", "example", &errors);
	assert_string_equal(buf_str(&errors.text), "");
	assert_int_equal(clients_count(c), 4);
	clients_free(&c);
}

/* An entry of the manual from a line of the list: name, demand, default, when, doc. */
static void expect_entry(const char *page, char *line)
{
	struct buf want = { 0 };
	char *name = strsep(&line, "\t"), *demand = strsep(&line, "\t");
	char *fallback = strsep(&line, "\t"), *when = strsep(&line, "\t");
	bool required = strcmp(fallback, "required") == 0;
	buf_addf(&want, ".It Ic %s\n%s\nMust be %s.\n%s%s.\n%s.\n", name, line, demand,
		required ? "Required" : "Default: ", required ? "" : fallback,
		strcmp(when, "restart") == 0 ? "Counts at start only" : "Changes with a reload");
	if (!strstr(page, buf_str(&want)))
		fail_msg("tools/man/triaged.conf.5 should have:\n%s", buf_str(&want));
	buf_free(&want);
}

static void the_manual_describes_every_option(void **state)
{
	(void)state;
	static char page[1 << 17];
	FILE *f = fopen("tools/man/triaged.conf.5", "r");
	assert_non_null(f);
	page[fread(page, 1, sizeof page - 1, f)] = '\0';
	fclose(f);
	struct buf list = { 0 };
	options_list(&list);
	char *rest = list.data, *line;
	while ((line = strsep(&rest, "\n")) && *line)
		expect_entry(page, line);
	buf_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(triaged_conf_shows_every_option_with_its_default),
		cmocka_unit_test(minimal_conf_sets_what_is_required_and_no_more),
		cmocka_unit_test(the_example_of_clients_is_good),
		cmocka_unit_test(the_manual_describes_every_option),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
