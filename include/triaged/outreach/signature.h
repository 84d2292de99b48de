/*
 * Standard Webhooks 1.0: the signature on what we send and on what is sent to us.
 *
 *     webhook-id         the idempotency key: the same for every try
 *     webhook-timestamp  of this try, in seconds since 1970
 *     webhook-signature  "v1,<base64>": HMAC-SHA-256 over id.timestamp.body; several, separated by
 *                        spaces, while a secret is being changed
 *
 * A secret is 24 to 64 bytes, written "whsec_" and their base64. Pure but for reading files.
 */
#ifndef TRIAGED_OUTREACH_SIGNATURE_H
#define TRIAGED_OUTREACH_SIGNATURE_H

#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/err.h"
#include "triaged/base/record.h"

#define WEBHOOK_SECRET_MIN  24
#define WEBHOOK_SECRET_MAX  64
#define WEBHOOK_SECRETS_MAX 4
#define WEBHOOK_ID_MAX      200
#define WEBHOOK_WINDOW_S    300 /* how far a timestamp may be off: what the standard's library takes */

/* The secrets shared with one agency, the newest first. Signed with all, any one verifies. */
struct webhook_secrets {
	unsigned char at[WEBHOOK_SECRETS_MAX][WEBHOOK_SECRET_MAX];
	size_t len[WEBHOOK_SECRETS_MAX];
	size_t n;
};

/* Add one; the message never repeats the text. */
int webhook_secret_parse(
	struct webhook_secrets *secrets, struct slice text, struct err *e) MUST_CHECK;
/* Add the one in a file that nobody else can read. */
int webhook_secret_read(
	struct webhook_secrets *secrets, const char *path, struct err *e) MUST_CHECK;
void webhook_secrets_wipe(struct webhook_secrets *secrets);

/* Letters, digits, '_', ':' and '-': no '.', which would let two messages have one signed text. */
int webhook_id_check(const char *id) MUST_CHECK;

/* Append the value of webhook-signature. */
void webhook_sign(const struct webhook_secrets *secrets, const char *id, int64_t time_s,
	struct slice body, struct buf *out);

enum webhook_verdict {
	WEBHOOK_GENUINE,
	WEBHOOK_FORGED,    /* no signature fits */
	WEBHOOK_STALE,     /* genuine perhaps, but outside WEBHOOK_WINDOW_S */
	WEBHOOK_MALFORMED, /* a header is missing or not of its form */
};

/* The three headers as they came, NULL when absent. */
struct webhook_headers {
	const char *id, *time, *signature;
};

enum webhook_verdict webhook_verify(const struct webhook_secrets *secrets,
	const struct webhook_headers *headers, struct slice body, int64_t now_s) MUST_CHECK;

const char *webhook_verdict_name(enum webhook_verdict verdict);

#endif
