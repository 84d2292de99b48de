#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/err.h>

#include "world.h"

#define LEAVE CALL(1, "contact.leave", "{\"contact\":\"c\"}")

/* "" when the handshake was refused, else the answer to a request. */
static const char *answer_with(struct world *w, const struct pki *own)
{
	static char said[2000];
	struct client *c = client_with(w, own);
	snprintf(said, sizeof said, "%s", client_ask(c, LEAVE));
	client_free(c);
	ERR_clear_error();
	return said;
}

static void refused(struct world *w, const struct leaf *leaf, const struct pki *by)
{
	uint64_t before = world_counts(w).handshake_failures;
	struct pki p = pki_make(leaf, by);
	assert_string_equal(answer_with(w, &p), "");
	assert_int_equal(world_counts(w).handshake_failures, before + 1);
	assert_int_equal(world_counts(w).sessions, 0);
	pki_free(&p);
}

static void certificates_that_do_not_verify_end_the_handshake(void **state)
{
	struct world *w = *state;
	struct pki other = pki_make(&(struct leaf){ .cn = "test ca", .ca = true }, NULL);
	const struct leaf good = { .cn = "sms-gw" };
	refused(w, &good, &other); /* another authority of the same name */
	refused(w, &good, NULL);   /* by its own word */
	refused(w, &(struct leaf){ .cn = "sms-gw", .from_days = -9, .to_days = -1 }, &w->ca);
	refused(w, &(struct leaf){ .cn = "sms-gw", .from_days = 1, .to_days = 9 }, &w->ca);
	refused(w, &good, &w->frontend); /* signed by one who may not sign */
	pki_free(&other);
}

static void names_are_exact(void **state)
{
	struct world *w = *state;
	static const struct {
		struct leaf leaf;
		bool known;
	} cases[] = {
		{ { .cn = "sms-gw" }, true }, { { .cn = "sms-gw2" }, false },
		{ { .cn = "x.sms-gw" }, false }, { { .cn = "SMS-GW" }, false },
		{ { .cn = "sms-gw\0.example", .cn_len = 15 }, false },
		{ { .cn = "\0sms-gw", .cn_len = 7 }, false },
		{ { .cn = "x", .uri = "urn:test:anna" }, false }, /* known, but no front end */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pki p = pki_make(&cases[i].leaf, &w->ca);
		ASSERT_HAS(answer_with(w, &p),
			cases[i].known ? "\"role\":\"frontend\"" : "\"error\":{\"code\":");
		pki_free(&p);
	}
	assert_string_equal(w->seen_uri, "urn:test:anna");
}

static void names_with_a_nul_are_left_out(void **state)
{
	struct world *w = *state;
	struct pki p = pki_make(
		&(struct leaf){ .cn = "a\0b", .cn_len = 3, .dns = "a\0b", .dns_len = 3 }, &w->ca);
	strcpy(w->seen_cn, "before");
	ASSERT_HAS(answer_with(w, &p), "\"code\":1,");
	assert_string_equal(w->seen_cn, "");
	assert_int_equal(w->seen_dns, 0);
	pki_free(&p);
	p = pki_make(&(struct leaf){ .cn = "c", .dns = "gw.example" }, &w->ca);
	ASSERT_HAS(answer_with(w, &p), "\"code\":1,");
	assert_int_equal(w->seen_dns, 1);
	pki_free(&p);
}

static bool connects(struct world *w, int min, int max, const char *ciphers)
{
	SSL_CTX *tls = world_client_tls(NULL);
	SSL_CTX_set_security_level(tls, 0);
	SSL_CTX_set_min_proto_version(tls, min);
	SSL_CTX_set_max_proto_version(tls, max);
	if (ciphers)
		assert_int_equal(SSL_CTX_set_cipher_list(tls, ciphers), 1);
	struct client *c = client_new(w, tls);
	bool answered = c->connected && *client_ask(c, CALL(1, "session.ping", "{}"));
	client_free(c);
	SSL_CTX_free(tls);
	ERR_clear_error();
	return answered;
}

static void only_tls_1_3_by_default(void **state)
{
	struct world *w = *state;
	assert_true(connects(w, TLS1_3_VERSION, TLS1_3_VERSION, NULL));
	assert_false(connects(w, TLS1_2_VERSION, TLS1_2_VERSION, NULL));
	assert_false(connects(w, TLS1_VERSION, TLS1_1_VERSION, NULL));
}

static void tls_1_2_by_option_with_forward_secrecy_and_aead(void **state)
{
	struct world *w = *state;
	edge_close(&w->edge);
	w->options.tls.min_version = TLS1_2_VERSION;
	world_start(w);
	assert_true(connects(w, TLS1_2_VERSION, TLS1_2_VERSION, NULL));
	assert_true(connects(w, TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305"));
	assert_false(connects(w, TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256"));
	assert_false(connects(w, TLS1_2_VERSION, TLS1_2_VERSION, "AES128-GCM-SHA256"));
	assert_false(connects(w, TLS1_VERSION, TLS1_1_VERSION, NULL));
}

static void sessions_are_not_resumed_and_not_renegotiated(void **state)
{
	struct world *w = *state;
	edge_close(&w->edge);
	w->options.tls.min_version = TLS1_2_VERSION;
	world_start(w);
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		SSL_CTX *tls = world_client_tls(NULL);
		SSL_CTX_set_max_proto_version(tls, version);
		struct client *c = client_new(w, tls);
		SSL *ssl = bufferevent_openssl_get_ssl(c->bev);
		client_ask(c, CALL(1, "session.ping", "{}"));
		SSL_SESSION *session = SSL_get1_session(ssl);
		assert_false(SSL_SESSION_has_ticket(session));
		SSL_SESSION_free(session);
		assert_null(SSL_get_current_compression(ssl));
		if (version == TLS1_2_VERSION) {
			SSL_renegotiate(ssl);
			SSL_do_handshake(ssl);
			assert_string_equal(client_ask(c, CALL(2, "session.ping", "{}")), "");
		}
		client_free(c);
		SSL_CTX_free(tls);
		ERR_clear_error();
	}
}

static void bad_files_are_named(void **state)
{
	struct world *w = *state;
	struct err e = { "" };
	struct edge_tls tls = w->options.tls;
	assert_int_equal(edge_tls_check(&tls, &e), 0);
	tls.key = w->ca_file;
	assert_int_equal(edge_tls_check(&tls, &e), -1);
	ASSERT_HAS(e.text, w->ca_file);
	tls = w->options.tls;
	tls.client_ca = w->key;
	assert_int_equal(edge_tls_check(&tls, &e), -1);
	ASSERT_HAS(e.text, w->key);
	tls = w->options.tls;
	pki_write(&w->frontend, w->ca_file, w->key); /* a key that is not the certificate's */
	assert_int_equal(edge_tls_check(&tls, &e), -1);
	ASSERT_HAS(e.text, w->key);
}

static void an_address_that_is_none_is_an_error(void **state)
{
	struct world *w = *state;
	static const char *const bad[] = { "localhost", "127.0.0.1:", "127.0.0.1:http1",
		"[::1:5:", "999.1.1.1:0" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct edge_events none = { .arg = NULL };
		struct err e = { "" };
		struct edge_options o = w->options;
		o.address = bad[i];
		assert_null(edge_open(w->base, &o, &none, &e));
		ASSERT_HAS(e.text, bad[i]);
	}
}

static void a_passed_socket_is_used(void **state)
{
	struct world *w = *state;
	edge_close(&w->edge);
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	w->options.address = NULL;
	w->options.listen_fd = fd;
	world_start(w);
	ASSERT_HAS(edge_address(w->edge), "127.0.0.1:");
	ASSERT_HAS(answer_with(w, &w->frontend), "\"result\"");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(certificates_that_do_not_verify_end_the_handshake),
		T(names_are_exact),
		T(names_with_a_nul_are_left_out),
		T(only_tls_1_3_by_default),
		T(tls_1_2_by_option_with_forward_secrecy_and_aead),
		T(sessions_are_not_resumed_and_not_renegotiated),
		T(bad_files_are_named),
		T(an_address_that_is_none_is_an_error),
		T(a_passed_socket_is_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
