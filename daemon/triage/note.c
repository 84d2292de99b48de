#include "note.h"

#include <string.h>

static uint32_t said_as(const struct ruleset *rules, uint32_t word, bool capitals)
{
	for (uint32_t i = 0; i < rules->n_note_words; i++)
		if (rules->note_words[i].word == word && rules->note_words[i].capitals == capitals)
			return rules->note_words[i].as;
	return word;
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_part_of_word(char c)
{
	return is_capital((char)(c & ~0x20)) || (c >= '0' && c <= '9') || (uint8_t)c >= 0x80;
}

/* "(+) SI" and "SI (+)": the sign before or behind, with a space or without. 0 none. */
static char bracketed_sign(const struct token *k, const char *p, size_t n)
{
	size_t before = k->start, behind = k->end;

	before -= before > 0 && p[before - 1] == ' ';
	behind += behind < n && p[behind] == ' ';
	if (before >= 3 && p[before - 1] == ')' && p[before - 3] == '(')
		return p[before - 2];
	return n - behind >= 3 && p[behind] == '(' && p[behind + 2] == ')' ? p[behind + 1] : 0;
}

/*
 * The sign at a word, or 0. A minus has to stand behind it, and what follows must not be the words
 * of a statement: "SI- plan to" has a dash.
 */
static char sign_at(const struct text *note, uint32_t i, const char *p, size_t n)
{
	const struct token *k = &note->tokens[i];
	char behind = k->end < n ? p[k->end] : 0, then = k->end + 1 < n ? p[k->end + 1] : 0;
	uint32_t next = i + 1 < note->n_tokens ? note->tokens[i + 1].end : (uint32_t)n;

	if (behind == '+' && !is_part_of_word(then))
		return '+';
	if (behind == '-' && !is_part_of_word(then) &&
		(then != ' ' || next == n || p[next] == '-' || p[next] == '+'))
		return '-';
	if (k->start > 0 && p[k->start - 1] == '+' &&
		(k->start == 1 || !is_part_of_word(p[k->start - 2])))
		return '+';
	return bracketed_sign(k, p, n);
}

void note_mark(struct text *note, const char *p, size_t n)
{
	for (uint32_t i = 0; i < note->n_tokens; i++) {
		struct token *k = &note->tokens[i];
		uint32_t at = k->start;
		char sign = sign_at(note, i, p, n);

		while (at < k->end && is_capital(p[at]))
			at++;
		if (at == k->end)
			k->marks |= TOKEN_CAPITALS;
		if (sign == '+')
			k->marks |= TOKEN_PLUS;
		else if (sign == '-')
			k->marks |= TOKEN_MINUS;
	}
}

static void append(const struct ruleset *rules, struct text *out, struct token like, uint32_t word)
{
	like.word = word;
	like.marks |= TOKEN_CHANGED;
	text_append(out, vocab_text(&rules->vocab, word), rules->vocab.words[word].len, &like);
}

/* What the word means in this note. */
static uint32_t meant(
	const struct ruleset *rules, const struct token *honest, uint32_t word, bool another)
{
	uint16_t marks = word == WORD_NONE ? 0 : rules->vocab.words[word].marks;

	if ((marks & WORD_CAPITALS) && (honest->marks & TOKEN_CAPITALS))
		return said_as(rules, word, true);
	return !another && (marks & WORD_NOTED) ? said_as(rules, word, false) : word;
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
	uint32_t positive = vocab_find(&rules->vocab, "positive", strlen("positive"));
	bool another = false, changed = false;

	text_clear(&w->told);
	for (uint32_t i = 0; i < t->n_tokens; i++) {
		const struct token *k = &t->tokens[i];
		struct token *honest = &w->honest.tokens[k->honest];
		uint16_t marks = k->word == WORD_NONE ? 0 : rules->vocab.words[k->word].marks;
		uint32_t as;

		another = names_another(honest, marks, another);
		as = meant(rules, honest, k->word, another);
		if (as == k->word)
			text_append(&w->told, t->padded.data + k->at, k->len, k);
		else
			append(rules, &w->told, *k, as);
		if (as != k->word && (rules->vocab.words[as].marks & WORD_FIRST_PERSON))
			honest->marks |= TOKEN_CLIENT;
		if (positive != WORD_NONE && (honest->marks & TOKEN_PLUS))
			append(rules, &w->told, *k, positive);
		changed |= as != k->word || (positive != WORD_NONE && (honest->marks & TOKEN_PLUS));
	}
	return changed;
}
