/*
 * Tokens with which an agency fetches one report: good for one dispatch, one agency, one version and
 * a while. It is sealed under the center's keys, so every node can check it and none is stored. Using
 * it up is not done here: whoever hands out the report records it.
 */
#ifndef TRIAGED_OUTREACH_TOKEN_H
#define TRIAGED_OUTREACH_TOKEN_H

#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/record.h"
#include "triaged/privacy/keys.h"

#define TOKEN_AGENCY_MAX 64
#define TOKEN_TEXT_MAX   512 /* bytes of a token that is looked at */

struct token {
	char agency[TOKEN_AGENCY_MAX + 1];
	int64_t version, what; /* enum report_what */
	int64_t expires_ms;    /* wall */
};

/* Append a fresh token, of A-Z a-z 0-9 _ - only. */
int token_make(const struct keys *keys, const char *dispatch, const struct token *t,
	struct buf *out, struct err *e) MUST_CHECK;

enum token_verdict { TOKEN_GOOD, TOKEN_EXPIRED, TOKEN_BAD };

enum token_verdict token_read(const struct keys *keys, const char *dispatch, struct slice text,
	int64_t now_ms, struct token *t) MUST_CHECK;

#endif
