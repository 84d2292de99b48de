/*
 * Triage of one message or answer sheet: normalise, find signals, apply rules (floors only).
 *
 * Pure: same ruleset, request and facts give the same result, on every node and in every replay.
 * triage_run() never fails. What cannot be assessed is `unscored` and sits at least at the
 * ruleset's unscored level; nothing here ever lowers a level.
 *
 * A result and a scratch are made once per loop and reused; after warming up a call allocates
 * nothing. Strings in a result point into the ruleset, the request or the result itself: copy what
 * must outlive any of them. No field of a result but `facts` is fit for storage as it is, and no
 * field at all holds text of the person: spans are byte offsets into the request's text.
 */
#ifndef TRIAGED_TRIAGE_TRIAGE_H
#define TRIAGED_TRIAGE_TRIAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/level.h"
#include "triaged/triage/ruleset.h"

#define TRIAGE_TEXT_MAX  65536 /* bytes scanned of one text; more is scanned so far, and unscored */
#define TRIAGE_FACTS_MAX 65536 /* bytes of a fact set taken in; more makes the contact unscored */

/*
 * One answer or one field known about the contact. Values are text: "yes" "no" (also "true"
 * "false"), a whole number, a word; NULL, "", "unknown", "refused" and "?" are unknown, never no. A
 * value that is none of what the item takes makes the contact unscored.
 *
 * instrument   item
 * cssrs        q1..q6 q6_recent (also by the name "answers")
 * asq          1..5; from them: positive (a refusal counts), acute
 * phq9         item9 (0-3), total
 * ctrs         dangerousness support cooperation (1-5), total, which the parts give too
 * lap          1..11 concern; from them: count (of 4-11), screened_in
 * safet        level: low moderate high
 * imported     da_total (-9..60), locus (1-6): numbers from elsewhere; mhts, as ukmhts.code
 * ukmhts       code: a..g, UK Mental Health Triage Scale
 * vicmhts      code: a..g, Victorian statewide triage scale
 * now          hour, 0-23 at the contact's place
 * NULL         silent_s reconnects prior_level prior_contacts_24h location_known safe_to_contact
 *
 * The caller knows silent_s (seconds since the person was last heard); the others of the last line
 * may stand in the facts instead, as the edge puts them there when the core has told it.
 *
 * Every instrument has `given` and `refused` besides. Unknown names are ignored, with the flag
 * answer_ignored.
 */
struct triage_answer {
	const char *instrument;
	const char *item;
	const char *value;
};

struct triage_request {
	const char *
		text; /* need not be valid UTF-8 nor NUL-terminated; NULL: no text in this request */
	size_t text_len;
	/*
	 * What the person said right before, as triage_say_before() joins it; NULL: nothing. The text
	 * is read by itself and together with it, and the higher level counts: people tell in pieces.
	 */
	const char *before;
	size_t before_len;
	const char *channel;     /* any word, NULL unknown */
	const char *lang;        /* declared, BCP 47, NULL unknown */
	int age;                 /* years, -1 unknown */
	const char *caller_role; /* self third_party professional, NULL or other: unknown */
	const struct triage_answer *answers;
	size_t n_answers;
	int64_t now_min; /* minutes since any fixed moment, the same for all messages of a contact; 0
			    unknown: every window of minutes is open */
	const char *
		facts; /* `facts` of earlier results of this contact, or their line-set union; NULL none */
	size_t facts_len;
};

struct triage_span {
	uint32_t start, end; /* bytes of the request's text, end behind the last */
};

/* A rule that fired, or nearly. Spans and fields are slices of the result's shared arrays. */
struct triage_reason {
	const char *rule; /* rule id, or "unscored.<why>" */
	const char *text; /* the rule's explanation */
	enum level level; /* its floor; LEVEL_LOW when it sets none */
	bool raised;      /* its one-step raise changed the level */
	bool before;      /* part of what it found was said before: the spans show the rest */
	size_t first_span, n_spans;
	size_t first_field, n_fields;
};

/* A phrase that matched and was set aside: by what, and where. */
struct triage_suppressed {
	const char *entry; /* lexicon id */
	const char *by;    /* frame id, or "negation" "charted" "resolved" "quoted" */
	struct triage_span span;
};

struct triage_result {
	enum level level;
	bool unscored;
	/* What the words of the text weigh by themselves, for danger and for an emergency under way; 0 without text. */
	int points, points_now;
	struct triage_reason *reasons; /* highest floor first, then rule order */
	size_t n_reasons, cap_reasons;
	struct triage_span *spans;
	size_t n_spans, cap_spans;
	const char **fields; /* names such as "cssrs.q4" */
	size_t n_fields, cap_fields;
	const char **domains; /* each once, in rule order; likewise flags and actions */
	size_t n_domains, cap_domains;
	const char **flags;
	size_t n_flags, cap_flags;
	const char **actions;
	size_t n_actions, cap_actions;
	struct triage_suppressed *suppressed;
	size_t n_suppressed, cap_suppressed;
	const char **near; /* ids of rules one leaf short of firing */
	size_t n_near, cap_near;
	/*
	 * The contact's memory: lines, sorted bytewise, unique, each LF-terminated, of short tokens
	 * without any text of the person. The union of the request's facts and what this request
	 * showed. Merge sets of two nodes with triage_facts_merge(); more facts never lower a level.
	 */
	struct buf facts;
};

struct triage_scratch;

struct triage_scratch *triage_scratch_new(void);
void triage_scratch_free(struct triage_scratch **scratch);
void triage_result_free(struct triage_result *result); /* back to all zero, the valid first state */

void triage_run(struct ruleset *rules, struct triage_scratch *scratch,
	const struct triage_request *request, struct triage_result *result);

/* Append a message to what was said before the next one. */
void triage_say_before(struct buf *before, const char *text, size_t n);

/* Append the union of two fact sets to an empty out. Lines that are no facts are kept too. */
void triage_facts_merge(const char *a, size_t a_len, const char *b, size_t b_len, struct buf *out);

#endif
