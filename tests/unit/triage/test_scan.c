/* The scan finds what looking for every phrase at every word finds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/triage/scan.h"
#include "triaged/base/buf.h"

#define PHRASES 12
#define TOKENS  90 /* more than the words back that a need remembers */
#define MATCHES 4096

static const char *const words[] = { "i", "to", "me", "red", "blue", "green", "take", "takes",
	"taken", "pill", "pills", "bridge", "now", "tonight", "3", "two" };

#define N_WORDS (sizeof(words) / sizeof(words[0]))

static uint32_t next(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static void add_word(struct buf *b, uint32_t *seed)
{
	static const char *const odd[] = { "take*", "pil*", "red*", "#", "bridge" };
	uint32_t kind = next(seed, 12);

	buf_adds(b, kind == 0 ? odd[next(seed, 5)] : words[next(seed, N_WORDS)]);
}

static void add_parts(struct buf *b, uint32_t *seed, int depth)
{
	uint32_t n = 1 + next(seed, depth ? 2 : 4);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t kind = next(seed, 6);

		buf_adds(b, i ? " " : "");
		if (kind == 0 && i > 0 && i + 1 < n) {
			buf_addf(b, "<%u>", 1 + next(seed, 8));
		} else if (kind < 3 && depth < 3) {
			buf_adds(b, "(");
			for (uint32_t k = 0, alts = 1 + next(seed, 3); k < alts; k++) {
				buf_adds(b, k ? "|" : "");
				add_parts(b, seed, depth + 1);
			}
			buf_adds(b, next(seed, 4) ? ")" : ")?");
		} else {
			add_word(b, seed);
		}
	}
}

struct world {
	struct fold fold;
	struct vocab vocab;
	struct phrase phrases[PHRASES];
	uint32_t n;
	struct scan scan;
	struct scan_scratch scratch;
	struct text text;
	uint64_t checks; /* of single places, by looking at all of them */
};

/* Words that are said to be common are looked for last; what is found must not depend on it. */
static void make_phrases(struct world *w, uint32_t *seed)
{
	struct err e;

	vocab_init(&w->vocab);
	for (size_t i = 0; i < N_WORDS; i++)
		if (next(seed, 3) == 0)
			vocab_expect(&w->vocab, words[i], strlen(words[i]),
				next(seed, 2) ? WORD_COMMON : WORD_FREQUENT);
	for (w->n = 0; w->n < PHRASES;) {
		struct buf source = { .data = NULL };

		add_parts(&source, seed, 0);
		if (phrase_compile(&w->phrases[w->n], buf_str(&source), &w->fold, &w->vocab,
			    WORD_KEY, &e) == 0)
			w->phrases[w->n++].one_clause = next(seed, 2);
		buf_free(&source);
	}
	w->vocab.words[vocab_add(&w->vocab, "two", 3)].marks |= WORD_NUMBER;
	scan_compile(&w->scan, w->phrases, w->n, &w->vocab);
	scan_bind(&w->scratch, &w->scan);
}

static void make_text(struct world *w, uint32_t *seed)
{
	struct buf b = { .data = NULL };
	uint32_t n = next(seed, TOKENS), clause = 0, sentence = 0;

	for (uint32_t i = 0; i < n; i++)
		buf_addf(&b, "%s ", next(seed, 8) ? words[next(seed, N_WORDS)] : "takexyz");
	text_read(&w->text, &w->fold, &w->vocab, buf_str(&b), b.len);
	for (uint32_t i = 0; i < w->text.n_tokens; i++) {
		bool ends = i > 0 && next(seed, 20) == 0;

		clause += ends || (i > 0 && next(seed, 10) == 0);
		sentence += ends;
		w->text.tokens[i].clause = clause;
		w->text.tokens[i].sentence = sentence;
	}
	buf_free(&b);
}

static bool together(const struct token *a, const struct token *b, bool over)
{
	return over ? a->sentence == b->sentence : a->clause == b->clause;
}

/* Every match of a phrase in one clause or, `over`, across several; longest first from the left. */
static uint32_t find_all(struct world *w, uint32_t phrase, bool over, struct scan_match *out)
{
	uint32_t words_of_text[TOKENS];
	struct phrase_place place = {
		.text = &w->text, .vocab = &w->vocab, .words = words_of_text
	};
	const struct token *tokens = w->text.tokens;
	uint32_t found = 0;

	for (uint32_t i = 0; i < w->text.n_tokens; i++)
		words_of_text[i] = tokens[i].word;
	for (uint32_t at = 0, end = 0, free_from = 0; at < w->text.n_tokens; at++) {
		uint32_t n, inside;

		for (end = at; end < w->text.n_tokens && together(&tokens[at], &tokens[end], over);)
			end++;
		place.end = place.clause_end = end;
		w->checks++;
		n = at < free_from ? 0 : phrase_match(&w->phrases[phrase], &place, at, &inside);
		if (n == 0 || (over && tokens[at].clause == tokens[at + n - 1].clause))
			continue;
		out[found++] = (struct scan_match){ phrase, at, at + n };
		free_from = at + n;
	}
	return found;
}

static int by_place(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct scan_match));
}

static void check_text(struct world *w)
{
	const struct scan_input in = { w->phrases, &w->vocab, &w->text, 0, 100000000 };
	static struct scan_match all[MATCHES], got[MATCHES];
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->n; i++) {
		n += find_all(w, i, false, all + n);
		if (!w->phrases[i].one_clause)
			n += find_all(w, i, true, all + n);
	}
	assert_int_equal(scan_run(&w->scan, &w->scratch, &in), 0);
	assert_int_equal(w->scratch.n_matches, n);
	for (uint32_t i = 1; i < n; i++)
		assert_true(w->scratch.matches[i - 1].from <= w->scratch.matches[i].from);
	if (n == 0)
		return;
	memcpy(got, w->scratch.matches, n * sizeof(*got));
	qsort(all, n, sizeof(*all), by_place);
	qsort(got, n, sizeof(*got), by_place);
	assert_memory_equal(got, all, n * sizeof(*got));
}

static void test_finds_all(void **state)
{
	uint64_t found = 0, checks = 0, steps = 0;
	uint32_t seed = 7;
	(void)state;

	for (int set = 0; set < 150; set++) {
		struct world w = { .n = 0 };

		make_phrases(&w, &seed);
		for (int i = 0; i < 40; i++) {
			make_text(&w, &seed);
			check_text(&w);
			found += w.scratch.n_matches;
		}
		checks += w.checks;
		steps += w.scratch.steps;
		for (uint32_t i = 0; i < w.n; i++)
			phrase_fini(&w.phrases[i]);
		scan_fini(&w.scan);
		scan_scratch_fini(&w.scratch);
		text_fini(&w.text);
		vocab_fini(&w.vocab);
	}
	assert_true(found > 10000);
	assert_true(steps < checks); /* most places are never looked at */
}

static void test_only_marked(void **state)
{
	struct world w = { .n = 0 };
	struct scan_input in = { w.phrases, &w.vocab, &w.text, TOKEN_CHANGED, 1000 };
	struct err e;
	(void)state;

	vocab_init(&w.vocab);
	assert_int_equal(phrase_compile(&w.phrases[0], "red bridge", &w.fold, &w.vocab, 0, &e), 0);
	scan_compile(&w.scan, w.phrases, 1, &w.vocab);
	scan_bind(&w.scratch, &w.scan);
	text_read(&w.text, &w.fold, &w.vocab, "red bridge red bridge", 21);
	for (uint32_t i = 2; i < 4; i++)
		w.text.tokens[i].clause = w.text.tokens[i].sentence = 1;
	assert_int_equal(scan_run(&w.scan, &w.scratch, &in), 0);
	assert_int_equal(w.scratch.n_matches, 0);
	w.text.tokens[2].marks |= TOKEN_CHANGED;
	assert_int_equal(scan_run(&w.scan, &w.scratch, &in), 0);
	assert_int_equal(w.scratch.n_matches, 1);
	assert_int_equal(w.scratch.matches[0].from, 2);
	phrase_fini(&w.phrases[0]);
	scan_fini(&w.scan);
	scan_scratch_fini(&w.scratch);
	text_fini(&w.text);
	vocab_fini(&w.vocab);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_finds_all),
		cmocka_unit_test(test_only_marked) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
