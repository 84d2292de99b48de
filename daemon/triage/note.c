#include "note.h"

static uint32_t said_as(const struct ruleset *rules, uint32_t word)
{
	for (uint32_t i = 0; i < rules->n_note_words; i++)
		if (rules->note_words[i].word == word)
			return rules->note_words[i].as;
	return word;
}

static void append(const struct ruleset *rules, struct text *out, struct token like, uint32_t word)
{
	like.word = word;
	like.marks |= TOKEN_CHANGED;
	text_append(out, vocab_text(&rules->vocab, word), rules->vocab.words[word].len, &like);
}

/* Whether pronouns after this word mean somebody other than the person in contact. */
static bool names_another(const struct token *honest, uint16_t marks, bool before)
{
	if (marks & WORD_CLIENT)
		return false;
	return before || (marks & WORD_ANOTHER) ||
	       ((honest->marks & TOKEN_THIRD_PARTY) && !(marks & WORD_NOTED));
}

bool note_read(const struct ruleset *rules, struct triage_scratch *w)
{
	const struct text *t = w->has_decoded ? &w->decoded : &w->honest;
	bool another = false, changed = false;

	text_clear(&w->told);
	for (uint32_t i = 0; i < t->n_tokens; i++) {
		const struct token *k = &t->tokens[i];
		struct token *honest = &w->honest.tokens[k->honest];
		uint16_t marks = k->word == WORD_NONE ? 0 : rules->vocab.words[k->word].marks;
		uint32_t as = k->word;

		another = names_another(honest, marks, another);
		if (!another && (marks & WORD_NOTED))
			as = said_as(rules, k->word);
		if (as == k->word) {
			text_append(&w->told, t->padded.data + k->at, k->len, k);
			continue;
		}
		if (rules->vocab.words[as].marks & WORD_FIRST_PERSON)
			honest->marks |= TOKEN_CLIENT;
		append(rules, &w->told, *k, as);
		changed = true;
	}
	return changed;
}
