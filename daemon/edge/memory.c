#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/buf.h"
#include "triaged/base/mem.h"
#include "triaged/triage/triage.h"

#include "render.h"

#define HOLDERS_MAX 4 /* the person's session, the responder's, one who listens in, one more */

/* Messages read together: as much as one text message holds, said within a while. */
#define SAID_MAX   8
#define SAID_BYTES 160
#define SAID_MS    (10 * 60 * 1000)

struct said {
	char *ref;
	struct buf text;
};

struct entry {
	uint64_t holders[HOLDERS_MAX];
	size_t n_holders;
	uint64_t engaged_by; /* 0: not in conversation */
	int64_t heard_ms;    /* 0: not yet */
	bool taken;          /* the core has it: its answer came through here */
	struct buf facts;
	struct said said[SAID_MAX];
	size_t n_said, said_bytes;
	uint64_t said_by; /* session */
	int64_t said_ms;  /* the last */
};

static void drop_said(struct entry *entry, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		entry->said_bytes -= entry->said[i].text.len;
		buf_wipe(&entry->said[i].text);
		free(entry->said[i].ref);
	}
	entry->n_said -= n;
	memmove(entry->said, entry->said + n, entry->n_said * sizeof *entry->said);
}

static void entry_free(struct entry *entry)
{
	if (!entry)
		return;
	drop_said(entry, entry->n_said);
	buf_free(&entry->facts);
	free(entry);
}

void memory_init(struct memory *m, uint64_t seed0, uint64_t seed1)
{
	map_init(&m->contacts, seed0, seed1);
}

void memory_fini(struct memory *m)
{
	struct entry *entry;
	for (size_t i = 0; (entry = map_walk(&m->contacts, &i, NULL));)
		entry_free(entry);
	map_fini(&m->contacts);
}

struct slice memory_facts(const struct memory *m, const char *contact)
{
	const struct entry *entry = map_get(&m->contacts, contact);
	return entry ? (struct slice){ buf_str(&entry->facts), entry->facts.len }
		     : (struct slice){ "", 0 };
}

/* The oldest makes room: it is the one most likely replaced by a reconnect. */
static void hold(struct entry *entry, uint64_t session)
{
	for (size_t i = 0; i < entry->n_holders; i++)
		if (entry->holders[i] == session)
			return;
	if (entry->n_holders == HOLDERS_MAX)
		memmove(entry->holders, entry->holders + 1,
			--entry->n_holders * sizeof *entry->holders);
	entry->holders[entry->n_holders++] = session;
}

static struct entry *entry_for(struct memory *m, const char *contact, uint64_t session)
{
	struct entry *entry = map_get(&m->contacts, contact);
	if (!entry) {
		entry = mem_zalloc(sizeof *entry);
		map_put(&m->contacts, contact, entry);
	}
	hold(entry, session);
	return entry;
}

void memory_engage(struct memory *m, const char *contact, uint64_t session)
{
	struct entry *entry = entry_for(m, contact, session);
	m->engaged += !entry->engaged_by;
	entry->engaged_by = session;
}

void memory_add(struct memory *m, const char *contact, uint64_t session, struct slice facts)
{
	struct entry *entry = entry_for(m, contact, session);
	struct buf merged = { 0 };
	triage_facts_merge(
		buf_str(&entry->facts), entry->facts.len, facts.data, facts.len, &merged);
	buf_free(&entry->facts);
	entry->facts = merged;
}

void memory_add_course(struct memory *m, const char *contact, uint64_t session, struct slice record)
{
	static const char *const names[] = { "prior_contacts_24h", "prior_level", "reconnects" };
	struct buf facts = { 0 };
	entry_for(m, contact, session)->taken = true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice v = render_find(record, names[i]);
		if (v.len)
			buf_addf(&facts, "a %s %.*s\n", names[i], (int)v.len, v.data);
	}
	if (facts.len)
		memory_add(m, contact, session, (struct slice){ buf_str(&facts), facts.len });
	buf_free(&facts);
}

int64_t memory_heard(struct memory *m, const char *contact, uint64_t session, int64_t now_ms)
{
	struct entry *entry = entry_for(m, contact, session);
	int64_t before_ms = entry->heard_ms;
	entry->heard_ms = now_ms;
	if (before_ms == 0)
		return -1;
	return now_ms > before_ms ? (now_ms - before_ms) / 1000 : 0;
}

static bool is_together(const struct entry *entry, uint64_t session, int64_t now_ms)
{
	return entry->said_by == session && now_ms - entry->said_ms <= SAID_MS;
}

int64_t memory_before(const struct memory *m, const char *contact, uint64_t session, int64_t now_ms,
	struct buf *before)
{
	const struct entry *entry = map_get(&m->contacts, contact);
	if (!entry || !is_together(entry, session, now_ms))
		return 0;
	for (size_t i = 0; i < entry->n_said; i++)
		triage_say_before(before, buf_str(&entry->said[i].text), entry->said[i].text.len);
	return (int64_t)entry->n_said;
}

void memory_said(struct memory *m, const char *contact, uint64_t session, const char *ref,
	struct slice text, int64_t now_ms)
{
	struct entry *entry = entry_for(m, contact, session);
	for (size_t i = 0; i < entry->n_said; i++)
		if (strcmp(entry->said[i].ref, ref) == 0)
			return;
	if (!is_together(entry, session, now_ms))
		drop_said(entry, entry->n_said);
	while (entry->n_said > 0 &&
		(entry->n_said == SAID_MAX || entry->said_bytes + text.len > SAID_BYTES))
		drop_said(entry, 1);
	entry->said_by = session;
	entry->said_ms = now_ms;
	if (text.len > SAID_BYTES)
		return; /* no piece: it stands for itself */
	struct said *said = &entry->said[entry->n_said++];
	*said = (struct said){ .ref = mem_strdup(ref) };
	buf_add(&said->text, text.data, text.len);
	entry->said_bytes += text.len;
}

void memory_unsaid(struct memory *m, const char *contact)
{
	struct entry *entry = map_get(&m->contacts, contact);
	if (entry)
		drop_said(entry, entry->n_said);
}

bool memory_walk(const struct memory *m, size_t *i, struct memory_contact *c)
{
	const struct entry *entry = map_walk(&m->contacts, i, &c->contact);
	if (!entry)
		return false;
	c->holders = entry->holders;
	c->n_holders = entry->n_holders;
	c->engaged = entry->engaged_by != 0;
	c->taken = entry->taken;
	return true;
}

void memory_forget(struct memory *m, const char *contact)
{
	struct entry *entry = map_remove(&m->contacts, contact);
	if (entry && entry->engaged_by)
		m->engaged--;
	entry_free(entry);
}

static void let_go(struct memory *m, struct entry *entry, uint64_t session)
{
	size_t kept = 0;
	for (size_t i = 0; i < entry->n_holders; i++)
		if (entry->holders[i] != session)
			entry->holders[kept++] = entry->holders[i];
	entry->n_holders = kept;
	if (entry->engaged_by == session) {
		entry->engaged_by = 0;
		m->engaged--;
	}
}

void memory_forget_session(struct memory *m, uint64_t session)
{
	struct entry *entry;
	const char *contact;
	for (size_t i = 0; (entry = map_walk(&m->contacts, &i, &contact));) {
		let_go(m, entry, session);
		if (entry->n_holders == 0)
			memory_forget(m, contact);
	}
}
