#include "phrase_beside.h"

static PHRASE_SET next_of(const struct phrase *ph, uint32_t at)
{
	return ph->narrow ? ph->narrow[at] : ph->wide[at];
}

/* Positions that the word itself may stand at. */
static PHRASE_SET positions_of(
	const struct phrase *ph, const struct vocab *vocab, uint32_t word, bool open)
{
	PHRASE_SET at = 0;

	for (uint32_t i = 0; i < ph->n_words && !open; i++)
		if (ph->words[i].word == word)
			at |= (PHRASE_SET)1 << ph->words[i].at;
	for (uint32_t i = 0; i < ph->n_prefixes; i++)
		if (vocab_begins(vocab, word, ph->prefixes[i].word))
			at |= (PHRASE_SET)1 << ph->prefixes[i].at;
	return at;
}

/* The bits of the words that may stand at one of the positions. */
static uint64_t words_at(const struct phrase *ph, PHRASE_SET at)
{
	PHRASE_SET open = ph->any | ph->numbers;
	uint64_t bits = 0;

	for (uint32_t i = 0; i < ph->n_prefixes; i++)
		open |= (PHRASE_SET)1 << ph->prefixes[i].at;
	if (at & open)
		return UINT64_MAX;
	for (uint32_t i = 0; i < ph->n_words; i++)
		if (at >> ph->words[i].at & 1)
			bits |= UINT64_C(1) << ph->words[i].word % 64;
	return bits;
}

struct phrase_beside phrase_beside(
	const struct phrase *ph, const struct vocab *vocab, uint32_t word, bool open)
{
	PHRASE_SET at = positions_of(ph, vocab, word, open), before = 0, behind = 0;

	for (uint32_t i = 0; i < ph->n_positions; i++) {
		if (next_of(ph, i) & at)
			before |= (PHRASE_SET)1 << i;
		if (at >> i & 1)
			behind |= next_of(ph, i);
	}
	return (struct phrase_beside){
		.before = at & ph->first ? UINT64_MAX : words_at(ph, before),
		.behind = at & ph->last ? UINT64_MAX : words_at(ph, behind),
	};
}
