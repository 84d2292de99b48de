/*
 * Owned strings and sets of words. An empty string is kept as NULL, so that a hundred thousand
 * waiting contacts do not pay for fields nobody filled in. Sets are space-separated words.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_SIZE 24 /* contacts: 20 hex digits chosen by the edge; others: a letter, 16 hex digits */

static inline const char *text_of(const char *s)
{
	return s ? s : "";
}

void text_set(char **slot, const char *s);           /* NULL or "": NULL */
bool text_is(const char *a, const char *b);          /* NULL equals "" */
bool text_is_below(const char *s, const char *path); /* s is path, a slash and more */
void id_text(char letter, uint64_t n, char *out);    /* letter 0: none */
bool id_is_contact(
	const char *id); /* has the form of a contact's id: hex digits that fit ID_SIZE */

bool words_have(const char *set, const char *word, size_t n);
bool words_within(const char *subset, const char *set);
size_t words_count(const char *set);
void words_sort(char **slot); /* ascending, each once, one space between */

/* Does one of these BCP 47 languages cover lang? "es" and "es-MX" cover each other. */
bool words_speak(const char *langs, const char *lang);

#endif
