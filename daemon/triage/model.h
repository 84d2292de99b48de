/* The compiled ruleset and one run's working memory: what the parts of the engine share. */
#ifndef TRIAGE_MODEL_H
#define TRIAGE_MODEL_H

#include "triaged/base/record.h"
#include "triaged/triage/ruleset.h"
#include "triaged/triage/triage.h"

#include "decode.h"
#include "field.h"
#include "names.h"
#include "phrase.h"
#include "points.h"
#include "rule.h"
#include "scan.h"
#include "sets.h"
#include "text.h"

enum owner_kind { OWNER_ENTRY, OWNER_FRAME, OWNER_CUE };

/* What phrase number i belongs to. */
struct owner {
	enum owner_kind kind;
	uint32_t index; /* ENTRY, FRAME: into their arrays; CUE: enum cue */
	size_t lang;    /* CUE: into langs */
};

struct entry {
	const char *id;
	enum family family;
	enum when when;       /* WHEN_UNKNOWN: read from the cues */
	enum subject subject; /* SUBJECT_UNKNOWN: read from the words */
	bool negatable, figurative_ok;
	size_t lang; /* into langs */
};

struct frame {
	const char *id;
	enum reach reach;
	uint64_t families; /* FAMILY_BIT of what it sets aside */
	uint64_t subjects; /* bits of enum subject: of whom */
	enum when when;    /* it dates what it covers instead; WHEN_UNKNOWN: it does not */
};

/* The topic of sentences that weigh so little, for signals of one language. */
struct points_topic {
	struct frame frame;
	size_t lang;    /* into langs */
	int points;     /* at most */
	uint32_t words; /* at least, in the sentence */
};

/* In staff notes `word` stands where the person in contact says `as`. */
struct note_word {
	uint32_t word, as;
	bool capitals; /* only in capitals, and of whomever */
};

/* A word that clause cue number `cue` may begin with. */
struct clause_begin {
	uint32_t word, cue;
};

struct ruleset {
	uint32_t refs;
	const char *id, *version, *digest;
	enum level default_level, unscored_level;
	struct ruleset_wording *wording;
	size_t n_wording;
	const char **langs;
	size_t n_langs;
	struct fold fold;
	struct vocab vocab;
	struct decoder decoder;
	struct points points;
	struct phrase *phrases; /* those the scan looks for */
	struct owner *owners;
	uint32_t n_phrases;
	struct phrase *clause_cues;
	uint32_t n_clause_cues;
	struct clause_begin *clause_begins; /* ascending by word */
	uint32_t n_clause_begins;
	struct note_word *note_words;
	uint32_t n_note_words;
	struct scan scan;
	struct entry *entries;
	uint32_t n_entries;
	struct frame *frames;
	uint32_t n_frames;
	struct points_topic *points_topics;
	uint32_t n_points_topics;
	struct rule *rules;
	struct rule_gate *gates; /* one for each of rules */
	uint32_t n_rules;
	size_t n_cues;
	uint64_t timed;       /* FAMILY_BIT of what a window of minutes asks for */
	bool judges_language; /* it has light words, so coverage can be read from the text */
	char **strings;       /* everything pointed at above */
	size_t n_strings;
};

#define NO_MINUTE (-1)

struct slice_list {
	struct slice *items;
	size_t n, cap;
};

/* A lexicon phrase found in the text, or a fact of an earlier message. */
struct signal {
	const struct entry *entry; /* NULL for a fact */
	const char *id;
	size_t id_len;
	enum family family;
	enum subject subject;
	enum when when;
	enum framing framing;
	uint32_t from, end;           /* honest tokens; facts: none */
	uint32_t clause, last_clause; /* first and last that it lies in */
	const struct phrase *phrase;  /* what matched the honest text; NULL: another reading */
	struct triage_span span;
	const char *suppressed_by; /* NULL: counts */
	int64_t minute;            /* facts: when it was said, 0 unknown; NO_MINUTE: not noted */
	bool decoded;              /* found in the decoded reading only */
	bool denied;               /* the person says that it is not so */
	bool contained;            /* inside a longer one of the same sense */
};

struct cue_match {
	enum cue kind;
	size_t lang;        /* into langs */
	uint32_t from, end; /* honest tokens */
	uint32_t next;      /* number + 1 of another one that begins in the same clause, 0 none */
};

struct frame_match {
	const struct frame *frame;
	uint32_t from, end;
};

/* A signal of the families, and of the people, that the frame names. */
static inline bool frame_is_about(const struct frame *f, const struct signal *s)
{
	return (f->families & FAMILY_BIT(s->family)) && (f->subjects >> s->subject & 1);
}

#define NOTED_LAST 256

struct triage_scratch {
	struct ruleset *bound; /* counted reference: the scan memory fits this one */
	struct scan_scratch scan;
	struct text honest, decoded, told; /* told: a staff note in the person's words */
	bool has_decoded;                  /* this text has another reading */
	struct signal *signals;            /* of this message; suppressed ones too */
	size_t n_signals, cap_signals;
	struct signal *facts; /* of earlier messages */
	size_t n_facts, cap_facts;
	struct signal_sets said, remembered; /* what counts of signals, of facts, by kind */
	struct cue_match *cues;
	size_t n_cues, cap_cues;
	uint32_t cue_kinds;    /* bits of enum cue: those found */
	uint32_t *clause_cues; /* by clause: number + 1 of a cue that begins in it, 0 none */
	size_t n_clause_cues, cap_clause_cues;
	struct frame_match *frames;
	size_t n_frames, cap_frames;
	struct points_scratch points;
	struct values values;
	struct buf lines;  /* this message's facts, unsorted */
	struct buf joined; /* what was said before, and the text */
	struct triage_result together;
	uint32_t said_from; /* byte of the text at which the message begins */
	struct slice_list sorted;
	uint32_t noted[NOTED_LAST]; /* by entry: number + 1 of the signal that was noted last */
	uint64_t message_families, contact_families; /* FAMILY_BIT of what counts */
	uint64_t denied;            /* FAMILY_BIT of what was ever said not to be so */
	int fact_level, fact_raise; /* enum level, or -1 */
	int open_level, open_raise; /* likewise, were it not for topics of earlier messages */
	bool left_open;             /* danger is told that no topic accounts for */
	uint32_t unscored;          /* bits of enum unscored */
	bool misread[FIELD_MAX];    /* given a value that is not understood */
	int64_t now_min, anchor;    /* minutes; anchor: where windows of minutes end */
	bool calls_note;            /* written by staff: charted wording means what it says */
};

/* The first of the signals of block number k that are in `set`, which is not empty. */
static inline const struct signal *sets_first(const struct signal *signals, size_t k, uint64_t set)
{
	return &signals[k * SETS_BLOCK + (size_t)__builtin_ctzll(set)];
}

/* Make room for one more in an array of a scratch or a result. */
#define GROW(array, n, cap)                                                                        \
	do {                                                                                       \
		if ((n) == (cap)) {                                                                \
			(cap) = (cap) ? (cap)*2 : 16;                                              \
			(array) = mem_resize((array), (cap), sizeof(*(array)));                    \
		}                                                                                  \
	} while (0)

#endif
