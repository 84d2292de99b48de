#include "decoder.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/err.h"
#include "triaged/base/mem.h"

#include "sound.h"

#define TYPO_MIN   4 /* shortest known word that a mistake may stand for */
#define TYPO_OTHER 5 /* shortest with another mistake than two neighbours swapped */
#define TYPO_SUBST 6 /* shortest with one letter exchanged: short ones turn into other words */
#define SOUND_MIN  4 /* letters of a word that is read by its sound */
#define JOIN_MIN   6 /* shortest known word split in two by a space */

static uint64_t hash_without(const char *p, size_t n, size_t skip)
{
	char rest[WORD_MAX + 1];

	memcpy(rest, p, skip);
	memcpy(rest + skip, p + skip + 1, n - skip - 1);
	return vocab_hash(rest, n - 1);
}

/* The bit of a hash; from other bits of it than its slot. */
static size_t hint_of(const struct decoder *d, uint64_t hash)
{
	return (hash >> 24) & (d->n_typos * TYPO_BITS - 1);
}

static void add_typo(struct decoder *d, uint64_t hash, uint32_t word)
{
	size_t hint = hint_of(d, hash);
	size_t i = hash & (d->n_typos - 1);

	while (d->typos[i].word)
		i = (i + 1) & (d->n_typos - 1);
	d->typos[i] = (struct typo){ hash, word + 1 };
	d->hinted[hint / 64] |= UINT64_C(1) << hint % 64;
}

static int compare_words(const void *a, const void *b, void *arg)
{
	const struct vocab *vocab = arg;
	uint32_t v = *(const uint32_t *)a, w = *(const uint32_t *)b;
	int shorter = (int)vocab->words[v].len - (int)vocab->words[w].len;

	return shorter ? shorter
		       : memcmp(vocab_text(vocab, v), vocab_text(vocab, w), vocab->words[v].len);
}

/* The order in which known words are tried: not that of the lexicon, so that moving an entry changes
 * nothing. */
static void index_lengths(struct decoder *d, const struct vocab *vocab)
{
	uint32_t n = 0;

	d->by_length = mem_zalloc((vocab->n_words + 1) * sizeof(*d->by_length));
	for (uint32_t w = 0; w < vocab->n_words; w++)
		if (vocab_is_key(vocab, w) && vocab->words[w].len <= WORD_MAX)
			d->by_length[n++] = w;
	qsort_r(d->by_length, n, sizeof(*d->by_length), compare_words, (void *)(uintptr_t)vocab);
	for (uint32_t len = 0, i = 0; len <= WORD_MAX; len++) {
		while (i < n && vocab->words[d->by_length[i]].len < len)
			i++;
		d->first_of_length[len] = i;
	}
	d->first_of_length[WORD_MAX + 1] = n;
}

static void index_typos(struct decoder *d, const struct vocab *vocab)
{
	const uint32_t *end = d->by_length + d->first_of_length[WORD_MAX + 1];
	const uint32_t *w = d->by_length + d->first_of_length[TYPO_MIN];
	size_t n = 0;

	for (const uint32_t *each = w; each < end; each++)
		n += vocab->words[*each].len + 1u;
	for (d->n_typos = 64; d->n_typos < n * 2;)
		d->n_typos *= 2;
	d->typos = mem_zalloc(d->n_typos * sizeof(*d->typos));
	d->hinted = mem_zalloc(d->n_typos * TYPO_BITS / 8);
	for (; w < end; w++) {
		const char *p = vocab_text(vocab, *w);
		size_t len = vocab->words[*w].len;

		add_typo(d, vocab_hash(p, len), *w);
		for (size_t i = 0; i < len; i++)
			add_typo(d, hash_without(p, len, i), *w);
	}
}

static void index_sounds(struct decoder *d, const struct vocab *vocab)
{
	struct sound sound NOT_ZEROED;

	for (d->n_sounds = 64; d->n_sounds < vocab->n_words * 2;)
		d->n_sounds *= 2;
	d->sounds = mem_zalloc(d->n_sounds * sizeof(*d->sounds));
	for (uint32_t at = d->first_of_length[SOUND_MIN]; at < d->first_of_length[WORD_MAX + 1];
		at++) {
		uint32_t w = d->by_length[at];
		uint64_t hash;
		size_t i;

		if (!sound_of(vocab_text(vocab, w), vocab->words[w].len, &sound))
			continue;
		hash = sound_hash(&sound);
		for (i = hash & (d->n_sounds - 1); d->sounds[i].word;)
			i = (i + 1) & (d->n_sounds - 1);
		d->sounds[i] = (struct typo){ hash, w + 1 };
	}
}

/* By length, the first two letters and the last two; the first word has `first` letters. */
static size_t join_of(const char *p, size_t first, size_t len)
{
	uint32_t letters = (uint32_t)len;

	letters = letters << 5 ^ (uint8_t)p[0];
	letters = letters << 5 ^ (uint8_t)p[1 + (first <= 1)];
	letters = letters << 5 ^ (uint8_t)p[len - 2 + (first <= len - 2)];
	letters = letters << 5 ^ (uint8_t)p[len - 1 + (first <= len - 1)];
	return letters * UINT32_C(0x9e3779b1) >> 16 & (JOIN_BITS - 1);
}

static void index_joins(struct decoder *d, const struct vocab *vocab)
{
	for (uint32_t w = 0; w < vocab->n_words; w++) {
		const char *p = vocab_text(vocab, w);
		size_t len = vocab->words[w].len, bit;

		if (!vocab_is_key(vocab, w) || len < JOIN_MIN)
			continue;
		bit = join_of(p, len, len);
		d->joined[bit / 64] |= UINT64_C(1) << bit % 64;
	}
}

bool decoder_may_join(const struct decoder *d, const char *p, size_t first, size_t len)
{
	size_t bit;

	if (len < JOIN_MIN || len > WORD_MAX)
		return false;
	bit = join_of(p, first, len);
	return d->joined[bit / 64] >> bit % 64 & 1;
}

void decoder_init(struct decoder *d, const struct vocab *vocab)
{
	memset(d, 0, sizeof(*d));
	index_lengths(d, vocab);
	index_typos(d, vocab);
	index_sounds(d, vocab);
	index_joins(d, vocab);
}

void decoder_fini(struct decoder *d)
{
	free(d->typos);
	free(d->hinted);
	free(d->sounds);
	free(d->by_length);
	memset(d, 0, sizeof(*d));
}

/* One letter left out, added, exchanged, or two neighbours swapped; the first letter is right. */
static bool is_one_mistake(const char *a, size_t n, const char *b, size_t m)
{
	size_t head = 0, tail = 0, least = n < m ? n : m;

	if (a[0] != b[0] || n + 1 < m || m + 1 < n)
		return false;
	while (head < least && a[head] == b[head])
		head++;
	while (tail < least - head && a[n - 1 - tail] == b[m - 1 - tail])
		tail++;
	if (n != m)
		return m >= TYPO_OTHER && head + tail == least;
	if (head + tail + 1 >= n)
		return m >= TYPO_SUBST;
	return head + tail + 2 == n && a[head] == b[head + 1] && a[head + 1] == b[head];
}

static uint32_t typo_lookup(
	const struct decoder *d, const struct vocab *vocab, uint64_t hash, const char *p, size_t n)
{
	size_t hint = hint_of(d, hash);

	if (!(d->hinted[hint / 64] >> hint % 64 & 1))
		return WORD_NONE;
	for (size_t i = hash & (d->n_typos - 1); d->typos[i].word; i = (i + 1) & (d->n_typos - 1)) {
		uint32_t word = d->typos[i].word - 1;

		if (d->typos[i].hash == hash &&
			is_one_mistake(p, n, vocab_text(vocab, word), vocab->words[word].len))
			return word;
	}
	return WORD_NONE;
}

uint32_t decoder_mistyped(
	const struct decoder *d, const struct vocab *vocab, const char *p, size_t n)
{
	uint32_t word;

	if (n < TYPO_MIN || n > WORD_MAX)
		return WORD_NONE;
	word = typo_lookup(d, vocab, vocab_hash(p, n), p, n);
	for (size_t i = 0; i < n && word == WORD_NONE; i++)
		word = typo_lookup(d, vocab, hash_without(p, n, i), p, n);
	return word;
}

uint32_t decoder_misheard(
	const struct decoder *d, const struct vocab *vocab, const char *p, size_t n)
{
	struct sound written NOT_ZEROED, known NOT_ZEROED;
	unsigned nearest = SOUND_UNALIKE;
	uint32_t word = WORD_NONE;
	uint64_t hash;

	if (n < SOUND_MIN || n > WORD_MAX || !sound_of(p, n, &written))
		return WORD_NONE;
	hash = sound_hash(&written);
	for (size_t i = hash & (d->n_sounds - 1); d->sounds[i].word;
		i = (i + 1) & (d->n_sounds - 1)) {
		uint32_t w = d->sounds[i].word - 1;
		unsigned distance;

		if (d->sounds[i].hash != hash ||
			!sound_of(vocab_text(vocab, w), vocab->words[w].len, &known))
			continue;
		distance = sound_distance(&written, &known);
		if (distance < nearest) {
			nearest = distance;
			word = w;
		}
	}
	return word;
}
