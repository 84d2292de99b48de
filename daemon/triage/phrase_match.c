/* Where a phrase stands in a text: its automaton, run word by word. */
#include "phrase.h"

#include <string.h>

/* The number of the set of positions that the word may stand at; 0: at none. */
static inline uint32_t set_of(const struct phrase *ph, uint32_t word)
{
	uint32_t mask = UINT32_MAX >> ph->shift, i = phrase_slot(ph, word), slot;

	for (; (slot = ph->slots[i]); i = (i + 1) & mask)
		if (slot / PHRASE_SETS == word + 1)
			return slot % PHRASE_SETS;
	return 0;
}

/* Positions that a known beginning or a number may stand at. */
static PHRASE_SET accepts_open(
	const struct phrase *ph, const struct phrase_place *in, const struct token *k)
{
	PHRASE_SET at = 0;

	if ((k->marks & TOKEN_DIGITS) ||
		(k->word != WORD_NONE && (in->vocab->words[k->word].marks & WORD_NUMBER)))
		at |= ph->numbers;
	for (uint32_t i = 0; i < ph->n_prefixes; i++) {
		const struct vocab_word *prefix = &in->vocab->words[ph->prefixes[i].word];

		if (k->len >= prefix->len &&
			memcmp(in->text->padded.data + k->at, in->vocab->bytes + prefix->at,
				prefix->len) == 0)
			at |= (PHRASE_SET)1 << ph->prefixes[i].at;
	}
	return at;
}

/* What a run has found: words up to the end of the longest match. */
struct found {
	uint32_t words, inside;
};

static struct found found_at(
	struct found before, const struct phrase_place *in, uint32_t from, uint32_t end)
{
	return (struct found){ end - from, end <= in->clause_end ? end - from : before.inside };
}

/* At most 64 positions. */
static struct found match_narrow(const struct phrase *ph, struct phrase_place *in, uint32_t from)
{
	const uint64_t *sets = ph->narrow;
	uint64_t may = (uint64_t)ph->first;
	struct found found = { 0, 0 };
	uint32_t i = from;

	while (i < in->end && may) {
		uint32_t set = set_of(ph, in->words[i]);
		uint64_t now = (uint64_t)ph->any | (set ? sets[set] : 0);

		if (ph->open)
			now |= (uint64_t)accepts_open(ph, in, &in->text->tokens[i]);
		now &= may;
		i++;
		if (now & (uint64_t)ph->last)
			found = found_at(found, in, from, i);
		for (may = 0; now; now &= now - 1)
			may |= sets[__builtin_ctzll(now)];
	}
	in->steps += i - from;
	return found;
}

/* The lowest position of a set that has one. */
static uint32_t lowest(PHRASE_SET s)
{
	uint64_t low = (uint64_t)s;

	return (uint32_t)(low ? __builtin_ctzll(low) : 64 + __builtin_ctzll((uint64_t)(s >> 64)));
}

static struct found match_wide(const struct phrase *ph, struct phrase_place *in, uint32_t from)
{
	PHRASE_SET may = ph->first;
	struct found found = { 0, 0 };
	uint32_t i = from;

	while (i < in->end && may) {
		uint32_t set = set_of(ph, in->words[i]);
		PHRASE_SET now = ph->any | (set ? ph->wide[set] : 0);

		if (ph->open)
			now |= accepts_open(ph, in, &in->text->tokens[i]);
		now &= may;
		i++;
		if (now & ph->last)
			found = found_at(found, in, from, i);
		for (may = 0; now; now &= now - 1)
			may |= ph->wide[lowest(now)];
	}
	in->steps += i - from;
	return found;
}

uint32_t phrase_match(
	const struct phrase *ph, struct phrase_place *in, uint32_t from, uint32_t *inside)
{
	struct found found = ph->narrow ? match_narrow(ph, in, from) : match_wide(ph, in, from);

	*inside = found.inside;
	return found.words;
}

uint32_t phrase_match_at(
	const struct phrase *ph, const struct text *t, const struct vocab *vocab, uint32_t from)
{
	uint32_t words[PHRASE_POSITIONS] NOT_ZEROED, inside;
	struct text rest = *t;
	struct phrase_place in = { .text = &rest, .vocab = vocab, .words = words };

	if (!phrase_may_begin(ph, t->tokens[from].word))
		return from;
	rest.tokens += from;
	for (; in.end < ph->longest && from + in.end < t->n_tokens; in.end++)
		words[in.end] = rest.tokens[in.end].word;
	return from + phrase_match(ph, &in, 0, &inside);
}

bool phrase_has(const struct phrase *ph, uint32_t word)
{
	uint32_t lo = 0, hi = ph->n_words;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (ph->words[mid].word < word)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < ph->n_words && ph->words[lo].word == word;
}
