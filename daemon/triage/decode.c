#include "decode.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "lookalike.h"
#include "split.h"

#define APART_MAX   64 /* letters set apart looked at together */
#define STAMMER_MAX 3  /* words said again at once: "i dont know i dont know" */
#define NOTHING     UINT32_MAX
#define WORK_SPLIT  16      /* steps for a letter of words run together */
#define WORK_MAX    1000000 /* steps for one message: some 20 ms */

struct decoding {
	const struct decoder *d;
	const struct vocab *vocab;
	const char *p;
	const struct text *honest;
	struct text *out; /* words up to `copied` */
	uint32_t copied;
	uint32_t parted; /* token behind what was left out, or NOTHING */
	bool changed;
	size_t work; /* done so far */
};

/* Account for work of about so many small steps; false when a message has had its share. */
static bool spend(struct decoding *c, size_t steps)
{
	c->work += steps;
	return c->work <= WORK_MAX;
}

/* Shorten each run of one letter to `most`; returns the new length. */
static size_t collapse(const char *p, size_t n, size_t most, char out[WORD_MAX * 4])
{
	size_t len = 0, run = 0;

	for (size_t i = 0; i < n; i++) {
		run = i > 0 && p[i] == p[i - 1] ? run + 1 : 1;
		if (run <= most)
			out[len++] = p[i];
	}
	return len;
}

static bool fits(const char *pattern, const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (pattern[i] == word[i] || pattern[i] == LOOKALIKE_MASK)
			continue;
		if (pattern[i] == LOOKALIKE_I_OR_L && (word[i] == 'i' || word[i] == 'l'))
			continue;
		return false;
	}
	return true;
}

/* pattern with its one kind of sign read as `letter` throughout. */
static uint32_t find_read_as(const struct decoding *c, const char *pattern, size_t n, char letter)
{
	char word[WORD_MAX];

	for (size_t i = 0; i < n; i++)
		word[i] = pattern[i] == LOOKALIKE_I_OR_L ? letter : pattern[i];
	return vocab_find(c->vocab, word, n);
}

/* pattern holds at least one of the two signs of lookalike.h. */
static uint32_t find_pattern(struct decoding *c, const char *pattern, size_t n)
{
	uint32_t word = WORD_NONE;
	size_t hidden = 0;

	for (size_t i = 0; i < n; i++)
		hidden += pattern[i] == LOOKALIKE_MASK;
	if (n > WORD_MAX || hidden * 2 > n || (hidden && n < 3))
		return WORD_NONE;
	if (!hidden)
		word = find_read_as(c, pattern, n, 'i');
	if (!hidden && word == WORD_NONE)
		word = find_read_as(c, pattern, n, 'l');
	if (word != WORD_NONE ||
		!spend(c, (c->d->first_of_length[n + 1] - c->d->first_of_length[n]) / 4))
		return word;
	for (uint32_t i = c->d->first_of_length[n];
		word == WORD_NONE && i < c->d->first_of_length[n + 1]; i++)
		if (fits(pattern, vocab_text(c->vocab, c->d->by_length[i]), n))
			word = c->d->by_length[i];
	return word;
}

/* The known word that n bytes at p stand for, or WORD_NONE. */
static uint32_t resolve(struct decoding *c, const char *p, size_t n)
{
	char shorter[WORD_MAX * 4] NOT_ZEROED;
	uint32_t word;

	if (n < 2 || n > sizeof(shorter))
		return WORD_NONE;
	if (memchr(p, LOOKALIKE_MASK, n) || memchr(p, LOOKALIKE_I_OR_L, n))
		return find_pattern(c, p, n);
	word = vocab_find(c->vocab, p, n);
	if (word == WORD_NONE)
		word = vocab_spelt(c->vocab, p, n);
	for (size_t most = 2; most >= 1 && word == WORD_NONE; most--) {
		size_t len = collapse(p, n, most, shorter);

		if (len < n)
			word = vocab_find(c->vocab, shorter, len);
	}
	if (word != WORD_NONE || !spend(c, n))
		return word;
	word = decoder_mistyped(c->d, c->vocab, p, n);
	return word != WORD_NONE ? word : decoder_misheard(c->d, c->vocab, p, n);
}

/* split_word() with its doubtful letters read one way throughout. */
static bool split_read_as(
	struct decoding *c, const char *p, size_t n, char letter, struct split *out)
{
	char letters[SPLIT_MAX] NOT_ZEROED;

	for (size_t i = 0; i < n; i++)
		letters[i] = p[i] == LOOKALIKE_I_OR_L ? letter : p[i];
	return spend(c, n * WORK_SPLIT) && split_word(c->vocab, letters, n, out);
}

/* ---- building the reading ---- */

static void put(struct decoding *c, uint32_t word, uint32_t first, uint32_t end)
{
	struct token like = c->honest->tokens[first];

	if (c->copied < first)
		text_append_run(c->out, c->honest, c->copied, first);
	c->copied = end;
	like.word = word;
	like.end = c->honest->tokens[end - 1].end;
	like.honest = first;
	like.honest_end = end;
	like.marks = (like.marks & ~(uint32_t)(TOKEN_DIGITS | TOKEN_FOREIGN)) | TOKEN_CHANGED;
	text_append(c->out, vocab_text(c->vocab, word), c->vocab->words[word].len, &like);
	c->changed = true;
}

static void put_split(struct decoding *c, const struct split *s, uint32_t first, uint32_t end)
{
	for (size_t i = 0; i < s->n; i++)
		put(c, s->words[i], first, end);
}

/* The digit of "2nite": its chunk goes on with letters. */
static bool leads_word(const struct text *t, uint32_t i)
{
	return (t->tokens[i].marks & TOKEN_DIGITS) && i + 1 < t->n_tokens &&
	       t->tokens[i + 1].chunk == t->tokens[i].chunk && t->tokens[i + 1].len > 1;
}

/* Single letters and digits from token i on, as letters; how many. At least two are letters. */
static uint32_t letters_apart(const struct decoding *c, uint32_t i, char out[APART_MAX])
{
	const struct text *h = c->honest;
	uint32_t n = 0, letters = 0;

	while (i + n < h->n_tokens && n < APART_MAX && h->tokens[i + n].len == 1) {
		const struct token *k = &h->tokens[i + n];
		char letter = h->padded.data[k->at];

		if (k->marks & TOKEN_DIGITS)
			letter = lookalike_sign(letter);
		else
			letters++;
		if (letter == 0 || leads_word(h, i + n))
			break;
		out[n++] = letter;
	}
	return letters < 2 ? 0 : n;
}

/* A word of one letter before letters that are written together with signs: "a m.a.t.a.r". */
static bool is_before_letters(const struct text *h, uint32_t i)
{
	uint32_t next = h->tokens[i].chunk + 1;

	return h->chunks[next - 1].first == i && h->chunks[next].first == i + 1 &&
	       next < h->n_chunks && h->chunks[next + 1].first > i + 2;
}

/* Decode n letters, from token i on, as one word or several. Tokens used, or 0. */
static uint32_t decode_letters(struct decoding *c, uint32_t i, const char *letters, uint32_t n)
{
	char read[APART_MAX] = { 0 };
	struct split s NOT_ZEROED;

	for (size_t k = 0; k < 2; k++) {
		for (uint32_t j = 0; j < n; j++)
			read[j] = letters[j] == LOOKALIKE_I_OR_L ? "il"[k] : letters[j];
		if (spend(c, n * WORK_SPLIT) && split_letters(c->vocab, read, n, &s)) {
			put_split(c, &s, i, i + (uint32_t)s.letters);
			return (uint32_t)s.letters;
		}
		if (!memchr(letters, LOOKALIKE_I_OR_L, n))
			break;
	}
	return 0;
}

/*
 * Decode single letters from token i on. Letters with signs between them are a word before they are
 * part of a longer one: "m.a.t.a.r a" is not "matara".
 */
static uint32_t decode_apart(struct decoding *c, uint32_t i)
{
	const struct text *h = c->honest;
	char letters[APART_MAX] NOT_ZEROED;
	uint32_t n = is_before_letters(h, i) ? 0 : letters_apart(c, i, letters);
	uint32_t together = h->chunks[h->tokens[i].chunk + 1].first - i, used = 0;

	if (n == 0)
		return 0;
	if (n > together && together > 2)
		used = decode_letters(c, i, letters, together);
	return used ? used : decode_letters(c, i, letters, n);
}

/* Signs that also end or open sentences; only inside a word are they read as letters. */
static bool is_punctuation(int32_t point)
{
	return point == '!' || point == '?' || point == '(' || point == '#' || point == 0xa1;
}

/* The letter that one character of a chunk is read as, 0 for none; *firm: also at a word's edge. */
static char read_letter(int32_t point, bool *firm)
{
	int32_t folded[FOLD_MAX];
	enum char_class cls;

	*firm = true;
	if (fold_point(point, &cls, folded) > 0 && cls == CHAR_LETTER)
		return lookalike_letter(folded[0]);
	if (cls == CHAR_DIGIT)
		return lookalike_sign(folded[0]);
	*firm = !is_punctuation(point);
	return lookalike_sign(point);
}

/* The character at p as read_letter() says it, and its bytes; 0 when it is not UTF-8. */
static size_t letter_at(const char *p, size_t n, char *letter, bool *firm)
{
	int32_t point = (uint8_t)*p;
	size_t used = 1;

	if (point >= 0x80)
		used = fold_decode(p, n, &point);
	*firm = true;
	if (point >= 'a' && point <= 'z')
		*letter = (char)point;
	else if (used)
		*letter = read_letter(point, firm);
	return used;
}

/* Letters, lookalikes and signs of a chunk as letters; 0 when there are too many. */
static size_t chunk_letters(const struct decoding *c, const struct chunk *k, char out[SPLIT_MAX])
{
	size_t n = 0, last = 0;

	for (size_t at = k->start, used; at < k->end; at += used) {
		bool firm;
		char letter;

		used = letter_at(c->p + at, k->end - at, &letter, &firm);
		if (used == 0 || n == SPLIT_MAX)
			return 0;
		if (letter == 0 || (n == 0 && !firm))
			continue;
		out[n++] = letter;
		if (firm)
			last = n;
	}
	return last;
}

/* Known words already, and the letters say no more than they do. */
static bool is_plain(
	const struct text *t, uint32_t first, uint32_t end, const char *letters, size_t n)
{
	size_t at = 0;

	for (uint32_t i = first; i < end; i++) {
		const struct token *k = &t->tokens[i];

		if (k->word == WORD_NONE || k->len == 1 || at + k->len > n ||
			memcmp(letters + at, t->padded.data + k->at, k->len) != 0)
			return false;
		at += k->len;
	}
	return at == n;
}

/* A word of one letter that is written with a look-alike of it. */
static bool decode_foreign(struct decoding *c, uint32_t i, const char *letter)
{
	uint32_t word = vocab_find(c->vocab, letter, 1);

	if (word == WORD_NONE)
		return false;
	put(c, word, i, i + 1);
	return true;
}

static bool decode_chunk(struct decoding *c, uint32_t first, uint32_t end)
{
	const struct chunk *k = &c->honest->chunks[c->honest->tokens[first].chunk];
	char letters[SPLIT_MAX] NOT_ZEROED;
	size_t n;
	uint32_t word;
	struct split s NOT_ZEROED;

	if (!k->odd || !k->letters)
		return false;
	n = chunk_letters(c, k, letters);
	if (n == 1 && (c->honest->tokens[first].marks & TOKEN_FOREIGN))
		return decode_foreign(c, first, letters);
	if (n < 2 || is_plain(c->honest, first, end, letters, n))
		return false;
	word = resolve(c, letters, n);
	if (word == WORD_NONE && letters[n - 1] == LOOKALIKE_MASK)
		word = resolve(c, letters, --n); /* a star behind the word was an ornament */
	if (word != WORD_NONE) {
		put(c, word, first, end);
		return true;
	}
	if (n >= SPLIT_ENDLESS) /* an address, or a list with strokes: not one word */
		return false;
	if (!split_read_as(c, letters, n, 'i', &s) && !split_read_as(c, letters, n, 'l', &s))
		return false;
	put_split(c, &s, first, end);
	return true;
}

/*
 * The key word that tokens i and the next one are, a space between them left out, or WORD_NONE: not
 * over the end of a sentence, and not with the first of some letters that are set apart.
 */
static uint32_t joined_word(const struct decoding *c, uint32_t i)
{
	const struct token *k = &c->honest->tokens[i];
	const char *padded = c->honest->padded.data;
	size_t len;
	char joined[WORD_MAX] NOT_ZEROED, apart[APART_MAX] NOT_ZEROED;
	uint32_t word;

	if (i + 1 >= c->honest->n_tokens || (k[1].marks & TOKEN_HARD) ||
		letters_apart(c, i + 1, apart) > 2)
		return WORD_NONE;
	len = (size_t)k[0].len + k[1].len;
	if (!decoder_may_join(c->d, padded + k[0].at, k[0].len, len))
		return WORD_NONE;
	memcpy(joined, padded + k[0].at, k[0].len);
	memcpy(joined + k[0].len, padded + k[1].at, k[1].len);
	word = vocab_find(c->vocab, joined, len);
	return vocab_is_key(c->vocab, word) ? word : WORD_NONE;
}

/* One word, or two that a space took apart. Tokens used, or 0. */
static uint32_t decode_word(struct decoding *c, uint32_t i)
{
	const struct text *h = c->honest;
	const struct token *k = &h->tokens[i];
	uint32_t word = joined_word(c, i);
	struct split s NOT_ZEROED;

	if (word != WORD_NONE) {
		put(c, word, i, i + 2);
		return 2;
	}
	if (k->word != WORD_NONE && (c->vocab->words[k->word].marks & WORD_SPELT)) {
		put(c, vocab_spelt(c->vocab, h->padded.data + k->at, k->len), i, i + 1);
		return 1;
	}
	if (k->word != WORD_NONE || (k->marks & TOKEN_DIGITS))
		return 0;
	if (split_lead(c->vocab, h->padded.data + k->at, k->len, &s)) {
		put_split(c, &s, i, i + 1);
		return 1;
	}
	word = resolve(c, h->padded.data + k->at, k->len);
	if (word != WORD_NONE)
		put(c, word, i, i + 1);
	else if (split_read_as(c, h->padded.data + k->at, k->len > SPLIT_MAX ? SPLIT_MAX : k->len,
			 'i', &s))
		put_split(c, &s, i, i + 1);
	else
		return 0;
	return 1;
}

/* A word between white spaces, and no letter of a word set apart. */
static bool is_word_apart(const struct decoding *c, uint32_t i)
{
	const struct text *h = c->honest;
	const struct token *k = &h->tokens[i];
	char letters[APART_MAX] NOT_ZEROED;

	return !(k->marks & TOKEN_DIGITS) && h->chunks[k->chunk].first == i &&
	       h->chunks[k->chunk + 1].first == i + 1 &&
	       (k->len > 1 || letters_apart(c, i, letters) <= 2);
}

/* Are the n words from i on said once more right behind, in the same sentence? */
static bool is_said_twice(const struct decoding *c, uint32_t i, uint32_t n)
{
	const struct text *h = c->honest;

	if (i + 2 * n > h->n_tokens)
		return false;
	for (uint32_t k = i; k < i + n; k++) {
		const struct token *x = &h->tokens[k], *y = &h->tokens[k + n];

		if (x->len != y->len || ((k > i ? x->marks : 0) | y->marks) & TOKEN_HARD ||
			memcmp(h->padded.data + x->at, h->padded.data + y->at, x->len) != 0 ||
			!is_word_apart(c, k))
			return false;
	}
	return true;
}

/* Words from token i on that may be left out, and are; how many. */
static uint32_t skip_stammer(struct decoding *c, uint32_t i)
{
	const struct text *h = c->honest;
	uint32_t word = h->tokens[i].word, n = STAMMER_MAX;

	if (word != WORD_NONE && (c->vocab->words[word].marks & WORD_FILLER))
		n = 1;
	else
		while (n > 0 && !is_said_twice(c, i, n))
			n--;
	if (n == 0)
		return 0;
	text_append_run(c->out, h, c->copied, i);
	c->copied = c->parted = i + n;
	c->changed = true;
	return n;
}

/* Token i as it is: what it stands beside now is not what was written. */
static void put_parted(struct decoding *c, uint32_t i)
{
	struct token like = c->honest->tokens[i];

	like.marks |= TOKEN_CHANGED;
	text_append(c->out, c->honest->padded.data + like.at, like.len, &like);
	c->copied = i + 1;
}

static uint32_t decode_at(struct decoding *c, uint32_t i)
{
	const struct text *h = c->honest;
	uint32_t chunk = h->tokens[i].chunk, used = skip_stammer(c, i);

	if (used)
		return used;
	if (h->tokens[i].len == 1) {
		used = decode_apart(c, i);
		if (used)
			return used;
	}
	if (h->chunks[chunk].first == i && decode_chunk(c, i, h->chunks[chunk + 1].first))
		return h->chunks[chunk + 1].first - i;
	return decode_word(c, i);
}

enum decode_outcome decode_text(const struct decode_input *in, struct text *out)
{
	struct decoding c = { .d = in->decoder,
		.vocab = in->vocab,
		.p = in->text,
		.honest = in->honest,
		.parted = NOTHING,
		.out = out };

	text_clear(out);
	for (uint32_t i = 0; i < in->honest->n_tokens;) {
		uint32_t used = decode_at(&c, i);

		if (used == 0 && i == c.parted)
			put_parted(&c, i);
		i += used ? used : 1;
	}
	if (!c.changed && c.work <= WORK_MAX)
		return DECODE_SAME;
	text_append_run(out, in->honest, c.copied, in->honest->n_tokens);
	return c.work > WORK_MAX ? DECODE_PART : DECODE_CHANGED;
}
