/*
 * Addresses of every kind: of people (numbers, mail), of Redis, of listeners, of webhooks. What is
 * accepted has its form, and what is shown of it reads back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/outreach/webhook.h"
#include "triaged/privacy/pseudonym.h"

#include "../../daemon/app/conf_text.h"
#include "../../daemon/store/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Spaces around it make no other person of it. */
static void person(const char *text)
{
	struct buf plain = { 0 }, spaced = { 0 }, form = { 0 };
	buf_addf(&spaced, "  %s ", text);
	bool good = pseudonym_normalise(text, &plain, NULL) == 0;
	CHECK((pseudonym_normalise(buf_str(&spaced), &form, NULL) == 0) == good);
	if (good) {
		CHECK(plain.len > 0 && plain.len <= PSEUDONYM_ADDRESS_MAX + 1);
		CHECK(strcmp(buf_str(&plain), buf_str(&form)) == 0);
	}
	buf_free(&plain);
	buf_free(&spaced);
	buf_free(&form);
}

static void server(const char *text)
{
	char shown[URL_TEXT_SIZE + 5];
	struct url u, again;
	struct err e = { "" };
	if (url_parse(text, &u, &e) < 0) {
		CHECK(*e.text);
		return;
	}
	CHECK(*u.host && (u.is_unix ? u.port == 0 : u.port >= 1 && u.port <= 65535));
	strcpy(shown, u.is_unix ? "unix:" : u.is_tls ? "tls:" : "tcp:");
	url_text(&u, shown + strlen(shown));
	CHECK(url_parse(shown, &again, &e) == 0 && url_equal(&u, &again));
}

static void listener(const char *text)
{
	if (conf_is_address(text))
		CHECK(strrchr(text, ':') > text);
}

static void webhook(const char *text, bool plain)
{
	struct err e = { "" };
	if (webhook_url_check(text, plain, &e) < 0)
		CHECK(*e.text);
	else
		CHECK(strncasecmp(text, plain ? "http" : "https", plain ? 4 : 5) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	CHECK(text);
	memcpy(text, data, size);
	text[size] = '\0';
	person(text);
	server(text);
	listener(text);
	webhook(text, false);
	webhook(text, true);
	free(text);
	return 0;
}
