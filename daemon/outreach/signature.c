#include "triaged/outreach/signature.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdbool.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/privacy/digest.h"
#include "triaged/privacy/mac.h"
#include "triaged/privacy/secret_file.h"

#define PREFIX         "whsec_"
#define SIGNATURE_SIZE 44 /* base64 of 32 bytes */
#define SIGNATURES_MAX 16 /* looked at in one header */

int webhook_secret_parse(struct webhook_secrets *secrets, struct slice text, struct err *e)
{
	struct buf bytes = { 0 };
	size_t prefix = strlen(PREFIX);
	if (secrets->n == WEBHOOK_SECRETS_MAX)
		return err_set(e, "more than %d secrets", WEBHOOK_SECRETS_MAX);
	if (text.len < prefix || memcmp(text.data, PREFIX, prefix) != 0)
		return err_set(e, "a webhook secret begins with " PREFIX);
	if (base64_read((struct slice){ text.data + prefix, text.len - prefix }, &bytes, e) < 0)
		return err_wrap(e, "webhook secret");
	int fits = bytes.len >= WEBHOOK_SECRET_MIN && bytes.len <= WEBHOOK_SECRET_MAX;
	if (fits) {
		memcpy(secrets->at[secrets->n], bytes.data, bytes.len);
		secrets->len[secrets->n++] = bytes.len;
	}
	buf_wipe(&bytes);
	return fits ? 0
		    : err_set(e, "a webhook secret has %d to %d bytes", WEBHOOK_SECRET_MIN,
			      WEBHOOK_SECRET_MAX);
}

int webhook_secret_read(struct webhook_secrets *secrets, const char *path, struct err *e)
{
	char text[256];
	int n = secret_file_read(path, text, sizeof text, e);
	if (n < 0)
		return err_wrap(e, "%s", path);
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	int read = webhook_secret_parse(secrets, (struct slice){ text, (size_t)n }, e);
	explicit_bzero(text, sizeof text);
	return read < 0 ? err_wrap(e, "%s", path) : 0;
}

void webhook_secrets_wipe(struct webhook_secrets *secrets)
{
	explicit_bzero(secrets, sizeof *secrets);
}

int webhook_id_check(const char *id)
{
	size_t n = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:-");
	return n > 0 && n <= WEBHOOK_ID_MAX && id[n] == '\0' ? 0 : -1;
}

static void sign_once(const struct webhook_secrets *secrets, size_t i, const char *head,
	struct slice body, struct buf *out)
{
	unsigned char mac[MAC_SIZE];
	const struct slice parts[] = { { head, strlen(head) }, body };
	mac_sha256((struct slice){ (const char *)secrets->at[i], secrets->len[i] }, parts, 2, mac);
	base64_add(out, (struct slice){ (const char *)mac, sizeof mac });
}

void webhook_sign(const struct webhook_secrets *secrets, const char *id, int64_t time_s,
	struct slice body, struct buf *out)
{
	char head[WEBHOOK_ID_MAX + 32];
	CHECK(webhook_id_check(id) == 0);
	snprintf(head, sizeof head, "%s.%" PRId64 ".", id, time_s);
	for (size_t i = 0; i < secrets->n; i++) {
		buf_adds(out, i ? " v1," : "v1,");
		sign_once(secrets, i, head, body, out);
	}
}

/* Whether one of the header's "v1,…" is what secret i makes. Every one of them is compared, so the
 * time taken tells nothing. */
static bool any_fits(const char *signatures, const struct buf *ours)
{
	bool fits = false;
	int looked = 0;
	for (const char *at = signatures; *at && looked < SIGNATURES_MAX; looked++) {
		size_t n = strcspn(at, " ");
		if (n == 3 + SIGNATURE_SIZE && strncmp(at, "v1,", 3) == 0)
			fits |= digest_equal(at + 3, ours->data, SIGNATURE_SIZE);
		at += n + strspn(at + n, " ");
	}
	return fits;
}

static int read_time(const char *text, int64_t *time_s)
{
	size_t n = strlen(text);
	return n == 0 || n > 12 || strspn(text, "0123456789") != n
		       ? -1
		       : slice_int((struct slice){ text, n }, time_s);
}

enum webhook_verdict webhook_verify(const struct webhook_secrets *secrets,
	const struct webhook_headers *headers, struct slice body, int64_t now_s)
{
	char head[WEBHOOK_ID_MAX + 32];
	struct buf ours = { 0 };
	int64_t time_s = 0;
	bool genuine = false;
	if (!headers->id || !headers->time || !headers->signature ||
		webhook_id_check(headers->id) < 0 || read_time(headers->time, &time_s) < 0)
		return WEBHOOK_MALFORMED;
	snprintf(head, sizeof head, "%s.%s.", headers->id, headers->time);
	for (size_t i = 0; i < secrets->n; i++) {
		buf_clear(&ours);
		sign_once(secrets, i, head, body, &ours);
		genuine |= any_fits(headers->signature, &ours);
	}
	buf_free(&ours);
	if (!genuine)
		return WEBHOOK_FORGED;
	int64_t off = now_s - time_s;
	return off > WEBHOOK_WINDOW_S || off < -WEBHOOK_WINDOW_S ? WEBHOOK_STALE : WEBHOOK_GENUINE;
}

const char *webhook_verdict_name(enum webhook_verdict verdict)
{
	static const char *const names[] = { "genuine", "forged", "stale", "malformed" };
	return names[verdict];
}
