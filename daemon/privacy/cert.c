#include "triaged/privacy/cert.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "pem.h"
#include "triaged/base/clock.h"
#include "triaged/privacy/secret_file.h"

struct look {
	const char *file;
	int64_t now_ms;
	cert_fault_fn fault;
	void *arg;
};

static void report(const struct look *look, const char *what)
{
	if (look->fault)
		look->fault(look->arg, look->file, what);
}

/* Not the file's contents: OpenSSL's own reason, or the system's. */
static void report_ssl(const struct look *look, const char *what)
{
	char text[300];
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	snprintf(text, sizeof text, "%s%s%s", what, reason ? ": " : "", reason ? reason : "");
	ERR_clear_error();
	report(look, text);
}

/* NULL, reported, when the file cannot be opened or, for a secret one, others can read it. */
static BIO *open_pem(const struct look *look, bool secret)
{
	struct stat st;
	struct err e;
	if (stat(look->file, &st) < 0) {
		report(look, strerror(errno));
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		report(look, "not a regular file");
		return NULL;
	}
	if (secret && secret_file_check_mode(&st, &e) < 0) {
		report(look, e.text);
		return NULL;
	}
	BIO *bio = BIO_new_file(look->file, "r");
	if (!bio)
		report_ssl(look, "cannot be read");
	return bio;
}

static int64_t time_ms(const ASN1_TIME *t)
{
	struct tm tm;
	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm) * 1000;
}

static int64_t check_dates(const struct look *look, const X509 *cert)
{
	char when[TIME_TEXT_SIZE], text[80];
	int64_t from = time_ms(X509_get0_notBefore(cert)), to = time_ms(X509_get0_notAfter(cert));
	if (look->now_ms < from) {
		snprintf(text, sizeof text, "not valid before %s", time_text(from, when));
		report(look, text);
	}
	if (look->now_ms > to) {
		snprintf(text, sizeof text, "expired at %s", time_text(to, when));
		report(look, text);
	}
	return to;
}

/* The first certificate of the file, all of them checked. NULL, reported, when there is none. */
static X509 *check_chain(const struct look *look, int64_t *ends)
{
	BIO *bio = open_pem(look, false);
	X509 *first = NULL, *cert;
	if (!bio)
		return NULL;
	ERR_clear_error();
	while ((cert = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		int64_t to = check_dates(look, cert);
		*ends = *ends == 0 || to < *ends ? to : *ends;
		if (first)
			X509_free(cert);
		else
			first = cert;
	}
	if (!first || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		report_ssl(look, "holds no PEM certificate, or a broken one");
	ERR_clear_error();
	BIO_free(bio);
	return first;
}

static void check_key(const struct look *look, const X509 *cert)
{
	BIO *bio = open_pem(look, true);
	if (!bio)
		return;
	EVP_PKEY *key = pem_private_key(bio);
	if (!key)
		report_ssl(look, "holds no PEM key, or one with a passphrase");
	else if (cert && X509_check_private_key(cert, key) != 1)
		report(look, "does not belong to the certificate");
	ERR_clear_error();
	EVP_PKEY_free(key);
	BIO_free(bio);
}

struct cert_ends cert_check(
	const struct cert_files *files, int64_t now_ms, cert_fault_fn fault, void *arg)
{
	struct look look = { files->certificate, now_ms, fault, arg };
	struct cert_ends ends = { 0 };
	X509 *cert = check_chain(&look, &ends.certificate);
	if (files->key) {
		look.file = files->key;
		check_key(&look, cert);
	}
	X509_free(cert);
	if (files->client_ca) {
		look.file = files->client_ca;
		X509_free(check_chain(&look, &ends.client_ca));
	}
	return ends;
}
