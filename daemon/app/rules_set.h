/*
 * A compiled ruleset with what is known of its approval. Approval is judged when a set is loaded;
 * time goes on, so a set in force may have expired since.
 */
#ifndef TRIAGED_APP_RULES_SET_H
#define TRIAGED_APP_RULES_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/record.h"
#include "triaged/privacy/signature.h"
#include "triaged/triage/ruleset.h"

enum rules_origin { RULES_FROM_CONFIG, RULES_STAGED, RULES_ACTIVATED };

struct rules_set {
	enum rules_origin origin;
	struct ruleset *rules;
	bool is_signed;             /* by a listed key, for exactly these files; may have expired */
	struct signature signature; /* filled when is_signed */
	struct err why;             /* not signed: why not */
};

/*
 * The set of a node that has no valid rules: it is empty, so that every contact comes out as not
 * assessed. why: what is wrong with the rules, in one line.
 */
struct rules_set *rules_set_none(struct slice why);
bool rules_set_is_none(const struct rules_set *set);

void rules_set_free(struct rules_set **set); /* NULL is fine */

/* Read an approval and attach it when it is for this set; -1 with e: nothing changed. Whether it
 * has expired is another question: signature_check_time(). */
int rules_set_sign(struct rules_set *set, struct slice text, const struct signature_key *keys,
	size_t n_keys, struct err *e) MUST_CHECK;
/* Take it off again. */
void rules_set_unsign(struct rules_set *set);

/* Whole days until the approval ends, 0 on the last day, -1 behind it; INT_MAX when not signed. */
int rules_set_days_left(const struct rules_set *set, int64_t now_ms);

/* What people must act on, such as "the approval expires in 7 days"; "": nothing. */
const char *rules_set_alert(const struct rules_set *set, int64_t now_ms, char out[80]);

/*
 * Members of a JSON object that is open: id, version, digest, signed, author, approver, signed_at,
 * expires, reasons (null and [] when not signed), unsigned_because, demo, origin, alert.
 */
void rules_set_show(const struct rules_set *set, bool demo, int64_t now_ms, struct buf *out);

/* The same in one line of text, for people. */
void rules_set_describe(const struct rules_set *set, int64_t now_ms, struct buf *out);

#endif
