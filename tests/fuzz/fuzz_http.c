/*
 * What another house sends: a request head, and behind its empty line the body of a callback. A
 * head that is accepted has only what its rules allow; a callback that is accepted has its words.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/json.h"
#include "triaged/outreach/callback.h"
#include "triaged/outreach/signature.h"

#include "../../daemon/edge/http_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void head(const char *data, size_t n)
{
	static struct http_head h;
	char *bytes = malloc(n + 1);
	CHECK(bytes);
	memcpy(bytes, data, n);
	bytes[n] = '\0';
	int status = http_head_read(bytes, n, &h);
	CHECK(status == 0 || (status >= 400 && status <= 505));
	if (status == 0) {
		CHECK(h.path[0] == '/' && strlen(h.path) + strlen(h.query) <= HTTP_TARGET_MAX);
		CHECK(!strpbrk(h.path, " ?#") && h.content_length >= -1);
		CHECK(h.n_fields > 0 && http_head_field(&h, "host"));
		CHECK(!http_head_field(&h, "transfer-encoding"));
		for (size_t i = 0; i < h.n_fields; i++)
			CHECK(*h.fields[i].name && !strpbrk(h.fields[i].value, "\r\n"));
		const struct webhook_headers w = { http_head_field(&h, "webhook-id"),
			http_head_field(&h, "webhook-timestamp"),
			http_head_field(&h, "webhook-signature") };
		struct webhook_secrets s = { .len = { 24 }, .n = 1 };
		CHECK(webhook_verify(&s, &w, (struct slice){ data, n }, 0) != WEBHOOK_GENUINE);
	}
	free(bytes);
}

static void body(const char *data, size_t n)
{
	struct callback c;
	struct err e = { "" };
	if (callback_read((struct slice){ data, n }, &c, &e) == 0) {
		CHECK(*c.dispatch && c.kind < CALLBACK_KIND_COUNT);
		CHECK(c.kind != CALLBACK_ACK || *c.by);
		CHECK(c.kind != CALLBACK_STATUS || *c.status);
		CHECK((c.kind == CALLBACK_OUTCOME) == (c.outcome.len > 0));
	} else {
		CHECK(*e.text);
	}
	callback_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = size ? memmem(text, size, "\r\n\r\n", 4) : NULL;
	size_t n = end ? (size_t)(end - text) + 4 : 0;
	if (n)
		head(text, n);
	body(text + n, size - n);
	return 0;
}
