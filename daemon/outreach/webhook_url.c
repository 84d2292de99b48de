/* Which addresses a webhook may have. */
#include <curl/curl.h>
#include <string.h>

#include "triaged/outreach/webhook.h"

static bool part_is(CURLU *u, CURLUPart part, const char *const *words)
{
	char *text = NULL;
	bool is = false;
	if (curl_url_get(u, part, &text, 0) == CURLUE_OK)
		for (; *words; words++)
			is |= strcmp(text, *words) == 0;
	curl_free(text);
	return is;
}

static bool has(CURLU *u, CURLUPart part)
{
	char *text = NULL;
	bool there = curl_url_get(u, part, &text, 0) == CURLUE_OK;
	curl_free(text);
	return there;
}

static int check(CURLU *u, bool plain, struct err *e)
{
	static const char *const https[] = { "https", NULL }, *const http[] = { "http", NULL };
	static const char *const here[] = { "127.0.0.1", "[::1]", "localhost", NULL };
	if (has(u, CURLUPART_USER) || has(u, CURLUPART_PASSWORD))
		return err_set(e, "a webhook's address holds no user or password");
	if (has(u, CURLUPART_FRAGMENT))
		return err_set(e, "a webhook's address has no #fragment");
	if (part_is(u, CURLUPART_SCHEME, https))
		return 0;
	if (plain && part_is(u, CURLUPART_SCHEME, http) && part_is(u, CURLUPART_HOST, here))
		return 0;
	return err_set(e, "a webhook's address begins with https://");
}

int webhook_url_check(const char *url, bool plain, struct err *e)
{
	CURLU *u = curl_url();
	int result = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK
			     ? check(u, plain, e)
			     : err_set(e, "not an address");
	curl_url_cleanup(u);
	return result;
}
