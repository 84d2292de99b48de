#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "triaged/base/mem.h"

#define REPLACED 0xfffd /* what whoever passed the text on could not read */

/* Reader state: where we are, and what the next word will be told. */
struct reader {
	struct text *t;
	const struct fold *fold;
	const struct vocab *vocab;
	const char *p;
	size_t n, at;
	struct token word; /* being built; len counts its bytes */
	bool in_word;
	uint32_t pending; /* marks for the next word */
	bool chunk_open;
};

void text_fini(struct text *t)
{
	buf_wipe(&t->padded); /* a person's words */
	free(t->tokens);
	free(t->chunks);
	memset(t, 0, sizeof(*t));
}

void text_clear(struct text *t)
{
	buf_clear(&t->padded);
	buf_add(&t->padded, " ", 1);
	t->n_tokens = 0;
	t->n_chunks = 0;
	t->n_segments = 0;
	t->invalid = false;
}

/* The first of n new tokens, to be filled in. */
static struct token *push_tokens(struct text *t, uint32_t n)
{
	t->n_tokens += n;
	if (t->n_tokens > t->cap_tokens) {
		t->cap_tokens = t->n_tokens < 64 ? 128 : t->n_tokens * 2;
		t->tokens = mem_resize(t->tokens, t->cap_tokens, sizeof(*t->tokens));
	}
	return &t->tokens[t->n_tokens - n];
}

void text_append(struct text *t, const char *word, size_t n, const struct token *like)
{
	struct token *k = push_tokens(t, 1);

	*k = *like;
	k->at = (uint32_t)t->padded.len;
	k->len = (uint32_t)n;
	buf_add(&t->padded, word, n);
	buf_add(&t->padded, " ", 1);
}

void text_append_run(struct text *t, const struct text *from, uint32_t first, uint32_t end)
{
	const struct token *words, *last;
	struct token *k;
	uint32_t shift;

	if (first == end)
		return;
	words = from->tokens + first;
	last = from->tokens + end - 1;
	shift = (uint32_t)t->padded.len - words->at;
	k = push_tokens(t, end - first);
	memcpy(k, words, (end - first) * sizeof(*k));
	for (uint32_t i = 0; i < end - first; i++)
		k[i].at += shift;
	buf_add(&t->padded, from->padded.data + words->at, last->at + last->len + 1 - words->at);
}

static bool is_contraction_tail(const char *p, size_t n)
{
	if (n == 1)
		return *p == 't' || *p == 'm' || *p == 's' || *p == 'd';
	return n == 2 &&
	       (memcmp(p, "ll", 2) == 0 || memcmp(p, "ve", 2) == 0 || memcmp(p, "re", 2) == 0);
}

/* Of ASCII: what a letter folds to, the small one, is then c | 0x20. */
static bool is_letter(char c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26;
}

static bool is_plain_letter(const struct reader *r, size_t at)
{
	return at < r->n && is_letter(r->p[at]);
}

/* Do single letters follow, one after the other? Then the last one belongs to them. */
static bool spells_on(const struct reader *r)
{
	size_t at = r->at;

	for (int letters = 0; letters < 2; letters++) {
		while (at < r->n && r->p[at] && strchr(" ._-*/", r->p[at]))
			at++;
		if (at == r->at || !is_plain_letter(r, at) || is_plain_letter(r, at + 1))
			return false;
		at++;
	}
	return true;
}

/* "m*tar": the letter begins a masked word. */
static bool is_masked(const struct reader *r)
{
	return r->at + 1 < r->n && r->p[r->at] && strchr("*_@#$!|+", r->p[r->at]) &&
	       is_plain_letter(r, r->at + 1);
}

/*
 * "don t" and "i m", apostrophes lost on the way, are the words they were: dont, im. Letters in a row
 * ("to s u i c i d e") are a word spelt out.
 */
static void join_contraction(struct reader *r)
{
	struct text *t = r->t;
	struct token *k = &t->tokens[t->n_tokens - 1], *before = k - 1;
	char joined[WORD_MAX] NOT_ZEROED;
	uint32_t word;

	if (t->n_tokens < 2 || !is_contraction_tail(t->padded.data + k->at, k->len) ||
		spells_on(r) || is_masked(r) ||
		(t->n_tokens > 2 && before->len == 1 && before[-1].len == 1) ||
		(k->marks & (TOKEN_HARD | TOKEN_SOFT)) || before->len + k->len > WORD_MAX ||
		(before->marks & TOKEN_DIGITS))
		return;
	memcpy(joined, t->padded.data + before->at, before->len);
	memcpy(joined + before->len, t->padded.data + k->at, k->len);
	word = vocab_find(r->vocab, joined, before->len + k->len);
	if (word == WORD_NONE)
		return;
	memcpy(t->padded.data + before->at, joined, before->len + k->len);
	t->padded.len--; /* the space between them */
	t->padded.data[t->padded.len] = '\0';
	before->len += k->len;
	before->end = k->end;
	before->word = word;
	t->n_tokens--;
}

static void end_word(struct reader *r)
{
	struct text *t = r->t;
	struct token *k;

	if (!r->in_word)
		return;
	r->in_word = false;
	if (r->word.marks & (TOKEN_HARD | TOKEN_SOFT))
		t->n_segments++;
	k = push_tokens(t, 1);
	*k = r->word;
	k->len = (uint32_t)t->padded.len - k->at;
	k->segment = t->n_segments;
	k->word = vocab_find(r->vocab, t->padded.data + k->at, k->len);
	k->honest = t->n_tokens - 1;
	k->honest_end = t->n_tokens;
	join_contraction(r);
	buf_add(&t->padded, " ", 1);
}

static void begin_word(struct reader *r, bool digits)
{
	r->in_word = true;
	r->word = (struct token){ .at = (uint32_t)r->t->padded.len,
		.start = (uint32_t)r->at,
		.chunk = r->t->n_chunks - 1,
		.marks = r->pending | (digits ? TOKEN_DIGITS : 0) };
	r->pending = 0;
}

static struct chunk *push_chunk(struct reader *r)
{
	struct text *t = r->t;

	if (t->n_chunks + 1 >= t->cap_chunks) {
		t->cap_chunks = t->cap_chunks ? t->cap_chunks * 2 : 64;
		t->chunks = mem_resize(t->chunks, t->cap_chunks, sizeof(*t->chunks));
	}
	t->chunks[t->n_chunks] = (struct chunk){ .start = (uint32_t)r->at, .first = t->n_tokens };
	return &t->chunks[t->n_chunks++];
}

static struct chunk *chunk_at(struct reader *r)
{
	if (r->chunk_open)
		return &r->t->chunks[r->t->n_chunks - 1];
	r->chunk_open = true;
	return push_chunk(r);
}

static void end_chunk(struct reader *r)
{
	end_word(r);
	if (r->chunk_open)
		r->t->chunks[r->t->n_chunks - 1].end = (uint32_t)r->at;
	r->chunk_open = false;
}

static void add_points(struct reader *r, const int32_t *points, int n)
{
	for (int i = 0; i < n; i++) {
		char utf8[4];
		utf8proc_ssize_t len;

		if (points[i] < 0x80) {
			char c = (char)points[i];

			buf_add(&r->t->padded, &c, 1);
			continue;
		}
		len = utf8proc_encode_char(points[i], (utf8proc_uint8_t *)utf8);
		buf_add(&r->t->padded, utf8, (size_t)len);
		if (points[i] >= 0x250)
			r->word.marks |= TOKEN_FOREIGN;
	}
}

/* Digits begin a word of their own before letters ("800mg" is "800 mg"), not behind them ("b4"). */
static void read_word_char(
	struct reader *r, enum char_class cls, const int32_t *points, int n, size_t used)
{
	struct chunk *c = chunk_at(r);
	bool digit = cls == CHAR_DIGIT;

	if (r->in_word && !digit && (r->word.marks & TOKEN_DIGITS))
		end_word(r);
	if (!r->in_word)
		begin_word(r, digit);
	if (digit)
		c->odd = true;
	else
		c->letters = true;
	add_points(r, points, n);
	if (r->word.marks & TOKEN_FOREIGN)
		c->odd = true;
	r->word.end = (uint32_t)(r->at + used);
}

static bool is_word_at(const struct reader *r, size_t at)
{
	int32_t point, out[FOLD_MAX];
	enum char_class cls;

	if (at >= r->n || fold_decode(r->p + at, r->n - at, &point) == 0)
		return false;
	fold_point(point, &cls, out);
	return cls == CHAR_LETTER || cls == CHAR_DIGIT;
}

static bool is_digit_at(const struct reader *r, size_t at)
{
	return at < r->n && r->p[at] >= '0' && r->p[at] <= '9';
}

/* "..." is a pause inside a sentence, and a stop with a letter right behind it is no end. */
static bool stop_is_hard(const struct reader *r, size_t used)
{
	if (r->p[r->at] == '.' && ((r->at > 0 && r->p[r->at - 1] == '.') ||
					  (r->at + 1 < r->n && r->p[r->at + 1] == '.')))
		return false;
	return !is_word_at(r, r->at + used);
}

static void read_sign(struct reader *r, enum char_class cls, size_t used)
{
	char c = r->p[r->at];

	if (r->in_word && (r->word.marks & TOKEN_DIGITS) && (c == '.' || c == ',' || c == ':') &&
		is_digit_at(r, r->at + 1))
		return; /* 1.5 and 11:30 are one number */
	if (cls == CHAR_APOSTROPHE && r->in_word && is_word_at(r, r->at + used))
		return; /* don't is dont */
	end_word(r);
	if (cls == CHAR_SPACE || c == '\n' || c == '\r')
		end_chunk(r);
	else
		chunk_at(r)->odd = true;
	if (cls == CHAR_HARD || (cls == CHAR_STOP && stop_is_hard(r, used)) ||
		(c == '\n' && r->at > 0 && r->p[r->at - 1] == '\n'))
		r->pending |= TOKEN_HARD;
	else if (cls == CHAR_SOFT || cls == CHAR_STOP)
		r->pending |= TOKEN_SOFT;
}

static bool read_emoji(struct reader *r, size_t *used)
{
	const char *token;

	if ((uint8_t)r->p[r->at] < 0xe2 || r->fold->n_emoji == 0)
		return false;
	token = fold_emoji_at(r->fold, r->p + r->at, r->n - r->at, used);
	if (!token)
		return false;
	end_word(r);
	chunk_at(r);
	begin_word(r, false);
	buf_adds(&r->t->padded, token);
	r->word.end = (uint32_t)(r->at + *used);
	end_word(r);
	return true;
}

/* Read one character; returns its bytes. */
static size_t read_char(struct reader *r)
{
	int32_t point = (uint8_t)r->p[r->at], out[FOLD_MAX] NOT_ZEROED;
	enum char_class cls;
	size_t used = 1;
	int n;

	if (point == ' ') { /* the common case */
		end_chunk(r);
		return 1;
	}
	if (read_emoji(r, &used))
		return used;
	if (point >= 0x80)
		used = fold_decode(r->p + r->at, r->n - r->at, &point);
	if (used == 0) {
		r->t->invalid = true;
		end_chunk(r);
		return 1;
	}
	if (point == REPLACED)
		r->t->invalid = true;
	n = fold_point(point, &cls, out);
	if (cls == CHAR_LETTER || cls == CHAR_DIGIT)
		read_word_char(r, cls, out, n, used);
	else if (cls != CHAR_DROP)
		read_sign(r, cls, used);
	return used;
}

/* The common case, letters a-z inside a word, without the general machinery. */
static size_t read_plain(struct reader *r)
{
	size_t from = r->at, at = from;
	char folded[64] NOT_ZEROED;
	size_t end = r->n - from < sizeof(folded) ? r->n : from + sizeof(folded);

	for (; at < end && is_letter(r->p[at]); at++)
		folded[at - from] = (char)(r->p[at] | 0x20);
	if (at == from || (r->in_word && (r->word.marks & TOKEN_DIGITS)))
		return 0;
	chunk_at(r)->letters = true;
	if (!r->in_word)
		begin_word(r, false);
	buf_add(&r->t->padded, folded, at - from);
	r->word.end = (uint32_t)at;
	return at - from;
}

void text_read(
	struct text *t, const struct fold *fold, const struct vocab *vocab, const char *p, size_t n)
{
	struct reader r = { .t = t, .fold = fold, .vocab = vocab, .p = p, .n = n };

	text_clear(t);
	while (r.at < n) {
		size_t used = read_plain(&r);

		r.at += used ? used : read_char(&r);
	}
	end_chunk(&r);
	push_chunk(&r); /* the fence */
	t->n_chunks--;
}
