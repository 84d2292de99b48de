/*
 * What a ruleset is compiled from: one struct for each kind of thing its files hold.
 *
 * The phrase language, matched on folded text, on word boundaries, inside one clause:
 *   words separated by single spaces; (a|b c|d) alternatives; (a|b)? optional group;
 *   <N> up to N arbitrary words, N 1..8; word* any ending; # a number; #mg a number with its unit;
 *   {name} one of the words of that class in the phrase's language.
 * Phrases of the lexicon may also run over words that begin a clause, up to the end of a sentence.
 */
#ifndef TRIAGED_TRIAGE_RULESET_SOURCE_H
#define TRIAGED_TRIAGE_RULESET_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

struct source_place {
	const char *file;
	int line;
};

/*
 * classes = ( { name; lang; words; owner; added } ): words is what stands between the parentheses of
 * a group, "a|b c|d"; it may name other classes.
 */
struct source_class {
	struct source_place place;
	const char *name, *lang, *words, *owner, *added;
};

/*
 * aliases = ( { word; lang; forms?; spelt?; owner; added } ): wherever a phrase of the lexicon, a frame
 * or a class of that language has the word, one of its forms may stand for it; written like a group.
 * spelt, "a|b": single words that are read as this one beside what is written.
 */
struct source_alias {
	struct source_place place;
	const char *word, *lang, *forms, *spelt, *owner, *added;
};

/* lexicon = ( { id; family; lang; phrase; owner; added; negatable?; figurative_ok?; time?; subject? } ) */
struct source_entry {
	struct source_place place;
	const char *id, *family, *lang, *phrase, *owner, *added;
	const char *time;    /* now soon recent past, NULL: read from the cues around it */
	const char *subject; /* self other, NULL: read from the words around it */
	bool not_negatable;  /* the phrase holds its own negator */
	bool not_figurative; /* no frame may set it aside */
};

/*
 * cues = ( { kind; lang; phrase } ). Matched as phrases: negation, charted (a negation in staff notes only), pseudo_negation
 *   (negators in it do not count), third_party, reported_self, past, resolved, now, soon, recent, quoted, joke, earnest
 *   (topics let everything count), statement (what a staff note denied before the comma says nothing of it), clause (begins a clause)
 * Each word for itself:
 *   first_person, number (in letters), light (a negation reaches across it; it tells the language too), and (a past time before
 *   it does not date what follows), known (no misspelling), common and frequent (many or nearly all texts have it: phrases are looked for by others)
 */
struct source_cue {
	struct source_place place;
	const char *kind, *lang, *phrase;
};

/*
 * frames = ( { id; lang; phrase; suppresses = [families]; owner; added; reach?; subject?; time? } ), and
 * { id; lang; points; words; suppresses; owner; added; subject? }: a topic of sentences that weigh so little.
 */
struct source_frame {
	struct source_place place;
	const char *id, *lang, *phrase, *owner, *added;
	const char *const *suppresses;
	size_t n_suppresses;
	const char *reach, *subject, *time; /* what the manual says, NULL none */
	int points, words;                  /* at most, at least; points 0: by its phrase */
};

/*
 * points = ( { points; words; owner; added } ): what each of `words` ("gun|say goodbye") weighs in the field "points"; "#" a
 * number. Likewise points_now and the field of that name.
 */
struct source_points {
	struct source_place place;
	int points;
	const char *words, *owner, *added;
};

/* emoji = ( { text; token } ) */
struct source_emoji {
	struct source_place place;
	const char *text, *token;
};

/*
 * notes = ( { lang; words; as; who; capitals } ): in a staff note each of `words` ("he|she") is also read as the word `as`
 * ("i") where the person in contact is meant. who: the words name that person ("client") or somebody else ("another"), then
 * meant until somebody is named again. capitals: abbreviations ("SI"), only where they stand in capitals, of whomever.
 */
struct source_note {
	struct source_place place;
	const char *lang, *words, *as, *who; /* as and who: NULL none, not both */
	bool capitals;
};

/*
 * Conditions have three values; a rule fires only on true.
 *
 * SIGNAL is true when at least min_count distinct hits, of at least min_families families, fit: different places in the
 * message or, with window "contact", different phrases in the contact's memory too; with "minutes:N"
 * what was said in the N minutes up to now or, when no leaf of the rule asks for this message, up to
 * any message (an unknown time counts as near; not below `none`). Without `time` any time fits, but
 * a thought (suicidal, violent, hopeless) that is past does not. Without `framing` only what is
 * meant literally fits. subject "self" takes what nobody is named for too. same_clause leaves under
 * one `all` must be met in one clause of the message, `near` ones, and the hits of one such leaf,
 * within 40 words of it; what was said in other messages of the window is near.
 *
 * FIELD compares what is known: eq ne lt le gt ge in between. With nothing known it is unknown, and
 * so is an `all` above it. known, unknown and refused take no value: `unknown` is true for an item
 * that was asked and not answered (or a field of the contact that was never told), `refused` for one
 * that was declined. Of several values known, any one that fits is enough.
 *
 * `none` is true only when every child is false.
 */
enum source_cond_kind { COND_ALL, COND_ANY, COND_NONE, COND_SIGNAL, COND_FIELD };

struct source_cond {
	struct source_place place;
	enum source_cond_kind kind;
	struct source_cond *children; /* ALL ANY NONE */
	size_t n_children;
	const char *signal;                   /* family, or several as "a|b" */
	const char *subject, *time, *framing; /* each one word or several as "a|b" */
	const char *window; /* "message" (also NULL), "contact" or "minutes:N", N 1..1440 */
	int min_count;      /* distinct hits wanted; 0 means 1 */
	int min_families;   /* of so many different families; 0 means 1 */
	bool same_clause;
	bool near; /* hits of this message within 40 words of each other */
	const char *field, *op;
	const char *const *values; /* as text; "true" and "false" for booleans */
	size_t n_values;
};

struct source_test {
	struct source_place place;
	const char *text, *channel, *lang, *caller_role;
	int age; /* -1 unknown */
	const char *
		answers; /* compact C-SSRS: "111100" or with q6_recent "1111001"; ? unknown; NULL none */
	const char *const *items; /* triples instrument, item, value */
	size_t n_items;
	const char *level, *not_level, *min_level; /* at least one */
};

struct source_rule {
	struct source_place place;
	const char *id, *level, *raise_max, *domain, *explain;
	bool raise;
	const char *const *flags, *const *actions;
	size_t n_flags, n_actions;
	struct source_cond *when;
	struct source_test *tests;
	size_t n_tests;
};

/* languages = ( { lang; owner; added } ): besides the ruleset group's, so that a language is added by adding its files */
struct source_language {
	struct source_place place;
	const char *lang, *owner, *added;
};

/* wording = ( { instrument; item; lang; text } ): how consoles show an instrument's item. Never read by triage. */
struct source_wording {
	struct source_place place;
	const char *instrument, *item, *lang, *text;
};

struct ruleset_source {
	struct source_place place; /* of the `ruleset` group */
	bool faulty;               /* its files had errors: say what else is wrong, build nothing */
	const char *id, *version;
	int schema;
	const char *const *langs;
	size_t n_langs;
	const char *default_level, *unscored_level; /* NULL: low, moderate */
	const char *
		digest; /* SHA-256 over the files' bytes as 64 hex digits, from whoever read them */
	struct source_class *classes;
	struct source_alias *aliases;
	struct source_entry *entries;
	struct source_cue *cues;
	struct source_frame *frames;
	struct source_emoji *emoji;
	struct source_points *points, *points_now;
	struct source_note *notes;
	struct source_rule *rules;
	struct source_language *languages;
	struct source_wording *wording;
	size_t n_classes, n_aliases, n_entries, n_cues, n_frames, n_emoji, n_points, n_points_now;
	size_t n_notes, n_rules, n_languages, n_wording;
};

#endif
