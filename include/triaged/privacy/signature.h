/*
 * The approval of a ruleset: a detached Ed25519 signature over a short text that people can read.
 *
 *     triaged-rules-signature 1
 *     ruleset crisis-core
 *     version 1.4.0
 *     digest 3f…            SHA-256 of the rule files, as ruleset_digest() has it
 *     author ann            who wrote the change
 *     approver ben          who answers for it: the name under which the key is listed
 *     signed 2026-01-31T10:00:00.000Z
 *     expires 2026-07-30T10:00:00.000Z
 *     reason FIG-010: idiom, reviewed on our corpus      (any number, one for every drop)
 *     signature 5a…         over all bytes above
 *
 * There is one way only to write an approval: any other byte anywhere makes it invalid.
 */
#ifndef TRIAGED_PRIVACY_SIGNATURE_H
#define TRIAGED_PRIVACY_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/privacy/digest.h"

#define SIGNATURE_FIELD_MAX   128 /* bytes of a name, an id or a version */
#define SIGNATURE_REASON_MAX  500 /* bytes */
#define SIGNATURE_REASONS_MAX 100
#define SIGNATURE_TEXT_MAX    65536 /* bytes of the whole: more than all fields can fill */
#define SIGNATURE_DAYS        180   /* an approval holds so long unless it says otherwise */
#define SIGNATURE_DAYS_MAX    366

struct signature {
	char ruleset[SIGNATURE_FIELD_MAX + 1], version[SIGNATURE_FIELD_MAX + 1];
	char digest[DIGEST_HEX_SIZE];
	char author[SIGNATURE_FIELD_MAX + 1], approver[SIGNATURE_FIELD_MAX + 1];
	int64_t signed_ms, expires_ms; /* wall */
	char **reasons;
	size_t n_reasons;
};

#define SIGNATURE_KEY_SIZE 32

/* A public key that may approve, and whose it is. */
struct signature_key {
	char *name;
	unsigned char raw[SIGNATURE_KEY_SIZE];
};

/* Back to all zero. */
void signature_free(struct signature *s);
void signature_add_reason(struct signature *s, const char *reason);

/* Append the signed text. key_file: PEM, an Ed25519 private key that nobody else can read. */
int signature_sign(
	const struct signature *s, const char *key_file, struct buf *out, struct err *e) MUST_CHECK;

/*
 * Read a signed text and verify it with the key that is listed under its approver's name; one
 * name may have several keys. 0 with s filled (free it), else -1 with e saying what is wrong.
 * Says nothing about the time nor about which files are meant: see the next two.
 */
int signature_read(const char *text, size_t n, const struct signature_key *keys, size_t n_keys,
	struct signature *s, struct err *e) MUST_CHECK;

/* Whether it is about this ruleset. */
int signature_covers(const struct signature *s, const char *ruleset, const char *version,
	const char *digest, struct err *e) MUST_CHECK;

/* Whether it holds at that moment. */
int signature_check_time(const struct signature *s, int64_t now_ms, struct err *e) MUST_CHECK;

/* Make a key pair: file (mode 0600, must not exist) and file.pub, both PEM. */
int signature_make_key(const char *file, struct err *e) MUST_CHECK;

/* Read a PEM public key; -1 when it is none or not Ed25519. */
int signature_read_key(
	const char *file, unsigned char raw[SIGNATURE_KEY_SIZE], struct err *e) MUST_CHECK;

#endif
