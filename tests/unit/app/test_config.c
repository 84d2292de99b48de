#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "triaged/base/clock.h"
#include "triaged/base/mem.h"

#include "../../../daemon/app/clients.h"
#include "../../../daemon/app/config.h"
#include "../../../daemon/app/conf_text.h"
#include "../../../daemon/app/node.h"
#include "../../../daemon/app/options.h"
#include "site.h"

struct loaded {
	struct config *c;
	struct conf_errors errors, warnings;
};

static struct loaded load(const char *text)
{
	struct loaded l = { 0 };
	const char *path = site_put("triaged.conf", text);
	l.c = config_load(path, wall_now_ms(), &l.errors, &l.warnings);
	return l;
}

static void done(struct loaded *l)
{
	config_unref(&l->c);
	buf_free(&l->errors.text);
	buf_free(&l->warnings.text);
}

/* The minimal file with `from` replaced by `to` must be refused with that message. */
static void refused(const char *from, const char *to, const char *message)
{
	struct buf text = { 0 };
	const char *minimal = site_minimal(), *at = strstr(minimal, from);
	assert_non_null(at);
	buf_add(&text, minimal, (size_t)(at - minimal));
	buf_addf(&text, "%s%s", to, at + strlen(from));
	struct loaded l = load(buf_str(&text));
	if (l.c || !strstr(buf_str(&l.errors.text), message))
		fail_msg("%s\nwanted: %s\ngot: %s", to, message, buf_str(&l.errors.text));
	done(&l);
	buf_free(&text);
}

static void the_promised_names_alone_make_it_run(void **state)
{
	(void)state;
	struct loaded l = load(site_minimal());
	assert_string_equal(buf_str(&l.errors.text), "");
	assert_non_null(l.c);
	assert_string_equal(l.c->node, "n1");
	assert_string_equal(l.c->data_dir, site_path("data"));
	assert_string_equal(l.c->keys.dir, site_path("data/keys"));
	assert_true(l.c->keys_made_here);
	assert_string_equal(l.c->rules.at[0], site_path("rules.conf"));
	assert_int_equal(l.c->levels[LEVEL_EMERGENCY].target_s, 0);
	assert_int_equal(l.c->levels[LEVEL_URGENT].target_s, 60);
	assert_int_equal(l.c->levels[LEVEL_HIGH].target_s, 300);
	assert_int_equal(l.c->levels[LEVEL_MODERATE].target_s, 900);
	assert_int_equal(l.c->levels[LEVEL_LOW].target_s, 3600);
	assert_int_equal(l.c->limits.line_bytes, 65536);
	assert_int_equal(l.c->match.tiers.n, 3);
	assert_int_equal(clients_count(l.c->clients), 1);
	assert_string_equal(buf_str(&l.warnings.text), "");
	done(&l);
}

static void each_fault_is_named_with_its_place(void **state)
{
	(void)state;
	refused("node", "nodee", "triaged.conf:1: unknown option nodee; did you mean node");
	refused("line =", "lines =", "triaged.conf:4: unknown option listen.lines");
	refused("node = \"n1\"", "node = \"n1\"; clinical_keys = [ 1 ]",
		"clinical_keys must be a list of groups");
	refused("node = \"n1\"", "node = \"n1\"; clinical_keys = ( 1 )",
		"clinical_keys must hold groups");
	refused("node = \"n1\"", "node = \"n1\"; clinical_keys = ( { name = \"ben\"; } )",
		"clinical_keys: each needs a name");
	refused("node = \"n1\"",
		"node = \"n1\"; clinical_keys = ( { name = \"b\"; key = \"k\"; age = 1; } )",
		"clinical_keys: unknown name age");
	refused("node = \"n1\"",
		"node = \"n1\"; clinical_keys = ( { name = \"b\"; key = \"none.pub\"; } )",
		"none.pub: No such file");
	refused("node = \"n1\"", "node = \"n1\"; rules_signature = \"rules.conf\"",
		"rules_signature: is not worth anything while clinical_keys lists nobody");
	refused("node = \"n1\"", "node = 1", "triaged.conf:1: node must be a string");
	refused("node = \"n1\"", "node = \"a b\"", "node: must have at most 64 letters");
	refused("center = \"c1\";", "", "triaged.conf: center is missing");
	refused("center = \"c1\"", "center = \"\"", "center must be a string");
	refused("center = \"c1\"", "center = \"c1\"; center = \"c2\"", "duplicate");
	refused("127.0.0.1:0\"; https", "127.0.0.1\"; https", "listen.line must be an address");
	refused("node", "drain_s = -1; node", "drain_s must be a whole number from 0 to 86400");
	refused("node", "drain_s = 4294967296; node", "does not fit");
	refused("node", "drain_s = 1.5; node", "drain_s must be a whole number");
	refused("node", "demo = 1; node", "demo must be true or false");
	refused("node", "log = 1; node", "log must be a group of options");
	refused("node", "log: { level = \"loud\"; }; node", "log.level must be one of: error");
	refused("node", "tls_ = { }; node", "unknown option tls_");
	refused("rules.conf", "absent.conf", "rules: ");
	refused("\"rules.conf\"", "\"rules.conf\", \"rules.conf\"", "is listed twice");
	refused("clients.conf", "absent.conf", "triaged.conf:8: clients: ");
	refused("clients.conf", "absent.conf", "absent.conf: No such file");
	refused("\"tls.key\"", "\"rules.conf\"", "tls.key: ");
	refused("certificate = \"tls.pem\"", "certificate = \"absent\"", "tls.certificate: ");
	refused("\"redis\"", "\"sentinel\"", "store.url: mode sentinel needs tcp:HOST:PORT");
	refused("\"redis\"; url = \"unix:/run/redis.sock\"",
		"\"cluster\"; url = \"tcp:a:1 tls:b:2\"", "store.url: mode cluster needs");
	refused("unix:/run/redis.sock", "tls:host:6380", "store.tls.ca: is needed");
	refused("durability", "tls: { key = \"tls.key\"; }; durability",
		"store.tls.certificate: and store.tls.key belong together");
	refused("durability", "tls: { ca = \"absent\"; }; durability", "store.tls.ca: ");
	refused("unix:/run", "unix:run", "store.url: mode redis needs");
	refused("\"fsync\"", "\"replica:0\"", "must be fsync or replica:N with N from 1 to 9");
	refused("\"fsync\"", "\"replica:1x\"", "must be fsync or replica:N");
	refused("mode = \"redis\"; url = \"unix:/run/redis.sock\"; durability = \"fsync\"",
		"durability = \"replica:1\"", "of store.mode managed has no replicas");
	refused("node", "levels: { high: { target_s = 30; }; }; node",
		"levels.urgent.target_s: must not be above that of level high");
	refused("node", "limits: { line_bytes = 16384; }; node", "limits.text_bytes: must be");
	refused("durability", "password_file = \"rules.conf\"; durability",
		"store.password_file: ");
	refused("node", "keys: { dir = \"/nowhere\"; }; node", "keys.dir: keys: /nowhere");
}

static void all_faults_come_at_once(void **state)
{
	(void)state;
	struct loaded l = load("nodee = 1;\ndemo = 3;\nrules = [ \"absent\" ];\n");
	assert_null(l.c);
	/* two in the file, the rules file, and center, clients, tls.certificate, tls.key missing */
	assert_int_equal(l.errors.count, 7);
	done(&l);
}

static void tiers_are_checked(void **state)
{
	(void)state;
	refused("node", "match: { tiers = ( ); }; node", "must be a list of 1 to 8 groups");
	refused("node", "match: { tiers = ( { after_s = 5; } ); }; node", "after_s = 0");
	refused("node", "match: { tiers = ( { after_s = 0; }, { after_s = 0; } ); }; node",
		"must rise");
	refused("node", "match: { tiers = ( { after_s = 0; lang = \"some\"; } ); }; node",
		"lang must be one of");
	refused("node", "match: { tiers = ( { after = 0; } ); }; node", "unknown name after");
	refused("node", "match: { tiers = ( 1 ); }; node", "must hold groups");
	struct loaded l = load("match: { tiers = ( { after_s = 0; lang = \"any\"; } ); };");
	assert_null(l.c);
	assert_null(strstr(buf_str(&l.errors.text), "tiers"));
	done(&l);
}

/* An agency among the options, and the message that it must be refused with. */
static void agency_refused(const char *members, const char *message)
{
	struct buf text = { 0 };
	buf_addf(&text, "node = \"n1\"; agencies = ( { %s } )", members);
	refused("node = \"n1\"", buf_str(&text), message);
	buf_free(&text);
}

#define AGENCY  "id = \"a\"; kinds = [ \"ems\" ]; "
#define WEBHOOK "webhook = { url = \"https://a.example/\"; secret_files = [ \"hook.key\" ]; }; "

static void agencies_are_checked(void **state)
{
	(void)state;
	refused("node = \"n1\"", "node = \"n1\"; agencies = ( 1 )", "agencies must hold groups");
	agency_refused("kinds = [ \"ems\" ]; " WEBHOOK, "triaged.conf:1: agencies: id is missing");
	agency_refused("id = \"a\"; " WEBHOOK, "agencies: kinds is missing");
	agency_refused(AGENCY, "agencies: a channel is missing");
	agency_refused(AGENCY WEBHOOK "pager = 1;", "agencies: unknown name pager");
	agency_refused("id = \"A b\"; kinds = [ \"ems\" ]; " WEBHOOK, "agencies: id must have");
	agency_refused("id = \"a\"; kinds = [ \"navy\" ]; " WEBHOOK, "words out of: ems police");
	agency_refused(AGENCY WEBHOOK "areas = [ ];", "areas must be a list of different words");
	agency_refused(AGENCY WEBHOOK "areas = [ \"b\", \"b\" ];", "areas must be a list");
	agency_refused(AGENCY WEBHOOK "polygon = ( [ 1.0, 2.0 ], [ 1.0, 3.0 ] );",
		"polygon must be a list of 3 to 256 points");
	agency_refused(AGENCY WEBHOOK "polygon = ( [ 1, 2 ], [ 91.0, 3.0 ], [ 2, 2 ] );",
		"polygon must be a list");
	agency_refused(AGENCY WEBHOOK "hours = \"mon-fri 8-18\";", "hours not hours such as");
	agency_refused(AGENCY WEBHOOK "hours = \"24:00-24:00\";", "hours not hours such as");
	agency_refused(AGENCY WEBHOOK "hours = \"mon 08:00-18:00,\";", "hours not hours such as");
	agency_refused(AGENCY WEBHOOK "zone = \"UTC\";", "zone is of no use without hours");
	agency_refused(AGENCY WEBHOOK "hours = \"08:00-18:00\"; zone = \"Europe/Atlantis\";",
		"no time zone Europe/Atlantis");
	agency_refused(AGENCY WEBHOOK "hours = \"08:00-18:00\"; zone = \"../passwd\";",
		"no time zone ../passwd");
	agency_refused(AGENCY WEBHOOK "mode = \"drill\";", "mode must be one of: live test");
	agency_refused(AGENCY
		"webhook = { url = \"http://a.example/\"; secret_files = [ \"s\" ]; };",
		"address begins with https://");
	agency_refused(AGENCY
		"webhook = { url = \"ftp://a.example/\"; secret_files = [ \"s\" ]; };",
		"url must begin with https://");
	agency_refused("id = \"a.b\"; kinds = [ \"ems\" ];" WEBHOOK, "id must have 1 to 64");
	agency_refused(AGENCY "webhook = { url = \"https://a.example/\"; };",
		"webhook needs url and secret_files");
	agency_refused(AGENCY
		"webhook = { url = \"https://a.example/\"; secret_files = [ \"no\" ]; };",
		"no: No such file");
	agency_refused(AGENCY "webhook = { url = \"https://a.example/\"; secret_files = "
			      "[ \"rules.conf\" ]; };",
		"rules.conf");
	agency_refused(
		AGENCY "session = \"gw\";", "agencies: a: session gw is no client with role");
	refused("node = \"n1\"",
		"node = \"n1\"; agencies = ( { " AGENCY WEBHOOK "}, { " AGENCY WEBHOOK "} )",
		"agencies: a is there twice");
}

static void an_agency_becomes_what_the_core_asks(void **state)
{
	(void)state;
	struct buf text = { 0 };
	struct core_options o;
	struct agencies set;
	struct err e;
	buf_addf(&text,
		"agencies = ( { id = \"a-1\"; name = \"A one\"; kinds = [ \"ems\", \"fire\" ]; areas = "
		"[ \"kent\" ]; polygon = ( [ 1.0, 2.5 ], [ -1.25, 3.0 ], [ 0, 0 ] ); hours = \"fri-sat "
		"22:00-06:00\"; zone = \"Europe/Berlin\"; mode = \"test\"; " WEBHOOK
		"}, { id = \"b\"; kinds = [ \"ems\" ]; " WEBHOOK "} );\n%s",
		site_minimal());
	struct loaded l = load(buf_str(&text));
	assert_string_equal(buf_str(&l.errors.text), "");
	node_core_options(l.c, &o);
	assert_int_equal(
		agencies_decode((struct slice){ o.agencies, o.agencies_len }, &set, &e), 0);
	const struct agency *a = agencies_find(&set, "a-1");
	assert_non_null(a);
	assert_string_equal(a->name, "A one");
	assert_string_equal(a->kinds, "ems fire");
	assert_int_equal(a->n_polygon, 3);
	assert_int_equal(a->polygon[1].lat, -125000);
	assert_int_equal(a->n_hours, 2);
	assert_int_equal(a->hours[0].from_min, 4 * 1440 + 1320);
	assert_int_equal(a->hours[1].to_min, 6 * 1440 + 360);
	assert_true(a->test && a->webhook);
	assert_false(agencies_find(&set, "b")->test);
	/* Saturday, 4 July 2026, 4:00 UTC is 6:00 in Berlin: just closed. */
	assert_false(agency_is_open(&set, a, (int64_t)1783137600 * 1000));
	assert_true(agency_is_open(&set, a, (int64_t)1783137599 * 1000));
	agencies_free(&set);
	done(&l);
	buf_free(&text);
}

static void a_key_that_others_can_read_is_refused(void **state)
{
	(void)state;
	assert_int_equal(chmod(site_path("tls.key"), 0644), 0);
	refused("node", "node", "tls.key: mode 0644 lets others in");
	assert_int_equal(chmod(site_path("tls.key"), 0600), 0);
}

static void an_expired_certificate_is_refused_and_an_expiring_one_warned_of(void **state)
{
	(void)state;
	const char *path = site_put("triaged.conf", site_minimal());
	struct conf_errors errors = { 0 }, warnings = { 0 };
	int64_t day = 86400 * 1000LL;
	assert_null(config_load(path, wall_now_ms() + 91 * day, &errors, &warnings));
	assert_non_null(strstr(buf_str(&errors.text), "expired at"));
	struct config *c = config_load(path, wall_now_ms() + 80 * day, &errors, &warnings);
	assert_non_null(c);
	assert_non_null(strstr(buf_str(&warnings.text), "tls.certificate: expires in 9 days"));
	config_unref(&c);
	buf_free(&errors.text);
	buf_free(&warnings.text);
}

static struct buf dump(const char *path)
{
	struct buf out = { 0 };
	struct conf_errors errors = { 0 };
	int rc = config_dump(path, &out, &errors);
	assert_string_equal(buf_str(&errors.text), "");
	assert_int_equal(rc, 0);
	return out;
}

static void without_comments(char *text)
{
	char *to = text;
	for (char *p = text; *p; p++) {
		if (p[0] == ' ' && p[1] == '#')
			while (p[1] != '\n')
				p++;
		else
			*to++ = *p;
	}
	*to = '\0';
}

static void the_printout_reads_back_to_the_same(void **state)
{
	(void)state;
	struct buf text = { 0 };
	buf_adds(&text, site_minimal());
	buf_adds(&text,
		"texts: { waiting = \"a \\\"b\\\" \\\\ c\\n\\x01 \xc3\xa9\"; };\n"
		"limits: { output_backlog_bytes = 1048577; };\n"
		"match: { tiers = ( { after_s = 0; name = \"x\"; } ); capacity = 5; };\n"
		"agencies = ( { " AGENCY WEBHOOK "areas = [ \"kent\", \"sussex\" ]; polygon = "
		"( [ 1, 2 ], [ -1.25, 3.00001 ], [ 0, 0 ] ); hours = \"fri 22:00-06:00\"; "
		"zone = \"Europe/Berlin\"; }, { id = \"b\"; kinds = [ \"fire\" ]; mode = \"test\"; " WEBHOOK
		"} );\n");
	struct loaded a = load(buf_str(&text));
	assert_non_null(a.c);
	struct buf first = dump(site_path("triaged.conf"));
	assert_non_null(strstr(buf_str(&first), "capacity = 5; # "));
	assert_non_null(strstr(buf_str(&first), "drain_s = 10; # default"));
	struct buf second = dump(site_put("dumped.conf", buf_str(&first)));
	struct loaded b = { 0 };
	b.c = config_load(site_path("dumped.conf"), wall_now_ms(), &b.errors, &b.warnings);
	assert_non_null(b.c);
	for (size_t i = 0; i < n_options; i++)
		if (!option_equal(&options[i], a.c, b.c))
			fail_msg("%s changed", options[i].name);
	assert_int_equal(a.c->keys_made_here, b.c->keys_made_here);
	without_comments(first.data);
	without_comments(second.data);
	assert_string_equal(first.data, second.data);
	done(&a);
	done(&b);
	buf_free(&first);
	buf_free(&second);
	buf_free(&text);
}

static void a_reload_may_change_what_is_live_alone(void **state)
{
	(void)state;
	struct conf_errors errors = { 0 };
	struct loaded a = load(site_minimal());
	struct buf text = { 0 };
	buf_addf(&text, "drain_s = 5;\n%s", site_minimal());
	struct loaded b = load(buf_str(&text));
	assert_true(config_can_reload(a.c, b.c, &errors));
	buf_addf(&text, "demo = true;\n");
	struct loaded c = load(buf_str(&text));
	assert_false(config_can_reload(a.c, c.c, &errors));
	assert_non_null(strstr(buf_str(&errors.text), "demo counts at start only"));
	done(&a);
	done(&b);
	done(&c);
	buf_free(&errors.text);
	buf_free(&text);
}

/* Every single byte of a good file changed, cut, doubled: refused, or the same configuration but for
 * the value of the option on that line. Nothing crashes and nothing is half taken. */
static void each_mutant_is_refused_or_differs_where_it_says(void **state)
{
	(void)state;
	struct loaded good = load(site_minimal());
	const char *minimal = site_minimal();
	char *text = strdup(minimal);
	size_t n = strlen(text), accepted = 0, total = 0;
	for (size_t i = 0; i < n; i++) {
		static const char with[] = { '\0', 'x', '"', ';', '}', '9' };
		const char *path;
		struct buf mutant = { 0 };
		buf_add(&mutant, text, i);
		if (with[total % sizeof with])
			buf_add(&mutant, &with[total % sizeof with], 1);
		buf_adds(&mutant, text + i + 1);
		total++;
		path = site_put("mutant.conf", buf_str(&mutant));
		struct loaded l = { 0 };
		l.c = config_load(path, wall_now_ms(), &l.errors, &l.warnings);
		size_t differ = 0;
		for (size_t o = 0; l.c && o < n_options; o++)
			differ += !option_equal(&options[o], good.c, l.c);
		if (l.c && differ > 2) /* data_dir carries keys.dir along */
			fail_msg("%zu options changed by byte %zu:\n%s", differ, i,
				buf_str(&mutant));
		if (!l.c)
			assert_true(l.errors.count > 0);
		accepted += l.c != NULL;
		done(&l);
		buf_free(&mutant);
	}
	assert_true(accepted < total);
	free(text);
	done(&good);
}

static void addresses_and_near_names(void **state)
{
	(void)state;
	assert_true(conf_is_address("127.0.0.1:0"));
	assert_true(conf_is_address("[::1]:65535"));
	assert_true(conf_is_address("localhost:80"));
	static const char *const bad[] = { "", ":80", "localhost", "localhost:", "a:65536", "a:-1",
		"::1:80", "[::1:80", "[]:80", "a b:80", "a:80x", "/x:80" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (conf_is_address(bad[i]))
			fail_msg("%s", bad[i]);
	assert_true(conf_is_word("a", "b a c"));
	assert_false(conf_is_word("a c", "b a c"));
	assert_false(conf_is_word("", "b a c"));
	assert_false(conf_is_word("a", "aa"));
}

static void passwords_are_read_together_or_not_at_all(void **state)
{
	(void)state;
	static const char server[] = "server.pass", sentinel[] = "sentinel.pass";
	char none[] = "";
	struct config c = { .store = { .password_file = none, .sentinel_password_file = none } };
	struct config_passwords p;
	struct err e;
	memset(&p, 'x', sizeof p);
	assert_int_equal(config_read_passwords(&c, &p, &e), 0);
	assert_string_equal(p.server, "");
	assert_string_equal(p.sentinel, "");
	c.store.password_file = mem_strdup(site_put(server, "one word\r\n"));
	c.store.sentinel_password_file = mem_strdup(site_path(sentinel));
	assert_int_equal(chmod(c.store.password_file, 0600), 0);
	assert_int_equal(config_read_passwords(&c, &p, &e), -1);
	assert_non_null(strstr(e.text, sentinel));
	assert_true(p.server[0] == '\0' && !memmem(&p, sizeof p, "word", 4));
	site_put(sentinel, "other");
	assert_int_equal(chmod(c.store.sentinel_password_file, 0600), 0);
	assert_int_equal(config_read_passwords(&c, &p, &e), 0);
	assert_string_equal(p.server, "one word");
	assert_string_equal(p.sentinel, "other");
	char longest[sizeof p.server + 1] = { 0 };
	site_put(sentinel, memset(longest, 'x', sizeof longest - 1));
	assert_int_equal(config_read_passwords(&c, &p, &e), -1);
	free(c.store.password_file);
	free(c.store.sentinel_password_file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_promised_names_alone_make_it_run),
		cmocka_unit_test(each_fault_is_named_with_its_place),
		cmocka_unit_test(all_faults_come_at_once),
		cmocka_unit_test(tiers_are_checked),
		cmocka_unit_test(agencies_are_checked),
		cmocka_unit_test(an_agency_becomes_what_the_core_asks),
		cmocka_unit_test(a_key_that_others_can_read_is_refused),
		cmocka_unit_test(an_expired_certificate_is_refused_and_an_expiring_one_warned_of),
		cmocka_unit_test(the_printout_reads_back_to_the_same),
		cmocka_unit_test(a_reload_may_change_what_is_live_alone),
		cmocka_unit_test(each_mutant_is_refused_or_differs_where_it_says),
		cmocka_unit_test(addresses_and_near_names),
		cmocka_unit_test(passwords_are_read_together_or_not_at_all),
	};
	return cmocka_run_group_tests(tests, site_setup, site_teardown);
}
