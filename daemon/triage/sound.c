#include "sound.h"

#include <string.h>

#include "vocab.h"

enum {
	AT_START = 1,
	AT_END = 2,
};

struct spelling {
	char letters[6], sound[3];
	uint8_t where; /* 0 = anywhere */
};

/*
 * By first letter; the first that fits counts, so the longer ones stand first. C is ch, S is sh, T is
 * th, N is ng.
 */
static const struct spelling of_a[] = {
	{ "aught", "ot", 0 },
	{ "ach", "ak", AT_END },
	{ "ai", "e", 0 },
	{ "ay", "e", 0 },
	{ "au", "o", 0 },
	{ "aw", "o", 0 },
	{ "", "", 0 },
};
static const struct spelling of_c[] = {
	{ "ck", "k", 0 },
	{ "ch", "C", 0 },
	{ "ce", "se", 0 },
	{ "ci", "si", 0 },
	{ "cy", "si", 0 },
	{ "c", "k", 0 },
	{ "", "", 0 },
};
static const struct spelling of_d[] = {
	{ "dge", "j", 0 },
	{ "", "", 0 },
};
static const struct spelling of_e[] = {
	{ "ed", "d", AT_END },
	{ "er", "r", AT_END },
	{ "ea", "e", 0 },
	{ "ei", "e", 0 },
	{ "ee", "i", 0 },
	{ "ew", "u", 0 },
	{ "e", "", AT_END },
	{ "", "", 0 },
};
static const struct spelling of_g[] = {
	{ "gh", "", 0 },
	{ "", "", 0 },
};
static const struct spelling of_i[] = {
	{ "ing", "iN", AT_END },
	{ "in", "iN", AT_END },
	{ "igh", "i", 0 },
	{ "ie", "i", 0 },
	{ "", "", 0 },
};
static const struct spelling of_k[] = {
	{ "kn", "n", AT_START },
	{ "", "", 0 },
};
static const struct spelling of_l[] = {
	{ "le", "l", AT_END },
	{ "", "", 0 },
};
static const struct spelling of_o[] = {
	{ "ought", "ot", 0 },
	{ "ould", "ud", 0 },
	{ "oo", "u", 0 },
	{ "ou", "u", 0 },
	{ "oa", "o", 0 },
	{ "ow", "o", 0 },
	{ "oe", "o", 0 },
	{ "", "", 0 },
};
static const struct spelling of_p[] = {
	{ "ph", "f", 0 },
	{ "", "", 0 },
};
static const struct spelling of_q[] = {
	{ "qu", "kw", 0 },
	{ "q", "k", 0 },
	{ "", "", 0 },
};
static const struct spelling of_s[] = {
	{ "sion", "Sn", 0 },
	{ "sh", "S", 0 },
	{ "", "", 0 },
};
static const struct spelling of_t[] = {
	{ "tion", "Sn", 0 },
	{ "tch", "C", 0 },
	{ "th", "T", 0 },
	{ "", "", 0 },
};
static const struct spelling of_u[] = {
	{ "ue", "u", 0 },
	{ "", "", 0 },
};
static const struct spelling of_w[] = {
	{ "wr", "r", AT_START },
	{ "wh", "w", 0 },
	{ "", "", 0 },
};
static const struct spelling of_x[] = {
	{ "x", "ks", 0 },
	{ "", "", 0 },
};
static const struct spelling of_y[] = {
	{ "y", "y", AT_START },
	{ "y", "i", 0 },
	{ "", "", 0 },
};
static const struct spelling of_z[] = {
	{ "z", "s", 0 },
	{ "", "", 0 },
};

static const struct spelling *const spellings[26] = {
	['a' - 'a'] = of_a,
	['c' - 'a'] = of_c,
	['d' - 'a'] = of_d,
	['e' - 'a'] = of_e,
	['g' - 'a'] = of_g,
	['i' - 'a'] = of_i,
	['k' - 'a'] = of_k,
	['l' - 'a'] = of_l,
	['o' - 'a'] = of_o,
	['p' - 'a'] = of_p,
	['q' - 'a'] = of_q,
	['s' - 'a'] = of_s,
	['t' - 'a'] = of_t,
	['u' - 'a'] = of_u,
	['w' - 'a'] = of_w,
	['x' - 'a'] = of_x,
	['y' - 'a'] = of_y,
	['z' - 'a'] = of_z,
};

static bool is_vowel(char c)
{
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

/* The spelling at p[at], a small letter, or NULL when it stands for itself; *used letters. */
static const struct spelling *spelling_at(const char *p, size_t n, size_t at, size_t *used)
{
	for (const struct spelling *s = spellings[p[at] - 'a']; s && s->letters[0]; s++) {
		size_t len = strlen(s->letters);

		if (len > n - at || memcmp(s->letters, p + at, len) != 0)
			continue;
		if (((s->where & AT_START) && at > 0) || ((s->where & AT_END) && at + len < n))
			continue;
		*used = len;
		return s;
	}
	*used = 1;
	return NULL;
}

/* Of several vowels the first counts, and a consonant written twice is one. */
static bool put(struct sound *s, char c)
{
	if (is_vowel(c)) {
		if (s->vowels[s->n] == 0)
			s->vowels[s->n] = c;
		return true;
	}
	if (s->n > 0 && s->consonants[s->n - 1] == c && s->vowels[s->n] == 0)
		return true;
	if (s->n == SOUND_MAX)
		return false;
	s->consonants[s->n++] = c;
	return true;
}

bool sound_of(const char *p, size_t n, struct sound *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t at = 0, used; at < n; at += used) {
		const struct spelling *s;

		if (p[at] < 'a' || p[at] > 'z')
			return false;
		s = spelling_at(p, n, at, &used);
		if (!s && !put(out, p[at]))
			return false;
		for (size_t i = 0; s && s->sound[i]; i++)
			if (!put(out, s->sound[i]))
				return false;
	}
	return out->n + (out->vowels[0] != 0) >= SOUND_LEAST;
}

uint64_t sound_hash(const struct sound *s)
{
	char all[SOUND_MAX + 1];

	all[0] = s->vowels[0] ? 'V' : '-';
	memcpy(all + 1, s->consonants, s->n);
	return vocab_hash(all, s->n + 1u);
}

/* Vowels that are written for each other; one may be left out but at the end, and none is added. */
static unsigned vowel_distance(char written, char known, bool last)
{
	static const char *const near[] = { "ae", "ea", "ei", "ie", "ou", "uo" };

	if (written == known)
		return 0;
	if (written == 0)
		return last ? SOUND_UNALIKE : 1;
	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++)
		if (near[i][0] == written && near[i][1] == known)
			return 1;
	return SOUND_UNALIKE;
}

unsigned sound_distance(const struct sound *written, const struct sound *known)
{
	unsigned sum = 0;

	if (written->n != known->n || memcmp(written->consonants, known->consonants, known->n) != 0)
		return SOUND_UNALIKE;
	for (size_t i = 0; i <= known->n; i++) {
		unsigned d = vowel_distance(written->vowels[i], known->vowels[i], i == known->n);

		if (d == SOUND_UNALIKE)
			return SOUND_UNALIKE;
		sum += d;
	}
	return sum <= known->n / 2u ? sum : SOUND_UNALIKE;
}
