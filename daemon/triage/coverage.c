#include "coverage.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#define COVERAGE_MIN_WORDS 5
#define COVERAGE_WINDOW    10
#define COVERAGE_SHARED    2  /* letters of words that many languages have alike: no, mi, so, a */
#define COVERAGE_CLEAR     50 /* percent: so many of the short ones are no chance */
#define COVERAGE_OWN_WORDS 3  /* fewer longer words tell nothing by themselves */
#define COVERAGE_PERCENT   20 /* fewer known words than this: the text is in a language not covered */
#define COVERAGE_AGAINST   50 /* the same where such a language was declared */

/*
 * Two points for a word of the language's grammar, one for any other known word; a word of another
 * language takes back two.
 */
static int points(const struct ruleset *rules, const struct token *k)
{
	uint32_t marks = k->word == WORD_NONE ? 0 : rules->vocab.words[k->word].marks;

	if ((k->marks & TOKEN_FOREIGN) || (marks & WORD_FOREIGN))
		return -2;
	return k->word == WORD_NONE ? 0 : (marks & WORD_LIGHT) ? 2 : 1;
}

/* A word of letters alone that is taken for a misspelt one may as well be right in its language. */
static bool is_repaired(const struct triage_scratch *w, const struct token *k)
{
	return (k->marks & TOKEN_CHANGED) && k->honest_end == k->honest + 1 &&
	       k->word != w->honest.tokens[k->honest].word && !w->honest.chunks[k->chunk].odd;
}

/* Known words among those long enough to be of one language only. */
struct own_words {
	int n, points;
};

static void count_own(
	struct own_words *own, const struct triage_scratch *w, const struct token *k, int now)
{
	if (k->len <= COVERAGE_SHARED)
		return;
	own->n++;
	own->points += is_repaired(w, k) ? 0 : now;
}

/* Of few words: where not nearly all are known, the longer ones must be known by themselves too. */
static int short_percent(int points, int words, const struct own_words *own)
{
	int percent = points * 50 / words, of_own;

	if (percent >= COVERAGE_CLEAR || own->n < COVERAGE_OWN_WORDS)
		return percent;
	of_own = own->points * 50 / own->n;
	return of_own < percent ? of_own : percent;
}

/* Said again counts as said: the decoded reading leaves it out. */
static int words_said(const struct text *honest)
{
	int words = 0;

	for (uint32_t i = 0; i < honest->n_tokens; i++)
		words += !(honest->tokens[i].marks & TOKEN_DIGITS);
	return words;
}

/*
 * The least covered stretch decides, so that a covered sentence beside another language does not
 * hide it. Languages share their shortest words, so of a short text the others are looked at alone.
 * -1: too few words to say.
 */
static int percent_covered(const struct ruleset *rules, const struct triage_scratch *w)
{
	const struct text *t = w->has_decoded ? &w->decoded : &w->honest;
	int recent[COVERAGE_WINDOW], words = 0, sum = 0, least = INT_MAX, percent;
	struct own_words own = { 0, 0 };
	bool foreign = false;

	for (uint32_t i = 0; i < t->n_tokens; i++) {
		int now = points(rules, &t->tokens[i]);

		if (t->tokens[i].marks & TOKEN_DIGITS)
			continue;
		count_own(&own, w, &t->tokens[i], now);
		foreign |= now < 0;
		if (words >= COVERAGE_WINDOW)
			sum -= recent[words % COVERAGE_WINDOW];
		recent[words++ % COVERAGE_WINDOW] = now;
		sum += now;
		if (words >= COVERAGE_WINDOW && sum < least)
			least = sum;
	}
	if (words == 0 || words_said(&w->honest) < COVERAGE_MIN_WORDS)
		return foreign && sum <= 0 ? 0 : -1;
	percent = words < COVERAGE_WINDOW ? short_percent(sum, words, &own)
					  : least * 50 / COVERAGE_WINDOW;
	return percent < 0 ? 0 : percent;
}

static bool lang_is_covered(const struct ruleset *rules, const char *lang)
{
	size_t n = strcspn(lang, "-_");

	for (size_t i = 0; i < rules->n_langs; i++)
		if (strlen(rules->langs[i]) == n && strncasecmp(rules->langs[i], lang, n) == 0)
			return true;
	return false;
}

bool coverage_is_enough(
	const struct ruleset *rules, const struct triage_scratch *w, const char *declared)
{
	int percent = rules->judges_language ? percent_covered(rules, w) : -1;
	bool other = declared && *declared && !lang_is_covered(rules, declared);

	return percent < 0 ? !other : percent >= (other ? COVERAGE_AGAINST : COVERAGE_PERCENT);
}
