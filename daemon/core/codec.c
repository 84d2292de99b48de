#include "codec.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

static void *at(void *object, const struct field *f)
{
	return (char *)object + f->offset;
}

static const void *at_const(const void *object, const struct field *f)
{
	return (const char *)object + f->offset;
}

void codec_encode(
	const struct field *fields, size_t n, const void *object, bool sealed, struct buf *out)
{
	for (const struct field *f = fields; f < fields + n; f++) {
		const void *p = at_const(object, f);
		const struct buf *bytes = p;
		switch (f->type) {
		case FIELD_TEXT:
			record_puts(out, f->name, *(char *const *)p);
			break;
		case FIELD_INT:
			record_puti(out, f->name, *(const int64_t *)p);
			break;
		case FIELD_BYTES:
		case FIELD_SEALED:
			if (bytes->len && (sealed || f->type == FIELD_BYTES))
				record_put(out, f->name, bytes->data, bytes->len);
			break;
		case FIELD_WORD:
			record_puts(out, f->name, f->word(*(const int *)p));
			break;
		}
	}
}

static int parse_word(const struct field *f, struct slice value, int *v)
{
	const char *word;
	for (int i = 0; (word = f->word(i)); i++) {
		if (slice_is(value, word)) {
			*v = i;
			return 0;
		}
	}
	return -1;
}

#define INT_LIMIT ((int64_t)1 << 53)

int codec_int(struct slice value, int64_t *v)
{
	int64_t n;
	if (slice_int(value, &n) != 0 || n > INT_LIMIT || n < -INT_LIMIT)
		return -1;
	*v = n;
	return 0;
}

static int take(const struct field *f, void *p, struct slice value)
{
	switch (f->type) {
	case FIELD_TEXT:
		free(*(char **)p);
		*(char **)p = value.len ? mem_dup(value.data, value.len) : NULL;
		return 1;
	case FIELD_INT:
		return codec_int(value, p) == 0 ? 1 : -1;
	case FIELD_BYTES:
	case FIELD_SEALED:
		buf_clear(p);
		buf_add(p, value.data, value.len);
		return 1;
	case FIELD_WORD:
		break;
	}
	return parse_word(f, value, p) == 0 ? 1 : -1;
}

int codec_take(
	const struct field *fields, size_t n, void *object, struct slice name, struct slice value)
{
	for (const struct field *f = fields; f < fields + n; f++)
		if (slice_is(name, f->name))
			return take(f, at(object, f), value);
	return 0;
}

void codec_free(const struct field *fields, size_t n, void *object)
{
	for (const struct field *f = fields; f < fields + n; f++) {
		if (f->type == FIELD_TEXT) {
			free(*(char **)at(object, f));
			*(char **)at(object, f) = NULL;
		} else if (f->type == FIELD_BYTES || f->type == FIELD_SEALED) {
			buf_free(at(object, f));
		}
	}
}
