#include "text.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/buf.h"
#include "triaged/base/mem.h"

void text_set(char **slot, const char *s)
{
	char *fresh = s && *s ? mem_strdup(s) : NULL;
	free(*slot);
	*slot = fresh;
}

bool text_is(const char *a, const char *b)
{
	return strcmp(text_of(a), text_of(b)) == 0;
}

bool text_is_below(const char *s, const char *path)
{
	size_t n = strlen(path);
	return strncmp(s, path, n) == 0 && s[n] == '/';
}

void id_text(char letter, uint64_t n, char *out)
{
	if (letter)
		*out++ = letter;
	for (int shift = 60; shift >= 0; shift -= 4)
		*out++ = "0123456789abcdef"[(n >> shift) & 15];
	*out = '\0';
}

bool id_is_contact(const char *id)
{
	size_t n = strspn(id, "0123456789abcdef");
	return n > 0 && n < ID_SIZE && id[n] == '\0';
}

/* The next word at or behind *at; false at the end. */
static bool next_word(const char **at, size_t *n)
{
	if (!*at)
		return false;
	while (**at == ' ')
		(*at)++;
	*n = strcspn(*at, " ");
	return *n > 0;
}

bool words_have(const char *set, const char *word, size_t n)
{
	size_t len;
	for (const char *p = set; next_word(&p, &len); p += len)
		if (len == n && memcmp(p, word, n) == 0)
			return true;
	return false;
}

bool words_within(const char *subset, const char *set)
{
	size_t len;
	for (const char *p = subset; next_word(&p, &len); p += len)
		if (!words_have(set, p, len))
			return false;
	return true;
}

size_t words_count(const char *set)
{
	size_t len, count = 0;
	for (const char *p = set; next_word(&p, &len); p += len)
		count++;
	return count;
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void words_sort(char **slot)
{
	size_t count = words_count(*slot);
	if (count == 0)
		text_set(slot, NULL);
	if (count == 0)
		return;
	char **words = mem_resize(NULL, count, sizeof *words);
	size_t len, i = 0;
	for (const char *p = *slot; next_word(&p, &len); p += len)
		words[i++] = mem_dup(p, len);
	qsort(words, count, sizeof *words, compare_words);
	struct buf joined = { 0 };
	for (i = 0; i < count; i++) {
		if (i == 0 || strcmp(words[i], words[i - 1]) != 0) {
			if (i > 0)
				buf_add(&joined, " ", 1);
			buf_adds(&joined, words[i]);
		}
	}
	for (i = 0; i < count; i++)
		free(words[i]);
	free(words);
	text_set(slot, buf_str(&joined));
	buf_free(&joined);
}

bool words_speak(const char *langs, const char *lang)
{
	size_t len, want = strlen(lang);
	for (const char *p = langs; next_word(&p, &len); p += len) {
		size_t both = len < want ? len : want;
		const char *longer = len < want ? lang : p;
		if (memcmp(p, lang, both) == 0 && (len == want || longer[both] == '-'))
			return true;
	}
	return false;
}
