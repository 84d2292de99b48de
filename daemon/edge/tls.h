/* The TLS side of a listener: a context made of files, and the names in a client's certificate. */
#ifndef TRIAGED_EDGE_TLS_H
#define TRIAGED_EDGE_TLS_H

#include <openssl/ssl.h>

#include "triaged/edge/edge.h"

/* A server context: no tickets, no session cache, no renegotiation, no compression; a client
 * certificate is asked for when there is a client_ca, and one that does not verify ends the
 * handshake. NULL with e set; e names the file. The caller owns one reference. */
SSL_CTX *tls_context(const struct edge_tls *tls, struct err *e) MUST_CHECK;

/* Names owned by this struct; read them through `names`. */
struct tls_names {
	struct certificate_names names;
	char *common_name;
	char **uris, **dns;
};

/* The names in a certificate. Free with tls_names_fini(). */
void tls_certificate_names(const X509 *certificate, struct tls_names *names);

/* The names in the peer's verified certificate. -1 when it has shown none. Free with
 * tls_names_fini() in both cases. */
int tls_peer_names(const SSL *ssl, struct tls_names *names);
void tls_names_fini(struct tls_names *names);

#endif
