#include "rules_file.h"

#include <string.h>

#include "triaged/privacy/digest.h"

#include "conf_scan.h"
#include "rules_source.h"
#include "text_file.h"

/* One digest over the digests of all files, in the order in which they are read; "" without one. */
static void digest_files(const struct rules_load *load, char hex[DIGEST_HEX_SIZE])
{
	struct buf all = { .data = NULL };
	bool whole = true;

	for (size_t i = 0; i < load->n_paths; i++) {
		struct buf file = { .data = NULL };
		char one[DIGEST_HEX_SIZE];

		whole &= text_file_read(load->paths[i], CONF_FILE_MAX, &file, NULL) == 0;
		digest_sha256_hex(buf_str(&file), file.len, one);
		buf_adds(&all, one);
		buf_add(&all, "\n", 1);
		buf_free(&file);
	}
	digest_sha256_hex(buf_str(&all), all.len, hex);
	if (!whole)
		*hex = '\0';
	buf_free(&all);
}

/* Whether everything in the tree stands in that file itself. */
static bool is_alone(const struct conf_node *node, const char *path)
{
	if (strcmp(node->file, path) != 0)
		return false;
	for (size_t i = 0; i < node->n_children; i++)
		if (!is_alone(&node->children[i], path))
			return false;
	return true;
}

static void add_file(struct rules_source *s, const char *path)
{
	struct conf_node *root = conf_parse_file(path, s->errors);
	if (root && !is_alone(root, path))
		conf_error(s->errors, path, 0,
			"a rules file cannot include others: name them all instead");
	if (root)
		rules_source_add(s, root);
}

static void report_error(void *ctx, struct source_place place, const char *text)
{
	conf_error(ctx, place.file, place.line, "%s", text);
}

static struct ruleset *compile(
	struct rules_source *s, const struct rules_load *load, size_t *n_tests)
{
	struct ruleset_report report = {
		.error = report_error, .ctx = s->errors, .lenient = load->lenient
	};
	struct ruleset *rules;

	if (!s->has_head) {
		conf_error(s->errors, load->n_paths ? load->paths[0] : "rules", 0,
			"none of the files has a ruleset group");
		return NULL;
	}
	rules = ruleset_compile(&s->source, &report);
	if (n_tests)
		*n_tests = report.n_tests;
	return rules;
}

struct ruleset *rules_load(
	const struct rules_load *load, size_t *n_tests, struct conf_errors *errors)
{
	struct rules_source s = { .errors = errors };
	struct ruleset *rules = NULL;
	size_t before = errors->count;
	char digest[DIGEST_HEX_SIZE], again[DIGEST_HEX_SIZE];

	digest_files(load, digest);
	for (size_t i = 0; i < load->n_paths; i++)
		add_file(&s, load->paths[i]);
	/* They were read twice: what is compiled must be what was digested. */
	digest_files(load, again);
	if (errors->count == before && (!*digest || strcmp(digest, again) != 0))
		conf_error(errors, load->paths[0], 0,
			"this file or another of the ruleset changed while being read");
	s.source.digest = digest;
	s.source.faulty = errors->count > before;
	if (s.n_roots == load->n_paths) /* else half the names would be missed */
		rules = compile(&s, load, n_tests);
	if (errors->count > before)
		ruleset_unref(&rules);
	rules_source_free(&s);
	return rules;
}
