#include "triaged/privacy/mac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include "triaged/base/check.h"

/* Looking the algorithms up costs more than a short MAC, so that is done once. The model's key is
 * nobody's; each use copies the model and sets its own. */
static const EVP_MAC_CTX *model(void)
{
	static const unsigned char nobody[MAC_SIZE];
	static EVP_MAC_CTX *made;
	if (made)
		return made;
	char digest[] = "SHA256";
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end() };
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	made = EVP_MAC_CTX_new(hmac);
	CHECK(made && EVP_MAC_init(made, nobody, sizeof nobody, params) == 1);
	EVP_MAC_free(hmac);
	return made;
}

void mac_sha256(struct slice key, const struct slice *parts, size_t n, unsigned char out[MAC_SIZE])
{
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_dup(model());
	size_t len = 0;
	CHECK(ctx && EVP_MAC_init(ctx, (const unsigned char *)key.data, key.len, NULL) == 1);
	for (size_t i = 0; i < n; i++)
		CHECK(EVP_MAC_update(ctx, (const unsigned char *)parts[i].data, parts[i].len) == 1);
	CHECK(EVP_MAC_final(ctx, out, &len, MAC_SIZE) == 1 && len == MAC_SIZE);
	EVP_MAC_CTX_free(ctx);
}

void base64_add(struct buf *out, struct slice bytes)
{
	size_t need = (bytes.len + 2) / 3 * 4;
	char *to = buf_room(out, need + 1);
	CHECK(EVP_EncodeBlock((unsigned char *)to, (const unsigned char *)bytes.data,
		      (int)bytes.len) == (int)need);
	out->len += need;
}

/* The decoder skips white space and reads padding as zero, so what it read is written again. */
static int is_canonical(struct slice text, struct slice bytes)
{
	struct buf again = { 0 };
	base64_add(&again, bytes);
	int same = again.len == text.len && memcmp(again.data, text.data, text.len) == 0;
	buf_wipe(&again);
	return same;
}

int base64_read(struct slice text, struct buf *out, struct err *e)
{
	if (text.len == 0 || text.len % 4 != 0 || text.len > 65536)
		return err_set(e, "not base64");
	char *to = buf_room(out, text.len);
	int n = EVP_DecodeBlock(
		(unsigned char *)to, (const unsigned char *)text.data, (int)text.len);
	if (n < 0)
		return err_set(e, "not base64");
	for (size_t i = 1; i <= 2 && text.data[text.len - i] == '='; i++)
		n--;
	if (!is_canonical(text, (struct slice){ to, (size_t)n }))
		return err_set(e, "not base64");
	out->len += (size_t)n;
	out->data[out->len] = '\0';
	return 0;
}
