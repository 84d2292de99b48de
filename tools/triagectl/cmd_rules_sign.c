/* triagectl rules keygen, rules sign: approve rules, away from the daemon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/json.h"
#include "triaged/privacy/signature.h"
#include "triaged/triage/ruleset.h"

#include "ctl.h"
#include "rule_paths.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

const struct option_def rules_sign_options[] = {
	{ "key", "FILE", "the approver's private key, from rules keygen", NULL },
	{ "author", "NAME", "who wrote the change", NULL },
	{ "approver", "NAME", "who approves it, as in clinical_keys; not the author", NULL },
	{ "expires", "DATE", "YYYY-MM-DD, when a review is due; default: in 180 days", NULL },
	{ "reason", "TEXT", "why a level may drop; once for every drop", NULL },
	{ 0 },
};

int cmd_rules_keygen(struct ctl *ctl)
{
	const char *file = ctl->args.words[0];
	struct err e;

	if (signature_make_key(file, &e) < 0)
		return ctl_fail(ctl, CTL_FAILED, "%s", e.text);
	buf_addf(&ctl->screen.out,
		"private key  %s   keep it, with its owner alone\n"
		"public key   %s.pub\n\n"
		"For triaged.conf:\n"
		"clinical_keys = ( { name = \"NAME\"; key = \"%s.pub\"; } );\n",
		file, file, file);
	return CTL_OK;
}

static int fail(const char *why)
{
	fprintf(stderr, "triagectl rules sign: %s\n", why);
	return CTL_USAGE;
}

/* A name that does not fit is cut, which the check of the fields would not see. */
static int put_name(const struct args *a, const char *option, char *out, struct err *e)
{
	const char *v = args_get(a, option);

	if (!v || !*v)
		return err_set(e, "--%s is missing; try: triagectl rules sign --help", option);
	if (strlen(v) > SIGNATURE_FIELD_MAX)
		return err_set(e, "--%s is longer than %d bytes", option, SIGNATURE_FIELD_MAX);
	strcpy(out, v);
	return 0;
}

static int fill(const struct args *a, struct signature *s, struct err *e)
{
	const char *expires = args_get(a, "expires");

	if (!args_get(a, "key"))
		return err_set(e, "--key is missing; try: triagectl rules sign --help");
	if (put_name(a, "author", s->author, e) < 0 || put_name(a, "approver", s->approver, e) < 0)
		return -1;
	s->signed_ms = wall_now_ms();
	s->expires_ms = s->signed_ms + SIGNATURE_DAYS * DAY_MS;
	if (expires && time_parse(expires, &s->expires_ms) < 0)
		return err_set(e, "--expires: '%s' is no date YYYY-MM-DD", expires);
	for (int i = 0; i < a->n_given; i++)
		if (strcmp(a->given[i].option->name, "reason") == 0)
			signature_add_reason(s, a->given[i].value);
	return 0;
}

/* Only what loads, with all its tests, can be approved. */
static int name_ruleset(const struct rule_paths *paths, struct signature *s, struct err *e)
{
	struct ruleset *rules = rule_paths_load(paths, false);
	int rc = 0;

	if (!rules)
		return err_set(e, "these rules do not load");
	if (strlen(ruleset_id(rules)) > SIGNATURE_FIELD_MAX ||
		strlen(ruleset_version(rules)) > SIGNATURE_FIELD_MAX) {
		rc = err_set(e, "id or version is too long");
	} else {
		strcpy(s->ruleset, ruleset_id(rules));
		strcpy(s->version, ruleset_version(rules));
		strcpy(s->digest, ruleset_digest(rules));
	}
	ruleset_unref(&rules);
	return rc;
}

static int sign(const struct args *a, const struct rule_paths *paths)
{
	struct signature s = { .n_reasons = 0 };
	struct buf out = { .data = NULL };
	struct err e;
	char until[TIME_TEXT_SIZE];
	int code = CTL_FAILED;

	if (fill(a, &s, &e) < 0) {
		code = fail(e.text);
	} else if (name_ruleset(paths, &s, &e) < 0 ||
		   signature_sign(&s, args_get(a, "key"), &out, &e) < 0) {
		fail(e.text);
	} else {
		fputs(buf_str(&out), stdout);
		fprintf(stderr, "%s %s, %zu file%s, signed by %s until %.10s\n", s.ruleset,
			s.version, paths->n, paths->n == 1 ? "" : "s", s.approver,
			time_text(s.expires_ms, until));
		code = fflush(stdout) == 0 ? CTL_OK : CTL_FAILED;
	}
	signature_free(&s);
	buf_free(&out);
	return code;
}

int cmd_rules_sign(int argc, char **argv)
{
	struct args a = { .tables = { NULL, rules_sign_options } };
	struct rule_paths paths = { .n = 0 };
	struct err e;
	int code;

	if (args_parse(&a, argc - 1, argv + 1, 0, &e) < 0)
		return fail(e.text);
	if (a.n_words == 0)
		return fail("which rule files? In the order of `rules` in triaged.conf");
	for (int i = 0; i < a.n_words; i++)
		rule_paths_add_named(&paths, a.words[i]);
	code = sign(&a, &paths);
	rule_paths_free(&paths);
	return code;
}
