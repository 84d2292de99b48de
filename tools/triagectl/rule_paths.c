#include "rule_paths.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "triaged/base/buf.h"

#include "../../daemon/app/rules_file.h"

static void add_tree(struct rule_paths *p, const char *directory)
{
	if (p->n == 0)
		rule_paths_add_tree(p, directory);
}

static void add_beside_program(struct rule_paths *p, const char *relative)
{
	char program[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	struct buf directory = { .data = NULL };

	if (n <= 0)
		return;
	program[n] = '\0';
	*strrchr(program, '/') = '\0';
	buf_addf(&directory, "%s/../%s", program, relative);
	add_tree(p, directory.data);
	buf_free(&directory);
}

void rule_paths_default(struct rule_paths *p)
{
	add_beside_program(p, "share/triaged");
	add_beside_program(p, "conf");
	add_tree(p, "/usr/share/triaged");
}

struct ruleset *rule_paths_load(const struct rule_paths *p, bool lenient)
{
	struct conf_errors errors = { .count = 0 };
	struct rules_load load = {
		.paths = (const char *const *)p->at, .n_paths = p->n, .lenient = lenient
	};
	struct ruleset *rules = rules_load(&load, NULL, &errors);

	fputs(buf_str(&errors.text), stderr);
	buf_free(&errors.text);
	return rules;
}
