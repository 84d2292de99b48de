/*
 * Emoji, lexicon, cues, frames and the words of notes: each phrase is compiled, checked, and told
 * whom it belongs to.
 */
#include "compile.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

/* The same phrase twice for the same purpose is a slip; `sense` tells purposes apart. */
static void check_duplicate(struct compiler *c, struct map *seen, struct source_place place,
	const char *sense, const char *phrase)
{
	struct buf key = { .data = NULL };
	const struct source_place *before;

	buf_addf(&key, "%s %s", sense, phrase);
	before = map_getn(seen, key.data, key.len);
	if (before)
		compile_error(c, place, "phrase is already at %s:%d", before->file, before->line);
	else
		map_putn(seen, key.data, key.len, mem_dup(&place, sizeof(place)));
	buf_free(&key);
}

/* Compile into *ph; reports and returns -1 when the phrase is not one. */
static int compile_phrase(struct compiler *c, const struct wording *s, uint16_t marks,
	struct map *seen, struct phrase *ph)
{
	struct err e;
	int result;

	if (!s->phrase) {
		compile_error(c, s->place, "phrase is missing");
		return -1;
	}
	if (compile_expand(c, s, &c->whole) < 0)
		return -1;
	result = phrase_compile(
		ph, buf_str(&c->whole), &c->rules->fold, &c->rules->vocab, marks, &e);
	if (result < 0)
		compile_error(c, s->place, "phrase: %s", e.text);
	else
		check_duplicate(c, seen, s->place, s->sense, buf_str(&c->whole));
	return result;
}

static void add_phrase(struct compiler *c, struct phrase ph, struct owner owner)
{
	struct ruleset *r = c->rules;

	r->phrases = mem_resize(r->phrases, r->n_phrases + 1, sizeof(*r->phrases));
	r->owners = mem_resize(r->owners, r->n_phrases + 1, sizeof(*r->owners));
	r->phrases[r->n_phrases] = ph;
	r->owners[r->n_phrases++] = owner;
}

static void compile_emoji(struct compiler *c)
{
	for (size_t i = 0; i < c->source->n_emoji; i++) {
		const struct source_emoji *e = &c->source->emoji[i];

		if (!e->token || !strchr(e->token, '_') ||
			strspn(e->token, "abcdefghijklmnopqrstuvwxyz0123456789_") !=
				strlen(e->token) ||
			strlen(e->token) > WORD_MAX)
			compile_error(c, e->place,
				"token is missing or not lower-case letters with an underscore");
		else if (!e->text || fold_add_emoji(&c->rules->fold, e->text, e->token) < 0)
			compile_error(c, e->place, "text is missing or not UTF-8");
	}
}

static void add_marked(struct vocab *vocab, const char *word, size_t n, uint16_t mark)
{
	uint32_t number = vocab_add(vocab, word, n); /* which may move the words */

	vocab->words[number].marks |= mark;
}

/* As it is read: lower case, without accents and apostrophes, the token of an emoji, or # for any
 * number. Any other would never be met. */
static bool is_as_read(const struct compiler *c, const char *word, size_t n)
{
	struct text t = { .n_tokens = 0 };
	bool same;

	if (n > WORD_MAX || memchr(word, ' ', n))
		return false;
	if ((n == 1 && *word == '#') || memchr(word, '_', n))
		return true;
	text_read(&t, &c->rules->fold, &c->rules->vocab, word, n);
	same = t.n_tokens == 1 && t.tokens[0].len == n &&
	       memcmp(t.padded.data + t.tokens[0].at, word, n) == 0 &&
	       !(t.tokens[0].marks & TOKEN_DIGITS);
	text_fini(&t);
	return same;
}

static bool is_entry_as_read(const struct compiler *c, const char *entry, size_t n)
{
	const char *space = memchr(entry, ' ', n);
	size_t first = space ? (size_t)(space - entry) : n;

	return is_as_read(c, entry, first) && (!space || is_as_read(c, space + 1, n - first - 1));
}

static void add_key_words(struct vocab *vocab, const char *entry, size_t n)
{
	for (size_t at = 0, len; at < n; at += len + 1) {
		const char *space = memchr(entry + at, ' ', n - at);

		len = space ? (size_t)(space - entry) - at : n - at;
		if (entry[at] != '#')
			add_marked(vocab, entry + at, len, WORD_KEY);
	}
}

/* One list of words, or two with a space, between bars. What weighs for danger is of words that
 * disguises and misspellings resolve to. */
static void compile_points(struct compiler *c, const struct source_points *s, enum points_kind kind)
{
	const char *at = s->words ? s->words : "";

	compile_owner(c, s->place, s->owner, s->added);
	if (s->points == 0 || s->points < -POINTS_MAX || s->points > POINTS_MAX)
		compile_error(c, s->place, "points: a number from -%d to %d expected, not 0",
			POINTS_MAX, POINTS_MAX);
	if (!*at)
		compile_error(c, s->place, "words is missing");
	for (size_t n; *at; at += n + (at[n] == '|')) {
		n = strcspn(at, "|");
		if (!is_entry_as_read(c, at, n))
			compile_error(c, s->place,
				"points: \"%.*s\" is not one word or two as they are read, nor #",
				(int)n, at);
		else if (!points_add(&c->rules->points, kind, at, n, s->points))
			compile_error(c, s->place, "points: \"%.*s\" is listed twice", (int)n, at);
		else if (s->points > 0)
			add_key_words(&c->rules->vocab, at, n);
	}
}

/* A word of names, or `missing` when s is NULL; reports anything else. */
static int word_of(struct compiler *c, struct source_place place, const char *what, const char *s,
	const char *const *names, int count, int missing)
{
	int i = s ? names_find(names, count, s, strlen(s)) : missing;

	if (i < 0)
		compile_error(c, place, "%s \"%s\" is unknown", what, s ? s : "");
	return i;
}

static void compile_entry(struct compiler *c, const struct source_entry *s, struct map *seen)
{
	struct ruleset *r = c->rules;
	int family = word_of(c, s->place, "family", s->family, family_names, FAMILY_COUNT, -1);
	int when = word_of(c, s->place, "time", s->time, when_names, WHEN_COUNT, WHEN_UNKNOWN);
	int subject = word_of(
		c, s->place, "subject", s->subject, subject_names, SUBJECT_COUNT, SUBJECT_UNKNOWN);
	const struct wording wording = { s->place, s->family ? s->family : "", s->lang, s->phrase,
		true };
	struct phrase ph;

	compile_id(c, s->place, "lexicon", s->id);
	compile_owner(c, s->place, s->owner, s->added);
	compile_lang(c, s->place, s->lang);
	if (compile_phrase(c, &wording, WORD_KEY, seen, &ph) < 0)
		return;
	add_phrase(c, ph, (struct owner){ OWNER_ENTRY, .index = r->n_entries });
	if (family < 0 || when < 0 || subject < 0)
		return;
	compile_idle_entry(c, s);
	r->entries = mem_resize(r->entries, r->n_entries + 1, sizeof(*r->entries));
	r->entries[r->n_entries++] = (struct entry){ .id = compile_str(c, s->id),
		.family = (enum family)family,
		.when = (enum when)when,
		.subject = (enum subject)subject,
		.negatable = !s->not_negatable,
		.figurative_ok = !s->not_figurative,
		.lang = compile_lang_number(r, s->lang) };
}

static uint32_t word_at(struct compiler *c, const struct text *t, uint32_t i)
{
	return vocab_add(&c->rules->vocab, t->padded.data + t->tokens[i].at, t->tokens[i].len);
}

static void add_note_word(struct ruleset *r, uint32_t word, uint32_t as, bool capitals)
{
	r->vocab.words[word].marks |= capitals ? WORD_CAPITALS : WORD_NOTED;
	r->note_words = mem_resize(r->note_words, r->n_note_words + 1, sizeof(*r->note_words));
	r->note_words[r->n_note_words++] = (struct note_word){ word, as, capitals };
}

static void compile_note(struct compiler *c, const struct source_note *s)
{
	static const char *const people[] = { "", "client", "another" };
	static const uint16_t marks[] = { 0, WORD_CLIENT, WORD_ANOTHER };
	struct ruleset *r = c->rules;
	const uint16_t taken =
		s->capitals ? WORD_CAPITALS : WORD_NOTED | WORD_CLIENT | WORD_ANOTHER;
	int who = word_of(c, s->place, "who", s->who, people, 3, 0);
	const char *words = s->words ? s->words : "", *said = s->as ? s->as : "";
	struct text from = { .n_tokens = 0 }, as = { .n_tokens = 0 };

	compile_lang(c, s->place, s->lang);
	text_read(&from, &r->fold, &r->vocab, words, strlen(words));
	text_read(&as, &r->fold, &r->vocab, said, strlen(said));
	if (from.n_tokens == 0)
		compile_error(c, s->place, "words is missing");
	if (as.n_tokens > 1 || (as.n_tokens == 0 && !s->who))
		compile_error(c, s->place, "as: one word expected");
	if (s->capitals && s->who)
		compile_error(c, s->place, "capitals: not with who");
	for (uint32_t i = 0; who >= 0 && i < from.n_tokens; i++) {
		uint32_t word = word_at(c, &from, i);

		if (r->vocab.words[word].marks & taken) {
			compile_error(c, s->place, "\"%.*s\" is in another entry too",
				(int)from.tokens[i].len, from.padded.data + from.tokens[i].at);
			continue;
		}
		r->vocab.words[word].marks |= marks[who];
		if (as.n_tokens == 1)
			add_note_word(r, word, word_at(c, &as, 0), s->capitals);
	}
	text_fini(&from);
	text_fini(&as);
}

static void add_clause_begin(struct ruleset *r, uint32_t word, uint32_t cue)
{
	uint32_t at = r->n_clause_begins++;

	r->vocab.words[word].marks |= WORD_CLAUSE;
	r->clause_begins =
		mem_resize(r->clause_begins, r->n_clause_begins, sizeof(*r->clause_begins));
	for (; at > 0 && r->clause_begins[at - 1].word > word; at--)
		r->clause_begins[at] = r->clause_begins[at - 1];
	r->clause_begins[at] = (struct clause_begin){ word, cue };
}

/* Texts are full of words that begin a clause cue, so each knows which. */
static void add_clause_cue(struct ruleset *r, struct phrase ph)
{
	for (uint32_t i = 0; i < ph.n_words; i++)
		if (ph.begins_open || (ph.first >> ph.words[i].at & 1))
			add_clause_begin(r, ph.words[i].word, r->n_clause_cues);
	for (uint32_t i = 0; i < ph.n_prefixes; i++)
		add_clause_begin(r, ph.prefixes[i].word, r->n_clause_cues);
	r->clause_cues = mem_resize(r->clause_cues, r->n_clause_cues + 1, sizeof(*r->clause_cues));
	r->clause_cues[r->n_clause_cues++] = ph;
}

/* Words of the group need not be known: they only tell what of a phrase is worth looking for. */
static void compile_common(struct compiler *c, const struct source_cue *s)
{
	bool common = s->kind && strcmp(s->kind, cue_names[CUE_COMMON]) == 0;
	bool frequent = s->kind && strcmp(s->kind, cue_names[CUE_FREQUENT]) == 0;
	struct text words = { .n_tokens = 0 };

	if (!s->phrase || !(common || frequent))
		return;
	text_read(&words, &c->rules->fold, &c->rules->vocab, s->phrase, strlen(s->phrase));
	for (uint32_t i = 0; i < words.n_tokens; i++)
		vocab_expect(&c->rules->vocab, words.padded.data + words.tokens[i].at,
			words.tokens[i].len, common ? WORD_COMMON : WORD_FREQUENT);
	text_fini(&words);
}

static void compile_cue(struct compiler *c, const struct source_cue *s, struct map *seen)
{
	static const uint16_t marks[CUE_COUNT] = { [CUE_FIRST_PERSON] = WORD_FIRST_PERSON,
		[CUE_LIGHT] = WORD_LIGHT,
		[CUE_AND] = WORD_AND,
		[CUE_NUMBER] = WORD_NUMBER,
		[CUE_FILLER] = WORD_FILLER };
	struct ruleset *r = c->rules;
	int kind = word_of(c, s->place, "kind", s->kind, cue_names, CUE_COUNT, -1);
	const struct wording wording = { s->place, s->kind, s->lang, s->phrase, false };
	struct phrase ph;

	if (kind == CUE_FOREIGN)
		return;
	compile_lang(c, s->place, s->lang);
	if (kind == CUE_COMMON || kind == CUE_FREQUENT)
		return;
	if (kind < 0 || compile_phrase(c, &wording, marks[kind], seen, &ph) < 0)
		return;
	compile_idle_cue(c, s, (enum cue)kind);
	r->n_cues++;
	r->judges_language |= kind == CUE_LIGHT;
	ph.one_clause = true;
	if (kind < CUE_MATCHED) {
		add_phrase(c, ph,
			(struct owner){
				OWNER_CUE, (uint32_t)kind, compile_lang_number(r, s->lang) });
	} else if (kind == CUE_CLAUSE) {
		add_clause_cue(r, ph);
	} else {
		phrase_fini(&ph); /* its words are marked, which is all it is for */
	}
}

/* Words that no phrase knows, so after all phrases. */
static void compile_foreign(struct compiler *c, const struct source_cue *s)
{
	struct vocab *vocab = &c->rules->vocab;
	struct text words = { .n_tokens = 0 };

	if (!s->phrase || !s->kind || strcmp(s->kind, cue_names[CUE_FOREIGN]) != 0 ||
		!compile_is_other_lang(c, s->place, s->lang))
		return;
	c->rules->n_cues++;
	text_read(&words, &c->rules->fold, vocab, s->phrase, strlen(s->phrase));
	for (uint32_t i = 0; i < words.n_tokens; i++) {
		const struct token *k = &words.tokens[i];

		if (k->word == WORD_NONE && k->len <= WORD_MAX)
			add_marked(vocab, words.padded.data + k->at, k->len, WORD_FOREIGN);
	}
	text_fini(&words);
}

static uint64_t families_of(struct compiler *c, const struct source_frame *s)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < s->n_suppresses; i++) {
		int family = word_of(c, s->place, "suppresses: family", s->suppresses[i],
			family_names, FAMILY_COUNT, -1);

		if (family >= 0)
			mask |= FAMILY_BIT(family);
	}
	if (s->n_suppresses == 0)
		compile_error(c, s->place, "suppresses names no family");
	return mask;
}

static uint64_t subjects_of(struct compiler *c, const struct source_frame *s)
{
	uint64_t mask = names_mask(subject_names, SUBJECT_COUNT, s->subject);

	if (!s->subject)
		return (UINT64_C(1) << SUBJECT_COUNT) - 1;
	if (mask == 0)
		compile_error(c, s->place, "subject \"%s\" is unknown", s->subject);
	return mask;
}

/* A topic by points has no words of its own. */
static void compile_points_topic(struct compiler *c, const struct source_frame *s)
{
	struct ruleset *r = c->rules;

	compile_id(c, s->place, "frame", s->id);
	compile_owner(c, s->place, s->owner, s->added);
	compile_lang(c, s->place, s->lang);
	if (s->phrase || s->reach || s->time)
		compile_error(c, s->place, "a frame with points has no phrase, reach or time");
	if (s->points < -POINTS_MAX || s->points > POINTS_MAX)
		compile_error(c, s->place, "points: a number from -%d to %d expected", POINTS_MAX,
			POINTS_MAX);
	if (s->words < 0)
		compile_error(c, s->place, "words: a number from 0 on expected");
	r->points_topics =
		mem_resize(r->points_topics, r->n_points_topics + 1, sizeof(*r->points_topics));
	r->points_topics[r->n_points_topics++] =
		(struct points_topic){ .frame = { .id = compile_str(c, s->id),
					       .families = families_of(c, s),
					       .subjects = subjects_of(c, s),
					       .when = WHEN_UNKNOWN },
			.lang = compile_lang_number(r, s->lang),
			.points = s->points,
			.words = (uint32_t)s->words };
}

static void compile_frame(struct compiler *c, const struct source_frame *s, struct map *seen)
{
	struct ruleset *r = c->rules;
	const struct wording wording = { s->place, "frame", s->lang, s->phrase, true };
	int reach = word_of(c, s->place, "reach", s->reach, reach_names, REACH_COUNT, REACH_PHRASE);
	int when = word_of(c, s->place, "time", s->time, when_names, WHEN_COUNT, WHEN_UNKNOWN);
	uint64_t families = families_of(c, s);
	struct phrase ph;

	compile_id(c, s->place, "frame", s->id);
	compile_owner(c, s->place, s->owner, s->added);
	compile_lang(c, s->place, s->lang);
	if (when > 0 && reach == REACH_PHRASE)
		compile_error(c, s->place, "a frame with time needs a reach");
	if (reach < 0 || when < 0 || compile_phrase(c, &wording, 0, seen, &ph) < 0)
		return;
	compile_idle_frame(c, s, (enum reach)reach, families);
	ph.one_clause = true; /* an idiom here sets nothing aside there */
	add_phrase(c, ph, (struct owner){ OWNER_FRAME, .index = r->n_frames });
	r->frames = mem_resize(r->frames, r->n_frames + 1, sizeof(*r->frames));
	r->frames[r->n_frames++] = (struct frame){ .id = compile_str(c, s->id),
		.reach = (enum reach)reach,
		.families = families,
		.subjects = subjects_of(c, s),
		.when = (enum when)when };
}

void compile_words(struct compiler *c)
{
	struct map seen;
	void *place;
	size_t at = 0;

	map_init(&seen, 0, 0);
	compile_emoji(c);
	for (size_t i = 0; i < c->source->n_points; i++)
		compile_points(c, &c->source->points[i], POINTS_DANGER);
	for (size_t i = 0; i < c->source->n_points_now; i++)
		compile_points(c, &c->source->points_now[i], POINTS_NOW);
	for (size_t i = 0; i < c->source->n_cues; i++)
		compile_common(c, &c->source->cues[i]);
	for (size_t i = 0; i < c->source->n_cues; i++)
		compile_cue(c, &c->source->cues[i], &seen);
	for (size_t i = 0; i < c->source->n_entries; i++)
		compile_entry(c, &c->source->entries[i], &seen);
	for (size_t i = 0; i < c->source->n_frames; i++)
		if (c->source->frames[i].points)
			compile_points_topic(c, &c->source->frames[i]);
		else
			compile_frame(c, &c->source->frames[i], &seen);
	for (size_t i = 0; i < c->source->n_notes; i++)
		compile_note(c, &c->source->notes[i]);
	for (size_t i = 0; i < c->source->n_cues; i++)
		compile_foreign(c, &c->source->cues[i]);
	if (c->rules->n_entries == 0)
		compile_error(c, c->source->place, "the ruleset has no lexicon");
	while ((place = map_walk(&seen, &at, NULL)))
		free(place);
	map_fini(&seen);
}
