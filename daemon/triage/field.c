#include "field.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "triaged/base/mem.h"

#define OWN(item, type, ...)                                                                       \
	{                                                                                          \
		NULL, #item, #item, type, __VA_ARGS__, NULL                                        \
	}
#define OWN_CHOICE(item, single, ...)                                                              \
	{                                                                                          \
		NULL, #item, #item, FIELD_WORD, 0, 0, false, single, (const char *const[])         \
		{                                                                                  \
			__VA_ARGS__, NULL                                                          \
		}                                                                                  \
	}
#define ITEM(instrument, item, type, ...)                                                          \
	{                                                                                          \
#instrument, #item, #instrument "." #item, type, __VA_ARGS__, false, NULL          \
	}
#define COMPUTED(instrument, item, type, ...)                                                      \
	{                                                                                          \
#instrument, #item, #instrument "." #item, type, __VA_ARGS__, true, true, NULL     \
	}
#define CHOICE(instrument, item, ...)                                                              \
	{                                                                                          \
#instrument, #item, #instrument "." #item, FIELD_WORD, 0, 0, false, false,         \
			(const char *const[])                                                      \
		{                                                                                  \
			__VA_ARGS__, NULL                                                          \
		}                                                                                  \
	}
#define SHEET(instrument)                                                                          \
	COMPUTED(instrument, given, FIELD_YESNO, 0, 0),                                            \
		COMPUTED(instrument, refused, FIELD_YESNO, 0, 0)

/*
 * Logic and field names only: the wording of the instruments is their owners', and the site's to
 * supply.
 */
const struct field_info field_table[] = {
	/* What contact.open takes, then what samples of staff notes have. */
	OWN_CHOICE(channel, true, "sms", "chat", "voice", "email", "walk_in", "transfer",
		"call-notes", "call_notes", "notes"),
	OWN(lang, FIELD_WORD, 0, 0, false, true),
	OWN(lang_covered, FIELD_YESNO, 0, 0, true, true),
	OWN(words, FIELD_NUMBER, 0, INT32_MAX, true, true),
	OWN(points, FIELD_NUMBER, INT32_MIN, INT32_MAX, true, true),
	OWN(points_now, FIELD_NUMBER, INT32_MIN, INT32_MAX, true, true),
	OWN(age, FIELD_NUMBER, 0, 130, false, true),
	OWN_CHOICE(caller_role, true, "self", "third_party", "professional"),
	OWN(silent_s, FIELD_NUMBER, 0, INT32_MAX, false, true),
	OWN(reconnects, FIELD_NUMBER, 0, INT32_MAX, false, false),
	OWN_CHOICE(prior_level, false, "low", "moderate", "high", "urgent", "emergency"),
	OWN(prior_contacts_24h, FIELD_NUMBER, 0, INT32_MAX, false, false),
	OWN(location_known, FIELD_YESNO, 0, 0, false, true),
	OWN(safe_to_contact, FIELD_YESNO, 0, 0, false, true),
	ITEM(now, hour, FIELD_NUMBER, 0, 23, false),
	ITEM(cssrs, q1, FIELD_YESNO, 0, 0, false),
	ITEM(cssrs, q2, FIELD_YESNO, 0, 0, false),
	ITEM(cssrs, q3, FIELD_YESNO, 0, 0, false),
	ITEM(cssrs, q4, FIELD_YESNO, 0, 0, false),
	ITEM(cssrs, q5, FIELD_YESNO, 0, 0, false),
	ITEM(cssrs, q6, FIELD_YESNO, 0, 0, false),
	ITEM(cssrs, q6_recent, FIELD_YESNO, 0, 0, false),
	SHEET(cssrs),
	ITEM(asq, 1, FIELD_YESNO, 0, 0, false),
	ITEM(asq, 2, FIELD_YESNO, 0, 0, false),
	ITEM(asq, 3, FIELD_YESNO, 0, 0, false),
	ITEM(asq, 4, FIELD_YESNO, 0, 0, false),
	ITEM(asq, 5, FIELD_YESNO, 0, 0, false),
	COMPUTED(asq, positive, FIELD_YESNO, 0, 0),
	COMPUTED(asq, acute, FIELD_YESNO, 0, 0),
	SHEET(asq),
	ITEM(phq9, item9, FIELD_NUMBER, 0, 3, false),
	ITEM(phq9, total, FIELD_NUMBER, 0, 27, false),
	SHEET(phq9),
	ITEM(ctrs, dangerousness, FIELD_NUMBER, 1, 5, false),
	ITEM(ctrs, support, FIELD_NUMBER, 1, 5, false),
	ITEM(ctrs, cooperation, FIELD_NUMBER, 1, 5, false),
	ITEM(ctrs, total, FIELD_NUMBER, 3, 15, false),
	SHEET(ctrs),
	ITEM(lap, 1, FIELD_YESNO, 0, 0, false),
	ITEM(lap, 2, FIELD_YESNO, 0, 0, false),
	ITEM(lap, 3, FIELD_YESNO, 0, 0, false),
	ITEM(lap, 4, FIELD_YESNO, 0, 0, false),
	ITEM(lap, 5, FIELD_YESNO, 0, 0, false),
	ITEM(lap, 6, FIELD_YESNO, 0, 0, false),
	ITEM(lap, 7, FIELD_YESNO, 0, 0, false),
	ITEM(lap, 8, FIELD_YESNO, 0, 0, false),
	ITEM(lap, 9, FIELD_YESNO, 0, 0, false),
	ITEM(lap, 10, FIELD_YESNO, 0, 0, false),
	ITEM(lap, 11, FIELD_YESNO, 0, 0, false),
	ITEM(lap, concern, FIELD_YESNO, 0, 0, false),
	COMPUTED(lap, count, FIELD_NUMBER, 0, 8),
	COMPUTED(lap, screened_in, FIELD_YESNO, 0, 0),
	SHEET(lap),
	CHOICE(safet, level, "low", "moderate", "high"),
	SHEET(safet),
	ITEM(imported, da_total, FIELD_NUMBER, -9, 60, false),
	ITEM(imported, locus, FIELD_NUMBER, 1, 6, false),
	ITEM(imported, mhts, FIELD_LETTER, 'a', 'g', false),
	SHEET(imported),
	ITEM(ukmhts, code, FIELD_LETTER, 'a', 'g', false),
	SHEET(ukmhts),
	ITEM(vicmhts, code, FIELD_LETTER, 'a', 'g', false),
	SHEET(vicmhts),
};

const int field_count = sizeof(field_table) / sizeof(field_table[0]);
_Static_assert(sizeof(field_table) / sizeof(field_table[0]) <= FIELD_MAX, "raise FIELD_MAX");

int field_find(const char *name)
{
	const char *dot = strchr(name, '.');
	char instrument[16];

	if (!dot)
		return field_find_item(NULL, name);
	if ((size_t)(dot - name) >= sizeof(instrument))
		return -1;
	memcpy(instrument, name, (size_t)(dot - name));
	instrument[dot - name] = '\0';
	return field_find_item(instrument, dot + 1);
}

static bool same_instrument(const char *a, const char *b)
{
	return a && b ? strcasecmp(a, b) == 0 : a == b;
}

int field_find_item(const char *instrument, const char *item)
{
	if (instrument && strcasecmp(instrument, "answers") == 0)
		instrument = "cssrs";
	else if (instrument && !*instrument)
		instrument = NULL;
	for (int i = 0; i < field_count; i++) {
		const struct field_info *f = &field_table[i];

		if (!same_instrument(f->instrument, instrument))
			continue;
		/* Names cannot begin with a digit in a rule file: q5 is 5 where items are numbers. */
		if (strcasecmp(f->item, item) == 0 ||
			((item[0] | 0x20) == 'q' && f->item[0] >= '0' && f->item[0] <= '9' &&
				strcmp(f->item, item + 1) == 0))
			return i;
	}
	return -1;
}

void values_clear(struct values *v)
{
	v->n = 0;
	v->told = 0;
	memset(v->first, 0xff, sizeof(v->first)); /* -1 each */
}

void values_fini(struct values *v)
{
	free(v->items);
	memset(v, 0, sizeof(*v));
}

static bool same_value(const struct value *a, const struct value *b)
{
	return a->kind == b->kind && a->number == b->number && a->word_len == b->word_len &&
	       (a->word_len == 0 || memcmp(a->word, b->word, a->word_len) == 0);
}

static void push(struct values *v, struct value value)
{
	for (int i = v->first[value.field]; i >= 0; i = v->items[i].next)
		if (same_value(&v->items[i], &value))
			return;
	if (v->n == v->cap) {
		v->cap = v->cap ? v->cap * 2 : 32;
		v->items = mem_resize(v->items, v->cap, sizeof(*v->items));
	}
	v->told |= FIELD_BIT(value.field);
	value.next = v->first[value.field];
	v->first[value.field] = (int)v->n;
	v->items[v->n++] = value;
}

void values_add_number(struct values *v, int field, int64_t number)
{
	push(v, (struct value){ .kind = VALUE_NUMBER, .field = field, .number = number });
}

void values_add_yesno(struct values *v, int field, bool yes)
{
	push(v, (struct value){ .kind = yes ? VALUE_YES : VALUE_NO, .field = field });
}

static bool is(const char *p, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(p, word, n) == 0;
}

static bool is_one_of(const char *p, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (is(p, n, *words))
			return true;
	return false;
}

static bool read_number(const char *p, size_t n, int64_t *number)
{
	bool minus = n > 0 && p[0] == '-';
	size_t i = minus ? 1 : 0;

	*number = 0;
	if (i == n || n > 11)
		return false;
	for (; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*number = *number * 10 + (p[i] - '0');
	}
	if (minus)
		*number = -*number;
	return true;
}

/* Words go into facts, so they are short and plain. */
static bool is_plain_word(const char *p, size_t n)
{
	if (n == 0 || n > 32)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!(p[i] >= 'a' && p[i] <= 'z') && !(p[i] >= 'A' && p[i] <= 'Z') &&
			!(p[i] >= '0' && p[i] <= '9') && p[i] != '_' && p[i] != '-')
			return false;
	return true;
}

/* Small and capital letters are the same code; the value is the small one. */
static bool read_letter(struct value *value, const char *p, size_t n)
{
	static const char small[] = "abcdefghijklmnopqrstuvwxyz";
	const struct field_info *f = &field_table[value->field];
	int letter = n == 1 ? (p[0] | 0x20) : 0;

	if (letter < f->lo || letter > f->hi)
		return false;
	value->kind = VALUE_WORD;
	value->word = &small[letter - 'a'];
	value->word_len = 1;
	return true;
}

static bool read_value(struct value *value, const char *p, size_t n)
{
	static const char *const yes[] = { "yes", "true", "1", "y", NULL };
	static const char *const no[] = { "no", "false", "0", "n", NULL };
	const struct field_info *f = &field_table[value->field];

	switch (f->type) {
	case FIELD_YESNO:
		value->kind = is_one_of(p, n, yes) ? VALUE_YES : VALUE_NO;
		return value->kind == VALUE_YES || is_one_of(p, n, no);
	case FIELD_NUMBER:
		value->kind = VALUE_NUMBER;
		return read_number(p, n, &value->number) && value->number >= f->lo &&
		       value->number <= f->hi;
	case FIELD_LETTER:
		return read_letter(value, p, n);
	case FIELD_WORD:
		value->kind = VALUE_WORD;
		value->word = p;
		value->word_len = n;
		return f->words && f->instrument ? is_one_of(p, n, f->words) : is_plain_word(p, n);
	}
	return false;
}

bool field_names(int field, const char *text, size_t n)
{
	const char *const *words = field_table[field].words;

	return !words || is_one_of(text, n, words);
}

bool values_add(struct values *v, int field, const char *text, size_t n)
{
	static const char *const unknown[] = { "", "?", "unknown", "null", "not_asked", NULL };
	struct value value = { .field = field };
	bool good = true;

	if (is_one_of(text, n, unknown)) {
		value.kind = VALUE_UNKNOWN;
	} else if (is(text, n, "refused")) {
		value.kind = VALUE_REFUSED;
	} else if (!read_value(&value, text, n)) {
		value = (struct value){ .field = field, .kind = VALUE_UNKNOWN };
		good = false;
	}
	push(v, value);
	return good;
}

/* ---- computed fields ---- */

static bool has(const struct values *v, int field, enum value_kind kind)
{
	for (int i = v->first[field]; i >= 0; i = v->items[i].next)
		if (v->items[i].kind == kind)
			return true;
	return false;
}

static int field_of(const char *instrument, const char *item)
{
	return field_find_item(instrument, item);
}

/* given: any item was put in; refused: any item was refused, and not answered after all. */
static void compute_sheet(struct values *v, int given)
{
	const char *instrument = field_table[given].instrument;
	int refused = field_of(instrument, "refused");
	bool any = false;

	for (int f = 0; f < field_count; f++) {
		const struct field_info *info = &field_table[f];

		if (info->computed || !info->instrument ||
			strcmp(info->instrument, instrument) != 0 || v->first[f] < 0)
			continue;
		any = true;
		if (has(v, f, VALUE_REFUSED))
			values_add_yesno(v, refused, true);
	}
	if (any)
		values_add_yesno(v, given, true);
	if (any && v->first[refused] < 0)
		values_add_yesno(v, refused, false);
}

/* Yes when any of the items was said yes to, no when all were said no to, else unknown. */
static enum value_kind any_yes(const struct values *v, const char *instrument, int from, int to)
{
	enum value_kind result = VALUE_NO;

	for (int item = from; item <= to; item++) {
		char name[4] = { (char)('0' + item % 10), '\0' };
		int f;

		if (item >= 10) {
			name[0] = '1';
			name[1] = (char)('0' + item % 10);
			name[2] = '\0';
		}
		f = field_of(instrument, name);
		if (has(v, f, VALUE_YES))
			return VALUE_YES;
		if (!has(v, f, VALUE_NO))
			result = VALUE_UNKNOWN;
	}
	return result;
}

/* A refusal counts as a positive screen (NIMH toolkit). */
static void compute_asq(struct values *v)
{
	int five = field_of("asq", "5");
	enum value_kind positive = any_yes(v, "asq", 1, 4);

	if (has(v, field_of("asq", "refused"), VALUE_YES) || has(v, five, VALUE_YES))
		positive = VALUE_YES;
	if (positive != VALUE_UNKNOWN)
		values_add_yesno(v, field_of("asq", "positive"), positive == VALUE_YES);
	if (has(v, five, VALUE_YES))
		values_add_yesno(v, field_of("asq", "acute"), true);
	else if (has(v, five, VALUE_NO) || positive == VALUE_NO)
		values_add_yesno(v, field_of("asq", "acute"), false);
}

/* Several totals may be known: the parts' worst (lowest) values are one of them. */
static void compute_ctrs(struct values *v)
{
	static const char *const parts[] = { "dangerousness", "support", "cooperation" };
	int64_t total = 0;

	for (int i = 0; i < 3; i++) {
		int64_t worst = INT64_MAX;

		for (int k = v->first[field_of("ctrs", parts[i])]; k >= 0; k = v->items[k].next)
			if (v->items[k].kind == VALUE_NUMBER && v->items[k].number < worst)
				worst = v->items[k].number;
		if (worst == INT64_MAX)
			return;
		total += worst;
	}
	values_add_number(v, field_of("ctrs", "total"), total);
}

/*
 * Screened in by any of 1-3, by four of 4-11, by the worker's concern, and by strangulation (item
 * 5) alone, as the later version of the protocol has it.
 */
static void compute_lap(struct values *v)
{
	enum value_kind danger = any_yes(v, "lap", 1, 3);
	int concern = field_of("lap", "concern");
	int64_t count = 0;
	bool all_known = danger != VALUE_UNKNOWN && v->first[concern] >= 0;

	for (int item = 4; item <= 11; item++) {
		enum value_kind kind = any_yes(v, "lap", item, item);

		count += kind == VALUE_YES;
		all_known &= kind != VALUE_UNKNOWN;
	}
	if (!has(v, field_of("lap", "given"), VALUE_YES))
		return;
	values_add_number(v, field_of("lap", "count"), count);
	if (danger == VALUE_YES || count >= 4 || has(v, concern, VALUE_YES) ||
		any_yes(v, "lap", 5, 5) == VALUE_YES)
		values_add_yesno(v, field_of("lap", "screened_in"), true);
	else if (all_known)
		values_add_yesno(v, field_of("lap", "screened_in"), false);
}

static bool any_sheet(const struct values *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (field_table[v->items[i].field].instrument)
			return true;
	return false;
}

void field_compute(struct values *v)
{
	if (!any_sheet(v))
		return;
	for (int f = 0; f < field_count; f++)
		if (field_table[f].computed && strcmp(field_table[f].item, "given") == 0)
			compute_sheet(v, f);
	if (has(v, field_of("asq", "given"), VALUE_YES))
		compute_asq(v);
	if (has(v, field_of("ctrs", "given"), VALUE_YES))
		compute_ctrs(v);
	if (has(v, field_of("lap", "given"), VALUE_YES))
		compute_lap(v);
}
