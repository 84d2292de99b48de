#include "triaged/core/command.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
static const char *const names[COMMAND_KIND_COUNT] = {
#define X(sym, name) [COMMAND_##sym] = name,
	COMMAND_KINDS(X)
#undef X
};

enum type { TEXT, INTEGER, BLOB };

static const struct {
	const char *name;
	enum type type;
	size_t offset;
} fields[] = {
#define T(name) { #name, TEXT, offsetof(struct command, name) },
#define I(name) { #name, INTEGER, offsetof(struct command, name) },
#define B(name) { #name, BLOB, offsetof(struct command, name) },
	COMMAND_FIELDS(T, I, B)
#undef T
#undef I
#undef B
};
/* clang-format on */

#define N_FIELDS (sizeof fields / sizeof fields[0])

const char *command_name(enum command_kind kind)
{
	return (unsigned)kind < COMMAND_KIND_COUNT ? names[kind] : "unknown";
}

void command_init(struct command *c, enum command_kind kind)
{
	memset(c, 0, sizeof *c);
	c->command = kind;
	for (size_t i = 0; i < N_FIELDS; i++)
		if (fields[i].type == TEXT)
			*(const char **)(void *)((char *)c + fields[i].offset) = "";
}

static bool is_content(size_t offset)
{
	return offset == offsetof(struct command, text) ||
	       offset == offsetof(struct command, answers) ||
	       offset == offsetof(struct command, address) ||
	       offset == offsetof(struct command, location) ||
	       offset == offsetof(struct command, meta);
}

void command_encode(const struct command *c, bool with_content, struct buf *out)
{
	record_puts(out, "command", command_name(c->command));
	if (!with_content && c->text.len && !c->said)
		record_puti(out, "said", 1);
	if (!with_content && c->answers.len && !c->answered)
		record_puti(out, "answered", 1);
	if (!with_content && c->location.len && !c->located)
		record_puti(out, "located", 1);
	for (size_t i = 0; i < N_FIELDS; i++) {
		const void *p = (const char *)c + fields[i].offset;
		const struct slice *blob = p;
		if (fields[i].type == TEXT)
			record_puts(out, fields[i].name, *(const char *const *)p);
		else if (fields[i].type == INTEGER)
			record_puti(out, fields[i].name, *(const int64_t *)p);
		else if (blob->len && (with_content || !is_content(fields[i].offset)))
			record_put(out, fields[i].name, blob->data, blob->len);
	}
}

static int kind_of(struct slice name)
{
	for (int i = 0; i < COMMAND_KIND_COUNT; i++)
		if (slice_is(name, names[i]))
			return i;
	return -1;
}

/* Fields were written in table order, so the search starts behind the last one found. */
static size_t find_field(struct slice name, size_t start)
{
	for (size_t n = 0; n < N_FIELDS; n++) {
		size_t i = (start + n) % N_FIELDS;
		if (slice_is(name, fields[i].name))
			return i;
	}
	return N_FIELDS;
}

static int take_field(struct command *c, size_t i, struct slice value, char *bytes)
{
	void *p = (char *)c + fields[i].offset;
	if (fields[i].type == INTEGER)
		return slice_int(value, p);
	if (fields[i].type == BLOB) {
		*(struct slice *)p = value;
		return 0;
	}
	if (value.len && memchr(value.data, '\0', value.len))
		return -1;
	/* The line feed behind the value is ours to overwrite. */
	bytes[value.len] = '\0';
	*(const char **)p = bytes;
	return 0;
}

int command_decode(char *bytes, size_t n, struct command *c, struct err *e)
{
	struct record_reader r = { bytes, bytes + n };
	struct slice name, value;
	if (record_next(&r, &name, &value) != 1 || !slice_is(name, "command"))
		return err_set(e, "command: does not begin with its kind");
	int kind = kind_of(value);
	if (kind < 0)
		return err_set(e, "command: unknown kind");
	command_init(c, (enum command_kind)kind);
	int more;
	size_t next = 0;
	while ((more = record_next(&r, &name, &value)) == 1) {
		size_t i = find_field(name, next);
		if (i == N_FIELDS)
			continue;
		next = i + 1;
		if (take_field(c, i, value, bytes + (value.data - bytes)) != 0)
			return err_set(e, "command %s: bad value of %s", command_name(c->command),
				fields[i].name);
	}
	return more == 0 ? 0 : err_set(e, "command %s: broken record", command_name(c->command));
}
