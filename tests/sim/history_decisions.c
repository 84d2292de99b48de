/* What each decision that the ledger names means for what the history knows. */
#include <stdlib.h>
#include <string.h>

#include "../../daemon/core/text.h"
#include "history_internal.h"

static void note_level(struct known *k, const struct command *c, int level, const char *cause)
{
	if (strcmp(cause, "arrival") == 0) {
		k->level = level;
		return;
	}
	if (level < k->level && c->command != COMMAND_CONTACT_LEVEL)
		sim_fail("I14: %s fell from %d to %d by %s", k->id, k->level, level,
			command_name(c->command));
	if (level < k->level && k->level == LEVEL_EMERGENCY &&
		(!*k->asked_by || strcmp(k->asked_by, c->identity) == 0))
		sim_fail("%s was lowered from emergency by %s alone", k->id, c->identity);
	k->level = level;
}

/* Of one that has ended the core knows no more. */
static void begin_anew(struct known *k, int64_t at_ms)
{
	k->arrived_ms = at_ms;
	k->ended = k->closed = k->active = k->handing = false;
	k->guest[0] = '\0';
	k->seq = k->level_auto = 0;
	memset(k->excluded, 0, sizeof k->excluded);
}

static void note_opened(const char *id, const struct command *c, int64_t at_ms)
{
	struct known *k = map_get(&h.contacts, id);
	if (k && k->opened && !c->fact)
		sim_fail("I9: contact %s was opened twice", id);
	if (k && k->opened) /* begun on one island, ended by another that was heard of earlier */
		begin_anew(k, at_ms);
	k->opened = true;
	snprintf(k->shape, sizeof k->shape, "%s|%s|%s|%s|%lld", c->channel, c->lang, c->line,
		c->needs, (long long)c->age);
}

/* Which exclusion is the responder's; EXCLUSIONS_MAX: none. */
static int exclusion(const struct known *k, const char *responder)
{
	int i = 0;
	while (i < EXCLUSIONS_MAX && strcmp(k->excluded[i].responder, responder) != 0)
		i++;
	return i;
}

bool is_excluded(const struct known *k, const char *responder, int64_t at_ms)
{
	int i = exclusion(k, responder);
	return i < EXCLUSIONS_MAX && at_ms < k->excluded[i].until_ms;
}

static void note_offered(char *const w[5], int64_t at_ms)
{
	struct known *k = known(w[1]);
	struct known_offer *o = calloc(1, sizeof *o);
	bool pulled = w[3] && strcmp(w[3], "pulled") == 0;
	const char *session = map_get(&h.sessions, w[2]);
	if (!session)
		sim_fail("%s was offered to %s, who has no session", w[1], w[2]);
	size_t node = strlen(h.island_node);
	if (h.island && (strncmp(session, h.island_node, node) != 0 || session[node] != '/'))
		sim_fail("%s was offered to %s, whom the island does not reach", w[1], w[2]);
	int most = k->level == LEVEL_EMERGENCY ? h.options.parallel_emergency_offers : 1;
	if (map_get(&h.offers, w[0]))
		sim_fail("offer %s was made twice", w[0]);
	if ((k->active && !k->handing) || k->ended || k->closed)
		sim_fail("I3: %s is offered and not in line", k->id);
	if (k->handing && strcmp(k->responder, w[2]) == 0)
		sim_fail("I3: %s is handed over to %s, who has it", k->id, w[2]);
	if (++k->offers > most)
		sim_fail("I3: %s has %d offers", k->id, k->offers);
	int i = exclusion(k, w[2]);
	if (pulled && i < EXCLUSIONS_MAX) /* asked again, whatever becomes of this offer */
		k->excluded[i].until_ms = 0;
	if (is_excluded(k, w[2], at_ms))
		sim_fail("%s was offered to %s again, who had just not taken it", k->id, w[2]);
	*o = (struct known_offer){ .contact = k, .open = true };
	snprintf(o->responder, sizeof o->responder, "%s", w[2]);
	o->expires_ms = at_ms + h.options.offer_ms[k->level];
	map_put(&h.offers, w[0], o);
	if (!pulled && !k->handing && n_made < sizeof made / sizeof made[0])
		made[n_made++] = (struct offered){ k, o, at_ms };
	k->moved = true;
}

static void exclude(struct known *k, const char *responder, int64_t at_ms)
{
	int64_t ms = h.options.exclusion_ms / (k->level == LEVEL_EMERGENCY ? 4 : 1);
	int i = exclusion(k, responder);
	if (i == EXCLUSIONS_MAX) { /* in the place of the one that ends first */
		i = 0;
		for (int other = 1; other < EXCLUSIONS_MAX; other++)
			if (k->excluded[other].until_ms < k->excluded[i].until_ms)
				i = other;
	}
	snprintf(k->excluded[i].responder, sizeof k->excluded[0].responder, "%s", responder);
	k->excluded[i].until_ms = at_ms + ms;
}

static struct known_offer *open_offer(const char *id)
{
	struct known_offer *o = map_get(&h.offers, id);
	if (!o || !o->open)
		sim_fail("offer %s is not open any more", id);
	return o;
}

static void note_unoffered(char *const w[5], int64_t at_ms)
{
	struct known_offer *o = open_offer(w[0]);
	struct known *k = o->contact;
	o->open = false;
	k->offers--;
	k->moved = true;
	if (strcmp(w[1], "expired") == 0 || strcmp(w[1], "declined") == 0)
		exclude(k, o->responder, at_ms);
}

static void note_accepted(char *const w[5], const struct command *c, int64_t at_ms)
{
	struct known_offer *o = open_offer(w[0]);
	struct known *k = known(w[1]);
	if (o->contact != k || strcmp(o->responder, c->identity) != 0)
		sim_fail("offer %s was taken by %s and was %s's", w[0], c->identity, o->responder);
	if (at_ms >= o->expires_ms)
		sim_fail("offer %s was taken after it had expired", w[0]);
	if ((k->active && !k->handing) || k->closed || k->ended)
		sim_fail("I3: %s was taken twice", k->id);
	k->active = true;
	memset(k->excluded, 0, sizeof k->excluded);
	snprintf(k->responder, sizeof k->responder, "%s", w[2]);
}

static void note_closed(char *const w[5], const struct command *c)
{
	struct known *k = known(w[0]);
	if (k->dispatches > 0)
		sim_fail("I16: %s was closed over an open dispatch", k->id);
	if (k->active && strcmp(c->role, "supervisor") != 0 &&
		strcmp(k->responder, c->identity) != 0)
		sim_fail("I3: %s was closed by %s, who does not serve it", k->id, c->identity);
	k->closed = true;
	k->active = k->connected = false;
}

/* On an island: nobody else could reach the person, so nobody asks whether it may be. */
/* An island that has the person's session still is where they are, whatever its clock says. */
static void note_served(
	const char *id, const char *responder, const struct command *c, int64_t at_ms)
{
	struct known *k = known(id);
	k->taken_ms = k->active && !text_is_below(k->session, c->island) ? at_ms : 0;
	if (k->ended)
		sim_fail("I3: %s had ended and is served on an island", id);
	k->closed = false;
	k->active = true;
	memset(k->excluded, 0, sizeof k->excluded);
	snprintf(k->responder, sizeof k->responder, "%s", responder);
}

static void note_adopted(const char *id, int64_t at_ms)
{
	struct known *k = known(id);
	begin_anew(k, at_ms);
	k->opened = true;
	snprintf(k->shape, sizeof k->shape, "adopted %s", id);
}

static void note_returned(const char *id)
{
	struct known *k = known(id);
	if (!k->active)
		sim_fail("%s came back from nobody", id);
	k->active = false;
}

/* What is handed over stays where it is until it is accepted, and is asked for once at a time. */
static void ask_transfer(struct known *k, char *const w[5], int64_t at_ms)
{
	if (!k->active || k->handing || *k->guest)
		sim_fail("%s is handed over by nobody, or twice", k->id);
	if (map_put(&h.transfers, w[1], k))
		sim_fail("I9: transfer %s was begun twice", w[1]);
	k->handing = true;
	k->off_by_ms = at_ms + h.options.transfer_ms;
}

static void take_over(struct known *k, char *const w[5])
{
	if (!k->handing)
		sim_fail("%s was taken over and nobody had asked", k->id);
	if (strcmp(k->responder, w[2]) != 0)
		sim_fail("%s was taken over by %s and accepted by %s", k->id, w[2], k->responder);
	k->handing = false;
	snprintf(k->shape, sizeof k->shape, "handed over %s", k->id); /* it may need more now */
	if (strcmp(w[3], "warm") == 0)
		snprintf(k->guest, sizeof k->guest, "%s", w[1]);
	totals.handed++;
}

/* Whoever did not take it is asked again by who begins the next one, or in the line. */
static void note_transfer(const char *name, char *const w[5], int64_t at_ms)
{
	struct known *k = known(w[0]);
	memset(k->excluded, 0, sizeof k->excluded);
	if (strcmp(name, "transfer_asked") == 0) {
		ask_transfer(k, w, at_ms);
	} else if (strcmp(name, "transferred") == 0) {
		take_over(k, w);
	} else if (strcmp(name, "transfer_off") == 0) {
		if (!k->handing)
			sim_fail("%s is handed over no more, and never was", k->id);
		k->handing = false;
	} else {
		if (!*k->guest)
			sim_fail("%s: %s, and nobody was with it", k->id, name);
		if (strcmp(name, "transfer_returned") == 0)
			snprintf(k->responder, sizeof k->responder, "%s", k->guest);
		k->guest[0] = '\0';
	}
}

static void open_dispatch(char *const w[5])
{
	struct known_dispatch *d = calloc(1, sizeof *d);
	d->open = true;
	d->contact = known(w[1]);
	d->contact->dispatches++;
	if (map_put(&h.dispatches, w[0], d))
		sim_fail("I16: dispatch %s twice", w[0]);
}

/* Whatever is said of one, from its request to its end; agencies are told of the end behind it. */
static void note_dispatch(const char *name, char *const w[5], int64_t at_ms)
{
	if (strcmp(name, "dispatch_requested") == 0)
		open_dispatch(w);
	struct known_dispatch *d = map_get(&h.dispatches, w[0]);
	if (!d)
		sim_fail("I16: dispatch %s was never asked for", w[0]);
	d->told_ms = at_ms;
	if (strcmp(name, "dispatch_ended") != 0 && strcmp(name, "dispatch_cancelled") != 0)
		return;
	if (!d->open)
		sim_fail("I16: dispatch %s ended twice", w[0]);
	d->open = false;
	d->contact->dispatches--;
}

static void note_notice(char *const w[5], int64_t at_ms)
{
	struct known *k = w[1] ? map_get(&h.contacts, w[1]) : NULL;
	struct known_dispatch *d = w[1] ? map_get(&h.dispatches, w[1]) : NULL;
	if (k)
		k->told_ms = at_ms;
	if (d)
		d->told_ms = at_ms;
}

/* Facts are told later than they happened. */
static int64_t happened_ms(const struct entry_at *e)
{
	const struct command *c = e->command;
	bool earlier = c->fact && c->decided_ms > 0 && c->decided_ms < e->at_ms;
	return earlier ? c->decided_ms : e->at_ms;
}

void history_decision(void *arg, const char *name, char *const w[5])
{
	const struct entry_at *e = arg;
	if (strcmp(name, "level") == 0) {
		struct known *k = map_get(&h.contacts, w[0]);
		if (!k) {
			k = calloc(1, sizeof *k);
			snprintf(k->id, sizeof k->id, "%s", w[0]);
			k->arrived_ms = happened_ms(e);
			map_put(&h.contacts, w[0], k);
		}
		note_level(k, e->command, level_of((struct slice){ w[1], strlen(w[1]) }),
			w[2] ? w[2] : "");
	} else if (strcmp(name, "opened") == 0) {
		note_opened(w[0], e->command, happened_ms(e));
	} else if (strcmp(name, "offered") == 0) {
		note_offered(w, e->at_ms);
	} else if (strcmp(name, "unoffered") == 0) {
		note_unoffered(w, e->at_ms);
	} else if (strcmp(name, "accepted") == 0) {
		note_accepted(w, e->command, e->at_ms);
	} else if (strcmp(name, "closed") == 0) {
		note_closed(w, e->command);
	} else if (strcmp(name, "served_on_island") == 0) {
		note_served(w[0], w[1], e->command, happened_ms(e));
	} else if (strcmp(name, "adopted") == 0) {
		note_adopted(w[0], happened_ms(e));
	} else if (strcmp(name, "island") == 0) {
		h.island = strcmp(w[1], "begins") == 0;
		snprintf(h.island_node, sizeof h.island_node, "%s", w[0]);
		h.was_island = true;
	} else if (strcmp(name, "overtaken") == 0) {
		known(w[0])->overtaken = true;
	} else if (strcmp(name, "returned") == 0) {
		note_returned(w[0]);
	} else if (strncmp(name, "transfer", 8) == 0) {
		note_transfer(name, w, e->at_ms);
	} else if (strncmp(name, "dispatch_", 9) == 0) {
		note_dispatch(name, w, e->at_ms);
	} else if (strcmp(name, "notice") == 0) {
		note_notice(w, e->at_ms);
	} else if (strcmp(name, "acknowledged") == 0) {
		known(w[0])->told_ms = e->at_ms;
	} else if (strcmp(name, "lowering_asked") == 0) {
		struct known *k = known(w[0]);
		snprintf(k->asked_by, sizeof k->asked_by, "%s", w[2]);
	}
}
