#include "vocab.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

void vocab_init(struct vocab *v)
{
	memset(v, 0, sizeof(*v));
	v->n_slots = 1024;
	v->slots = mem_resize(NULL, v->n_slots, sizeof(*v->slots));
	memset(v->slots, 0, v->n_slots * sizeof(*v->slots));
	map_init(&v->expected, 0, 0);
	map_init(&v->spelt, 0, 0);
}

void vocab_fini(struct vocab *v)
{
	map_fini(&v->expected);
	map_fini(&v->spelt);
	free(v->bytes);
	free(v->words);
	free(v->slots);
	memset(v, 0, sizeof(*v));
}

/* The last bytes, at most eight, in one number; n bytes are told apart from others of as many. */
static uint64_t tail_of(const char *p, size_t n)
{
	uint32_t head, end;

	if (n < 4)
		return n == 0 ? 0
			      : (uint64_t)(uint8_t)p[0] << 16 | (uint64_t)(uint8_t)p[n / 2] << 8 |
					(uint8_t)p[n - 1];
	memcpy(&head, p, sizeof(head));
	memcpy(&end, p + n - sizeof(end), sizeof(end));
	return (uint64_t)head << 32 | end;
}

/* Eight bytes at a time: the table is filled by the ruleset, not by a peer, and never stored. */
uint64_t vocab_hash(const char *p, size_t n)
{
	const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t h = n * factor, eight;

	for (; n > sizeof(eight); p += sizeof(eight), n -= sizeof(eight)) {
		memcpy(&eight, p, sizeof(eight));
		h = (h ^ eight) * factor;
		h ^= h >> 32;
	}
	h = (h ^ tail_of(p, n)) * factor;
	return h ^ h >> 32;
}

static size_t slot_of(const struct vocab *v, const char *p, size_t n)
{
	size_t i = vocab_hash(p, n) & (v->n_slots - 1);

	for (; v->slots[i]; i = (i + 1) & (v->n_slots - 1)) {
		const struct vocab_word *w = &v->words[v->slots[i] - 1];

		if (w->len == n && memcmp(v->bytes + w->at, p, n) == 0)
			break;
	}
	return i;
}

uint32_t vocab_find(const struct vocab *v, const char *p, size_t n)
{
	if (n > v->longest)
		return WORD_NONE;
	return v->slots[slot_of(v, p, n)] - 1; /* a free slot gives WORD_NONE */
}

bool vocab_spell(struct vocab *v, const char *spelling, uint32_t word)
{
	uintptr_t known = (uintptr_t)map_get(&v->spelt, spelling);
	uint32_t itself = vocab_find(v, spelling, strlen(spelling));

	if (itself != WORD_NONE)
		v->words[itself].marks |= WORD_SPELT;
	map_put(&v->spelt, spelling, (void *)(uintptr_t)(known ? known : word + 1));
	return !known || known == word + 1;
}

uint32_t vocab_spelt(const struct vocab *v, const char *p, size_t n)
{
	uintptr_t known = (uintptr_t)map_getn(&v->spelt, p, n);

	return known ? (uint32_t)(known - 1) : WORD_NONE;
}

bool vocab_begins(const struct vocab *v, uint32_t word, uint32_t beginning)
{
	const struct vocab_word *b = &v->words[beginning];

	return b->len <= v->words[word].len &&
	       memcmp(v->bytes + v->words[word].at, v->bytes + b->at, b->len) == 0;
}

const char *vocab_text(const struct vocab *v, uint32_t word)
{
	return v->bytes + v->words[word].at;
}

static void grow_slots(struct vocab *v)
{
	v->n_slots *= 2;
	v->slots = mem_resize(v->slots, v->n_slots, sizeof(*v->slots));
	memset(v->slots, 0, v->n_slots * sizeof(*v->slots));
	for (uint32_t i = 0; i < v->n_words; i++)
		v->slots[slot_of(v, vocab_text(v, i), v->words[i].len)] = i + 1;
}

uint32_t vocab_add(struct vocab *v, const char *p, size_t n)
{
	size_t slot = slot_of(v, p, n);

	if (v->slots[slot])
		return v->slots[slot] - 1;
	if (v->n_words == v->cap_words) {
		v->cap_words = v->cap_words ? v->cap_words * 2 : 256;
		v->words = mem_resize(v->words, v->cap_words, sizeof(*v->words));
	}
	if (v->n_bytes + n > v->cap_bytes) {
		v->cap_bytes = (v->n_bytes + n) * 2;
		v->bytes = mem_resize(v->bytes, v->cap_bytes, 1);
	}
	memcpy(v->bytes + v->n_bytes, p, n);
	v->words[v->n_words] = (struct vocab_word){ .at = (uint32_t)v->n_bytes,
		.len = (uint16_t)n,
		.marks = (uint16_t)(uintptr_t)map_getn(&v->expected, p, n) };
	v->n_bytes += n;
	v->slots[slot] = ++v->n_words;
	if (n > v->longest)
		v->longest = n;
	if (v->n_words * 2 > v->n_slots)
		grow_slots(v);
	return v->n_words - 1;
}

void vocab_expect(struct vocab *v, const char *p, size_t n, uint16_t marks)
{
	uint32_t word = vocab_find(v, p, n);
	uintptr_t before = (uintptr_t)map_getn(&v->expected, p, n);

	if (word != WORD_NONE)
		v->words[word].marks |= marks;
	else
		map_putn(&v->expected, p, n, (void *)(before | marks));
}
