#include "rule_files.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/buf.h"
#include "triaged/base/mem.h"

void rule_paths_add(struct rule_paths *p, const char *path)
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
			rule_paths_add(p, found.gl_pathv[i]);
		globfree(&found);
	}
	buf_free(&whole);
}

void rule_paths_add_tree(struct rule_paths *p, const char *directory)
{
	size_t before = p->n;

	add_matching(p, directory, "rules/*.conf");
	if (p->n > before)
		add_matching(p, directory, "lexicon/*.conf");
}

void rule_paths_add_below(struct rule_paths *p, const char *directory)
{
	size_t before = p->n;

	rule_paths_add_tree(p, directory);
	if (p->n == before)
		add_matching(p, directory, "*.conf");
}

void rule_paths_add_named(struct rule_paths *p, const char *path)
{
	size_t before = p->n;

	rule_paths_add_below(p, path);
	if (p->n == before)
		rule_paths_add(p, path);
}
