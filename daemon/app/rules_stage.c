/* rules.stage: files are copied, checked and compiled off the loop, then tried in the shadow. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"
#include "node.h"
#include "rule_files.h"

struct stage {
	struct node *node;
	int64_t request;
	char *by;
	struct config *config;
	struct rule_paths asked; /* none: everything that may be staged */
	char *keep[2];           /* digests of the rules in force and before: not removed */
	struct ruleset *rules;
	struct conf_errors errors;
};

/* Whether the file is an entry of rules_staged or lies below one, links followed. */
static bool is_allowed(const struct config_strings *entries, const char *path)
{
	char file[PATH_MAX], entry[PATH_MAX];
	if (*path != '/' || !realpath(path, file))
		return false;
	for (size_t i = 0; i < entries->n; i++) {
		if (!realpath(entries->at[i], entry))
			continue;
		size_t n = strlen(entry);
		if (strncmp(file, entry, n) == 0 && (file[n] == '\0' || file[n] == '/'))
			return true;
	}
	return false;
}

static bool is_directory(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Everything that may be staged; nobody need have put something into a directory yet. */
static void collect_all(const struct config_strings *entries, struct rule_paths *files)
{
	for (size_t i = 0; i < entries->n; i++) {
		if (is_directory(entries->at[i]))
			rule_paths_add_below(files, entries->at[i]);
		else
			rule_paths_add(files, entries->at[i]);
	}
}

static void collect_asked(struct stage *s, struct rule_paths *files)
{
	const struct config_strings *entries = &s->config->rules_staged;
	for (size_t i = 0; i < s->asked.n; i++)
		rule_paths_add_named(files, s->asked.at[i]);
	for (size_t i = 0; i < files->n; i++)
		if (!is_allowed(entries, files->at[i]))
			conf_error(&s->errors, files->at[i], 0,
				"not a file below one that rules_staged names");
}

static void collect(struct stage *s, struct rule_paths *files)
{
	if (s->asked.n > 0)
		collect_asked(s, files);
	else
		collect_all(&s->config->rules_staged, files);
	if (files->n == 0)
		conf_error(&s->errors, s->config->file, 0, "rules_staged: no files there");
}

static void run(void *arg)
{
	struct stage *s = arg;
	struct rule_paths files = { .n = 0 };
	collect(s, &files);
	if (s->errors.count == 0)
		s->rules = rules_dir_keep(s->config->data_dir,
			&(struct config_strings){ files.at, files.n }, &s->errors);
	if (s->rules) {
		const char *keep[] = { s->keep[0], s->keep[1], ruleset_digest(s->rules) };
		rules_dir_prune(s->config->data_dir, keep, 3);
	}
	rule_paths_free(&files);
}

static void put_in_place(struct stage *s)
{
	struct node *n = s->node;
	struct rules_cycle *c = &n->cycle;
	rules_set_free(&c->staged);
	buf_clear(&c->approval);
	c->staged = mem_zalloc(sizeof *c->staged);
	c->staged->rules = s->rules;
	c->staged->origin = RULES_STAGED;
	err_set(&c->staged->why, "nobody has signed it yet");
	s->rules = NULL;
	mem_set_str(&c->staged_by, s->by);
	shadow_try(c->shadow, c->staged->rules);
	LOG(NOTICE, "rules.staged", LOG_S("version", ruleset_version(c->staged->rules)),
		LOG_S("digest", ruleset_digest(c->staged->rules)), LOG_S("by", s->by));
}

static void done(void *arg)
{
	struct stage *s = arg;
	struct node *n = s->node;
	struct buf out = { 0 };
	bool good = s->rules != NULL;
	n->cycle.busy = false;
	if (good)
		put_in_place(s);
	jtext_open(&out, '{');
	if (good)
		rules_set_show(n->cycle.staged, n->config->demo, wall_now_ms(), &out);
	jtext_put_bool(&out, "staged", good);
	jtext_name(&out, "errors");
	jtext_lines(&out, buf_str(&s->errors.text));
	jtext_close(&out, '}');
	verbs_answer(n->verbs, s->request, (struct slice){ out.data, out.len });
	buf_free(&out);
	config_unref(&s->config);
	rule_paths_free(&s->asked);
	free(s->keep[0]);
	free(s->keep[1]);
	buf_free(&s->errors.text);
	free(s->by);
	free(s);
	rules_cycle_go_on(n);
}

void rules_stage(struct node *n, const json_t *files, const char *by, int64_t request)
{
	struct stage *s = mem_zalloc(sizeof *s);
	size_t i;
	json_t *file;
	s->node = n;
	s->request = request;
	s->by = mem_strdup(by);
	s->config = config_ref(n->config);
	s->keep[0] = mem_strdup(n->cycle.active.digest);
	s->keep[1] = mem_strdup(n->cycle.active.previous);
	json_array_foreach(files, i, file) rule_paths_add(&s->asked, json_string_value(file));
	if (worker_submit(n->worker, run, done, s) == 0) {
		n->cycle.busy = true;
		return;
	}
	conf_error(&s->errors, "rules.stage", 0, "too much waits: try again");
	done(s);
}
