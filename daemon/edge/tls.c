#include "tls.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "triaged/base/mem.h"

/* A leaf, two intermediates and the root are plenty; longer chains only cost us time. */
#define CHAIN_DEPTH_MAX 4

static int tls_fail(struct err *e, const char *what, const char *file)
{
	char why[200] = "no reason given";
	unsigned long code = ERR_peek_error();
	if (code)
		ERR_error_string_n(code, why, sizeof why);
	ERR_clear_error();
	return err_set(e, "%s %s: %s", what, file ? file : "", why);
}

/* An encrypted key must fail, not ask a terminal for its passphrase. */
static int no_passphrase(char *out, int size, int writing, void *arg)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static void harden(SSL_CTX *ctx, int min_version)
{
	SSL_CTX_set_min_proto_version(ctx, min_version);
	/* Lines are framed, so a peer that just closes cannot cut one short unnoticed. */
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					 SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF |
					 SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	/* An idle session holds no record buffers: 15 instead of 30 KiB measured. */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				      SSL_MODE_ENABLE_PARTIAL_WRITE);
	SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
}

static int choose_algorithms(SSL_CTX *ctx, struct err *e)
{
	if (SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
		SSL_CTX_set1_groups_list(ctx, "X25519:P-256") != 1)
		return tls_fail(e, "TLS algorithms", NULL);
	return 0;
}

static int load_own(SSL_CTX *ctx, const struct edge_tls *tls, struct err *e)
{
	if (SSL_CTX_use_certificate_chain_file(ctx, tls->certificate) != 1)
		return tls_fail(e, "cannot use the certificate", tls->certificate);
	if (SSL_CTX_use_PrivateKey_file(ctx, tls->key, SSL_FILETYPE_PEM) != 1)
		return tls_fail(e, "cannot use the key", tls->key);
	if (SSL_CTX_check_private_key(ctx) != 1)
		return tls_fail(e, "the key does not belong to the certificate:", tls->key);
	return 0;
}

static int load_client_ca(SSL_CTX *ctx, const char *file, struct err *e)
{
	if (SSL_CTX_load_verify_file(ctx, file) != 1)
		return tls_fail(e, "cannot use the client CA", file);
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(file);
	if (!names)
		return tls_fail(e, "cannot use the client CA", file);
	SSL_CTX_set_client_CA_list(ctx, names); /* owned by ctx now */
	/* Not FAIL_IF_NO_PEER_CERT: people may log in by token or password instead. */
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_verify_depth(ctx, CHAIN_DEPTH_MAX);
	return 0;
}

SSL_CTX *tls_context(const struct edge_tls *tls, struct err *e)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	if (!ctx) {
		tls_fail(e, "TLS", NULL);
		return NULL;
	}
	harden(ctx, tls->min_version);
	if (choose_algorithms(ctx, e) < 0 || load_own(ctx, tls, e) < 0 ||
		(tls->client_ca && load_client_ca(ctx, tls->client_ca, e) < 0)) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

/* NULL when the string holds NUL or is not text: what one program reads as "a" another reads as
 * "a\0.example", so such a name identifies nobody. */
static char *copy_name(const ASN1_STRING *s)
{
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, s);
	char *copy = NULL;
	if (n > 0 && !memchr(utf8, '\0', (size_t)n))
		copy = mem_dup(utf8, (size_t)n);
	OPENSSL_free(utf8);
	return copy;
}

/* The subject's one common name; with several it is not clear which is meant, so none. */
static char *common_name(const X509 *certificate)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int i = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	if (i < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, i) >= 0)
		return NULL;
	return copy_name(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)));
}

static void add_name(char ***list, size_t *n, const ASN1_STRING *s)
{
	char *name = copy_name(s);
	if (!name)
		return;
	*list = mem_resize(*list, *n + 1, sizeof **list);
	(*list)[(*n)++] = name;
}

void tls_certificate_names(const X509 *certificate, struct tls_names *t)
{
	*t = (struct tls_names){ .names = { .common_name = "" } };
	t->common_name = common_name(certificate);
	GENERAL_NAMES *all = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(all, i);
		if (g->type == GEN_URI)
			add_name(&t->uris, &t->names.n_uris, g->d.uniformResourceIdentifier);
		else if (g->type == GEN_DNS)
			add_name(&t->dns, &t->names.n_dns, g->d.dNSName);
	}
	GENERAL_NAMES_free(all);
	t->names.uris = (const char *const *)t->uris;
	t->names.dns = (const char *const *)t->dns;
	if (t->common_name)
		t->names.common_name = t->common_name;
}

int tls_peer_names(const SSL *ssl, struct tls_names *t)
{
	*t = (struct tls_names){ .names = { .common_name = "" } };
	X509 *certificate = SSL_get1_peer_certificate(ssl);
	bool good = certificate && SSL_get_verify_result(ssl) == X509_V_OK;
	if (good)
		tls_certificate_names(certificate, t);
	X509_free(certificate);
	return good ? 0 : -1;
}

void tls_names_fini(struct tls_names *t)
{
	for (size_t i = 0; i < t->names.n_uris; i++)
		free(t->uris[i]);
	for (size_t i = 0; i < t->names.n_dns; i++)
		free(t->dns[i]);
	free(t->uris);
	free(t->dns);
	free(t->common_name);
	*t = (struct tls_names){ .names = { .common_name = "" } };
}
