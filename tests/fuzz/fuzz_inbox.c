/*
 * What lies in the inbox and in the outbox of a node, whoever wrote it: each entry is refused, or it
 * is a command that the core decides with every invariant kept, or an output.
 * Input: entries of lines as in fuzz_record.h, an empty line behind each; a line that begins with '=' is
 * the bytes of the entry as they stand.
 */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"
#include "triaged/core/core.h"

#include "fuzz_record.h"

#define ENTRIES_MAX 60

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decide(struct core *core, const struct buf *entry, struct step *step)
{
	struct command c;
	struct err e;
	char *bytes = mem_dup(buf_str(entry), entry->len);
	if (command_decode(bytes, entry->len, &c, &e) == 0) {
		step_clear(step);
		core_apply(core, &c, core_now(core) + 500, step);
		CHECK(core_check(core, &e) == 0);
		struct buf ledger = { 0 };
		command_encode(&c, false, &ledger);
		CHECK(ledger.len > 0);
		buf_free(&ledger);
	}
	free(bytes);
}

static void tell(const struct buf *entry)
{
	struct output o;
	struct err e;
	char *bytes = mem_dup(buf_str(entry), entry->len);
	if (output_decode(bytes, entry->len, &o, &e) == 0)
		CHECK(o.node && o.session && (unsigned)o.kind < OUTPUT_KIND_COUNT);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	static struct core_options options; /* the same for every run, and large */
	if (options.capacity_default == 0)
		core_options_default(&options);
	struct core *core = core_new(&options);
	struct step step = { 0 };
	struct buf entry = { 0 };
	for (int n = 0; at < end && n < ENTRIES_MAX;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);
		if (len > 0 && *at == '=')
			buf_add(&entry, at + 1, len - 1);
		else
			fuzz_put_line(&entry, at, len);
		at += len + 1;
		if (len > 0 && at < end)
			continue;
		decide(core, &entry, &step);
		tell(&entry);
		buf_clear(&entry);
		n++;
	}
	buf_free(&entry);
	step_free(&step);
	core_free(&core);
	return 0;
}
