#include "triaged/core/output.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char *const names[OUTPUT_KIND_COUNT] = {
#define X(sym, name) [OUTPUT_##sym] = name,
	OUTPUT_KINDS(X)
#undef X
};
/* clang-format on */

const char *output_name(enum output_kind kind)
{
	return (unsigned)kind < OUTPUT_KIND_COUNT ? names[kind] : "unknown";
}

void output_encode(const struct output *o, struct buf *out)
{
	record_puts(out, "output", output_name(o->kind));
	if (o->kind == OUTPUT_REPLY || o->kind == OUTPUT_ERROR)
		record_puts(out, "command", command_name(o->command));
	record_puts(out, "node", o->node);
	record_puts(out, "session", o->session);
	record_puti(out, "request", o->request);
	record_put(out, "fields", o->fields.data, o->fields.len);
}

static int word_of(struct slice value, const char *(*name)(int), int count)
{
	for (int i = 0; i < count; i++)
		if (slice_is(value, name(i)))
			return i;
	return -1;
}

static const char *output_word(int i)
{
	return output_name((enum output_kind)i);
}

static const char *command_word(int i)
{
	return command_name((enum command_kind)i);
}

static int take(struct output *o, struct slice name, struct slice value, char *bytes)
{
	if (slice_is(name, "output") || slice_is(name, "command")) {
		bool kind = slice_is(name, "output");
		int word = kind ? word_of(value, output_word, OUTPUT_KIND_COUNT)
				: word_of(value, command_word, COMMAND_KIND_COUNT);
		if (word < 0)
			return -1;
		if (kind)
			o->kind = (enum output_kind)word;
		else
			o->command = (enum command_kind)word;
	} else if (slice_is(name, "node") || slice_is(name, "session")) {
		if (memchr(value.data, '\0', value.len))
			return -1;
		bytes[value.len] = '\0';
		*(slice_is(name, "node") ? &o->node : &o->session) = bytes;
	} else if (slice_is(name, "request")) {
		return slice_int(value, &o->request);
	} else if (slice_is(name, "fields")) {
		o->fields = (struct buf){ .data = bytes, .len = value.len };
	}
	return 0;
}

int output_decode(char *bytes, size_t n, struct output *o, struct err *e)
{
	*o = (struct output){ .kind = OUTPUT_KIND_COUNT, .node = "", .session = "" };
	struct record_reader r = { bytes, bytes + n };
	struct slice name, value;
	int more;
	while ((more = record_next(&r, &name, &value)) == 1)
		if (take(o, name, value, bytes + (value.data - bytes)) != 0)
			return err_set(e, "output: bad value of %.*s", (int)name.len, name.data);
	if (more != 0 || o->kind == OUTPUT_KIND_COUNT)
		return err_set(e, "output: broken record");
	return 0;
}
