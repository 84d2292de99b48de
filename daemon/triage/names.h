/* The closed word lists of the rule language, as enums, and their names. */
#ifndef TRIAGE_NAMES_H
#define TRIAGE_NAMES_H

#include <stddef.h>
#include <stdint.h>

enum family {
	FAMILY_SI_PASSIVE,
	FAMILY_SI_ACTIVE,
	FAMILY_INTENT,
	FAMILY_PLAN,
	FAMILY_METHOD,
	FAMILY_MEANS,
	FAMILY_MEANS_FIREARM,
	FAMILY_ACT_NOW,
	FAMILY_PREPARATION,
	FAMILY_GOODBYE,
	FAMILY_ATTEMPT_PAST,
	FAMILY_NSSI,
	FAMILY_PLACE,
	FAMILY_WHEN,
	FAMILY_HOPELESS,
	FAMILY_DISTRESS,
	FAMILY_VIOLENCE_THREAT,
	FAMILY_WEAPON,
	FAMILY_ABUSE_IPV,
	FAMILY_STRANGULATION,
	FAMILY_CHILD_ABUSE,
	FAMILY_ELDER_ABUSE,
	FAMILY_EXPLOITATION,
	FAMILY_MEDICAL,
	FAMILY_POISONING,
	FAMILY_PSYCHOSIS_COMMAND,
	FAMILY_INTOX,
	FAMILY_PERINATAL,
	FAMILY_VETERAN,
	FAMILY_LGBTQ,
	FAMILY_REFUSAL,
	FAMILY_INFO_REQUEST,
	FAMILY_SI_MENTION,
	FAMILY_WORRY_OTHER,
	FAMILY_PSYCHOSIS,
	FAMILY_SEXUAL_ASSAULT,
	FAMILY_EATING,
	FAMILY_MINOR,
	/* Parts of a situation: each little by itself, rules read them together. */
	FAMILY_ENDING,
	FAMILY_SETTLING,
	FAMILY_THANKS,
	FAMILY_READINESS,
	FAMILY_ALONE,
	FAMILY_SECRECY,
	FAMILY_OBJECT,
	FAMILY_INTAKE,
	FAMILY_SYMPTOM,
	FAMILY_FEAR,
	FAMILY_COMMOTION,
	FAMILY_CONTROL,
	FAMILY_SELF_HATE,
	FAMILY_LETHAL,
	FAMILY_RESOLVE,
	FAMILY_SHELTER,
	FAMILY_PLEA, /* for help, and nothing else */
	FAMILY_FALL, /* somebody jumped, fell or went under */
	FAMILY_COUNT
};

/*
 * Thoughts, as against acts and facts: a resolved thought counts no more, while what somebody did
 * or has at hand stays true.
 */
#define FAMILY_BIT(f) (UINT64_C(1) << (f))
#define FAMILIES_THOUGHT                                                                           \
	(FAMILY_BIT(FAMILY_SI_PASSIVE) | FAMILY_BIT(FAMILY_SI_ACTIVE) |                            \
		FAMILY_BIT(FAMILY_INTENT) | FAMILY_BIT(FAMILY_PLAN) |                              \
		FAMILY_BIT(FAMILY_HOPELESS) | FAMILY_BIT(FAMILY_DISTRESS) |                        \
		FAMILY_BIT(FAMILY_SI_MENTION) | FAMILY_BIT(FAMILY_VIOLENCE_THREAT) |               \
		FAMILY_BIT(FAMILY_SELF_HATE))

/* What goes on in somebody, or what they did to themselves, told outright. */
#define FAMILIES_SAID                                                                              \
	(FAMILY_BIT(FAMILY_SI_PASSIVE) | FAMILY_BIT(FAMILY_SI_ACTIVE) |                            \
		FAMILY_BIT(FAMILY_SI_MENTION) | FAMILY_BIT(FAMILY_HOPELESS) |                      \
		FAMILY_BIT(FAMILY_DISTRESS) | FAMILY_BIT(FAMILY_SELF_HATE) |                       \
		FAMILY_BIT(FAMILY_NSSI) | FAMILY_BIT(FAMILY_ATTEMPT_PAST))

/*
 * What is told of as it happens, shows or is meant: where the words say that it is not so, it is
 * nothing. The wish to be dead is told by what one does not want.
 */
#define FAMILIES_EVENT                                                                             \
	(FAMILY_BIT(FAMILY_SI_ACTIVE) | FAMILY_BIT(FAMILY_INTENT) | FAMILY_BIT(FAMILY_PLAN) |      \
		FAMILY_BIT(FAMILY_WORRY_OTHER) | FAMILY_BIT(FAMILY_VIOLENCE_THREAT) |              \
		FAMILY_BIT(FAMILY_WEAPON) | FAMILY_BIT(FAMILY_ABUSE_IPV) |                         \
		FAMILY_BIT(FAMILY_STRANGULATION) | FAMILY_BIT(FAMILY_SEXUAL_ASSAULT) |             \
		FAMILY_BIT(FAMILY_CHILD_ABUSE) | FAMILY_BIT(FAMILY_ELDER_ABUSE) |                  \
		FAMILY_BIT(FAMILY_EXPLOITATION) | FAMILY_BIT(FAMILY_MEDICAL) |                     \
		FAMILY_BIT(FAMILY_POISONING) | FAMILY_BIT(FAMILY_PSYCHOSIS) |                      \
		FAMILY_BIT(FAMILY_PSYCHOSIS_COMMAND) | FAMILY_BIT(FAMILY_EATING))

/* What is done or happens to a body: in earnest no frame sets it aside. */
#define FAMILIES_ACT                                                                               \
	(FAMILY_BIT(FAMILY_ACT_NOW) | FAMILY_BIT(FAMILY_POISONING) | FAMILY_BIT(FAMILY_INTAKE) |   \
		FAMILY_BIT(FAMILY_STRANGULATION) | FAMILY_BIT(FAMILY_ABUSE_IPV))

/* Parts of a situation, and what says more of the same when it stands over the same words. */
#define FAMILIES_PART                                                                              \
	(FAMILY_BIT(FAMILY_ENDING) | FAMILY_BIT(FAMILY_SETTLING) | FAMILY_BIT(FAMILY_THANKS) |     \
		FAMILY_BIT(FAMILY_READINESS))
#define FAMILIES_OVER_PARTS                                                                        \
	(FAMILY_BIT(FAMILY_SI_PASSIVE) | FAMILY_BIT(FAMILY_SI_ACTIVE) |                            \
		FAMILY_BIT(FAMILY_HOPELESS) | FAMILY_BIT(FAMILY_SELF_HATE))

enum subject { SUBJECT_UNKNOWN, SUBJECT_SELF, SUBJECT_OTHER, SUBJECT_COUNT };
enum when { WHEN_UNKNOWN, WHEN_NOW, WHEN_SOON, WHEN_RECENT, WHEN_PAST, WHEN_COUNT };
/*
 * What a frame sets aside: what lies in its words, whatever else is said; or, while topics account
 * for all danger, what lies in its words or in its sentence. Never more: a harmless sentence that is
 * added to a message must not lower it.
 */
enum reach { REACH_PHRASE, REACH_WORDS, REACH_SENTENCE, REACH_COUNT };
/* Quoted, or of a topic: counts as literal once the contact says what makes it so. */
enum framing { FRAMING_LITERAL, FRAMING_QUOTED, FRAMING_FIGURATIVE, FRAMING_TOPIC, FRAMING_COUNT };

enum cue {
	CUE_NEGATION,
	CUE_CHARTED,
	CUE_PSEUDO_NEGATION,
	CUE_THIRD_PARTY,
	CUE_REPORTED_SELF,
	CUE_PAST,
	CUE_RESOLVED,
	CUE_NOW,
	CUE_SOON,
	CUE_RECENT,
	CUE_QUOTED,
	CUE_JOKE,
	CUE_STATEMENT,
	CUE_EARNEST,
	CUE_MATCHED, /* the kinds above are matched like phrases; those below mark single words */
	CUE_CLAUSE = CUE_MATCHED,
	CUE_FIRST_PERSON,
	CUE_LIGHT,
	CUE_AND,
	CUE_NUMBER,
	CUE_KNOWN,
	CUE_FILLER,
	CUE_COMMON,
	CUE_FREQUENT,
	CUE_FOREIGN,
	CUE_COUNT
};

extern const char *const family_names[FAMILY_COUNT];
extern const char *const subject_names[SUBJECT_COUNT];
extern const char *const when_names[WHEN_COUNT];
extern const char *const framing_names[FRAMING_COUNT];
extern const char *const reach_names[REACH_COUNT];
extern const char *const cue_names[CUE_COUNT];

/* Index of the n bytes at p in names, or -1. */
int names_find(const char *const *names, int count, const char *p, size_t n);

/* Bits of the words of "a|b|c"; 0 when any is unknown or list is NULL. */
uint64_t names_mask(const char *const *names, int count, const char *list);

#endif
