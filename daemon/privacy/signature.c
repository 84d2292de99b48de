#include "triaged/privacy/signature.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "pem.h"
#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"
#include "triaged/base/record.h"
#include "triaged/privacy/secret_file.h"

#define HEAD       "triaged-rules-signature 1\n"
#define RAW_SIZE   64
#define DAY_MS     ((int64_t)24 * 3600 * 1000)
#define AHEAD_MS   DAY_MS /* how far the clock of the signing machine may be ahead of ours */
#define KEY_ERRORS "no Ed25519 key in PEM form, or one with a passphrase"

void signature_free(struct signature *s)
{
	for (size_t i = 0; i < s->n_reasons; i++)
		free(s->reasons[i]);
	free(s->reasons);
	*s = (struct signature){ .n_reasons = 0 };
}

void signature_add_reason(struct signature *s, const char *reason)
{
	s->reasons = mem_resize(s->reasons, s->n_reasons + 1, sizeof *s->reasons);
	s->reasons[s->n_reasons++] = mem_strdup(reason);
}

/* ---- the fields ---- */

/* Printable, so that a line is a line; text beyond ASCII is allowed. */
static int check_text(const char *name, const char *v, size_t max, struct err *e)
{
	size_t n = strlen(v);
	if (n == 0 || n > max)
		return err_set(e, "%s must have 1 to %zu bytes", name, max);
	if (v[0] == ' ' || v[n - 1] == ' ')
		return err_set(e, "%s begins or ends with a space", name);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)v[i] < ' ' || v[i] == 0x7f)
			return err_set(e, "%s holds a control character", name);
	return 0;
}

static bool is_hex(const char *s, size_t n)
{
	return strlen(s) == n && strspn(s, "0123456789abcdef") == n;
}

/* Whether the fields may stand in an approval: all there, of printable characters, author and
 * approver two people, expiry behind signing and at most SIGNATURE_DAYS_MAX later. */
static int check_fields(const struct signature *s, struct err *e)
{
	const struct {
		const char *name, *value;
	} texts[] = {
		{ "ruleset", s->ruleset },
		{ "version", s->version },
		{ "author", s->author },
		{ "approver", s->approver },
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (check_text(texts[i].name, texts[i].value, SIGNATURE_FIELD_MAX, e) < 0)
			return -1;
	if (!is_hex(s->digest, DIGEST_HEX_SIZE - 1))
		return err_set(e, "digest is no SHA-256 in hex");
	if (strcasecmp(s->author, s->approver) == 0)
		return err_set(e, "author and approver are the same: two people approve rules");
	if (s->expires_ms <= s->signed_ms)
		return err_set(e, "it expires before it is signed");
	if (s->expires_ms - s->signed_ms > SIGNATURE_DAYS_MAX * DAY_MS)
		return err_set(e, "it expires more than %d days later", SIGNATURE_DAYS_MAX);
	if (s->n_reasons > SIGNATURE_REASONS_MAX)
		return err_set(e, "more than %d reasons", SIGNATURE_REASONS_MAX);
	for (size_t i = 0; i < s->n_reasons; i++)
		if (check_text("a reason", s->reasons[i], SIGNATURE_REASON_MAX, e) < 0)
			return -1;
	return 0;
}

static void write_fields(const struct signature *s, struct buf *out)
{
	char at[TIME_TEXT_SIZE];
	buf_addf(out, HEAD "ruleset %s\nversion %s\ndigest %s\nauthor %s\napprover %s\n",
		s->ruleset, s->version, s->digest, s->author, s->approver);
	buf_addf(out, "signed %s\n", time_text(s->signed_ms, at));
	buf_addf(out, "expires %s\n", time_text(s->expires_ms, at));
	for (size_t i = 0; i < s->n_reasons; i++)
		buf_addf(out, "reason %s\n", s->reasons[i]);
}

/* ---- signing ---- */

static int sign_bytes(EVP_PKEY *key, const struct buf *text, unsigned char raw[RAW_SIZE])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = RAW_SIZE;
	CHECK(ctx != NULL);
	bool ok = EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
		  EVP_DigestSign(ctx, raw, &n, (const unsigned char *)text->data, text->len) == 1;
	EVP_MD_CTX_free(ctx);
	return ok && n == RAW_SIZE ? 0 : -1;
}

static EVP_PKEY *read_private(const char *file, struct err *e)
{
	char pem[4096];
	int n = secret_file_read(file, pem, sizeof pem, e);
	if (n < 0)
		return NULL;
	BIO *bio = BIO_new_mem_buf(pem, n);
	EVP_PKEY *key = pem_private_key(bio);
	BIO_free(bio);
	OPENSSL_cleanse(pem, sizeof pem);
	ERR_clear_error();
	if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519)
		return key;
	EVP_PKEY_free(key);
	err_set(e, "%s: %s", file, KEY_ERRORS);
	return NULL;
}

int signature_sign(const struct signature *s, const char *key_file, struct buf *out, struct err *e)
{
	unsigned char raw[RAW_SIZE];
	char hex[2 * RAW_SIZE + 1];
	struct buf text = { 0 };
	if (check_fields(s, e) < 0)
		return -1;
	EVP_PKEY *key = read_private(key_file, e);
	if (!key)
		return -1;
	write_fields(s, &text);
	int rc = sign_bytes(key, &text, raw);
	EVP_PKEY_free(key);
	if (rc == 0) {
		digest_hex(raw, sizeof raw, hex);
		buf_addf(out, "%ssignature %s\n", text.data, hex);
	}
	buf_free(&text);
	return rc == 0 ? 0 : err_set(e, "signing failed");
}

/* ---- reading ---- */

struct reading {
	const char *at, *end;
};

/* The rest of the next line when it begins with that word. */
static bool take_line(struct reading *r, const char *word, struct slice *value)
{
	size_t n = strlen(word);
	const char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
	if (!stop || (size_t)(stop - r->at) <= n || memcmp(r->at, word, n) != 0 || r->at[n] != ' ')
		return false;
	*value = (struct slice){ r->at + n + 1, (size_t)(stop - r->at) - n - 1 };
	r->at = stop + 1;
	return true;
}

static int read_text(struct reading *r, const char *word, char *out, size_t size, struct err *e)
{
	struct slice v;
	if (!take_line(r, word, &v))
		return err_set(e, "the line `%s` is missing or misplaced", word);
	if (v.len >= size || memchr(v.data, '\0', v.len))
		return err_set(e, "%s is too long or broken", word);
	memcpy(out, v.data, v.len);
	out[v.len] = '\0';
	return 0;
}

static int read_time(struct reading *r, const char *word, int64_t *out, struct err *e)
{
	char text[TIME_TEXT_SIZE];
	if (read_text(r, word, text, sizeof text, e) < 0)
		return -1;
	return time_parse(text, out) < 0 ? err_set(e, "%s is no time", word) : 0;
}

static int read_reasons(struct reading *r, struct signature *s, struct err *e)
{
	char text[SIGNATURE_REASON_MAX + 1];
	struct reading before = *r;
	struct slice v;
	while (s->n_reasons <= SIGNATURE_REASONS_MAX && take_line(r, "reason", &v)) {
		*r = before;
		if (read_text(r, "reason", text, sizeof text, e) < 0)
			return -1;
		signature_add_reason(s, text);
		before = *r;
	}
	return 0;
}

static int read_fields(struct reading *r, struct signature *s, struct err *e)
{
	size_t head = strlen(HEAD);
	if ((size_t)(r->end - r->at) < head || memcmp(r->at, HEAD, head) != 0)
		return err_set(e, "not a signature of rules, or of a newer kind");
	r->at += head;
	if (read_text(r, "ruleset", s->ruleset, sizeof s->ruleset, e) < 0 ||
		read_text(r, "version", s->version, sizeof s->version, e) < 0 ||
		read_text(r, "digest", s->digest, sizeof s->digest, e) < 0 ||
		read_text(r, "author", s->author, sizeof s->author, e) < 0 ||
		read_text(r, "approver", s->approver, sizeof s->approver, e) < 0 ||
		read_time(r, "signed", &s->signed_ms, e) < 0 ||
		read_time(r, "expires", &s->expires_ms, e) < 0 || read_reasons(r, s, e) < 0)
		return -1;
	return check_fields(s, e);
}

static bool verify(const struct signature_key *key, const char *text, size_t n,
	const unsigned char raw[RAW_SIZE])
{
	EVP_PKEY *pkey =
		EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->raw, sizeof key->raw);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = pkey && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
		  EVP_DigestVerify(ctx, raw, RAW_SIZE, (const unsigned char *)text, n) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return ok;
}

static void from_hex(const char *hex, unsigned char *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char pair[3] = { hex[2 * i], hex[2 * i + 1], '\0' };
		out[i] = (unsigned char)strtoul(pair, NULL, 16);
	}
}

/* The last line, and that the bytes before it are those which the approver signed. */
static int check_signature(struct reading *r, const char *text, const struct signature_key *keys,
	size_t n_keys, const struct signature *s, struct err *e)
{
	unsigned char raw[RAW_SIZE];
	char hex[2 * RAW_SIZE + 1];
	size_t n = (size_t)(r->at - text), listed = 0;
	if (read_text(r, "signature", hex, sizeof hex, e) < 0)
		return -1;
	if (!is_hex(hex, 2 * RAW_SIZE) || r->at != r->end)
		return err_set(e, "the signature is broken, or something stands behind it");
	from_hex(hex, raw, sizeof raw);
	for (size_t i = 0; i < n_keys; i++) {
		if (strcmp(keys[i].name, s->approver) != 0)
			continue;
		if (verify(&keys[i], text, n, raw))
			return 0;
		listed++;
	}
	return listed ? err_set(e, "the signature is not by the key of %s", s->approver)
		      : err_set(e, "no key is listed in clinical_keys for %s", s->approver);
}

int signature_read(const char *text, size_t n, const struct signature_key *keys, size_t n_keys,
	struct signature *s, struct err *e)
{
	struct reading r = { text, text + n };
	*s = (struct signature){ .n_reasons = 0 };
	if (read_fields(&r, s, e) == 0 && check_signature(&r, text, keys, n_keys, s, e) == 0)
		return 0;
	signature_free(s);
	return -1;
}

int signature_covers(const struct signature *s, const char *ruleset, const char *version,
	const char *digest, struct err *e)
{
	if (strcmp(s->digest, digest) != 0)
		return err_set(e,
			"the signature is for digest %s, the files have %s (the same files, in the "
			"same order?)",
			s->digest, digest);
	if (strcmp(s->ruleset, ruleset) != 0 || strcmp(s->version, version) != 0)
		return err_set(e, "the signature is for %s %s, the files say %s %s", s->ruleset,
			s->version, ruleset, version);
	return 0;
}

int signature_check_time(const struct signature *s, int64_t now_ms, struct err *e)
{
	char at[TIME_TEXT_SIZE];
	if (s->signed_ms > now_ms + AHEAD_MS)
		return err_set(e, "signed in the future, at %s", time_text(s->signed_ms, at));
	if (s->expires_ms <= now_ms)
		return err_set(e, "the signature expired at %s", time_text(s->expires_ms, at));
	return 0;
}
