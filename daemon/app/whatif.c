#include "whatif.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"
#include "whatif_internal.h"

struct whatif *whatif_new(void)
{
	struct whatif *w = mem_zalloc(sizeof *w);
	struct map *maps[] = { &w->by_id, &w->offers, &w->reactions, &w->responders, &w->dispatches,
		&w->rulesets };
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		map_init(maps[i], 0, 0);
	return w;
}

static void free_values(struct map *m)
{
	void *v;
	for (size_t i = 0; (v = map_walk(m, &i, NULL));)
		free(v);
	map_fini(m);
}

void whatif_free(struct whatif **slot)
{
	struct whatif *w = *slot;
	*slot = NULL;
	if (!w)
		return;
	what_free_people(w);
	free_values(&w->offers);
	free_values(&w->dispatches);
	free_values(&w->rulesets);
	map_fini(&w->by_id);
	for (size_t i = 0; i < w->n_contacts; i++) {
		free(w->contacts[i].segments);
		free(w->contacts[i].id);
	}
	free(w->contacts);
	free(w->events);
	free(w->options);
	buf_free(&w->bytes);
	buf_free(&w->scratch);
	free(w);
}

/* ---- contacts ---- */

size_t what_find(const struct whatif *w, const char *contact)
{
	uintptr_t i = (uintptr_t)map_get(&w->by_id, contact);
	return i ? (size_t)(i - 1) : NONE;
}

static size_t add_contact(struct whatif *w, const char *id, int64_t at_ms)
{
	if (w->n_contacts == w->cap_contacts) {
		w->cap_contacts = w->cap_contacts ? 2 * w->cap_contacts : 1024;
		w->contacts = mem_resize(w->contacts, w->cap_contacts, sizeof *w->contacts);
	}
	size_t i = w->n_contacts++;
	map_put(&w->by_id, id, (void *)(uintptr_t)(i + 1));
	w->contacts[i] = (struct what_contact){ .id = mem_strdup(id),
		.arrived_ms = at_ms,
		.first_triaged = NONE,
		.last_triaged = NONE,
		.responder = "" };
	w->contacts[i].then = w->contacts[i].now =
		(struct whatif_course){ .waited_ms = -1, .by = "" };
	return i;
}

static void begin_segment(struct whatif *w, size_t contact, const char *by, int64_t at_ms)
{
	struct what_contact *c = &w->contacts[contact];
	c->segments = mem_resize(c->segments, c->n_segments + 1, sizeof *c->segments);
	c->segments[c->n_segments++] =
		(struct what_segment){ .accepted_ms = at_ms, .first = NONE, .last = NONE };
	c->served = true;
	if (c->then.waited_ms < 0) {
		c->then.waited_ms = at_ms - c->arrived_ms;
		c->then.by = what_responder(w, by)->name;
	}
}

static void close_segment(struct whatif *w, size_t contact, int64_t at_ms)
{
	struct what_contact *c = &w->contacts[contact];
	if (!c->n_segments)
		return;
	struct what_segment *s = &c->segments[c->n_segments - 1];
	if (s->closed_ms)
		return;
	s->closed_ms = at_ms;
	what_delay_add(&w->conversations, at_ms - s->accepted_ms);
}

static void return_segment(struct what_contact *c, int64_t at_ms)
{
	c->served = false;
	if (c->n_segments)
		c->segments[c->n_segments - 1].returned_ms = at_ms;
}

/* ---- what was decided ---- */

struct gathering {
	struct whatif *w;
	int64_t at_ms;
	size_t contact; /* of the command, or NONE */
};

static void keep_offer(struct gathering *g, char *const words[5])
{
	size_t contact = what_find(g->w, words[1]);
	struct what_offer *o = mem_zalloc(sizeof *o);
	if (contact == NONE) {
		free(o);
		return;
	}
	*o = (struct what_offer){ contact, what_responder(g->w, words[2])->name, g->at_ms };
	free(map_put(&g->w->offers, words[0], o));
}

static void keep_dispatch(struct gathering *g, char *const words[5])
{
	size_t contact = what_find(g->w, words[1]);
	struct buf key = { 0 };
	if (contact == NONE)
		return;
	buf_addf(&key, "%s %zu", words[1], g->w->contacts[contact].n_dispatches++);
	free(map_put(&g->w->dispatches, words[0], key.data));
}

static void gather_decision(void *arg, const char *name, char *const words[5])
{
	struct gathering *g = arg;
	size_t contact;
	if (!words[0])
		return;
	if (strcmp(name, "offered") == 0 && words[1] && words[2]) {
		keep_offer(g, words);
	} else if (strcmp(name, "accepted") == 0 && words[1] && words[2]) {
		what_react(g->w, words[0], REACT_ACCEPT, g->at_ms);
		if ((contact = what_find(g->w, words[1])) != NONE)
			begin_segment(g->w, contact, words[2], g->at_ms);
	} else if (strcmp(name, "served_on_island") == 0 && words[1]) {
		if ((contact = what_find(g->w, words[0])) != NONE)
			begin_segment(g->w, contact, words[1], g->at_ms);
	} else if (strcmp(name, "declined") == 0) {
		what_react(g->w, words[0], REACT_DECLINE, g->at_ms);
	} else if (strcmp(name, "unoffered") == 0 && words[1]) {
		if (strcmp(words[1], "expired") == 0)
			what_react(g->w, words[0], REACT_PASS, g->at_ms);
		else if (strcmp(words[1], "accepted") != 0 && strcmp(words[1], "declined") != 0)
			what_react(g->w, words[0], REACT_NOT_YET, g->at_ms);
	} else if (strcmp(name, "closed") == 0) {
		if ((contact = what_find(g->w, words[0])) != NONE)
			close_segment(g->w, contact, g->at_ms);
	} else if (strcmp(name, "returned") == 0) {
		if ((contact = what_find(g->w, words[0])) != NONE)
			return_segment(&g->w->contacts[contact], g->at_ms);
	} else if (strcmp(name, "dispatch_requested") == 0 && words[1]) {
		keep_dispatch(g, words);
	}
}

/* ---- commands ---- */

static bool is_decided_anew(const struct command *c)
{
	return !c->fact &&
	       (c->command == COMMAND_OFFER_ACCEPT || c->command == COMMAND_OFFER_DECLINE);
}

/* Done by staff in or about a conversation. */
static bool is_of_staff(const struct command *c)
{
	switch (c->command) {
	case COMMAND_CONTACT_SAY:
		return strcmp(c->role, "frontend") != 0;
	case COMMAND_CONTACT_ASSESS:
	case COMMAND_CONTACT_LEVEL:
	case COMMAND_CONTACT_NOTE:
	case COMMAND_CONTACT_ESCALATE:
	case COMMAND_CONTACT_CLOSE:
	case COMMAND_CONTACT_TRANSFER:
	case COMMAND_TRANSFER_CANCEL:
	case COMMAND_RESPONDER_DONE:
	case COMMAND_DISPATCH_ACK:
	case COMMAND_DISPATCH_OUTCOME:
	case COMMAND_DISPATCH_DECLINE:
	case COMMAND_DISPATCH_STATUS:
	case COMMAND_DISPATCH_CONFIRM:
		return true;
	default:
		return false;
	}
}

static size_t contact_of(const struct whatif *w, const struct command *c)
{
	if (*c->contact)
		return what_find(w, c->contact);
	const char *key = *c->dispatch ? map_get(&w->dispatches, c->dispatch) : NULL;
	if (!key)
		return NONE;
	char id[32];
	size_t n = strcspn(key, " ");
	if (n >= sizeof id)
		return NONE;
	memcpy(id, key, n);
	id[n] = '\0';
	return what_find(w, id);
}

static struct what_event *add_event(struct whatif *w, int64_t at_ms)
{
	if (w->n_events == w->cap_events) {
		w->cap_events = w->cap_events ? 2 * w->cap_events : 4096;
		w->events = mem_resize(w->events, w->cap_events, sizeof *w->events);
	}
	struct what_event *event = &w->events[w->n_events++];
	*event = (struct what_event){ .at_ms = at_ms,
		.place = w->n_entries,
		.contact = NONE,
		.segment = NONE,
		.next_of_segment = NONE,
		.next_triaged = NONE };
	return event;
}

static void join_segment(struct whatif *w, struct what_contact *c, struct what_event *event)
{
	struct what_segment *s = &c->segments[c->n_segments - 1];
	size_t i = (size_t)(event - w->events);
	event->segment = c->n_segments - 1;
	if (s->first == NONE)
		s->first = i;
	else
		w->events[s->last].next_of_segment = i;
	s->last = i;
}

static enum level asked(int64_t level)
{
	return level > LEVEL_COUNT ? LEVEL_EMERGENCY : (enum level)(level - 1);
}

static void join_triaged(struct whatif *w, struct what_contact *c, struct what_event *event)
{
	size_t i = (size_t)(event - w->events);
	if (c->first_triaged == NONE)
		c->first_triaged = i;
	else
		w->events[c->last_triaged].next_triaged = i;
	c->last_triaged = i;
}

/*
 * Of the facts that it was rated with, what the core had told of the contact's course: answers "a
 * field value" of no instrument. The rest is what rules found.
 */
static void put_course(struct slice facts, struct buf *out)
{
	const char *p = facts.data, *end = facts.data + facts.len;
	while (p < end) {
		const char *line_end = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((line_end ? line_end + 1 : end) - p);
		if (n > 2 && memcmp(p, "a ", 2) == 0 && !memchr(p, '.', n))
			buf_add(out, p, n);
		p += n;
	}
}

/* What decisions and ratings do not depend on is left out: it would only take memory. */
static void keep_command(struct whatif *w, struct what_event *event, const struct command *c)
{
	struct command kept = *c;
	static const struct slice nothing = { "", 0 };
	struct buf course = { 0 };
	put_course(c->facts, &course);
	kept.facts = (struct slice){ buf_str(&course), course.len };
	kept.reasons = kept.explain = nothing;
	kept.ref = kept.ruleset = kept.domains = "";
	kept.request = 0;
	event->from = w->bytes.len;
	command_encode(&kept, false, &w->bytes);
	event->len = w->bytes.len - event->from;
	buf_free(&course);
}

/* The one copy of a name that many events have. */
static const char *keep_ruleset(struct whatif *w, const char *ruleset)
{
	const char *kept = map_get(&w->rulesets, ruleset);
	if (kept)
		return kept;
	char *copy = mem_strdup(ruleset);
	map_put(&w->rulesets, ruleset, copy);
	return copy;
}

static void find_opened(void *arg, const char *name, char *const words[5])
{
	struct gathering *g = arg;
	bool begins = strcmp(name, "opened") == 0 || strcmp(name, "adopted") == 0;
	if (begins && words[0] && what_find(g->w, words[0]) == NONE)
		g->contact = add_contact(g->w, words[0], g->at_ms);
}

static void keep_event(struct gathering *g, const struct command *c, int64_t seq)
{
	struct whatif *w = g->w;
	struct what_event *event = add_event(w, g->at_ms);
	keep_command(w, event, c);
	event->is_tick = c->command == COMMAND_TICK;
	event->contact = g->contact;
	event->seq = seq;
	event->ruleset = keep_ruleset(w, c->ruleset);
	struct what_contact *of = g->contact == NONE ? NULL : &w->contacts[g->contact];
	if (of && of->served && is_of_staff(c))
		join_segment(w, of, event);
	if (of && (c->level > 0 || c->command == COMMAND_CONTACT_OPEN)) {
		event->recorded = c->level > 0 ? asked(c->level) : LEVEL_HIGH;
		if (event->recorded > of->then.level)
			of->then.level = event->recorded;
		join_triaged(w, of, event);
	}
}

static void on_command(void *arg, const struct ledger_entry *entry, const struct command *c,
	const struct step *step, int64_t seq)
{
	struct whatif *w = arg;
	struct gathering g = { w, entry->at_ms, contact_of(w, c) };
	struct slice decisions = { buf_str(&step->decisions), step->decisions.len };
	w->end_ms = entry->at_ms;
	w->n_entries++;
	replay_decisions(decisions, find_opened, &g);
	if (!is_decided_anew(c))
		keep_event(&g, c, seq);
	replay_decisions(decisions, gather_decision, &g);
}

static void on_mark(void *arg, const struct ledger_entry *entry, const struct mark *m)
{
	struct whatif *w = arg;
	w->n_entries++;
	struct what_event *event = add_event(w, entry->at_ms);
	event->from = w->n_options;
	w->options = mem_resize(w->options, w->n_options + 1, sizeof *w->options);
	w->options[w->n_options++] = m->options;
}

struct replay_seen whatif_seen(struct whatif *w)
{
	return (struct replay_seen){ w, on_command, on_mark };
}

/* ---- rated anew ---- */

size_t whatif_contacts(const struct whatif *w)
{
	return w->n_contacts;
}

const struct command *what_command(struct whatif *w, const struct what_event *event)
{
	struct err e;
	buf_clear(&w->scratch);
	buf_add(&w->scratch, w->bytes.data + event->from, event->len);
	CHECK(command_decode(w->scratch.data, event->len, &w->command, &e) == 0);
	return &w->command;
}

bool whatif_next_triaged(
	struct whatif *w, size_t contact, size_t *cursor, struct whatif_triaged *out)
{
	size_t i =
		*cursor ? w->events[*cursor - 1].next_triaged : w->contacts[contact].first_triaged;
	if (i == NONE)
		return false;
	*cursor = i + 1;
	*out = (struct whatif_triaged){ .event = i,
		.at_ms = w->events[i].at_ms,
		.seq = w->events[i].seq,
		.ruleset = w->events[i].ruleset,
		.command = what_command(w, &w->events[i]) };
	return true;
}

void whatif_rate(struct whatif *w, size_t event, const struct whatif_rating *rating)
{
	w->events[event].rated = true;
	w->events[event].rating = *rating;
}

/* ---- outcomes ---- */

static enum level rated_now(const struct whatif *w, const struct what_contact *c)
{
	enum level level = LEVEL_LOW;
	for (size_t i = c->first_triaged; i != NONE; i = w->events[i].next_triaged) {
		const struct what_event *event = &w->events[i];
		enum level one = event->rated ? event->rating.level : event->recorded;
		if (one > level)
			level = one;
	}
	return level;
}

const char *whatif_contact(const struct whatif *w, size_t contact)
{
	return w->contacts[contact].id;
}

void whatif_outcome(const struct whatif *w, size_t contact, struct whatif_outcome *out)
{
	const struct what_contact *c = &w->contacts[contact];
	*out = (struct whatif_outcome){ c->id, c->arrived_ms, c->then, c->now };
	out->now.level = rated_now(w, c);
}
