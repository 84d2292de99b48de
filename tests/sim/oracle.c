/*
 * What must hold after every step, and what must hold of all that was ever promised. The core's own
 * check runs behind each command that a node decides (the linker puts it there, see rules.mk).
 */
#include <stdlib.h>
#include <string.h>

#include "triaged/core/rescue.h"

#include "../../daemon/app/center_internal.h"
#include "history.h"
#include "store_model.h"

#define LATE_MS        60000        /* of waits of up to 50 minutes, while the clock is slewed */
#define GONE_MAX       (3 * MINUTE) /* a node stands still, its lease ends, another goes on */
#define ALONE_MAX      (30 * SECOND)
#define ALERTS_AT_ONCE 7 /* of 20 repeats in a while the core sums the rest up */

static struct map acknowledged, said, spooled_contacts, spooled_marks;

void __real_core_apply(struct core *core, const struct command *c, int64_t now_ms, struct step *s);
void __wrap_core_apply(struct core *core, const struct command *c, int64_t now_ms, struct step *s);

/* A replay's or a tool's core is not looked at: it does what was looked at before. */
void __wrap_core_apply(struct core *core, const struct command *c, int64_t now_ms, struct step *s)
{
	struct err e;
	int64_t before = core_now(core), due = core_next_due(core);
	if (sim.current && node_leads(sim.current) && due <= now_ms && c->command != COMMAND_TICK &&
		c->command != COMMAND_QUERY)
		sim_fail("I13: %s was decided before what was due then", command_name(c->command));
	__real_core_apply(core, c, now_ms, s);
	struct node *in = sim_outside();
	if (in) {
		sim.steps++;
		if (core_now(core) < before)
			sim_fail("I13: the core's time ran back");
		if (core_check(core, &e) != 0)
			sim_fail("%s, after %s of %s (%s)", e.text, command_name(c->command),
				c->identity, c->contact);
	}
	sim_inside(in);
}

/* ---- deadlines, alerts ---- */

static bool is_overdue(int64_t now, int64_t told_ms, bool taken)
{
	int64_t ms = taken ? sim.options.alert_reminder_ms : sim.options.alert_repeat_ms;
	return now - told_ms > ms;
}

static void check_alerts(const struct core *core)
{
	struct contact_view v;
	static int64_t summed_ms; /* when there were too many to repeat each */
	size_t alerts = 0;
	int64_t now = core_now(core);
	for (size_t i = 0; core_next_contact(core, &i, &v);)
		alerts += *v.alert != '\0';
	if (alerts > ALERTS_AT_ONCE)
		summed_ms = now;
	for (size_t i = 0; core_next_contact(core, &i, &v);) {
		bool waits = strcmp(v.state, "waiting") == 0 || strcmp(v.state, "offered") == 0;
		const struct known *k = history_contact(v.id);
		if (!k)
			sim_fail("I12: the ledger does not know %s", v.id);
		if (waits && v.deadline_ms <= now && !*v.alert)
			sim_fail("%s waits longer than its target and nobody was told", v.id);
		bool taken = *v.alert_by != '\0';
		if (*v.alert && is_overdue(now, k->told_ms, taken) &&
			is_overdue(now, summed_ms, taken))
			sim_fail("alert %s of %s is not repeated", v.alert, v.id);
		if (k->handing && now - k->off_by_ms > LATE_MS)
			sim_fail("%s is still handed over to %s", v.id, v.transfer_to);
	}
}

static void check_dispatches(const struct core *core)
{
	struct dispatch_view d;
	int64_t now = core_now(core);
	for (size_t i = 0; core_next_dispatch(core, &i, &d);) {
		const struct known_dispatch *k = history_dispatch(d.id);
		if (!k || k->open != d.open)
			sim_fail("I16: dispatch %s is %s and the ledger says otherwise", d.id,
				d.open ? "open" : "over");
		bool unseen = strcmp(d.state, "requested") == 0 && !d.seen;
		if (d.open && (d.overdue || unseen) && is_overdue(now, k->told_ms, !unseen))
			sim_fail("I16: dispatch %s is forgotten", d.id);
	}
}

/* The truth about presence: nobody is taken for connected long after they were gone. */
static void check_presence(const struct node *n, const struct core *core)
{
	if (sim.now_us - n->leads_us <= GONE_MAX)
		return;
	struct responder_view v;
	for (struct client *c = clients; c; c = c->next)
		if (c->role == ROLE_RESPONDER && !c->conn && sim.now_us - c->gone_us > GONE_MAX &&
			core_responder(core, c->name, &v) && v.connected)
			sim_fail("%s has been gone for long and counts as connected", c->name);
}

/* Everything that was to happen by now has happened. */
static void look_at(struct node *n)
{
	const struct core *core = node_core(n);
	if (!core || server_has_gap() || !node_is_settled(n) || n->frozen_until_us > sim.now_us ||
		!store_epoch(n->store) || store_epoch(n->store) != server.lead.epoch)
		return;
	int64_t now = store_now_ms(n->store), due = core_next_due(core);
	if (now - due > LATE_MS)
		sim_fail("%s: what is due at %lld has not happened at %lld", n->name,
			(long long)due, (long long)now);
	if (due <= core_now(core))
		return;
	check_alerts(core);
	check_dispatches(core);
	check_presence(n, core);
}

/* ---- what is written is the state ---- */

static struct core *load(void)
{
	static const char letters[] = "crdtpi";
	static const enum entity_kind kinds[] = { ENTITY_CONTACT, ENTITY_RESPONDER, ENTITY_DISPATCH,
		ENTITY_TEAM, ENTITY_PERSON, ENTITY_REF };
	struct core *core = core_new(&sim.options);
	const struct entry *r;
	const char *key;
	struct err e;
	if (server.counters.n &&
		core_load(core, ENTITY_COUNTERS, "", "",
			(struct slice){ server.counters.data, server.counters.n }, &e) != 0)
		sim_fail("I12: %s", e.text);
	for (size_t i = 0; (r = map_walk(&server.records, &i, &key));)
		if (r->live && core_load(core, kinds[strchr(letters, *key) - letters], r->id,
				       r->ref ? r->ref : "",
				       (struct slice){ r->bytes.data, r->bytes.n }, &e) != 0)
			sim_fail("I12: %s", e.text);
	if (core_load_done(core, &e) != 0)
		sim_fail("I12: after loading: %s", e.text);
	return core;
}

static void check_written(const struct node *n)
{
	const struct core *live = node_core(n);
	if (!live || server_has_gap() || !node_is_settled(n) ||
		store_epoch(n->store) != server.lead.epoch)
		return;
	struct core *loaded = load();
	if (core_digest(loaded) != core_digest(live))
		sim_fail("I12: what is written is not the state of %s", n->name);
	if (core_digest(history_core()) != core_digest(live))
		sim_fail("I12: the ledger folded from empty is not the state of %s", n->name);
	core_free(&loaded);
}

/* I2: the line as an operator sees it in the store. */
static void check_line(void)
{
	const struct entry *r;
	const char *key;
	for (size_t i = 0; (r = map_walk(&server.records, &i, &key));) {
		if (*key != 'c')
			continue;
		struct slice state =
			find_field((struct slice){ r->bytes.data, r->bytes.n }, "state");
		if (r->waiting != slice_is(state, "waiting") || r->live == slice_is(state, "ended"))
			sim_fail("I2: %s and its place in the store's line disagree", r->id);
	}
}

/* Whoever leads is there, and has read what others put into the inbox. */
static bool leader_is_there(const char *name)
{
	for (int i = 0; i < n_nodes; i++)
		if (strcmp(nodes[i].name, name) == 0)
			return node_is_settled(&nodes[i]) && nodes[i].center->settled &&
			       nodes[i].frozen_until_us <= sim.now_us && !nodes[i].partitioned;
	return false;
}

/* Whoever decides alone goes back to the others as soon as they can be reached. */
static void check_alone(struct node *n)
{
	bool reached = n->alive && !n->partitioned && n->frozen_until_us <= sim.now_us &&
		       server.up && server.stalled_until_us <= sim.now_us && n->store->ready &&
		       leader_is_there(store_leader(n->store));
	if (!reached || !node_is_alone(n))
		n->alone_us = 0;
	else if (!n->alone_us)
		n->alone_us = sim.now_us;
	else if (sim.now_us - n->alone_us > ALONE_MAX)
		sim_fail("%s decides alone, and nothing keeps it from the others", n->name);
	if (n->alive && n->center->alone.silent && center_is_island(n->center))
		sim_fail("%s is an island beside a store that is there", n->name);
}

/* What a node's spool has taken custody of, read as it grows: contact -> the entry's sequence. */
static struct custody {
	int starts;        /* the life of the node that was read */
	uint64_t released; /* in front of what counts */
	uint64_t read;
	struct map begun, ended; /* opened here; heard of no more */
} custody[NODES_MAX];

static void read_spool(const struct node *n, struct custody *k)
{
	struct spool_counts counts;
	struct spool_entry entry;
	struct command c;
	if (k->starts != n->starts) {
		map_fini(&k->begun);
		map_fini(&k->ended);
		*k = (struct custody){ .starts = n->starts };
	}
	spool_count(n->spool, &counts);
	k->released = counts.released;
	if (k->read < k->released)
		k->read = k->released;
	while (spool_read(n->spool, k->read, &entry, NULL) > 0) {
		k->read = entry.sequence;
		if (command_decode(entry.data, entry.bytes.len, &c, NULL) != 0)
			continue;
		if (c.command == COMMAND_CONTACT_OPEN)
			map_put(&k->begun, c.contact, (void *)(uintptr_t)k->read);
		if (c.command == COMMAND_CONTACT_LEAVE || c.command == COMMAND_CONTACT_CLOSE)
			map_put(&k->ended, c.contact, (void *)(uintptr_t)k->read);
	}
}

static bool is_held(const struct custody *k, const struct map *of, const char *contact)
{
	return (uint64_t)(uintptr_t)map_get(of, contact) > k->released;
}

/* Whoever decides alone knows at least whom the node itself has custody of. */
static void check_custody(const struct node *n)
{
	struct contact_view v;
	const char *id;
	if (!n->alive || !node_is_alone(n) || n->frozen_until_us > sim.now_us)
		return;
	const struct late *l = &n->center->late;
	if (l->writing || l->owed.count > 0 || l->gathering.count > 0)
		return; /* an end may be on its way to the disk */
	struct custody *k = &custody[n->number];
	read_spool(n, k);
	for (size_t i = 0; map_walk(&k->begun, &i, &id);)
		if (is_held(k, &k->begun, id) && !is_held(k, &k->ended, id) &&
			map_get(&spooled_contacts, id) && !core_contact(n->center->core, id, &v))
			sim_fail("I1: %s decides alone, has custody of %s and knows nothing of it",
				n->name, id);
}

static void on_look(void *arg)
{
	(void)arg;
	for (int i = 0; i < n_nodes; i++) {
		if (nodes[i].alive)
			look_at(&nodes[i]);
		check_alone(&nodes[i]);
		check_custody(&nodes[i]);
	}
	sim_after(rnd_in(2, 8) * SECOND, on_look, NULL);
}

static void on_audit(void *arg)
{
	(void)arg;
	check_line();
	for (int i = 0; i < n_nodes; i++)
		if (nodes[i].alive)
			check_written(&nodes[i]);
	sim_after(rnd_in(60, 150) * MINUTE, on_audit, NULL);
}

/* ---- promises ---- */

void oracle_acknowledged(const char *contact, bool spooled)
{
	map_put(spooled ? &spooled_contacts : &acknowledged, contact, &acknowledged);
	if (spooled)
		totals.spooled++;
	else if (!server_has_gap() && (!server_record('c', contact) || !history_contact(contact)))
		sim_fail("I1: %s is acknowledged and not written", contact);
}

void oracle_said(const char *contact, const char *mark, bool spooled)
{
	map_put(spooled ? &spooled_marks : &said, mark, &said);
	if (!spooled && !server_has_gap() && !history_has_mark(mark))
		sim_fail("I1: message %s of %s is acknowledged and not written", mark, contact);
}

void oracle_told(const char *method, const json_t *params)
{
	const char *contact = json_string_value(json_object_get(params, "contact"));
	const char *offer = json_string_value(json_object_get(params, "offer"));
	const char *transfer = json_string_value(json_object_get(params, "transfer"));
	if (server_has_gap())
		return;
	if (transfer && !history_has_transfer(transfer))
		sim_fail("told of transfer %s (%s) before it was written", transfer, method);
	if (contact && !history_contact(contact))
		sim_fail("told of %s (%s) before it was written", contact, method);
	if (offer && !history_has_offer(offer))
		sim_fail("told of offer %s before it was written", offer);
}

/* Nobody has decided it, and whoever leads next will. */
static bool inbox_has(const char *text)
{
	size_t n = strlen(text);
	for (size_t i = server.positioned ? server.position : 0; i < server.inbox.n; i++)
		if (server.inbox.items[i].data &&
			memmem(server.inbox.items[i].data, server.inbox.items[i].n, text, n))
			return true;
	return false;
}

void oracle_spooled(const struct node *n, const char *text)
{
	if (!server_has_gap() && !disk_has(n, text) && !history_has_mark(text) &&
		!history_contact(text) && !inbox_has(text))
		sim_fail("I1: %s is acknowledged by %s and not on its disk", text, n->name);
}

void oracle_kept(void)
{
	const char *key;
	for (size_t i = 0; map_walk(&acknowledged, &i, &key);)
		if (!server_record('c', key))
			sim_fail("I1: %s was acknowledged and is lost", key);
	for (size_t i = 0; map_walk(&said, &i, &key);)
		if (!history_has_mark(key))
			sim_fail("I1: message %s was acknowledged and is lost", key);
}

void oracle_init(void)
{
	map_init(&acknowledged, 3, 3);
	map_init(&said, 3, 3);
	map_init(&spooled_contacts, 3, 3);
	map_init(&spooled_marks, 3, 3);
	sim_after(5 * SECOND, on_look, NULL);
	sim_after(30 * MINUTE, on_audit, NULL);
}

bool oracle_quiet(void)
{
	const struct entry *r;
	const char *key;
	if (!clients_are_quiet())
		return false;
	for (size_t i = 0; (r = map_walk(&server.records, &i, &key));)
		if ((*key == 'c' && r->live) || *key == 'd')
			return false;
	return true;
}

/* Everybody was served: I1 to the end, and I18's liveness. */
void oracle_end(void)
{
	const struct entry *r;
	const char *key;
	for (struct client *c = clients; c; c = c->next)
		if (c->requests)
			sim_fail("%s of %s is not answered", c->requests->method, c->name);
	for (size_t i = 0; (r = map_walk(&server.records, &i, &key));)
		if ((*key == 'c' && r->live) || *key == 'd')
			sim_fail("I18: %s does not end: %.400s", key, r->bytes.data);
	on_audit(NULL);
	oracle_kept();
	for (size_t i = 0; map_walk(&spooled_contacts, &i, &key);)
		if (!server_record('c', key))
			sim_fail("I1: %s was acknowledged by a spool and is lost", key);
	for (size_t i = 0; map_walk(&spooled_marks, &i, &key);)
		if (!history_has_mark(key))
			sim_fail("I1: message %s was acknowledged by a spool and is lost", key);
}
