#include "retriage.h"

#include <stdlib.h>
#include <string.h>

#include "sample.h"
#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"
#include "triaged/privacy/seal.h"

#define CONTACTS_AT_ONCE 64

struct text {
	int64_t seq;
	bool is_sheet; /* answers as JSON, not words */
	struct buf sealed;
};

struct texts { /* of one contact */
	struct text *at;
	size_t n;
};

struct said {
	char *session;
	struct buf text;
};

struct retriage {
	struct whatif *w;
	struct ruleset *rules;
	const struct keys *keys;
	struct triage_scratch *scratch;
	struct triage_result result;
	struct sample sample;
	struct buf line, text, sheet, facts;
	struct texts texts[CONTACTS_AT_ONCE];
	struct said *said; /* by the contact at hand, in order */
	size_t n_said, cap_said;
	struct retriage_counts *counts;
};

static void keep_text(void *arg, size_t contact, struct slice record)
{
	struct retriage *r = arg;
	struct texts *t = &r->texts[contact];
	struct record_reader in = { record.data, record.data + record.len };
	struct slice name, value, text = { "", 0 }, kind = text;
	int64_t seq = 0;
	while (record_next(&in, &name, &value) == 1) {
		if (slice_is(name, "seq") && slice_int(value, &seq) != 0)
			return;
		if (slice_is(name, "kind"))
			kind = value;
		if (slice_is(name, "text"))
			text = value;
	}
	t->at = mem_resize(t->at, t->n + 1, sizeof *t->at);
	t->at[t->n] = (struct text){ .seq = seq, .is_sheet = slice_is(kind, "answers") };
	buf_add(&t->at[t->n++].sealed, text.data, text.len);
}

static void forget_texts(struct retriage *r)
{
	for (size_t i = 0; i < CONTACTS_AT_ONCE; i++) {
		for (size_t k = 0; k < r->texts[i].n; k++)
			buf_free(&r->texts[i].at[k].sealed);
		free(r->texts[i].at);
		r->texts[i] = (struct texts){ 0 };
	}
}

/* -1: it cannot be read. */
static int open_one(struct retriage *r, const struct texts *t, const char *contact, int64_t seq,
	bool is_sheet, struct buf *out)
{
	for (size_t i = 0; i < t->n; i++) {
		struct slice sealed = { t->at[i].sealed.data, t->at[i].sealed.len };
		if (t->at[i].seq == seq && t->at[i].is_sheet == is_sheet)
			return seal_open(r->keys, contact, sealed, out, NULL);
	}
	return -1;
}

/* The command brought a sheet. Older ledgers tell only by its kind. */
static bool has_sheet(const struct command *c)
{
	return c->answered || c->command == COMMAND_CONTACT_ANSWER ||
	       c->command == COMMAND_CONTACT_ASSESS;
}

/* What was said and answered; of an opening with both the answers come last. */
static int open_texts(struct retriage *r, const struct texts *t, const char *contact,
	const struct whatif_triaged *q)
{
	const struct command *c = q->command;
	int64_t seq = q->seq;
	buf_clear(&r->text);
	buf_clear(&r->sheet);
	if (has_sheet(c) && open_one(r, t, contact, seq--, true, &r->sheet) != 0)
		return -1;
	return c->said ? open_one(r, t, contact, seq, false, &r->text) : 0;
}

static void keep_said(struct retriage *r, const char *session)
{
	if (r->n_said == r->cap_said) {
		r->cap_said = r->cap_said ? 2 * r->cap_said : 16;
		r->said = mem_resize(r->said, r->cap_said, sizeof *r->said);
	}
	struct said *said = &r->said[r->n_said++];
	*said = (struct said){ .session = mem_strdup(session) };
	buf_add(&said->text, r->text.data, r->text.len);
}

static void forget_said(struct retriage *r)
{
	for (; r->n_said > 0; r->n_said--) {
		free(r->said[r->n_said - 1].session);
		buf_wipe(&r->said[r->n_said - 1].text);
	}
}

/* The first of the last n that were said through the session; -1: there are not as many. */
static ssize_t first_before(const struct retriage *r, const char *session, int64_t n)
{
	size_t at = r->n_said;
	while (n > 0 && at > 0)
		n -= strcmp(r->said[--at].session, session) == 0;
	return n > 0 ? -1 : (ssize_t)at;
}

static void put_answers(struct retriage *r, const struct command *c)
{
	struct buf *out = &r->line;
	if (!r->sheet.len)
		return;
	jtext_name(out, "answers");
	if (*c->instrument) {
		jtext_open(out, '{');
		jtext_name(out, c->instrument);
	}
	jtext_raw(out, r->sheet.data, r->sheet.len);
	if (*c->instrument)
		jtext_close(out, '}');
}

static void put_word(struct buf *out, const char *name, const char *word)
{
	if (!*word)
		return;
	jtext_put_str(out, name, word);
}

static void put_before(struct retriage *r, const struct command *c, size_t from)
{
	struct buf *out = &r->line;
	if (c->joined == 0)
		return;
	jtext_name(out, "before");
	jtext_open(out, '[');
	for (size_t i = from; i < r->n_said; i++)
		if (strcmp(r->said[i].session, c->session) == 0)
			jtext_strn(out, buf_str(&r->said[i].text), r->said[i].text.len);
	jtext_close(out, ']');
}

/* What a node knew of it, as a sample; `from`: what was said before. */
static void put_sample(struct retriage *r, const struct command *c, size_t from)
{
	struct buf *out = &r->line;
	buf_clear(out);
	jtext_open(out, '{');
	if (c->said) {
		jtext_name(out, "text");
		jtext_strn(out, buf_str(&r->text), r->text.len);
	}
	put_before(r, c, from);
	put_word(out, "channel", c->channel);
	put_word(out, "lang", c->lang);
	put_word(out, "caller_role", c->caller_role);
	if (c->age > 0) {
		jtext_put_int(out, "age", c->age - 1);
	}
	put_answers(r, c);
	jtext_name(out, "fields");
	jtext_open(out, '{');
	if (c->safe) {
		jtext_put_bool(out, "safe_to_contact", c->safe == 2);
	}
	if (c->located) {
		jtext_put_bool(out, "location_known", true);
	}
	if (c->silent_s > 0)
		jtext_put_int(out, "silent_s", c->silent_s - 1);
	jtext_close(out, '}');
	jtext_close(out, '}');
}

static void add_course(struct retriage *r, struct slice course)
{
	struct buf all = { 0 };
	triage_facts_merge(buf_str(&r->facts), r->facts.len, course.data, course.len, &all);
	buf_free(&r->facts);
	r->facts = all;
}

/* Is it by these very rules that it was rated then? */
static bool is_of_these(const struct retriage *r, const char *ruleset)
{
	const char *digest = strrchr(ruleset, ':');
	return digest && strcmp(digest + 1, ruleset_digest(r->rules)) == 0;
}

/* As the edge does it: by itself, then with what was said and known before. */
static int rate(struct retriage *r, const struct whatif_triaged *q, size_t from, struct err *e)
{
	struct triage_result *t = &r->result;
	put_sample(r, q->command, from);
	if (sample_read(&r->sample, r->line.data, r->line.len, e) != 0)
		return -1;
	struct triage_request *request = &r->sample.request;
	request->now_min = q->at_ms / 60000;
	struct triage_request alone = *request;
	alone.before_len = 0;
	triage_run(r->rules, r->scratch, &alone, t);
	struct whatif_rating rating = { .alone = t->level };
	add_course(r, q->command->facts);
	if (r->facts.len || request->before_len) {
		request->facts = r->facts.data;
		request->facts_len = r->facts.len;
		triage_run(r->rules, r->scratch, request, t);
	}
	rating.level = t->level;
	rating.unscored = t->unscored;
	struct buf facts = { 0 };
	buf_add(&facts, t->facts.data, t->facts.len);
	buf_free(&r->facts);
	r->facts = facts;
	whatif_rate(r->w, q->event, &rating);
	r->counts->rated++;
	if (is_of_these(r, q->ruleset)) {
		r->counts->by_these++;
		r->counts->differing += (int64_t)rating.level + 1 != q->command->level;
	}
	return 0;
}

static int rate_contact(
	struct retriage *r, size_t contact, const struct texts *texts, struct err *e)
{
	struct whatif_triaged q;
	const char *id = whatif_contact(r->w, contact);
	int result = 0;
	buf_clear(&r->facts);
	for (size_t cursor = 0; result == 0 && whatif_next_triaged(r->w, contact, &cursor, &q);) {
		const struct command *c = q.command;
		ssize_t from = first_before(r, c->session, c->joined);
		if (c->level <= 0)
			continue; /* nobody triaged it then */
		if (from < 0 || open_texts(r, texts, id, &q) != 0)
			r->counts->unreadable++;
		else
			result = rate(r, &q, (size_t)from, e);
		if (c->said)
			keep_said(r, c->session);
	}
	forget_said(r);
	return result == 0 ? 0 : err_wrap(e, "contact %s", id);
}

static int rate_some(
	struct retriage *r, struct ledger *transcripts, size_t from, size_t n, struct err *e)
{
	const char *ids[CONTACTS_AT_ONCE];
	for (size_t i = 0; i < n; i++)
		ids[i] = whatif_contact(r->w, from + i);
	int result = ledger_transcripts(transcripts, ids, n, keep_text, r, e);
	for (size_t i = 0; i < n && result == 0; i++)
		result = rate_contact(r, from + i, &r->texts[i], e);
	forget_texts(r);
	return result;
}

int retriage(struct whatif *w, struct ruleset *rules, const struct keys *keys,
	struct ledger *transcripts, struct retriage_counts *counts, struct err *e)
{
	struct retriage r = { .w = w,
		.rules = rules,
		.keys = keys,
		.scratch = triage_scratch_new(),
		.counts = counts };
	size_t all = whatif_contacts(w);
	int result = 0;
	*counts = (struct retriage_counts){ 0 };
	for (size_t i = 0; i < all && result == 0; i += CONTACTS_AT_ONCE)
		result = rate_some(&r, transcripts, i,
			all - i < CONTACTS_AT_ONCE ? all - i : CONTACTS_AT_ONCE, e);
	triage_scratch_free(&r.scratch);
	triage_result_free(&r.result);
	sample_free(&r.sample);
	buf_wipe(&r.line);
	buf_wipe(&r.text);
	buf_wipe(&r.sheet);
	free(r.said);
	buf_free(&r.facts);
	return result;
}
