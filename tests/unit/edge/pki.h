/* Certificates made on the spot: a CA, and leaves with whatever a test wants wrong with them. */
#ifndef TESTS_EDGE_PKI_H
#define TESTS_EDGE_PKI_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "triaged/base/check.h"

struct pki {
	X509 *cert;
	EVP_PKEY *key;
};

struct leaf {
	const char *cn;
	int cn_len; /* 0: strlen */
	const char *uri, *dns;
	int dns_len;             /* 0: strlen */
	long from_days, to_days; /* both 0: yesterday to tomorrow */
	bool ca;
};

static inline void pki_add_san(X509 *cert, const struct leaf *l)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	const struct {
		int type;
		const char *text;
		int n;
	} all[] = { { GEN_URI, l->uri, 0 }, { GEN_DNS, l->dns, l->dns_len } };
	for (int i = 0; i < 2; i++) {
		if (!all[i].text)
			continue;
		GENERAL_NAME *g = GENERAL_NAME_new();
		ASN1_IA5STRING *s = ASN1_IA5STRING_new();
		CHECK(ASN1_STRING_set(s, all[i].text, all[i].n ? all[i].n : -1));
		GENERAL_NAME_set0_value(g, all[i].type, s);
		sk_GENERAL_NAME_push(names, g);
	}
	if (sk_GENERAL_NAME_num(names) > 0)
		CHECK(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0) == 1);
	GENERAL_NAMES_free(names);
}

/* by NULL: signs itself. */
static inline struct pki pki_make(const struct leaf *l, const struct pki *by)
{
	static long serial = 1;
	struct pki p = { X509_new(), EVP_EC_gen("P-256") };
	CHECK(p.cert && p.key);
	bool dated = l->from_days || l->to_days;
	X509_set_version(p.cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(p.cert), serial++);
	X509_gmtime_adj(X509_getm_notBefore(p.cert), 86400 * (dated ? l->from_days : -1));
	X509_gmtime_adj(X509_getm_notAfter(p.cert), 86400 * (dated ? l->to_days : 1));
	X509_set_pubkey(p.cert, p.key);
	CHECK(X509_NAME_add_entry_by_txt(X509_get_subject_name(p.cert), "CN", MBSTRING_UTF8,
		      (const unsigned char *)l->cn, l->cn_len ? l->cn_len : -1, -1, 0) == 1);
	X509_set_issuer_name(p.cert, X509_get_subject_name(by ? by->cert : p.cert));
	if (l->ca) {
		BASIC_CONSTRAINTS bc = { .ca = 1 };
		CHECK(X509_add1_ext_i2d(p.cert, NID_basic_constraints, &bc, 1, 0) == 1);
	}
	pki_add_san(p.cert, l);
	CHECK(X509_sign(p.cert, by ? by->key : p.key, EVP_sha256()) > 0);
	return p;
}

static inline void pki_free(struct pki *p)
{
	X509_free(p->cert);
	EVP_PKEY_free(p->key);
	*p = (struct pki){ 0 };
}

static inline void pki_write(const struct pki *p, const char *cert_file, const char *key_file)
{
	FILE *f = fopen(cert_file, "w");
	CHECK(f && PEM_write_X509(f, p->cert) == 1 && fclose(f) == 0);
	if (!key_file)
		return;
	f = fopen(key_file, "w");
	CHECK(f && PEM_write_PrivateKey(f, p->key, NULL, NULL, 0, NULL, NULL) == 1 &&
		fclose(f) == 0);
}

#endif
