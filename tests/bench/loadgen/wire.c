#include "wire.h"

#include <stdlib.h>
#include <string.h>

/* A string in the line, without its quotes; escapes are left as they are. */
struct text {
	const char *at;
	size_t n;
};

static const char *skip_string(const char *p, const char *end, struct text *out)
{
	out->at = ++p;
	while (p < end && *p != '"')
		p += *p == '\\' ? 2 : 1;
	if (p >= end)
		return NULL;
	out->n = (size_t)(p - out->at);
	return p + 1;
}

static int is(struct text t, const char *word)
{
	return strlen(word) == t.n && memcmp(t.at, word, t.n) == 0;
}

static char *field_of(struct wire *w, int depth, struct text key)
{
	if (depth == 1)
		return is(key, "method") ? w->method : NULL;
	if (depth == 2) {
		const struct {
			const char *name;
			char *field;
		} fields[] = { { "contact", w->contact }, { "offer", w->offer },
			{ "level", w->level }, { "state", w->state }, { "custody", w->custody },
			{ "why", w->why } };
		for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
			if (is(key, fields[i].name))
				return fields[i].field;
	}
	if (depth == 3 && is(key, "reason"))
		return w->reason;
	return NULL;
}

static void take_string(struct wire *w, int depth, struct text key, struct text value)
{
	char *field = field_of(w, depth, key);

	if (field && value.n < WIRE_WORD) {
		memcpy(field, value.at, value.n);
		field[value.n] = '\0';
	}
}

static void take_number(struct wire *w, int depth, struct text key, const char *p)
{
	if (depth == 1 && is(key, "id"))
		w->id = strtoll(p, NULL, 10);
	else if (depth == 2 && is(key, "code"))
		w->code = strtoll(p, NULL, 10);
}

int wire_read(const char *line, size_t n, struct wire *w)
{
	const char *p = line, *end = line + n;
	struct text key = { "", 0 }, s;
	int depth = 0;

	memset(w, 0, sizeof *w);
	w->id = -1;
	if (n == 0 || *p != '{')
		return -1;
	while (p < end) {
		if (*p == '"') {
			p = skip_string(p, end, &s);
			if (!p)
				return -1;
			if (p < end && *p == ':') {
				key = s;
				p++;
				if (p < end && (*p == '-' || (*p >= '0' && *p <= '9')))
					take_number(w, depth, key, p);
			} else {
				take_string(w, depth, key, s);
			}
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		p++;
	}
	return depth == 0 ? 0 : -1;
}
