#include "triaged/privacy/wrap.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

#include "pem.h"
#include "triaged/base/check.h"
#include "triaged/privacy/digest.h"
#include "triaged/privacy/random.h"

#define VERSION   1
#define NONCE_LEN 12
#define TAG_LEN   16

static const char purpose[] = "triaged keyring 1";
static const char check_text[] = "triaged key check 1";

static EVP_PKEY *read_tls_key(const char *file, struct err *e)
{
	BIO *bio = BIO_new_file(file, "r");
	EVP_PKEY *key = bio ? pem_private_key(bio) : NULL;
	if (!key)
		err_set(e, "%s: no PEM key can be read from it", file);
	ERR_clear_error();
	BIO_free(bio);
	return key;
}

/* The private key in one form, whatever form the file has. Length; *der is freed by the caller. */
static int encode_private(EVP_PKEY *key, unsigned char **der)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	*der = NULL;
	int n = info ? i2d_PKCS8_PRIV_KEY_INFO(info, der) : -1;
	PKCS8_PRIV_KEY_INFO_free(info);
	return n;
}

static void derive(const unsigned char *secret, int n, const char *salt, unsigned char *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	size_t len = KEY_BYTES;
	CHECK(ctx && EVP_PKEY_derive_init(ctx) == 1);
	CHECK(EVP_PKEY_CTX_set_hkdf_md(ctx, EVP_sha256()) == 1);
	CHECK(EVP_PKEY_CTX_set1_hkdf_salt(ctx, (const unsigned char *)salt, (int)strlen(salt)) ==
		1);
	CHECK(EVP_PKEY_CTX_set1_hkdf_key(ctx, secret, n) == 1);
	CHECK(EVP_PKEY_CTX_add1_hkdf_info(
		      ctx, (const unsigned char *)purpose, (int)strlen(purpose)) == 1);
	CHECK(EVP_PKEY_derive(ctx, out, &len) == 1 && len == KEY_BYTES);
	EVP_PKEY_CTX_free(ctx);
}

static void name_holder(EVP_PKEY *key, char out[WRAP_HOLDER_SIZE])
{
	unsigned char *der = NULL;
	char hex[DIGEST_HEX_SIZE];
	int n = i2d_PUBKEY(key, &der);
	CHECK(n > 0);
	digest_sha256_hex(der, (size_t)n, hex);
	OPENSSL_free(der);
	memcpy(out, hex, WRAP_HOLDER_SIZE - 1);
	out[WRAP_HOLDER_SIZE - 1] = '\0';
}

int wrapper_init(struct wrapper *w, const char *tls_key_file, const char *center, struct err *e)
{
	unsigned char *der;
	EVP_PKEY *key = read_tls_key(tls_key_file, e);
	if (!key)
		return -1;
	int n = encode_private(key, &der);
	if (n > 0) {
		derive(der, n, center, w->key);
		name_holder(key, w->holder);
		w->center = center;
		OPENSSL_clear_free(der, (size_t)n);
	}
	ERR_clear_error();
	EVP_PKEY_free(key);
	return n > 0 ? 0 : err_set(e, "%s: a key of a kind that cannot be written", tls_key_file);
}

void wrapper_wipe(struct wrapper *w)
{
	OPENSSL_cleanse(w, sizeof *w);
}

static void authenticate(EVP_CIPHER_CTX *ctx, const void *p, size_t n)
{
	int ignored;
	CHECK(EVP_CipherUpdate(ctx, NULL, &ignored, p, (int)n) == 1);
}

/* A context with key, nonce and the authenticated part set. */
static EVP_CIPHER_CTX *begin(
	const struct wrapper *w, const char *name, const unsigned char *head, int encrypt)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	CHECK(ctx && EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, w->key, head + 1, encrypt));
	authenticate(ctx, head, 1);
	authenticate(ctx, w->center, strlen(w->center) + 1); /* the NUL parts the two */
	authenticate(ctx, name, strlen(name));
	return ctx;
}

void wrap_key(const struct wrapper *w, const char *name, const unsigned char key[KEY_BYTES],
	unsigned char out[WRAP_SIZE])
{
	unsigned char *body = out + 1 + NONCE_LEN;
	int n, rest;
	out[0] = VERSION;
	random_bytes(out + 1, NONCE_LEN);
	EVP_CIPHER_CTX *ctx = begin(w, name, out, 1);
	CHECK(EVP_EncryptUpdate(ctx, body, &n, key, KEY_BYTES) == 1 && n == KEY_BYTES);
	CHECK(EVP_EncryptFinal_ex(ctx, body + n, &rest) == 1);
	CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN, body + n) == 1);
	EVP_CIPHER_CTX_free(ctx);
}

int wrap_open(const struct wrapper *w, const char *name, struct slice wrapped,
	unsigned char key[KEY_BYTES], struct err *e)
{
	const unsigned char *from = (const unsigned char *)wrapped.data;
	unsigned char tag[TAG_LEN];
	int n, rest;
	if (wrapped.len != WRAP_SIZE || from[0] != VERSION)
		return err_set(e, "%s: not a wrapped key", name);
	const unsigned char *body = from + 1 + NONCE_LEN;
	memcpy(tag, body + KEY_BYTES, TAG_LEN);
	EVP_CIPHER_CTX *ctx = begin(w, name, from, 0);
	CHECK(EVP_DecryptUpdate(ctx, key, &n, body, KEY_BYTES) == 1 && n == KEY_BYTES);
	CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) == 1);
	bool authentic = EVP_DecryptFinal_ex(ctx, key + n, &rest) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (authentic)
		return 0;
	OPENSSL_cleanse(key, KEY_BYTES);
	return err_set(e, "%s: wrapped under another TLS key or changed", name);
}

void wrap_check(const unsigned char key[KEY_BYTES], char out[WRAP_CHECK_SIZE])
{
	unsigned char mac[SHA256_DIGEST_LENGTH];
	CHECK(HMAC(EVP_sha256(), key, KEY_BYTES, (const unsigned char *)check_text,
		strlen(check_text), mac, NULL));
	digest_hex(mac, (WRAP_CHECK_SIZE - 1) / 2, out);
}
