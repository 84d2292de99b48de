#include "pack.h"

#include "reply.h"
#include "triaged/base/log.h"

/* The byte behind a field's value is a line feed; it has been read and is ours to overwrite. */
static const char *word_in(redisReply *pack, struct slice value)
{
	pack->str[value.data - pack->str + (ptrdiff_t)value.len] = '\0';
	return value.data;
}

void pack_read(redisReply *pack, store_load_fn each, void *arg)
{
	struct slice bytes = reply_slice(pack), name, value;
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	const char *identity = "", *ref = "";
	int more;
	while ((more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "identity"))
			identity = word_in(pack, value);
		else if (slice_is(name, "ref"))
			ref = word_in(pack, value);
		else if (slice_is(name, "answer"))
			each(arg, 'i', identity, ref, value);
	}
	if (more < 0)
		LOG(ERROR, "store.answers_broken");
}
