/*
 * How fast a history replays: a center's days are made up (contacts by the clock, responders who
 * accept, talk and close), then replayed exactly and decided anew under other options.
 *
 *     bench_replay [CONTACTS] [LEDGER]
 *
 * Prints contacts a minute for each. LEDGER: the history goes there too, as `triagectl ledger
 * export` writes it, for `triagectl replay --ledger`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/app/whatif.h"
#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/heap.h"
#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"

#define RESPONDERS      120
#define EVERY_MS        8000 /* one contact */
#define ACCEPT_MS       4000
#define CONVERSATION_MS (15 * 60 * 1000)
#define MESSAGES        4
#define WRITE_EVERY     64

struct todo {
	int64_t at_ms;
	size_t number, index;
	enum command_kind kind;
	char contact[24], offer[24];
	int who;
};

struct bench {
	struct core_options options;
	struct core *core;
	struct step step;
	struct heap todo;
	size_t n_todo, n_steps, n_opened;
	struct buf *commands, *decisions;
	int64_t *at_ms;
	size_t n, cap;
	int64_t now;
};

static int compare(const void *a, const void *b)
{
	const struct todo *x = a, *y = b;
	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static struct todo *plan(struct bench *b, enum command_kind kind, int64_t after_ms)
{
	struct todo *t = mem_zalloc(sizeof *t);
	t->kind = kind;
	t->at_ms = b->now + after_ms;
	t->number = b->n_todo++;
	return t;
}

static void forget(void *arg, const struct entity_write *w)
{
	(void)arg, (void)w;
}

static void keep(struct bench *b, struct buf *command, struct slice decisions)
{
	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 4096;
		b->commands = mem_resize(b->commands, b->cap, sizeof *b->commands);
		b->decisions = mem_resize(b->decisions, b->cap, sizeof *b->decisions);
		b->at_ms = mem_resize(b->at_ms, b->cap, sizeof *b->at_ms);
	}
	b->commands[b->n] = *command;
	b->decisions[b->n] = (struct buf){ 0 };
	buf_add(&b->decisions[b->n], decisions.data, decisions.len);
	b->at_ms[b->n++] = core_now(b->core);
}

static void take_offer(struct bench *b, const struct output *o)
{
	struct record_reader in = { buf_str(&o->fields), buf_str(&o->fields) + o->fields.len };
	struct slice name, value;
	struct todo *t = plan(b, COMMAND_OFFER_ACCEPT, ACCEPT_MS + (int64_t)b->n_todo % 7 * 500);
	t->who = atoi(strrchr(o->session, '/') + 2);
	while (record_next(&in, &name, &value) == 1) {
		if (slice_is(name, "offer"))
			snprintf(t->offer, sizeof t->offer, "%.*s", (int)value.len, value.data);
		if (slice_is(name, "contact"))
			snprintf(t->contact, sizeof t->contact, "%.*s", (int)value.len, value.data);
	}
	heap_push(&b->todo, t);
}

static void apply(struct bench *b, const struct command *c)
{
	struct buf command = { 0 };
	step_clear(&b->step);
	core_apply(b->core, c, b->now, &b->step);
	if (b->step.changed) {
		command_encode(c, false, &command);
		keep(b, &command,
			(struct slice){ buf_str(&b->step.decisions), b->step.decisions.len });
	}
	for (size_t i = 0; i < b->step.n_outputs; i++)
		if (b->step.outputs[i].kind == OUTPUT_OFFER_NEW)
			take_offer(b, &b->step.outputs[i]);
	if (++b->n_steps % WRITE_EVERY == 0)
		core_take_dirty(b->core, forget, NULL);
}

static void open_contact(struct bench *b, struct command *c, char id[24])
{
	static const char reasons[] =
		"[{\"rule\":\"bench.one\",\"text\":\"a reason of usual length\",\"spans\":[[3,18]]}]";
	static const char facts[] = "a cssrs.q1 yes\ns distress d.one asserted literal self\n";
	int64_t shade = (int64_t)(b->n_opened * 2654435761u >> 16 & 0xffffff);
	snprintf(id, 24, "%020zx", b->n_opened++);
	c->identity = "web";
	c->role = "frontend";
	c->session = "n1/i1/web";
	c->contact = id;
	c->channel = "chat";
	c->lang = "en";
	c->said = 1;
	c->level = c->level_alone = 1 + (shade % 100 < 2 ? 4 : shade % 100 < 10 ? 3 : shade % 3);
	c->reasons = (struct slice){ reasons, sizeof reasons - 1 };
	c->facts = (struct slice){ facts, sizeof facts - 1 };
	c->ruleset = "bench@1:0000000000000000000000000000000000000000000000000000000000000000";
	c->ref = id;
}

static void plan_rest(struct bench *b, const struct todo *t)
{
	int64_t length = CONVERSATION_MS + (int64_t)t->number % 11 * 60000;
	for (int i = 0; i <= MESSAGES + 1; i++) {
		struct todo *next = plan(b,
			i < MESSAGES    ? COMMAND_CONTACT_SAY
			: i == MESSAGES ? COMMAND_CONTACT_CLOSE
					: COMMAND_RESPONDER_DONE,
			i < MESSAGES ? (i + 1) * length / (MESSAGES + 1)
				     : length + (i - MESSAGES) * 10000);
		memcpy(next->contact, t->contact, sizeof next->contact);
		next->who = t->who;
		heap_push(&b->todo, next);
	}
}

static void act(struct bench *b, const struct todo *t)
{
	struct command c;
	char who[16], id[24];
	command_init(&c, t->kind);
	c.node = "n1";
	if (t->kind == COMMAND_CONTACT_OPEN) {
		open_contact(b, &c, id);
		apply(b, &c);
		return;
	}
	snprintf(who, sizeof who, "r%d", t->who);
	c.identity = who;
	c.role = "responder";
	c.offer = t->offer;
	if (t->kind != COMMAND_OFFER_ACCEPT)
		c.contact = t->contact;
	c.said = t->kind == COMMAND_CONTACT_SAY;
	c.disposition = "helped";
	c.outcome = (struct slice){ "{}", 2 };
	size_t before = b->n;
	apply(b, &c);
	if (t->kind == COMMAND_OFFER_ACCEPT && b->n > before)
		plan_rest(b, t);
}

static void staff(struct bench *b)
{
	for (int i = 0; i < RESPONDERS; i++) {
		char who[16], session[32];
		struct command c;
		snprintf(who, sizeof who, "r%d", i);
		snprintf(session, sizeof session, "n1/i1/r%d", i);
		command_init(&c, COMMAND_SESSION_UP);
		c.identity = who;
		c.role = "responder";
		c.session = session;
		c.langs = "en";
		apply(b, &c);
		command_init(&c, COMMAND_RESPONDER_SET);
		c.identity = who;
		c.role = "responder";
		c.presence = "ready";
		apply(b, &c);
	}
}

static void mark(struct bench *b)
{
	struct mark m = { .kind = MARK_LEAD, .node = "n1", .version = TRIAGED_VERSION };
	struct buf command = { 0 }, decisions = { 0 };
	m.state = core_digest(b->core);
	m.options = b->options;
	mark_encode(&m, &command, &decisions);
	keep(b, &command, (struct slice){ decisions.data, decisions.len });
	buf_free(&decisions);
}

static void live(struct bench *b, size_t contacts)
{
	core_options_default(&b->options);
	b->options.missed_to_away = 0;
	b->core = core_new(&b->options);
	b->now = 1700000000000;
	heap_init(&b->todo, compare, offsetof(struct todo, index));
	mark(b);
	b->at_ms[0] = b->now;
	staff(b);
	for (size_t i = 0; i < contacts; i++)
		heap_push(&b->todo, plan(b, COMMAND_CONTACT_OPEN, (int64_t)i * EVERY_MS));
	struct todo *t;
	while ((t = heap_top(&b->todo))) {
		struct command tick;
		int64_t due;
		command_init(&tick, COMMAND_TICK);
		while ((due = core_next_due(b->core)) <= t->at_ms) {
			b->now = due;
			apply(b, &tick);
		}
		heap_remove(&b->todo, t);
		b->now = t->at_ms;
		act(b, t);
		free(t);
	}
}

static struct ledger_entry entry_of(const struct bench *b, size_t i)
{
	return (struct ledger_entry){ .id = "0-0",
		.at_ms = b->at_ms[i],
		.command = { buf_str(&b->commands[i]), b->commands[i].len },
		.decisions = { buf_str(&b->decisions[i]), b->decisions[i].len } };
}

static void write_ledger(const struct bench *b, const char *path)
{
	FILE *f = fopen(path, "w");
	struct buf line = { 0 };
	CHECK(f);
	for (size_t i = 0; i < b->n; i++) {
		struct ledger_entry e = entry_of(b, i);
		buf_clear(&line);
		buf_addf(&line, "{\"id\":\"%zu-0\",\"at\":%lld,\"c\":", i + 1, (long long)e.at_ms);
		jtext_strn(&line, e.command.data, e.command.len);
		buf_adds(&line, ",\"d\":");
		jtext_strn(&line, e.decisions.data, e.decisions.len);
		buf_adds(&line, "}\n");
		CHECK(fwrite(line.data, 1, line.len, f) == line.len);
	}
	CHECK(fclose(f) == 0);
	buf_free(&line);
}

static int replay_all(const struct bench *b, const struct replay_seen *seen)
{
	struct replay *r = replay_new(NULL, seen);
	struct buf why = { 0 };
	int result = 0;
	for (size_t i = 0; i < b->n && result == 0; i++) {
		struct ledger_entry e = entry_of(b, i);
		if (replay_entry(r, &e, &why) != REPLAY_SAME) {
			printf("%s\n", buf_str(&why));
			result = -1;
		}
	}
	replay_free(&r);
	buf_free(&why);
	return result;
}

static void tell(const char *what, size_t contacts, struct mono since)
{
	int64_t ms = mono_since_ms(since);
	printf("%-28s %7.2f s  %9.0f contacts/min\n", what, (double)ms / 1000,
		(double)contacts * 60000 / (double)(ms ? ms : 1));
}

int main(int argc, char **argv)
{
	size_t contacts = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
	struct bench b = { .n = 0 };
	live(&b, contacts);
	printf("%zu contacts, %zu entries\n", contacts, b.n);
	if (argc > 2)
		write_ledger(&b, argv[2]);
	struct mono begin = mono_now();
	if (replay_all(&b, NULL) != 0)
		return 1;
	tell("replayed exactly", contacts, begin);
	struct whatif *w = whatif_new();
	struct replay_seen seen = whatif_seen(w);
	begin = mono_now();
	if (replay_all(&b, &seen) != 0)
		return 1;
	struct core_options other = b.options;
	other.target_ms[LEVEL_MODERATE] = other.target_ms[LEVEL_LOW];
	whatif_run(w, &other);
	tell("decided anew", contacts, begin);
	whatif_free(&w);
	return 0;
}
