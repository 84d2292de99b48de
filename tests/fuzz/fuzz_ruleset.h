/* A small ruleset that uses every mechanism of the engine, made in memory. */
#ifndef FUZZ_RULESET_H
#define FUZZ_RULESET_H

#include <stdio.h>
#include <stdlib.h>

#include "triaged/triage/ruleset.h"

#define FUZZ_PLACE                                                                                 \
	{                                                                                          \
		"fuzz", 1                                                                          \
	}
#define FUZZ_COUNT(a) (sizeof(a) / sizeof((a)[0]))

static inline void fuzz_error(void *ctx, struct source_place place, const char *text)
{
	(void)ctx;
	(void)place;
	fprintf(stderr, "%s\n", text);
}

static inline struct ruleset *fuzz_ruleset(void)
{
	static struct source_entry entries[] = {
		{ .place = FUZZ_PLACE,
			.id = "a",
			.family = "si_active",
			.phrase = "(kill|end) <2> (myself|my life)" },
		{ .place = FUZZ_PLACE, .id = "b", .family = "si_active", .phrase = "suicid*" },
		{ .place = FUZZ_PLACE,
			.id = "c",
			.family = "si_passive",
			.phrase = "dont want to live",
			.not_negatable = true },
		{ .place = FUZZ_PLACE,
			.id = "d",
			.family = "plan",
			.phrase = "took #mg (pills|emoji_pill)?" },
		{ .place = FUZZ_PLACE, .id = "e", .family = "ending", .phrase = "last <2> {day}" },
		{ .place = FUZZ_PLACE,
			.id = "g",
			.family = "thanks",
			.phrase = "(thanks|sorry) <3> (all|everything)" },
	};
	static struct source_class classes[] = {
		{ FUZZ_PLACE, "day", "en", "day|night|my last (day|night)", "x", "2026-01-01" },
	};
	static struct source_alias aliases[] = {
		{ FUZZ_PLACE, "last", "en", "lst|very last", "lahst|day", "x", "2026-01-01" },
	};
	static struct source_cue cues[] = {
		{ FUZZ_PLACE, "negation", "en", "(not|no|never)" },
		{ FUZZ_PLACE, "charted", "en", "denies" },
		{ FUZZ_PLACE, "pseudo_negation", "en", "never wanted <2> more" },
		{ FUZZ_PLACE, "statement", "en", "wants" },
		{ FUZZ_PLACE, "third_party", "en", "(he|my friend)" },
		{ FUZZ_PLACE, "reported_self", "en", "asking for a friend" },
		{ FUZZ_PLACE, "past", "en", "years ago" },
		{ FUZZ_PLACE, "resolved", "en", "fine now" },
		{ FUZZ_PLACE, "soon", "en", "tonight" },
		{ FUZZ_PLACE, "quoted", "en", "the song" },
		{ FUZZ_PLACE, "earnest", "en", "for real" },
		{ FUZZ_PLACE, "clause", "en", "(but|even though)" },
		{ FUZZ_PLACE, "first_person", "en", "(i|my|myself)" },
		{ FUZZ_PLACE, "filler", "en", "(um|er)" },
		{ FUZZ_PLACE, "light", "en", "(to|want|the|a|and|of)" },
		{ FUZZ_PLACE, "number", "en", "(ten|twenty)" },
	};
	static const char *const families[] = { "si_active" };
	static struct source_frame frames[] = {
		{ .place = FUZZ_PLACE,
			.id = "f",
			.lang = "en",
			.phrase = "suicide squad",
			.owner = "x",
			.added = "2026-01-01",
			.suppresses = families,
			.n_suppresses = 1 },
		{ .place = FUZZ_PLACE,
			.id = "h",
			.lang = "en",
			.phrase = "school play",
			.owner = "x",
			.added = "2026-01-01",
			.suppresses = families,
			.n_suppresses = 1,
			.reach = "sentence",
			.subject = "other|unknown" },
	};
	static struct source_emoji emoji[] = { { FUZZ_PLACE, "\xf0\x9f\x92\x8a", "emoji_pill" } };
	static struct source_note notes[] = {
		{ FUZZ_PLACE, "en", "she|he", "i", NULL, false },
		{ FUZZ_PLACE, "en", "pt", "i", "client", false },
		{ FUZZ_PLACE, "en", "son", NULL, "another", false },
		{ FUZZ_PLACE, "en", "si", "suicidality", NULL, true },
	};
	static struct source_cond leaves[] = {
		{ .place = FUZZ_PLACE,
			.kind = COND_SIGNAL,
			.signal = "si_active|si_passive",
			.window = "contact" },
		{ .place = FUZZ_PLACE, .kind = COND_SIGNAL, .signal = "plan", .same_clause = true },
		{ .place = FUZZ_PLACE,
			.kind = COND_SIGNAL,
			.signal = "si_active",
			.same_clause = true },
	};
	static struct source_cond parts = { .place = FUZZ_PLACE,
		.kind = COND_SIGNAL,
		.signal = "ending|thanks|plan",
		.window = "contact",
		.min_families = 2,
		.near = true };
	static struct source_cond one = {
		.place = FUZZ_PLACE, .kind = COND_ALL, .children = leaves, .n_children = 1
	};
	static struct source_cond two = {
		.place = FUZZ_PLACE, .kind = COND_ALL, .children = leaves + 1, .n_children = 2
	};
	static struct source_test first[] = {
		{ .place = FUZZ_PLACE, .age = -1, .text = "kill myself", .level = "high" },
		{ .place = FUZZ_PLACE, .age = -1, .text = "suicidal", .level = "high" },
		{ .place = FUZZ_PLACE, .age = -1, .text = "a", .level = "low" },
		{ .place = FUZZ_PLACE, .age = -1, .text = "b", .level = "low" },
	};
	static struct source_test second[] = {
		{ .place = FUZZ_PLACE,
			.age = -1,
			.text = "took 20 mg to kill myself",
			.level = "urgent" },
		{ .place = FUZZ_PLACE, .age = -1, .text = "suicide took 5mg", .level = "urgent" },
		{ .place = FUZZ_PLACE, .age = -1, .text = "a", .level = "low" },
		{ .place = FUZZ_PLACE, .age = -1, .text = "b", .level = "low" },
	};
	static struct source_test third[] = {
		{ .place = FUZZ_PLACE,
			.age = -1,
			.text = "last day, sorry for all",
			.level = "urgent" },
		{ .place = FUZZ_PLACE,
			.age = -1,
			.text = "thanks for all. last night",
			.level = "urgent" },
		{ .place = FUZZ_PLACE, .age = -1, .text = "a", .level = "low" },
		{ .place = FUZZ_PLACE, .age = -1, .text = "last day", .level = "low" },
	};
	static struct source_points points[] = {
		{ FUZZ_PLACE, 11, "zinc|opal", "x", "2026-01-01" },
		{ FUZZ_PLACE, -6, "pearl|#", "x", "2026-01-01" },
	};
	static const char *const enough[] = { "20" };
	static struct source_cond sum = { .place = FUZZ_PLACE,
		.kind = COND_FIELD,
		.field = "points",
		.op = "ge",
		.values = enough,
		.n_values = 1 };
	static struct source_test fourth[] = {
		{ .place = FUZZ_PLACE, .age = -1, .text = "zinc and opal", .level = "moderate" },
		{ .place = FUZZ_PLACE, .age = -1, .text = "opal. zinc", .level = "moderate" },
		{ .place = FUZZ_PLACE, .age = -1, .text = "zinc, opal, pearl", .level = "low" },
		{ .place = FUZZ_PLACE, .age = -1, .text = "zinc", .level = "low" },
	};
	static struct source_rule rules[] = {
		{ .place = FUZZ_PLACE,
			.id = "R1",
			.level = "high",
			.explain = "one",
			.when = &one,
			.tests = first,
			.n_tests = 4 },
		{ .place = FUZZ_PLACE,
			.id = "R2",
			.level = "urgent",
			.explain = "two",
			.when = &two,
			.tests = second,
			.n_tests = 4 },
		{ .place = FUZZ_PLACE,
			.id = "R3",
			.level = "urgent",
			.explain = "three",
			.when = &parts,
			.tests = third,
			.n_tests = 4 },
		{ .place = FUZZ_PLACE,
			.id = "R4",
			.level = "moderate",
			.explain = "four",
			.when = &sum,
			.tests = fourth,
			.n_tests = 4 },
	};
	static const char *const langs[] = { "en" };
	struct ruleset_source s = { .place = FUZZ_PLACE,
		.id = "fuzz",
		.version = "1",
		.schema = 1,
		.langs = langs,
		.n_langs = 1,
		.classes = classes,
		.n_classes = FUZZ_COUNT(classes),
		.aliases = aliases,
		.n_aliases = FUZZ_COUNT(aliases),
		.entries = entries,
		.n_entries = FUZZ_COUNT(entries),
		.cues = cues,
		.n_cues = FUZZ_COUNT(cues),
		.frames = frames,
		.n_frames = FUZZ_COUNT(frames),
		.emoji = emoji,
		.n_emoji = FUZZ_COUNT(emoji),
		.points = points,
		.n_points = FUZZ_COUNT(points),
		.notes = notes,
		.n_notes = FUZZ_COUNT(notes),
		.rules = rules,
		.n_rules = FUZZ_COUNT(rules) };
	struct ruleset_report report = { .error = fuzz_error };
	struct ruleset *compiled;

	for (size_t i = 0; i < FUZZ_COUNT(entries); i++) {
		entries[i].lang = "en";
		entries[i].owner = "x";
		entries[i].added = "2026-01-01";
	}
	compiled = ruleset_compile(&s, &report);
	if (!compiled)
		abort();
	return compiled;
}

#endif
