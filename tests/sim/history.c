/*
 * What the ledger and the records say, followed commit by commit and independent of the core: who
 * was offered, took, left, was raised. Whatever may never happen is found here, and the ledger is
 * replayed beside it.
 */
#include <stdlib.h>
#include <string.h>

#include "history_internal.h"

#define AT_ONCE 4 /* commands in a commit, unless it waited for the store */

struct history h;
struct offered made[256];
size_t n_made;

struct slice find_field(struct slice record, const char *name)
{
	struct record_reader in = { record.data, record.data + record.len };
	struct slice n, v;
	while (record.len && record_next(&in, &n, &v) == 1)
		if (slice_is(n, name))
			return v;
	return (struct slice){ NULL, 0 };
}

int64_t number_in(struct slice record, const char *name)
{
	struct slice v = find_field(record, name);
	int64_t n = 0;
	if (v.data && slice_int(v, &n) != 0)
		sim_fail("a record has a bad number in %s", name);
	return n;
}

int level_of(struct slice v)
{
	enum level level;
	if (!v.data || level_parse(v.data, v.len, &level) != 0)
		sim_fail("a level is missing");
	return (int)level;
}

struct known *known(const char *id)
{
	struct known *k = map_get(&h.contacts, id);
	if (!k)
		sim_fail("I1: decided about a contact that was never opened: %s", id);
	return k;
}

void history_reset(void)
{
	bool was = arena_enter(true);
	if (h.replay)
		replay_free(&h.replay);
	map_init(&h.contacts, 2, 2);
	map_init(&h.offers, 2, 2);
	map_init(&h.dispatches, 2, 2);
	map_init(&h.refs, 2, 2);
	map_init(&h.marks, 2, 2);
	map_init(&h.sessions, 2, 2);
	map_init(&h.origins, 2, 2);
	map_init(&h.transfers, 2, 2);
	h.island = false;
	h.last_at_ms = h.decided_ms = 0;
	h.replay = replay_new(NULL, NULL);
	arena_enter(was);
}

void history_init(void)
{
	arena_covers(&h, sizeof h);
	history_reset();
}

/* ---- the ledger ---- */

/* I15: what shows more danger is in force at the end of the same step. */
static void check_raise(const struct command *c)
{
	struct known *k = map_get(&h.contacts, c->contact);
	bool triaged = c->command == COMMAND_CONTACT_SAY || c->command == COMMAND_CONTACT_ANSWER ||
		       c->command == COMMAND_CONTACT_ASSESS;
	/* Told again as a fact, it was heard before, and a person may have lowered it since. */
	bool heard = k && c->fact && k->level_auto >= c->level_alone - 1;
	if (k && triaged && !heard && c->level > 0 && k->level < c->level_alone - 1)
		sim_fail("I15: %s stays at %d after a sign of %lld", k->id, k->level,
			(long long)c->level_alone - 1);
}

static bool ends_with(const char *session, const struct command *c)
{
	char prefix[40];
	size_t node = strlen(c->node);
	snprintf(prefix, sizeof prefix, "%s/%s/", c->node, c->incarnation);
	bool same = strncmp(session, c->node, node) == 0 && session[node] == '/';
	bool now = strncmp(session, prefix, strlen(prefix)) == 0;
	return c->command == COMMAND_SESSION_DOWN ? strcmp(session, c->session) == 0
	       : c->command == COMMAND_NODE_UP    ? same && !now
						  : now;
}

/* Sessions come and go with the commands that say so. */
static void note_sessions(const struct command *c)
{
	const char *session, *responder;
	if (c->command == COMMAND_SESSION_UP && strcmp(c->role, "responder") == 0)
		map_put(&h.sessions, c->identity, strdup(c->session));
	if (c->command != COMMAND_SESSION_DOWN && c->command != COMMAND_NODE_UP &&
		c->command != COMMAND_NODE_LOST)
		return;
	for (size_t i = 0; (session = map_walk(&h.sessions, &i, &responder));) {
		if (ends_with(session, c))
			map_remove(&h.sessions, responder);
	}
	struct known *k;
	for (size_t i = 0; (k = map_walk(&h.contacts, &i, NULL));)
		k->connected = k->connected && !ends_with(k->session, c);
}

/* Each fact of a node is taken over once, in the order in which it happened there. */
static void note_fact(const struct command *c)
{
	int64_t *last = c->fact ? map_get(&h.origins, c->island) : NULL;
	if (!c->fact)
		return;
	totals.facts++;
	h.was_island =
		true; /* and the next one of this commit may raise somebody above who was offered */
	struct known *k = map_get(&h.contacts, c->contact);
	if (k && strcmp(c->role, "frontend") == 0 && c->command != COMMAND_CONTACT_LEAVE &&
		c->command != COMMAND_CONTACT_OPEN)
		k->closed = false; /* it goes on there */
	if (last && c->fact <= *last)
		sim_fail("I9: fact %lld of %s is taken over behind %lld", (long long)c->fact,
			c->island, (long long)*last);
	if (!last)
		map_put(&h.origins, c->island, last = calloc(1, sizeof *last));
	*last = c->fact;
}

/* A fact that nothing was decided on was taken before: the person said it then. */
static void note_heard(const struct command *c, struct slice decisions)
{
	struct known *k = *c->contact ? map_get(&h.contacts, c->contact) : NULL;
	bool front = strcmp(c->role, "frontend") == 0 && !(c->fact && decisions.len == 0);
	if (k && c->command != COMMAND_TICK)
		k->heard = front && (c->command == COMMAND_CONTACT_SAY ||
					    c->command == COMMAND_CONTACT_ANSWER ||
					    c->command == COMMAND_CONTACT_RESUME);
}

static void check_entry(const struct command *c)
{
	struct known *k = *c->contact ? map_get(&h.contacts, c->contact) : NULL;
	if (k && k->offers > 0 && ((k->active && !k->handing) || k->closed))
		sim_fail("I17: %s is taken or closed and still offered", k->id);
	bool leave = k && c->command == COMMAND_CONTACT_LEAVE && !k->overtaken;
	/* Told again as a fact, it has no effect: somebody may have handed it over since. */
	if (leave && k->offers > 0 && !(c->fact && k->left))
		sim_fail("I17: %s has left and is still offered", k->id);
	if (leave)
		k->connected = false;
	if (k) {
		k->left = leave || (k->left && !k->heard);
		k->overtaken = false;
	}
	if (k && c->fact && c->command == COMMAND_OFFER_ACCEPT && !k->active && !k->closed)
		sim_fail("I2: %s was accepted on an island and is with nobody", k->id);
	check_raise(c);
	if (c->fact) /* told again without an effect, or what two nodes acknowledged */
		return;
	if (!*c->ref)
		return;
	char key[100];
	snprintf(key, sizeof key, "%s %s", c->identity, c->ref);
	if (map_put(&h.refs, key, &h))
		sim_fail("I9: request %s had an effect twice (%s)", key, command_name(c->command));
}

static void replay_one(const struct item *i, int64_t number)
{
	char id[24];
	struct buf why = { 0 };
	snprintf(id, sizeof id, "%lld", (long long)number);
	const struct ledger_entry entry = { .id = id,
		.at_ms = i->at_ms,
		.command = { i->a.data, i->a.n },
		.decisions = { i->b.data, i->b.n } };
	enum replay_result r = replay_entry(h.replay, &entry, &why);
	if (r != REPLAY_SAME)
		sim_fail("I12: the ledger does not replay: %s", buf_str(&why));
}

static void take_ledger(const struct item *i)
{
	struct command c;
	struct err e;
	struct slice decisions = { i->b.data, i->b.n };
	if (i->at_ms < h.last_at_ms)
		sim_fail("I13: time ran back in the ledger, from %lld to %lld",
			(long long)h.last_at_ms, (long long)i->at_ms);
	h.last_at_ms = i->at_ms;
	if (memmem(i->a.data, i->a.n, "\x01sealed:", 8))
		sim_fail("text of a person in the ledger");
	replay_one(i, (int64_t)server.n_ledger);
	if (mark_is((struct slice){ i->a.data, i->a.n })) {
		struct mark m;
		if (mark_decode((struct slice){ i->a.data, i->a.n }, decisions, &m, &e) != 0)
			sim_fail("%s", e.text);
		h.options = m.options;
		h.island &= m.kind != MARK_LEAD;
		return;
	}
	char *bytes = malloc(i->a.n + 1);
	memcpy(bytes, i->a.data, i->a.n);
	if (command_decode(bytes, i->a.n, &c, &e) != 0)
		sim_fail("%s", e.text);
	sim_trace("ledger: %s %s %s %s%s", command_name(c.command), c.identity, c.contact, c.offer,
		c.session);
	struct entry_at at = { &c, i->at_ms };
	h.decided_ms = i->at_ms;
	note_sessions(&c);
	note_fact(&c);
	replay_decisions(decisions, history_decision, &at);
	note_heard(&c, decisions);
	check_entry(&c);
	free(bytes);
}

/* ---- records ---- */

static void end_contact(struct known *k, struct slice r)
{
	if (!find_field(r, "disposition").data)
		sim_fail("I1: %s ended without an outcome", k->id);
	if (k->dispatches > 0)
		sim_fail("I16: %s ended over an open dispatch", k->id);
	if (k->offers > 0)
		sim_fail("I17: %s ended and is still offered", k->id);
	k->ended = true;
	k->active = false;
}

static void check_carried(const struct known *k, struct slice r)
{
	struct slice by = find_field(r, "responder");
	bool active = slice_is(find_field(r, "state"), "active");
	if (active != k->active)
		sim_fail("I3: %s is %s by the record and %s by the ledger", k->id,
			active ? "active" : "not active", k->active ? "active" : "not active");
	struct slice guest = find_field(r, "guest"), transfer = find_field(r, "transfer_state");
	bool handing = slice_is(transfer, "waiting") || slice_is(transfer, "offered");
	if (handing != k->handing)
		sim_fail("%s is%s handed over by the record and is%s by the ledger", k->id,
			handing ? "" : " not", k->handing ? "" : " not");
	if (!slice_is(guest, k->guest) && (guest.len || *k->guest))
		sim_fail("%.*s is with %s by the record and %s by the ledger", (int)guest.len,
			guest.data ? guest.data : "", k->id, k->guest);
	if (active && !slice_is(by, k->responder))
		sim_fail("I3: %s is with %.*s by the record and with %s by the ledger", k->id,
			(int)by.len, by.data, k->responder);
}

/* Whoever serves the person where they came later is not taken from them by what an island did. */
static void check_taken(struct known *k, struct slice r)
{
	struct slice session = find_field(r, "session");
	bool there = number_in(r, "connected");
	bool stayed = there && k->connected && slice_is(session, k->session);
	if (k->taken_ms && stayed && k->taken_ms + sim.clock_slack_ms < k->there_ms)
		sim_fail("I3: %s was served at %s and taken from there by an island", k->id,
			k->session);
	int64_t there_ms = number_in(r, "session_ms");
	size_t node = strcspn(k->session, "/");
	bool moved = session.len <= node || strncmp(session.data, k->session, node + 1) != 0;
	if (there && k->connected && moved && there_ms + sim.clock_slack_ms < k->there_ms)
		sim_fail("%s is at %s, and was there before %.*s", k->id, k->session,
			(int)session.len, session.data);
	if (!stayed)
		k->there_ms = there_ms;
	k->connected = there;
	k->taken_ms = 0;
	snprintf(k->session, sizeof k->session, "%.*s", (int)session.len,
		session.data ? session.data : "");
}

static void take_contact(const struct item *i)
{
	struct known *k = known(i->id);
	struct slice r = { i->a.data, i->a.n }, state = find_field(r, "state");
	bool live = !slice_is(state, "ended");
	int level_auto = level_of(find_field(r, "level_auto"));
	if (k->ended)
		sim_fail("I1: %s had ended", k->id);
	if (number_in(r, "arrived_ms") != k->arrived_ms)
		sim_fail("I7: %s lost its place: arrived at another time", k->id);
	if (level_auto < k->level_auto)
		sim_fail("I14: the automatic level of %s fell", k->id);
	if (level_of(find_field(r, "level")) != k->level)
		sim_fail("%s has another level than the ledger says", k->id);
	if (number_in(r, "seq") < k->seq)
		sim_fail("%s forgot messages", k->id);
	check_taken(k, r);
	k->level_auto = level_auto;
	k->seq = number_in(r, "seq");
	k->waiting = live && slice_is(state, "waiting");
	k->fit = number_in(find_field(r, "match"), "fit");
	if (slice_is(state, "review")) /* closed, and its responder lost over an open dispatch */
		k->closed = false;
	if (k->heard && slice_is(state, "review"))
		sim_fail("%s was heard from and is not back in line", k->id);
	if (!live)
		end_contact(k, r);
	else
		check_carried(k, r);
}

static void take_message(const struct item *i)
{
	struct slice r = { i->a.data, i->a.n }, text = find_field(r, "text");
	const char *mark = text.len ? memrchr(text.data, ' ', text.len) : NULL;
	char key[40];
	if (!slice_is(find_field(r, "from"), "person") || !mark || mark[1] != 'm')
		return;
	snprintf(key, sizeof key, "%.*s", (int)(text.data + text.len - mark - 1), mark + 1);
	if (strchr(key, '-') && map_put(&h.marks, key, &h))
		sim_fail("I9: message %s is in a transcript twice", key);
}

static bool goes_before(const struct known *w, const struct known *c)
{
	bool first = w->level == LEVEL_EMERGENCY, second = c->level == LEVEL_EMERGENCY;
	if (first != second)
		return first;
	return w->arrived_ms + h.options.target_ms[w->level] <
	       c->arrived_ms + h.options.target_ms[c->level];
}

/* I10, I11: nobody with the same needs who goes before was passed over. Whoever fits the one at
 * the first tier fits the other at any. */
static void check_order(const struct offered *o)
{
	struct known *c = o->contact, *w;
	if (c->fit > 0)
		return;
	for (size_t i = 0; (w = map_walk(&h.contacts, &i, NULL));) {
		if (w == c || !w->waiting || !w->waited || w->moved || !goes_before(w, c) ||
			strcmp(w->shape, c->shape) != 0)
			continue;
		bool fits = w->level == LEVEL_EMERGENCY ||
			    h.options.weight[w->level] <= h.options.weight[c->level];
		if (fits && !is_excluded(w, o->offer->responder, o->at_ms))
			sim_fail("%s: %s goes before %s, which was offered to %s",
				w->level > c->level ? "I10" : "I11", w->id, c->id,
				o->offer->responder);
	}
}

/* It holds more offers than it needs while another holds none. */
static bool is_spare(const struct known *c)
{
	return c->level == LEVEL_EMERGENCY && c->offers > 1;
}

/* I10: whoever is offered something lower, or one of several of an emergency's offers, and would
 * do for an emergency that nobody is offered. */
static void check_emergency(const struct known *w)
{
	const struct known_offer *o;
	if (!w->waiting || !w->waited || w->moved || w->level != LEVEL_EMERGENCY)
		return;
	for (size_t i = 0; (o = map_walk(&h.offers, &i, NULL));)
		if (o->open && (o->contact->level < LEVEL_EMERGENCY || is_spare(o->contact)) &&
			o->contact->fit == 0 && !o->contact->handing &&
			strcmp(o->contact->shape, w->shape) == 0 &&
			!is_excluded(w, o->responder, h.decided_ms))
			sim_fail("I10: %s waits while %s is offered to %s", w->id, o->contact->id,
				o->responder);
}

static bool is_contact(const struct item *i)
{
	return i->kind == ITEM_ENTITY && i->entity == 'c';
}

/* A batch that waited holds a record as it was, and as it was later: the last one counts. */
static bool is_written_again(const struct commit *c, size_t at)
{
	for (size_t i = at + 1; i < c->n; i++)
		if (is_contact(&c->items[i]) && strcmp(c->items[i].id, c->items[at].id) == 0)
			return true;
	return false;
}

static size_t commands_of(const struct commit *c)
{
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++)
		n += c->items[i].kind == ITEM_LEDGER;
	return n;
}

void history_commit(const struct commit *c)
{
	struct known *k;
	n_made = 0;
	h.was_island = h.island || commands_of(c) > AT_ONCE;
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].kind == ITEM_LEDGER)
			take_ledger(&c->items[i]);
		else if (c->items[i].kind == ITEM_MESSAGE)
			take_message(&c->items[i]);
	for (size_t i = 0; i < c->n; i++)
		if (is_contact(&c->items[i]) && !is_written_again(c, i))
			take_contact(&c->items[i]);
	for (size_t i = 0; !h.was_island && i < n_made; i++)
		check_order(&made[i]);
	for (size_t i = 0; !h.was_island && (k = map_walk(&h.contacts, &i, NULL));)
		check_emergency(k);
	for (size_t i = 0; (k = map_walk(&h.contacts, &i, NULL));)
		k->waited = k->waiting, k->moved = k->heard = false;
}

/* ---- what others ask ---- */

const struct known *history_contact(const char *id)
{
	return map_get(&h.contacts, id);
}

const struct known_dispatch *history_dispatch(const char *id)
{
	return map_get(&h.dispatches, id);
}

bool history_has_transfer(const char *id)
{
	return map_get(&h.transfers, id) != NULL;
}

bool history_has_offer(const char *id)
{
	return map_get(&h.offers, id) != NULL;
}

bool history_has_mark(const char *mark)
{
	return map_get(&h.marks, mark) != NULL;
}

const struct core *history_core(void)
{
	return replay_core(h.replay);
}
