#include "triaged/privacy/seal.h"

#include <assert.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/privacy/random.h"

#define VERSION   1
#define NONCE_LEN 12
#define TAG_LEN   16
#define HEAD_LEN  (1 + 4 + NONCE_LEN)

static_assert(SEAL_OVERHEAD == HEAD_LEN + TAG_LEN, "the header states the overhead");

/* Looking it up costs as much as sealing a short text, so that is done once. */
static const EVP_CIPHER *algorithm(void)
{
	static EVP_CIPHER *found;
	if (!found)
		found = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	CHECK(found != NULL);
	return found;
}

/* A context with key, nonce and the authenticated part set. The head is authenticated too. */
static EVP_CIPHER_CTX *begin(const unsigned char *key, const unsigned char head[HEAD_LEN],
	const char *owner, int encrypt)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;
	CHECK(ctx != NULL);
	CHECK(EVP_CipherInit_ex(ctx, algorithm(), NULL, key, head + 5, encrypt) == 1);
	CHECK(EVP_CipherUpdate(ctx, NULL, &n, head, HEAD_LEN) == 1);
	CHECK(EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *)owner, (int)strlen(owner)) ==
		1);
	return ctx;
}

static void *grow(struct buf *out, size_t n)
{
	static const char zero[256];
	size_t at = out->len;
	for (size_t left = n; left > 0;) {
		size_t some = left < sizeof zero ? left : sizeof zero;
		buf_add(out, zero, some);
		left -= some;
	}
	return n ? out->data + at : NULL;
}

int seal_text(const struct keys *keys, const char *owner, struct slice text, struct buf *out,
	struct err *e)
{
	if (text.len > INT_MAX - SEAL_OVERHEAD)
		return err_set(e, "seal: the text is too long");
	uint32_t id = keys_newest_seal(keys);
	unsigned char *to = grow(out, text.len + SEAL_OVERHEAD);
	to[0] = VERSION;
	for (int i = 0; i < 4; i++)
		to[1 + i] = (unsigned char)(id >> (24 - 8 * i));
	random_bytes(to + 5, NONCE_LEN);
	EVP_CIPHER_CTX *ctx = begin(keys_seal(keys, id), to, owner, 1);
	unsigned char *body = to + HEAD_LEN;
	int n = 0, rest = 0;
	CHECK(EVP_EncryptUpdate(ctx, body, &n, (const unsigned char *)text.data, (int)text.len) ==
		1);
	CHECK(EVP_EncryptFinal_ex(ctx, body + n, &rest) == 1 && (size_t)n == text.len);
	CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN, body + n) == 1);
	EVP_CIPHER_CTX_free(ctx);
	return 0;
}

static int open_body(EVP_CIPHER_CTX *ctx, const unsigned char *body, size_t len, struct buf *out)
{
	size_t before = out->len;
	unsigned char *to = grow(out, len + 1); /* never NULL, also for an empty text */
	int n = 0, rest = 0;
	/* OpenSSL wants a tag it may write to; it only reads it here. */
	unsigned char tag[TAG_LEN];
	memcpy(tag, body + len, TAG_LEN);
	CHECK(EVP_DecryptUpdate(ctx, to, &n, body, (int)len) == 1 && (size_t)n == len);
	CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) == 1);
	int rc = EVP_DecryptFinal_ex(ctx, to + n, &rest) == 1 ? 0 : -1;
	if (rc < 0)
		OPENSSL_cleanse(to, len); /* not authentic: nobody may see it */
	out->len = rc < 0 ? before : before + len;
	out->data[out->len] = '\0';
	return rc;
}

int seal_open(const struct keys *keys, const char *owner, struct slice sealed, struct buf *out,
	struct err *e)
{
	const unsigned char *from = (const unsigned char *)sealed.data;
	if (sealed.len < SEAL_OVERHEAD || sealed.len > INT_MAX)
		return err_set(e, "seal: not a sealed text");
	if (from[0] != VERSION)
		return err_set(e, "seal: version %d is unknown here", from[0]);
	uint32_t id = (uint32_t)from[1] << 24 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 8 |
		      from[4];
	const unsigned char *key = keys_seal(keys, id);
	if (!key)
		return err_set(e, "seal: key %u is not here", (unsigned)id);
	EVP_CIPHER_CTX *ctx = begin(key, from, owner, 0);
	int rc = open_body(ctx, from + HEAD_LEN, sealed.len - SEAL_OVERHEAD, out);
	EVP_CIPHER_CTX_free(ctx);
	return rc < 0 ? err_set(e, "seal: the text was changed or belongs elsewhere") : 0;
}
