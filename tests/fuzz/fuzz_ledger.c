/*
 * A ledger as somebody else may have written it, replayed: every entry comes out the same, differs
 * or is broken, and its decisions are read. Input: entries of lines as in fuzz_record.h; a line "--" ends
 * the command, an empty line the decisions behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"

#include "../../daemon/app/replay.h"
#include "fuzz_record.h"

#define ENTRIES_MAX 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decision(void *arg, const char *name, char *const words[5])
{
	size_t *total = arg;
	for (size_t i = 0; words[i]; i++)
		*total += strlen(words[i]);
	CHECK(strlen(name) < 40 && !words[4]);
}

static void take(struct replay *r, const struct buf parts[2], int64_t at_ms)
{
	struct ledger_entry entry = { .id = "1-1",
		.at_ms = at_ms,
		.command = { buf_str(&parts[0]), parts[0].len },
		.decisions = { buf_str(&parts[1]), parts[1].len } };
	struct buf why = { 0 };
	struct err e;
	size_t total = 0;
	enum replay_result result = replay_entry(r, &entry, &why);
	CHECK((result == REPLAY_DIFFERS || result == REPLAY_BROKEN) == (why.len > 0));
	replay_decisions(entry.decisions, decision, &total);
	CHECK(total <= entry.decisions.len);
	if (replay_core(r))
		CHECK(core_check(replay_core(r), &e) == 0);
	buf_free(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct replay *r = replay_new(NULL, NULL);
	struct buf parts[2] = { { 0 }, { 0 } };
	int part = 0;
	for (int n = 0; at < end && n < ENTRIES_MAX;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);
		if (len == 2 && memcmp(at, "--", 2) == 0)
			part = 1;
		else
			fuzz_put_line(&parts[part], at, len);
		at += len + 1;
		if (len > 0 && at < end)
			continue;
		take(r, parts, 1700000000000 + 500 * n++);
		buf_clear(&parts[0]);
		buf_clear(&parts[1]);
		part = 0;
	}
	buf_free(&parts[0]);
	buf_free(&parts[1]);
	replay_free(&r);
	return 0;
}
