/*
 * Whatever a server answers: the reader accepts or refuses it, and every decoder takes any reply.
 * The first byte cuts the stream in two, so that replies also arrive in parts.
 */
#include <stdint.h>
#include <string.h>

#include "triaged/base/check.h"

#include "../../daemon/store/finder_internal.h"
#include "../../daemon/store/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t touched;

static void on_entry(void *arg, const char *id, const redisReply *fields)
{
	(void)arg;
	touched += strlen(id);
	CHECK(fields->elements % 2 == 0);
	for (size_t i = 0; i < fields->elements; i++) {
		struct slice s = reply_slice(fields->element[i]);
		CHECK(s.data[s.len] == '\0');
		touched += s.len;
	}
}

static void decode(const redisReply *r)
{
	struct lead_answer lead;
	struct node_answer node;
	struct err e;
	int64_t v;
	if (reply_entries(r, on_entry, NULL) == 0)
		CHECK(r->type == REDIS_REPLY_ARRAY);
	if (reply_entries(reply_xread(r), on_entry, NULL) == 0)
		touched++;
	if (reply_lead(r, &lead) == 0)
		CHECK(lead.epoch >= lead.mine && lead.now_ms >= 0 && lead.holder);
	if (reply_node(r, &node) == 0)
		CHECK(node.now_ms >= 0 && node.out_end && node.expired);
	if (reply_check(r, &e) < 0)
		touched += strlen(e.text);
	if (reply_int(r, &v) == 0)
		touched += (size_t)(v & 1);
	struct finding f;
	const struct url self = { .host = "::1", .port = 1 };
	if (cluster_owner(reply_str(r), 7, &self, &f, &e) == 0)
		CHECK(f.known && *f.master.host && f.master.port > 0);
	touched += reply_info(r, "run_id").len + reply_is_error(r, "FENCED");
	for (size_t i = 0; i < reply_count(r); i++)
		decode(reply_at(r, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	size_t cut = data[0] < size - 1 ? data[0] : size - 1;
	const char *bytes = (const char *)data + 1;
	redisReader *reader = reply_reader_new();
	CHECK(reader);
	for (int part = 0; part < 2; part++) {
		const char *from = part ? bytes + cut : bytes;
		size_t n = part ? size - 1 - cut : cut;
		void *reply = NULL;
		if (n && redisReaderFeed(reader, from, n) != REDIS_OK)
			break;
		while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply) {
			decode(reply);
			freeReplyObject(reply);
			reply = NULL;
		}
		if (reader->err)
			break;
	}
	redisReaderFree(reader);
	return 0;
}
