#include "rule_paths.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "triaged/base/buf.h"
#include "triaged/base/mem.h"

#include "../../daemon/app/rules_file.h"

static void add(struct rule_paths *p, const char *path)
{
	p->at = mem_resize(p->at, p->n + 1, sizeof(*p->at));
	p->at[p->n++] = mem_strdup(path);
}

void rule_paths_free(struct rule_paths *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->at[i]);
	free(p->at);
	memset(p, 0, sizeof(*p));
}

static void add_matching(struct rule_paths *p, const char *directory, const char *pattern)
{
	struct buf whole = { .data = NULL };
	glob_t found;

	buf_addf(&whole, "%s/%s", directory, pattern);
	if (glob(whole.data, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			add(p, found.gl_pathv[i]);
		globfree(&found);
	}
	buf_free(&whole);
}

void rule_paths_add_named(struct rule_paths *p, const char *path)
{
	size_t before = p->n;
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		add_matching(p, path, "rules/*.conf");
		if (p->n > before)
			add_matching(p, path, "lexicon/*.conf");
		else
			add_matching(p, path, "*.conf");
	}
	if (p->n == before)
		add(p, path);
}

static void add_tree(struct rule_paths *p, const char *directory)
{
	if (p->n > 0)
		return;
	add_matching(p, directory, "rules/*.conf");
	if (p->n > 0)
		add_matching(p, directory, "lexicon/*.conf");
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

struct ruleset *rule_paths_load(const struct rule_paths *p)
{
	struct conf_errors errors = { .count = 0 };
	struct rules_load load = { .paths = (const char *const *)p->at, .n_paths = p->n };
	struct ruleset *rules = rules_load(&load, NULL, &errors);

	fputs(buf_str(&errors.text), stderr);
	buf_free(&errors.text);
	return rules;
}
