#include "transfer.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/buf.h"
#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#define CONNECTIONS_KEPT 32 /* a kept connection saves the next rescue its handshake */

struct transfer {
	uint64_t id;
	CURL *easy;
	struct curl_slist *headers;
	struct buf answer;
	size_t answer_max;
	bool too_long;
	struct transfer *next;
};

struct transfers {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	struct transfer *all;
	uint64_t last_id;
	transfer_fn done;
	void *arg;
};

/* ---- ends ---- */

static void transfer_free(struct transfers *t, struct transfer *x)
{
	struct transfer **at = &t->all;
	while (*at != x)
		at = &(*at)->next;
	*at = x->next;
	curl_multi_remove_handle(t->multi, x->easy);
	curl_easy_cleanup(x->easy);
	curl_slist_free_all(x->headers);
	buf_wipe(&x->answer);
	free(x);
}

static const char *why(const struct transfer *x, CURLcode code)
{
	if (x->too_long)
		return "answer too long";
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return "timeout";
	case CURLE_COULDNT_RESOLVE_HOST:
		return "name not found";
	case CURLE_COULDNT_CONNECT:
		return "no connection";
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
		return "tls";
	default:
		return "connection lost";
	}
}

static void report(struct transfers *t, struct transfer *x, CURLcode code)
{
	long status = 0;
	curl_off_t retry_after_s = 0;
	struct transfer_answer a = { .why = "" };
	uint64_t id = x->id;
	struct buf body = x->answer;
	x->answer = (struct buf){ 0 };
	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(x->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
	if (code == CURLE_OK)
		a.status = (int)status;
	else
		a.why = why(x, code);
	if (retry_after_s > 0 && retry_after_s < 86400)
		a.retry_after_ms = (int64_t)retry_after_s * 1000;
	a.body = (struct slice){ buf_str(&body), body.len };
	transfer_free(t, x); /* before telling: whoever is told may post again */
	t->done(t->arg, id, &a);
	buf_wipe(&body);
}

/* Only from the loop's callbacks, never from within a call of the layer above. */
static void drain(struct transfers *t)
{
	CURLMsg *m;
	int left;
	while ((m = curl_multi_info_read(t->multi, &left))) {
		struct transfer *x;
		CURLcode code = m->data.result;
		CHECK(m->msg == CURLMSG_DONE);
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&x);
		report(t, x, code);
	}
}

/* ---- libcurl on libevent ---- */

static void act(struct transfers *t, curl_socket_t fd, int what)
{
	int running;
	CHECK(curl_multi_socket_action(t->multi, fd, what, &running) == CURLM_OK);
	drain(t);
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	act(arg, fd,
		(what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *kept)
{
	struct transfers *t = arg;
	struct event *event = kept;
	(void)easy;
	if (event)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		short mask = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
				     (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);
		event = event_new(t->base, fd, mask, on_socket, t);
		CHECK(event && event_add(event, NULL) == 0);
	}
	curl_multi_assign(t->multi, fd, event);
	return 0;
}

static int want_timer(CURLM *multi, long ms, void *arg)
{
	struct transfers *t = arg;
	struct timeval in = { ms / 1000, ms % 1000 * 1000 };
	(void)multi;
	if (ms < 0)
		evtimer_del(t->timer);
	else
		evtimer_add(t->timer, &in);
	return 0;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *x = arg;
	size_t len = size * n;
	x->too_long |= x->answer.len + len > x->answer_max;
	if (x->too_long)
		return 0; /* ends the transfer */
	buf_add(&x->answer, p, len);
	return len;
}

/* ---- starting ---- */

static void set_security(CURL *easy, const struct transfer_post *p)
{
	/* The caller has checked which http:// may be. */
	CHECK(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
		CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK);
	if (*p->ca) {
		CHECK(curl_easy_setopt(easy, CURLOPT_CAINFO, p->ca) == CURLE_OK);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
}

static void set_request(struct transfer *x, const struct transfer_post *p)
{
	CURL *easy = x->easy;
	for (size_t i = 0; p->headers[i]; i++) {
		struct curl_slist *more = curl_slist_append(x->headers, p->headers[i]);
		CHECK(more != NULL);
		x->headers = more;
	}
	CHECK(curl_easy_setopt(easy, CURLOPT_URL, p->url) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)p->body.len) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_POSTFIELDS, p->body.data) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_HTTPHEADER, x->headers) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_USERAGENT, p->user_agent) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)p->timeout_ms) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK);
	/* A look-up that takes too long is left to its thread; else its end would be waited for. */
	CHECK(curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_WRITEDATA, x) == CURLE_OK);
	CHECK(curl_easy_setopt(easy, CURLOPT_PRIVATE, x) == CURLE_OK);
}

uint64_t transfers_post(struct transfers *t, const struct transfer_post *p)
{
	struct transfer *x = mem_zalloc(sizeof *x);
	x->id = ++t->last_id;
	x->answer_max = p->answer_max;
	x->easy = curl_easy_init();
	CHECK(x->easy != NULL);
	set_security(x->easy, p);
	set_request(x, p);
	x->next = t->all;
	t->all = x;
	CHECK(curl_multi_add_handle(t->multi, x->easy) == CURLM_OK); /* acts from its timer on */
	return x->id;
}

void transfers_cancel(struct transfers *t, uint64_t id)
{
	for (struct transfer *x = t->all; x; x = x->next)
		if (x->id == id) {
			transfer_free(t, x);
			return;
		}
}

struct transfers *transfers_new(struct event_base *base, transfer_fn done, void *arg, struct err *e)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		err_set(e, "libcurl cannot be used");
		return NULL;
	}
	/* Without it a name server that is silent would hold up the whole daemon. */
	if (!(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS)) {
		err_set(e, "this libcurl looks up names in the caller's thread");
		return NULL;
	}
	struct transfers *t = mem_zalloc(sizeof *t);
	*t = (struct transfers){ .base = base, .done = done, .arg = arg };
	t->multi = curl_multi_init();
	t->timer = evtimer_new(base, on_timer, t);
	CHECK(t->multi && t->timer);
	CHECK(curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, want_socket) == CURLM_OK);
	CHECK(curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t) == CURLM_OK);
	CHECK(curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, want_timer) == CURLM_OK);
	CHECK(curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t) == CURLM_OK);
	CHECK(curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT) ==
		CURLM_OK);
	return t;
}

void transfers_free(struct transfers **transfers)
{
	struct transfers *t = *transfers;
	*transfers = NULL;
	if (!t)
		return;
	while (t->all)
		transfer_free(t, t->all);
	curl_multi_cleanup(t->multi);
	event_free(t->timer);
	free(t);
	curl_global_cleanup();
}
