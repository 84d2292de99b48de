#include "names.h"

#include <string.h>

const char *const family_names[FAMILY_COUNT] = {
	[FAMILY_SI_PASSIVE] = "si_passive",
	[FAMILY_SI_ACTIVE] = "si_active",
	[FAMILY_INTENT] = "intent",
	[FAMILY_PLAN] = "plan",
	[FAMILY_METHOD] = "method",
	[FAMILY_MEANS] = "means",
	[FAMILY_MEANS_FIREARM] = "means_firearm",
	[FAMILY_ACT_NOW] = "act_now",
	[FAMILY_PREPARATION] = "preparation",
	[FAMILY_GOODBYE] = "goodbye",
	[FAMILY_ATTEMPT_PAST] = "attempt_past",
	[FAMILY_NSSI] = "nssi",
	[FAMILY_PLACE] = "place",
	[FAMILY_WHEN] = "when",
	[FAMILY_HOPELESS] = "hopeless",
	[FAMILY_DISTRESS] = "distress",
	[FAMILY_VIOLENCE_THREAT] = "violence_threat",
	[FAMILY_WEAPON] = "weapon",
	[FAMILY_ABUSE_IPV] = "abuse_ipv",
	[FAMILY_STRANGULATION] = "strangulation",
	[FAMILY_CHILD_ABUSE] = "child_abuse",
	[FAMILY_ELDER_ABUSE] = "elder_abuse",
	[FAMILY_EXPLOITATION] = "exploitation",
	[FAMILY_MEDICAL] = "medical",
	[FAMILY_POISONING] = "poisoning",
	[FAMILY_PSYCHOSIS_COMMAND] = "psychosis_command",
	[FAMILY_INTOX] = "intox",
	[FAMILY_PERINATAL] = "perinatal",
	[FAMILY_VETERAN] = "veteran",
	[FAMILY_LGBTQ] = "lgbtq",
	[FAMILY_REFUSAL] = "refusal",
	[FAMILY_INFO_REQUEST] = "info_request",
	[FAMILY_SI_MENTION] = "si_mention",
	[FAMILY_WORRY_OTHER] = "worry_other",
	[FAMILY_PSYCHOSIS] = "psychosis",
	[FAMILY_SEXUAL_ASSAULT] = "sexual_assault",
	[FAMILY_EATING] = "eating",
	[FAMILY_MINOR] = "minor",
	[FAMILY_ENDING] = "ending",
	[FAMILY_SETTLING] = "settling",
	[FAMILY_THANKS] = "thanks",
	[FAMILY_READINESS] = "readiness",
	[FAMILY_ALONE] = "alone",
	[FAMILY_SECRECY] = "secrecy",
	[FAMILY_OBJECT] = "object",
	[FAMILY_INTAKE] = "intake",
	[FAMILY_SYMPTOM] = "symptom",
	[FAMILY_FEAR] = "fear",
	[FAMILY_COMMOTION] = "commotion",
	[FAMILY_CONTROL] = "control",
	[FAMILY_SELF_HATE] = "self_hate",
	[FAMILY_LETHAL] = "lethal",
	[FAMILY_RESOLVE] = "resolve",
	[FAMILY_SHELTER] = "shelter",
	[FAMILY_PLEA] = "plea",
	[FAMILY_FALL] = "fall",
};

const char *const subject_names[SUBJECT_COUNT] = { "unknown", "self", "other" };
const char *const when_names[WHEN_COUNT] = { "unknown", "now", "soon", "recent", "past" };
const char *const reach_names[REACH_COUNT] = { "phrase", "words", "sentence" };
const char *const framing_names[FRAMING_COUNT] = { "literal", "quoted", "figurative", "topic" };

const char *const cue_names[CUE_COUNT] = {
	[CUE_NEGATION] = "negation",
	[CUE_CHARTED] = "charted",
	[CUE_PSEUDO_NEGATION] = "pseudo_negation",
	[CUE_THIRD_PARTY] = "third_party",
	[CUE_REPORTED_SELF] = "reported_self",
	[CUE_PAST] = "past",
	[CUE_RESOLVED] = "resolved",
	[CUE_NOW] = "now",
	[CUE_SOON] = "soon",
	[CUE_RECENT] = "recent",
	[CUE_QUOTED] = "quoted",
	[CUE_JOKE] = "joke",
	[CUE_STATEMENT] = "statement",
	[CUE_EARNEST] = "earnest",
	[CUE_CLAUSE] = "clause",
	[CUE_FIRST_PERSON] = "first_person",
	[CUE_LIGHT] = "light",
	[CUE_AND] = "and",
	[CUE_NUMBER] = "number",
	[CUE_KNOWN] = "known",
	[CUE_FILLER] = "filler",
	[CUE_COMMON] = "common",
	[CUE_FREQUENT] = "frequent",
	[CUE_FOREIGN] = "foreign",
};

int names_find(const char *const *names, int count, const char *p, size_t n)
{
	for (int i = 0; i < count; i++)
		if (strlen(names[i]) == n && memcmp(names[i], p, n) == 0)
			return i;
	return -1;
}

uint64_t names_mask(const char *const *names, int count, const char *list)
{
	uint64_t mask = 0;

	while (list) {
		size_t n = strcspn(list, "|");
		int i = names_find(names, count, list, n);

		if (i < 0)
			return 0;
		mask |= UINT64_C(1) << i;
		list = list[n] ? list + n + 1 : NULL;
	}
	return mask;
}
