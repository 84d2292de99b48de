/* Where a phrase stands in a text: its automaton, run word by word. */
#include "phrase.h"

#include <string.h>

static PHRASE_SET accepts_known(const struct phrase *ph, uint32_t word)
{
	uint32_t mask = UINT32_MAX >> ph->shift, i = phrase_slot(ph, word);
	PHRASE_SET at = 0;

	for (; ph->slots[i]; i = (i + 1) & mask)
		if (ph->slots[i] / PHRASE_POSITIONS == word + 1)
			at |= (PHRASE_SET)1 << ph->slots[i] % PHRASE_POSITIONS;
	return at;
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

/* The positions that the word of k may stand at. */
static PHRASE_SET accepts(
	const struct phrase *ph, const struct phrase_place *in, const struct token *k)
{
	PHRASE_SET at = ph->any;

	if (k->word != WORD_NONE)
		at |= accepts_known(ph, k->word);
	if (ph->numbers || ph->n_prefixes)
		at |= accepts_open(ph, in, k);
	return at;
}

static bool may_begin(const struct phrase *ph, const struct token *k)
{
	return ph->begins_open ||
	       (k->word != WORD_NONE &&
		       (ph->begins[k->word % PHRASE_BEGINS / 64] >> k->word % 64 & 1));
}

/* The lowest position of a set that has one. */
static uint32_t lowest(PHRASE_SET s)
{
	uint64_t low = (uint64_t)s;

	return (uint32_t)(low ? __builtin_ctzll(low) : 64 + __builtin_ctzll((uint64_t)(s >> 64)));
}

/* The longest match that begins with token `from`, in words. */
static uint32_t match_from(const struct phrase *ph, struct phrase_place *in, uint32_t from)
{
	const struct token *tokens = in->text->tokens;
	PHRASE_SET may = ph->first;
	uint32_t longest = 0, i = from;

	while (i < in->end && may) {
		PHRASE_SET now = may & accepts(ph, in, &tokens[i++]);

		if (now & ph->last)
			longest = i - from;
		may = 0;
		for (; now; now &= now - 1)
			may |= ph->narrow ? ph->narrow[lowest(now)] : ph->wide[lowest(now)];
	}
	in->steps += i - from;
	return longest;
}

uint32_t phrase_find(const struct phrase *ph, struct phrase_place *in, uint32_t *at)
{
	const struct token *tokens = in->text->tokens;

	for (; *at <= in->last; ++*at) {
		uint32_t words = may_begin(ph, &tokens[*at]) ? match_from(ph, in, *at) : 0;

		if (words)
			return words;
	}
	return 0;
}

uint32_t phrase_match_at(
	const struct phrase *ph, const struct text *t, const struct vocab *vocab, uint32_t from)
{
	struct phrase_place in = { t, vocab, from, t->n_tokens, 0 };
	uint32_t at = from;

	return from + phrase_find(ph, &in, &at);
}
