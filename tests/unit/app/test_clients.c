#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "triaged/privacy/digest.h"

#include "../../../daemon/app/cli.h"
#include "../../../daemon/app/clients.h"
#include "site.h"

static struct clients *load(const char *text, struct conf_errors *errors)
{
	return clients_load(site_put("c.conf", text), "c1", errors);
}

static struct clients *good(const char *text)
{
	struct conf_errors errors = { 0 };
	struct clients *c = load(text, &errors);
	assert_string_equal(buf_str(&errors.text), "");
	assert_non_null(c);
	return c;
}

static void refused(const char *entry, const char *message)
{
	struct conf_errors errors = { 0 };
	struct buf text = { 0 };
	buf_addf(&text, "clients = (\n%s\n);\n", entry);
	struct clients *c = load(buf_str(&text), &errors);
	if (c || !strstr(buf_str(&errors.text), message))
		fail_msg("%s\nwanted: %s\ngot: %s", entry, message, buf_str(&errors.text));
	buf_free(&text);
	buf_free(&errors.text);
}

static struct principal *by_cert(
	const struct clients *c, const char *cn, const char *uri, const char *dns)
{
	const char *uris[] = { uri }, *names[] = { dns };
	const struct certificate_names n = { cn, uris, names, uri ? 1 : 0, dns ? 1 : 0 };
	return clients_by_certificate(c, &n);
}

static void an_entry_becomes_a_principal(void **state)
{
	(void)state;
	struct clients *c =
		good("clients = ( { name = \"ana\"; cert = \"ana\"; alias = \"A\";"
		     " roles = [ \"responder\", \"supervisor\" ]; center = \"c2\";"
		     " skills = [ \"youth\", \"lgbtq\" ]; langs = [ \"en\", \"pt-BR\" ];"
		     " lines = [ ]; channels = [ \"sms\" ]; capacity = 3; min_age = 12;"
		     " test = true; }, { name = \"b\"; cert = \"b\"; roles = [ \"admin\" ]; } );");
	assert_int_equal(clients_count(c), 2);
	struct principal *p = by_cert(c, "ana", NULL, NULL);
	assert_non_null(p);
	assert_string_equal(p->name, "ana");
	assert_string_equal(p->center, "c2");
	assert_string_equal(p->alias, "A");
	assert_string_equal(p->skills, "youth lgbtq");
	assert_string_equal(p->langs, "en pt-BR");
	assert_string_equal(p->lines, "");
	assert_string_equal(p->channels, "sms");
	assert_int_equal(p->roles, ROLE_RESPONDER | ROLE_SUPERVISOR);
	assert_int_equal(p->capacity, 3);
	assert_int_equal(p->min_age, 12);
	assert_int_equal(p->max_age, -1);
	assert_true(p->test);
	struct principal *b = by_cert(c, "b", NULL, NULL);
	assert_string_equal(b->center, "c1");
	clients_free(&c);
	assert_string_equal(p->name, "ana"); /* a session outlives the file it came from */
	principal_unref(&p);
	principal_unref(&b);
}

static void a_certificate_name_matches_whole_and_one_client_only(void **state)
{
	(void)state;
	struct clients *c =
		good("clients = ("
		     " { name = \"a\"; cert = \"gw.example.org\"; roles = [ \"frontend\" ]; },"
		     " { name = \"b\"; cert = \"urn:x:b\"; roles = [ \"admin\" ]; } );");
	struct principal *p;
	assert_null(by_cert(c, "gw.example.or", NULL, NULL));
	assert_null(by_cert(c, "gw.example.org.evil", NULL, NULL));
	assert_null(by_cert(c, "GW.example.org", NULL, NULL));
	assert_null(by_cert(c, "", NULL, NULL));
	assert_null(by_cert(c, "gw.example.org", "urn:x:b", NULL));
	p = by_cert(c, "", NULL, "gw.example.org");
	assert_string_equal(p->name, "a");
	principal_unref(&p);
	p = by_cert(c, "gw.example.org", NULL, "gw.example.org");
	assert_string_equal(p->name, "a");
	principal_unref(&p);
	p = by_cert(c, "else", "urn:x:b", "other");
	assert_string_equal(p->name, "b");
	principal_unref(&p);
	clients_free(&c);
}

static void tokens_and_users_are_found(void **state)
{
	(void)state;
	char hex[DIGEST_HEX_SIZE], password[PASSWORD_TEXT_SIZE];
	struct buf text = { 0 };
	digest_sha256_hex("s3cret", 6, hex);
	assert_int_equal(password_hash("pass phrase", password, NULL), 0);
	buf_addf(&text,
		"clients = ( { name = \"a\"; token_sha256 = \"%s\"; roles = [ \"frontend\" ]; },"
		" { name = \"s\"; user = \"sam\"; password = \"%s\"; roles = [ \"supervisor\" ]; } );",
		hex, password);
	struct clients *c = good(buf_str(&text));
	struct principal *p = clients_by_token(c, "s3cret");
	assert_string_equal(p->name, "a");
	principal_unref(&p);
	assert_null(clients_by_token(c, "s3cre"));
	assert_null(clients_by_token(c, ""));
	assert_null(clients_by_token(c, hex));
	struct client_login login;
	clients_by_user(c, "sam", &login);
	assert_string_equal(login.who->name, "s");
	assert_int_equal(password_verify(login.password, "pass phrase"), PASSWORD_MATCHES);
	assert_int_equal(login.totp_len, 0);
	principal_unref(&login.who);
	clients_by_user(c, "nobody", &login);
	assert_null(login.who);
	assert_int_equal(password_verify(login.password, ""), PASSWORD_DIFFERS);
	clients_by_user(c, "", &login);
	assert_null(login.who);
	clients_free(&c);
	buf_free(&text);
}

static void each_fault_is_named(void **state)
{
	(void)state;
	refused("{ name = \"a\"; roles = [ \"admin\" ]; }", "c.conf:2: client: one of cert");
	refused("{ cert = \"a\"; roles = [ \"admin\" ]; }", "name is missing");
	refused("{ name = \"agency:a\"; cert = \"a\"; roles = [ \"partner\" ]; }",
		"must not begin with agency:");
	refused("{ name = \"a\"; cert = \"a\"; }", "roles are missing");
	refused("{ name = \"a\"; cert = \"a\"; roles = [ ]; }", "roles are missing");
	refused("{ name = \"a\"; cert = \"a\"; roles = [ \"root\" ]; }", "out of: frontend");
	refused("{ name = \"a\"; cert = \"a\"; roles = \"admin\"; }", "out of: frontend");
	refused("{ name = \"a\"; cert = \"a\"; roles = [ \"admin\", \"admin\" ]; }", "different");
	refused("{ name = \"a\"; cert = \"a\"; role = [ \"admin\" ]; }", "unknown name role");
	refused("{ name = \"a\"; token_sha256 = \"abc\"; roles = [ \"admin\" ]; }",
		"64 lower-case");
	refused("{ name = \"a\"; user = \"a\"; roles = [ \"admin\" ]; }", "belong together");
	refused("{ name = \"a\"; user = \"a\"; password = \"a\"; roles = [ \"admin\" ]; }",
		"password: not of the form");
	refused("{ name = \"a\"; cert = \"a\"; totp = \"AAAAAAAAAAAAAAAA\"; roles = [ \"admin\" ]; }",
		"totp needs a user");
	refused("{ name = \"a\"; cert = \"a\"; totp = \"AAAAAAAAAAAAAAAA\"; roles = [ \"admin\" ]; }",
		"must be private: mode 0");
	refused("{ name = \"a\"; cert = \"a\"; roles = [ \"admin\" ]; capacity = 65; }", "0 to 64");
	refused("{ name = \"a\"; cert = \"a\"; roles = [ \"admin\" ]; skills = [ \"a b\" ]; }",
		"without spaces");
	refused("{ name = \"a\"; cert = \"a\"; roles = [ \"admin\" ]; channels = [ \"fax\" ]; }",
		"out of: sms");
	refused("{ name = \"a\"; cert = \"a\"; roles = [ \"admin\" ]; min_age = 9; max_age = 8; }",
		"min_age is above");
	refused("{ name = \"a\"; cert = \"a\"; roles = [ \"admin\" ]; },\n"
		"{ name = \"a\"; cert = \"b\"; roles = [ \"admin\" ]; }",
		"c.conf:3: client: the name a is used twice");
	refused("{ name = \"a\"; cert = \"x\"; roles = [ \"admin\" ]; },\n"
		"{ name = \"b\"; cert = \"x\"; roles = [ \"admin\" ]; }",
		"cert of b is also that of a");
	refused("", "at least one group");
	struct conf_errors errors = { 0 };
	assert_null(load("client = ( );", &errors));
	assert_int_equal(errors.count, 2);
	buf_free(&errors.text);
}

static void a_reload_ends_only_sessions_whose_proof_or_rights_changed(void **state)
{
	(void)state;
	struct clients *old = good("clients = ("
				   " { name = \"a\"; cert = \"a\"; roles = [ \"responder\" ]; },"
				   " { name = \"b\"; cert = \"b\"; roles = [ \"admin\" ]; },"
				   " { name = \"d\"; cert = \"d\"; roles = [ \"admin\" ]; } );");
	struct clients *now = good("clients = ( { name = \"a\"; cert = \"a\"; skills = [ \"x\" ];"
				   " roles = [ \"responder\" ]; },"
				   " { name = \"b\"; cert = \"b2\"; roles = [ \"admin\" ]; } );");
	assert_true(clients_still_valid(old, now, "a"));
	assert_false(clients_still_valid(old, now, "b"));
	assert_false(clients_still_valid(old, now, "d"));
	assert_false(clients_still_valid(old, now, "e"));
	clients_free(&old);
	clients_free(&now);
	clients_free(&now);
}

static int parse(struct cli *cli, const char *arguments, struct err *e)
{
	static char text[128];
	char *argv[8], *rest = text;
	int n = 0;
	snprintf(text, sizeof text, "triaged %s", arguments);
	while (n < 8 && (argv[n] = strsep(&rest, " ")))
		n++;
	return cli_parse(n, argv, cli, e);
}

static void the_command_line_is_strict(void **state)
{
	(void)state;
	struct cli cli;
	struct err e;
	assert_int_equal(parse(&cli, "-t -c /x", &e), 0);
	assert_int_equal(cli.mode, CLI_TEST);
	assert_string_equal(cli.config, "/x");
	char *none[] = { NULL };
	assert_int_equal(cli_parse(0, none, &cli, &e), 0);
	assert_int_equal(cli.mode, CLI_RUN);
	assert_string_equal(cli.config, "/etc/triaged/triaged.conf");
	assert_int_equal(parse(&cli, "-c", &e), -1);
	assert_string_equal(e.text, "-c needs a file");
	assert_int_equal(parse(&cli, "-t --dump-config", &e), -1);
	assert_int_equal(parse(&cli, "-c a -c b", &e), -1);
	assert_int_equal(parse(&cli, "stray", &e), -1);
	assert_string_equal(e.text, "unknown argument stray; try triaged --help");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_becomes_a_principal),
		cmocka_unit_test(a_certificate_name_matches_whole_and_one_client_only),
		cmocka_unit_test(tokens_and_users_are_found),
		cmocka_unit_test(each_fault_is_named),
		cmocka_unit_test(a_reload_ends_only_sessions_whose_proof_or_rights_changed),
		cmocka_unit_test(the_command_line_is_strict),
	};
	return cmocka_run_group_tests(tests, site_setup, site_teardown);
}
