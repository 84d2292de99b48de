/*
 * Passwords as scrypt hashes, `scrypt$N$r$p$salt$hash` with salt and hash in base64, and time
 * codes by RFC 6238 (SHA-1, six digits, 30 s). Hashing takes some 80 ms and 32 MiB on purpose:
 * call it from a worker thread, never from the loop. All functions may run in any thread.
 */
#ifndef TRIAGED_PRIVACY_PASSWORD_H
#define TRIAGED_PRIVACY_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/err.h"

#define PASSWORD_TEXT_SIZE 160
#define PASSWORD_MAX       256 /* bytes of a password: longer ones are refused, not cut */
#define TOTP_SECRET_MIN    10  /* bytes */
#define TOTP_SECRET_MAX    64

enum password_result { PASSWORD_MATCHES, PASSWORD_DIFFERS, PASSWORD_UNREADABLE };

/* The encoded form of a new password, with a fresh salt. */
int password_hash(const char *password, char out[PASSWORD_TEXT_SIZE], struct err *e) MUST_CHECK;

/* -1 when encoded is not a form that password_verify() can check, or asks for over 256 MiB. */
int password_check_form(const char *encoded, struct err *e) MUST_CHECK;

/* Constant time in the password. UNREADABLE: encoded is malformed, or memory ran out. */
enum password_result password_verify(const char *encoded, const char *password) MUST_CHECK;

/* Base32 (RFC 4648, spaces and padding allowed) to bytes; the length, or -1 with e set. */
int totp_secret(const char *base32, unsigned char out[TOTP_SECRET_MAX], struct err *e) MUST_CHECK;

/*
 * Whether code is right at unix_s or one step (30 s) to either side. *step is the step it belongs
 * to: the caller refuses one that is not larger than the last it accepted, so a code works once.
 */
bool totp_check(const unsigned char *secret, size_t n, int64_t unix_s, const char *code,
	int64_t *step) MUST_CHECK;

#endif
