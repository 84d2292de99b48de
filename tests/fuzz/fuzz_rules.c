/*
 * Any bytes as parts of a ruleset: phrases, names and values, one a line. The compiler must refuse
 * or accept them without harm. Compiling is slow; phrases alone are fuzz_phrase.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"

#include "triaged/triage/ruleset.h"

#define LINES 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void ignore(void *ctx, struct source_place place, const char *text)
{
	(void)ctx;
	(void)place;
	CHECK(strlen(text) > 0);
}

static void try_ruleset(char *const line[LINES])
{
	const char *langs[] = { line[1] };
	struct source_entry entry = { .id = line[0],
		.family = line[2],
		.lang = line[1],
		.phrase = line[3],
		.owner = "x",
		.added = line[4],
		.time = line[5] };
	/* Of half of the inputs also what contradicts the rest, so that others are compiled whole. */
	size_t more = strlen(line[0]) / 3 % 2;
	struct source_cue cues[] = { { .kind = line[2], .lang = line[1], .phrase = line[4] },
		{ .kind = "joke", .lang = line[1], .phrase = "{c} {d}" },
		{ .kind = line[5], .lang = line[1], .phrase = line[3] } };
	const char *families[] = { line[2] };
	struct source_frame frame = { .id = line[4],
		.lang = line[1],
		.phrase = line[3],
		.owner = "x",
		.added = "2026-01-01",
		.suppresses = families,
		.n_suppresses = 1 };
	struct source_emoji emoji = { .text = line[3], .token = line[0] };
	const char *values[] = { line[5], line[4] };
	struct source_cond field = { .kind = COND_FIELD,
		.field = line[3],
		.op = line[2],
		.values = values,
		.n_values = strlen(line[0]) % 3 };
	struct source_cond leaf = { .kind = COND_SIGNAL,
		.signal = line[2],
		.time = line[5],
		.window = line[4],
		.near = strlen(line[0]) % 2 == 1,
		.min_families = (int)(strlen(line[1]) % 3) };
	struct source_class classes[] = { { .name = "c",
						  .lang = line[1],
						  .words = line[4],
						  .owner = "x",
						  .added = "2026-01-01" },
		{ .name = "d",
			.lang = line[1],
			.words = line[5],
			.owner = "x",
			.added = "2026-01-01" } };
	struct source_alias alias = { .word = line[5],
		.lang = line[1],
		.forms = line[4],
		.spelt = strlen(line[0]) % 2 ? line[3] : NULL,
		.owner = "x",
		.added = "2026-01-01" };
	struct source_points points = {
		.points = (int)strlen(line[0]) - 3, .words = line[3], .owner = "x", .added = line[4]
	};
	struct source_cond other = { .kind = COND_FIELD,
		.field = line[3],
		.op = line[4],
		.values = values + 1,
		.n_values = strlen(line[1]) % 2 };
	struct source_cond both[] = { field, leaf }, fields[] = { field, other };
	struct source_cond any = { .kind = COND_ANY, .children = both, .n_children = 2 };
	struct source_cond all = { .kind = COND_ALL, .children = fields, .n_children = 2 };
	struct source_test test = {
		.age = -1, .text = line[5], .answers = line[4], .level = "low"
	};
	struct source_rule rules[] = { { .id = line[1],
					       .level = line[2],
					       .explain = "x",
					       .when = &any,
					       .tests = &test,
					       .n_tests = 1 },
		{ .id = line[5],
			.level = "low",
			.explain = "x",
			.when = &all,
			.tests = &test,
			.n_tests = 1 } };
	struct ruleset_source s = { .id = line[0],
		.version = "1",
		.schema = 1,
		.langs = langs,
		.n_langs = 1,
		.classes = classes,
		.n_classes = 2,
		.aliases = &alias,
		.n_aliases = 1,
		.entries = &entry,
		.n_entries = 1,
		.cues = cues,
		.n_cues = 2 + more,
		.frames = &frame,
		.n_frames = more,
		.emoji = &emoji,
		.n_emoji = 1,
		.points = &points,
		.n_points = 1,
		.points_now = &points,
		.n_points_now = 1,
		.rules = rules,
		.n_rules = 1 + more };
	struct ruleset_report report = { .error = ignore };
	struct ruleset *compiled = ruleset_compile(&s, &report);

	CHECK((compiled == NULL) == (report.n_errors > 0));
	ruleset_unref(&compiled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *copy = malloc(n + 1), *rest = copy, *line[LINES];

	memcpy(copy, data, n);
	copy[n] = '\0';
	for (int i = 0; i < LINES; i++) {
		char *one = strsep(&rest, "\n");

		line[i] = one ? one : copy + n;
	}
	try_ruleset(line);
	free(copy);
	return 0;
}
