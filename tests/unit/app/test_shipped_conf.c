#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(triaged_conf_shows_every_option_with_its_default),
		cmocka_unit_test(minimal_conf_sets_what_is_required_and_no_more),
		cmocka_unit_test(the_example_of_clients_is_good),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
