/*
 * A peer's bytes through framing, request and parameter check. The first byte says in how large
 * pieces they arrive, how long a line may be and whether a library reads the answers, too. Whatever
 * comes, each line gives a request or an error, and what we answer is one line of JSON that repeats
 * nothing of the line but its id.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#include "triaged/base/check.h"
#include "../../daemon/edge/framing.h"
#include "../../daemon/edge/rpc.h"
#include "../../daemon/edge/verb_check.h"
#include "fuzz_json.h"

static bool parse;

static void check_answer(const struct buf *out)
{
	static const char head[] = "{\"jsonrpc\":\"2.0\",\"id\":";
	CHECK(out->len > sizeof head && memcmp(out->data, head, sizeof head - 1) == 0);
	CHECK(memchr(out->data, '\n', out->len) == out->data + out->len - 1);
	fuzz_is_json(out, parse);
}

static void check_error(const char *id, const struct rpc_error *error)
{
	struct buf out = { 0 };
	CHECK(error->reason != NULL && error->code != 0);
	rpc_add_error(&out, id, error);
	check_answer(&out);
	buf_free(&out);
}

static void check_params(struct rpc_request *r)
{
	struct verb_fault f;
	unsigned unknown;
	struct buf out = { 0 };
	const struct verb *verb = verb_find(r->method);
	if (!verb)
		return;
	if (verb_check(verb, r->params, 64, &f, &unknown) < 0) {
		check_error(r->id, &(struct rpc_error){
					   .code = f.code, .reason = f.reason, .field = f.field });
		return;
	}
	rpc_add_result(&out, r->id, "{}", 2);
	check_answer(&out);
	buf_free(&out);
}

static void take_line(const char *text, size_t n)
{
	struct rpc_request r;
	struct rpc_error fault;
	struct err e;
	if (rpc_read(text, n, 16, &r, &fault, &e) < 0)
		check_error(r.id, &fault);
	else
		check_params(&r);
	rpc_request_fini(&r);
}

/* False when the session would end. */
static bool take_lines(struct evbuffer *in, size_t max, size_t *scanned)
{
	struct line line;
	enum line_verdict v;
	while ((v = line_next(in, max, scanned, &line)) == LINE_READY) {
		CHECK(line.length <= max && !memchr(line.text, '\n', line.length));
		take_line(line.text, line.length);
		line_drain(in, scanned, &line);
	}
	return v == LINE_INCOMPLETE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	size_t piece = (size_t)(data[0] & 0x3f) + 1, max = data[0] & 0x40 ? 32 : 4096, scanned = 0;
	parse = data[0] & 0x80;
	struct evbuffer *in = evbuffer_new();
	for (size_t at = 1; at < size; at += piece) {
		evbuffer_add(in, data + at, size - at < piece ? size - at : piece);
		if (!take_lines(in, max, &scanned))
			break;
	}
	evbuffer_free(in);
	/* The end of the input ends its last line. */
	take_line((const char *)data + 1, size - 1);
	return 0;
}
