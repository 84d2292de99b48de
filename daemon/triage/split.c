#include "split.h"

#include <string.h>

#include "triaged/base/err.h"

#define LETTERS_MIN 3    /* letters set apart */
#define WORD_LEAST  8    /* shortest word that may be several run together */
#define LEAD_MOST   3    /* letters of a word about oneself */
#define REST_LEAST  4    /* letters of what it is run together with */
#define WORD_SURE   10   /* three and more words need this many letters */
#define COST_WORD   1024 /* fewer words are cheaper, whatever word_cost() makes of each */
#define COST_LETTER 3072 /* of one left out: dearer than a word, so known words are preferred */
#define COST_NONE   UINT32_MAX

/* The cheapest way to each place between the letters. */
struct cuts {
	bool set_apart; /* the letters were written one by one, not words run together */
	uint32_t cost[SPLIT_MAX + 1];
	uint8_t from[SPLIT_MAX + 1];
	bool word[SPLIT_MAX + 1]; /* what ends here is a word, not a letter left out */
};

static bool may_stand_alone(char letter)
{
	return letter == 'i' || letter == 'a' || letter == 'u' || letter == 'y' || letter == 'o';
}

static void step(struct cuts *c, size_t from, size_t to, uint32_t cost, bool word)
{
	if (c->cost[from] + cost >= c->cost[to])
		return;
	c->cost[to] = c->cost[from] + cost;
	c->from[to] = (uint8_t)from;
	c->word[to] = word;
}

/* Words of one or two letters are fragments of longer ones more often than not: grammar at most. */
static bool is_fragment(const struct vocab *vocab, uint32_t word)
{
	return vocab->words[word].len <= 2 &&
	       !(vocab->words[word].marks & (WORD_LIGHT | WORD_FIRST_PERSON));
}

/*
 * Of as many words the likelier ones: "want to die" rather than "wan tto die" (a slip and an abbreviation),
 * "ya no" rather than "y ano", "matar esta noche" rather than "matare st anoche".
 */
static uint32_t word_cost(const struct vocab *vocab, uint32_t word, size_t len)
{
	if (len == 1)
		return COST_WORD + 4;
	if (is_fragment(vocab, word))
		return COST_WORD + 64;
	bool usual = vocab->words[word].marks & (WORD_LIGHT | WORD_COMMON | WORD_FREQUENT);
	return COST_WORD - (uint32_t)(len < 12 ? len * len : 144) - (usual ? 32 : 0);
}

static void try_words(struct cuts *c, const struct vocab *vocab, const char *p, size_t n, size_t i)
{
	for (size_t len = may_stand_alone(p[i]) ? 1 : 2; len <= WORD_MAX && i + len <= n; len++) {
		uint32_t word = vocab_find(vocab, p + i, len);

		if (word == WORD_NONE || (vocab->words[word].marks & WORD_FOREIGN))
			continue;
		if (c->set_apart || !is_fragment(vocab, word))
			step(c, i, i + len, word_cost(vocab, word, len), true);
	}
}

static void fill(struct cuts *c, const struct vocab *vocab, const char *p, size_t n, bool leave_out)
{
	memset(c->cost, 0xff, sizeof(c->cost));
	c->cost[0] = 0;
	for (size_t i = 0; i < n; i++) {
		if (c->cost[i] == COST_NONE)
			continue;
		try_words(c, vocab, p, n, i);
		if (leave_out)
			step(c, i, i + 1, COST_LETTER, false);
	}
}

/* The words on the way to `end`; false when there is no way. */
static bool trace(const struct cuts *c, const struct vocab *vocab, const char *p, size_t end,
	struct split *out)
{
	size_t n = 0;

	if (c->cost[end] == COST_NONE)
		return false;
	for (size_t at = end; at > 0; at = c->from[at])
		n += c->word[at];
	if (n == 0 || n > SPLIT_WORDS)
		return false;
	*out = (struct split){ .n = n, .letters = end, .shortest = end };
	for (size_t at = end; at > 0; at = c->from[at]) {
		size_t len = at - c->from[at];
		uint32_t word;

		if (!c->word[at])
			continue;
		word = vocab_find(vocab, p + c->from[at], len);
		out->words[--n] = word;
		out->key |= (vocab->words[word].marks & (WORD_KEY | WORD_LIGHT)) == WORD_KEY;
		if (len < out->shortest)
			out->shortest = len;
	}
	return true;
}

bool split_letters(const struct vocab *vocab, const char *p, size_t n, struct split *out)
{
	struct cuts c NOT_ZEROED;

	if (n < LETTERS_MIN)
		return false;
	c.set_apart = true;
	fill(&c, vocab, p, n, false);
	for (; n >= LETTERS_MIN; n--)
		if (trace(&c, vocab, p, n, out) && out->n < n && (out->key || out->n == 1))
			return true;
	return false;
}

bool split_word(const struct vocab *vocab, const char *p, size_t n, struct split *out)
{
	struct cuts c NOT_ZEROED;

	if (n < WORD_LEAST)
		return false;
	c.set_apart = false;
	fill(&c, vocab, p, n, n >= SPLIT_ENDLESS);
	if (!trace(&c, vocab, p, n, out) || !out->key)
		return false;
	return out->n >= 3 ? n >= WORD_SURE : out->shortest >= 4;
}

bool split_lead(const struct vocab *vocab, const char *p, size_t n, struct split *out)
{
	for (size_t lead = 1; lead <= LEAD_MOST && lead + REST_LEAST <= n; lead++) {
		uint32_t self = vocab_find(vocab, p, lead), rest;

		if (self == WORD_NONE || !(vocab->words[self].marks & WORD_FIRST_PERSON))
			continue;
		rest = vocab_find(vocab, p + lead, n - lead);
		if (rest == WORD_NONE)
			continue;
		*out = (struct split){ .words = { self, rest }, .n = 2, .letters = n };
		return true;
	}
	return false;
}
