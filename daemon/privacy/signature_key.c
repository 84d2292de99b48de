/* Key pairs of those who approve rules, as files. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/privacy/secret_file.h"
#include "triaged/privacy/signature.h"

static int write_public(const char *path, EVP_PKEY *key, struct err *e)
{
	FILE *f = fopen(path, "wxe");
	if (!f)
		return err_set(e, "%s: %s", path, strerror(errno));
	int ok = PEM_write_PUBKEY(f, key);
	if (fclose(f) == 0 && ok == 1)
		return 0;
	return err_set(e, "%s: cannot be written", path);
}

static int write_private(const char *path, EVP_PKEY *key, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *pem;
	CHECK(bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
	long n = BIO_get_mem_data(bio, &pem);
	int rc = secret_file_create(path, pem, (size_t)n, e);
	BIO_free(bio);
	return rc;
}

int signature_make_key(const char *file, struct err *e)
{
	char public[4096];
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	CHECK(key != NULL);
	int rc = -1;
	if ((size_t)snprintf(public, sizeof public, "%s.pub", file) >= sizeof public)
		err_set(e, "the name is too long");
	else if ((rc = write_private(file, key, e)) == 0 && write_public(public, key, e) < 0)
		rc = -1;
	EVP_PKEY_free(key);
	return rc;
}

int signature_read_key(const char *file, unsigned char raw[SIGNATURE_KEY_SIZE], struct err *e)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hold us up */
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	size_t n = SIGNATURE_KEY_SIZE;
	if (!f)
		return err_set(e, "%s: %s", file, strerror(errno));
	EVP_PKEY *key = PEM_read_PUBKEY(f, NULL, NULL, NULL);
	fclose(f);
	int ok = key && EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 &&
		 EVP_PKEY_get_raw_public_key(key, raw, &n) == 1;
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok ? 0 : err_set(e, "%s: holds no public Ed25519 key in PEM form", file);
}
