#include "triaged/outreach/token.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "triaged/privacy/mac.h"
#include "triaged/privacy/seal.h"

/* Seals of tokens open for nothing else, whatever a dispatch is called. */
#define OWNER_SIZE 96
static void owner_of(const char *dispatch, char out[OWNER_SIZE])
{
	snprintf(out, OWNER_SIZE, "report-token:%s", dispatch);
}

/* Base64 for addresses (RFC 4648, section 5), without padding; and back. */
static void to_url(struct buf *b, size_t start)
{
	for (size_t i = start; i < b->len; i++)
		if (b->data[i] == '+')
			b->data[i] = '-';
		else if (b->data[i] == '/')
			b->data[i] = '_';
	while (b->len > start && b->data[b->len - 1] == '=')
		b->data[--b->len] = '\0';
}

static int from_url(struct slice text, struct buf *bytes, struct err *e)
{
	struct buf plain = { 0 };
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '+' || c == '/' || c == '=')
			c = ' '; /* only the form that we write is a token */
		c = c == '-' ? '+' : c == '_' ? '/' : c;
		buf_add(&plain, &c, 1);
	}
	while (plain.len % 4)
		buf_adds(&plain, "=");
	int read = base64_read((struct slice){ buf_str(&plain), plain.len }, bytes, e);
	buf_wipe(&plain);
	return read;
}

int token_make(const struct keys *keys, const char *dispatch, const struct token *t,
	struct buf *out, struct err *e)
{
	char owner[OWNER_SIZE];
	struct buf text = { 0 }, sealed = { 0 };
	size_t start = out->len;
	owner_of(dispatch, owner);
	record_puts(&text, "agency", t->agency);
	record_puti(&text, "version", t->version);
	record_puti(&text, "what", t->what);
	record_puti(&text, "expires", t->expires_ms);
	int made = seal_text(keys, owner, (struct slice){ text.data, text.len }, &sealed, e);
	if (made == 0) {
		base64_add(out, (struct slice){ sealed.data, sealed.len });
		to_url(out, start);
	}
	buf_free(&text);
	buf_free(&sealed);
	return made;
}

static int take_fields(const struct buf *text, struct token *t)
{
	struct record_reader in = { text->data, text->data + text->len };
	struct slice name, value;
	int more, good = 0;
	while (good == 0 && (more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "agency") && value.len <= TOKEN_AGENCY_MAX)
			memcpy(t->agency, value.data, value.len);
		else if (slice_is(name, "version"))
			good = slice_int(value, &t->version);
		else if (slice_is(name, "what"))
			good = slice_int(value, &t->what);
		else if (slice_is(name, "expires"))
			good = slice_int(value, &t->expires_ms);
	}
	return good == 0 && more == 0 && *t->agency ? 0 : -1;
}

enum token_verdict token_read(const struct keys *keys, const char *dispatch, struct slice text,
	int64_t now_ms, struct token *t)
{
	char owner[OWNER_SIZE];
	struct buf sealed = { 0 }, plain = { 0 };
	struct err e;
	*t = (struct token){ .version = 0 };
	owner_of(dispatch, owner);
	int good = -1;
	if (text.len > 0 && text.len <= TOKEN_TEXT_MAX && strlen(dispatch) < OWNER_SIZE / 2)
		good = from_url(text, &sealed, &e);
	if (good == 0)
		good = seal_open(
			keys, owner, (struct slice){ sealed.data, sealed.len }, &plain, &e);
	if (good == 0)
		good = take_fields(&plain, t);
	buf_free(&sealed);
	buf_free(&plain);
	if (good < 0)
		return TOKEN_BAD;
	return now_ms < t->expires_ms ? TOKEN_GOOD : TOKEN_EXPIRED;
}
