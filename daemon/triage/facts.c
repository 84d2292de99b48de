#include "facts.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#define WORDS_MAX 7

/* Split a line at single spaces; returns the number of words, 0 when there are too many. */
static size_t split_words(const char *p, size_t n, struct slice words[WORDS_MAX])
{
	size_t count = 0, from = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && p[i] != ' ')
			continue;
		if (count == WORDS_MAX)
			return 0;
		words[count++] = (struct slice){ p + from, i - from };
		from = i + 1;
	}
	return count;
}

static int word_in(const char *const *names, int count, struct slice word)
{
	return names_find(names, count, word.data, word.len);
}

static void read_signal(struct triage_scratch *w, const struct slice *words, int64_t minute)
{
	int family = word_in(family_names, FAMILY_COUNT, words[1]);
	int subject = word_in(subject_names, SUBJECT_COUNT, words[3]);
	int framing = word_in(framing_names, FRAMING_COUNT, words[4]);
	int when = word_in(when_names, WHEN_COUNT, words[5]);

	if (family < 0 || subject < 0 || framing < 0 || when < 0)
		return;
	GROW(w->facts, w->n_facts, w->cap_facts);
	w->facts[w->n_facts++] = (struct signal){ .id = words[2].data,
		.id_len = words[2].len,
		.family = (enum family)family,
		.subject = (enum subject)subject,
		.when = (enum when)when,
		.framing = (enum framing)framing,
		.minute = minute };
}

/* A minute that is none counts as unknown: the signal is in every window. */
static int64_t read_minute(struct slice word)
{
	int64_t minute;

	return slice_int(word, &minute) == 0 && minute > 0 ? minute : 0;
}

static void read_denial(struct triage_scratch *w, struct slice word)
{
	int family = word_in(family_names, FAMILY_COUNT, word);

	if (family >= 0)
		w->denied |= FAMILY_BIT(family);
}

static void read_answer(struct triage_scratch *w, const struct slice *words)
{
	char name[64];
	int field;

	if (words[1].len >= sizeof(name))
		return;
	memcpy(name, words[1].data, words[1].len);
	name[words[1].len] = '\0';
	field = field_find(name);
	if (field >= 0 && !field_table[field].computed)
		values_add(&w->values, field, words[2].data, words[2].len);
}

static void read_level(int *highest, struct slice word)
{
	enum level level;

	if (level_parse(word.data, word.len, &level) == 0 && (int)level > *highest)
		*highest = (int)level;
}

static void read_line(struct triage_scratch *w, const char *p, size_t n)
{
	struct slice words[WORDS_MAX];
	size_t count = split_words(p, n, words);

	if (count == 0 || words[0].len != 1)
		return;
	if (*p == 's' && count == 6)
		read_signal(w, words, NO_MINUTE);
	else if (*p == 'm' && count == 7)
		read_signal(w, words, read_minute(words[6]));
	else if (*p == 'd' && count == 2)
		read_denial(w, words[1]);
	else if (*p == 'a' && count == 3)
		read_answer(w, words);
	else if (*p == 'l' && count == 2)
		read_level(&w->fact_level, words[1]);
	else if (*p == 'r' && count == 2)
		read_level(&w->fact_raise, words[1]);
	else if (*p == 'o' && count == 2)
		read_level(&w->open_level, words[1]);
	else if (*p == 'p' && count == 2)
		read_level(&w->open_raise, words[1]);
}

void facts_read(struct triage_scratch *w, const char *p, size_t n)
{
	w->n_facts = 0;
	w->denied = 0;
	w->fact_level = w->fact_raise = w->open_level = w->open_raise = -1;
	while (n > 0) {
		const char *end = memchr(p, '\n', n);
		size_t len = end ? (size_t)(end - p) : n;

		read_line(w, p, len);
		p += end ? len + 1 : len;
		n -= end ? len + 1 : len;
	}
}

static void note_word(struct triage_scratch *w, const char *word, size_t n)
{
	buf_add(&w->lines, " ", 1);
	buf_add(&w->lines, word, n);
}

static void note_signal(struct triage_scratch *w, const struct signal *s, char kind)
{
	const char *family = family_names[s->family], *subject = subject_names[s->subject];
	const char *framing = framing_names[s->framing], *when = when_names[s->when];

	buf_add(&w->lines, &kind, 1);
	note_word(w, family, strlen(family));
	note_word(w, s->id, s->id_len);
	note_word(w, subject, strlen(subject));
	note_word(w, framing, strlen(framing));
	note_word(w, when, strlen(when));
	if (kind == 'm')
		buf_addf(&w->lines, " %lld", (long long)w->now_min);
	buf_add(&w->lines, "\n", 1);
}

/* Most of what a long message says twice is noted once: fewer lines to sort. */
static bool is_noted(const struct ruleset *rules, struct triage_scratch *w, size_t i)
{
	const struct signal *s = &w->signals[i], *before;
	uint32_t *slot = &w->noted[(size_t)(s->entry - rules->entries) % NOTED_LAST];

	before = *slot ? &w->signals[*slot - 1] : NULL;
	*slot = (uint32_t)i + 1;
	return before && before->entry == s->entry && before->subject == s->subject &&
	       before->framing == s->framing && before->when == s->when;
}

static bool may_count_later(const struct signal *s)
{
	return s->framing == FRAMING_QUOTED || s->framing == FRAMING_TOPIC;
}

void facts_note_signals(const struct ruleset *rules, struct triage_scratch *w)
{
	memset(w->noted, 0, sizeof(w->noted));
	for (size_t i = 0; i < w->n_signals; i++) {
		const struct signal *s = &w->signals[i];

		if (s->span.end <= w->said_from)
			continue; /* noted when it was said */
		if (s->denied) {
			w->denied |= FAMILY_BIT(s->family);
			buf_addf(&w->lines, "d %s\n", family_names[s->family]);
		}
		if ((s->suppressed_by && !may_count_later(s)) || is_noted(rules, w, i))
			continue;
		note_signal(w, s, 's');
		if (rules->timed & FAMILY_BIT(s->family))
			note_signal(w, s, 'm');
	}
}

void facts_note_answer(struct triage_scratch *w, int field, const char *text, size_t n)
{
	buf_adds(&w->lines, "a ");
	buf_adds(&w->lines, field_table[field].name);
	buf_add(&w->lines, " ", 1);
	buf_add(&w->lines, text, n);
	buf_add(&w->lines, "\n", 1);
}

void facts_note_level(struct triage_scratch *w, char kind, enum level level)
{
	char head[2] = { kind, ' ' };

	buf_add(&w->lines, head, sizeof(head));
	buf_adds(&w->lines, level_name(level));
	buf_add(&w->lines, "\n", 1);
}

static void list_lines(struct slice_list *list, struct slice set)
{
	size_t at = 0;

	while (at < set.len) {
		const char *end = memchr(set.data + at, '\n', set.len - at);
		size_t len = end ? (size_t)(end - set.data) - at : set.len - at;

		if (len > 0) {
			GROW(list->items, list->n, list->cap);
			list->items[list->n++] = (struct slice){ set.data + at, len };
		}
		at += len + 1;
	}
}

static int compare_lines(const void *a, const void *b)
{
	const struct slice *x = a, *y = b;
	int order = memcmp(x->data, y->data, x->len < y->len ? x->len : y->len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

void facts_union(
	struct slice_list *list, const struct slice a, const struct slice b, struct buf *out)
{
	list->n = 0;
	list_lines(list, a);
	list_lines(list, b);
	if (list->n > 1)
		qsort(list->items, list->n, sizeof(*list->items), compare_lines);
	for (size_t i = 0; i < list->n; i++) {
		if (i > 0 && compare_lines(&list->items[i - 1], &list->items[i]) == 0)
			continue;
		buf_add(out, list->items[i].data, list->items[i].len);
		buf_add(out, "\n", 1);
	}
}

void triage_facts_merge(const char *a, size_t a_len, const char *b, size_t b_len, struct buf *out)
{
	struct slice_list list = { .items = NULL };

	facts_union(&list, (struct slice){ a, a_len }, (struct slice){ b, b_len }, out);
	free(list.items);
}
