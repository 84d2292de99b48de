#include "transcripts.h"

#include <stdlib.h>

#include "triaged/base/buf.h"
#include "triaged/base/mem.h"

struct transcript {
	struct buf records; /* fields `m`, each a message's record */
	int64_t last_seq;
};

void transcripts_init(struct transcripts *t, const uint64_t seed[2])
{
	map_init(&t->contacts, seed[0], seed[1]);
	t->bytes = 0;
}

void transcripts_forget(struct transcripts *t, const char *contact)
{
	struct transcript *one = map_remove(&t->contacts, contact);
	if (!one)
		return;
	t->bytes -= one->records.len;
	buf_free(&one->records);
	free(one);
}

void transcripts_clear(struct transcripts *t)
{
	const char *contact;
	for (size_t i = 0; map_walk(&t->contacts, &i, &contact);)
		transcripts_forget(t, contact);
}

void transcripts_fini(struct transcripts *t)
{
	transcripts_clear(t);
	map_fini(&t->contacts);
}

static int64_t seq_of(struct slice record)
{
	struct record_reader r = { record.data, record.data + record.len };
	struct slice name, value;
	int64_t seq;
	while (record_next(&r, &name, &value) == 1)
		if (slice_is(name, "seq") && slice_int(value, &seq) == 0)
			return seq;
	return 0;
}

void transcripts_add(struct transcripts *t, const char *contact, struct slice record)
{
	struct transcript *one = map_get(&t->contacts, contact);
	int64_t seq = seq_of(record);
	if (!one && seq == 1 && t->bytes < TRANSCRIPTS_MAX_BYTES) {
		one = mem_zalloc(sizeof *one);
		map_put(&t->contacts, contact, one);
	}
	if (!one)
		return;
	if (seq != one->last_seq + 1 || one->records.len + record.len > TRANSCRIPT_MAX_BYTES) {
		transcripts_forget(t, contact);
		return;
	}
	size_t before = one->records.len;
	record_put(&one->records, "m", record.data, record.len);
	t->bytes += one->records.len - before;
	one->last_seq = seq;
}

bool transcripts_read(
	const struct transcripts *t, const char *contact, transcripts_fn each, void *arg)
{
	const struct transcript *one = map_get(&t->contacts, contact);
	if (!one)
		return false;
	struct record_reader r = { one->records.data, one->records.data + one->records.len };
	struct slice name, record;
	while (record_next(&r, &name, &record) == 1)
		each(arg, record);
	return true;
}
