#include "args.h"

#include <stdbool.h>
#include <string.h>

#include "triaged/base/nearest.h"

static const struct option_def *find(const struct args *a, const char *name, size_t n)
{
	for (int t = 0; t < 2; t++) {
		for (const struct option_def *o = a->tables[t]; o && o->name; o++) {
			if (strlen(o->name) == n && memcmp(o->name, name, n) == 0)
				return o;
		}
	}
	return NULL;
}

static int unknown(const struct args *a, const char *arg, struct err *e)
{
	struct nearest near = { .word = arg + 2 };

	for (int t = 0; t < 2; t++) {
		for (const struct option_def *o = a->tables[t]; o && o->name; o++)
			nearest_consider(&near, o->name);
	}
	if (near.best)
		return err_set(e, "unknown option %s: did you mean --%s?", arg, near.best);
	return err_set(e, "unknown option %s", arg);
}

static bool has_word(const char *words, const char *s)
{
	size_t n = strlen(s);

	for (const char *p = words; n && *p; p += strcspn(p, " "), p += *p == ' ') {
		if (strcspn(p, " ") == n && memcmp(p, s, n) == 0)
			return true;
	}
	return false;
}

/* The option at argv[0]; how many arguments it took, or -1. */
static int parse_option(struct args *a, int argc, char **argv, struct err *e)
{
	const char *name = argv[0] + 2, *eq = strchr(name, '='), *value = "";
	const struct option_def *o = find(a, name, eq ? (size_t)(eq - name) : strlen(name));
	int used = 1;

	if (!o)
		return unknown(a, argv[0], e);
	if (!o->arg && eq)
		return err_set(e, "--%s takes no value", o->name);
	if (o->arg) {
		if (!eq && argc < 2)
			return err_set(e, "--%s needs a value: --%s %s", o->name, o->name, o->arg);
		value = eq ? eq + 1 : argv[1];
		used = eq ? 1 : 2;
		if (o->words && !has_word(o->words, value))
			return err_set(e, "--%s: '%s' is none of: %s", o->name, value, o->words);
	}
	if (a->n_given == ARGS_MAX)
		return err_set(e, "too many options");
	a->given[a->n_given].option = o;
	a->given[a->n_given++].value = value;
	return used;
}

int args_parse(struct args *a, int argc, char **argv, int stop_at_word, struct err *e)
{
	bool only_words = false;
	int i = 0;

	while (i < argc) {
		if (!only_words && strcmp(argv[i], "--") == 0) {
			only_words = true;
			i++;
		} else if (!only_words && argv[i][0] == '-' && argv[i][1]) {
			if (argv[i][1] != '-')
				return err_set(
					e, "unknown option %s: options have two dashes", argv[i]);
			int used = parse_option(a, argc - i, argv + i, e);
			if (used < 0)
				return -1;
			i += used;
		} else if (stop_at_word) {
			return i;
		} else if (a->n_words == ARGS_MAX) {
			return err_set(e, "too many arguments");
		} else {
			a->words[a->n_words++] = argv[i++];
		}
	}
	return i;
}

int args_check_words(const struct args *a, const char *synopsis, struct err *e)
{
	int n = 0;

	for (const char *p = synopsis; *p; p += strcspn(p, " "), p += *p == ' ') {
		if (n == a->n_words && *p != '[')
			return err_set(e, "%.*s is missing", (int)strcspn(p, " "), p);
		bool many = strcspn(p, ".") < strcspn(p, " "); /* FILE... */
		n = many ? a->n_words : n + (n < a->n_words);
	}
	if (a->n_words > n)
		return err_set(e, "'%s' is one argument too many", a->words[n]);
	return 0;
}

const char *args_get(const struct args *a, const char *name)
{
	for (int i = a->n_given - 1; i >= 0; i--) {
		if (strcmp(a->given[i].option->name, name) == 0)
			return a->given[i].value;
	}
	return NULL;
}
