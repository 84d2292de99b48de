/* Supervisors who take alerts and look after what was left, and dispatchers who close rescues. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static struct client *watch[4];
static int n_watch;

struct task_of {
	struct client *by;
	char id[24], kind[24];
};

static struct task_of *task_of(struct client *c, const char *id, const char *kind)
{
	struct task_of *t = calloc(1, sizeof *t);
	t->by = c;
	snprintf(t->id, sizeof t->id, "%s", id);
	snprintf(t->kind, sizeof t->kind, "%s", kind);
	return t;
}

static void on_acknowledge(void *arg)
{
	struct task_of *t = arg;
	client_ask(t->by, "alert.ack", NULL, NULL, "{\"contact\":\"%s\",\"by\":\"%s\"", t->id,
		t->by->name);
}

/* Nobody is there any more: somebody writes down how it ended. */
static void on_review(void *arg)
{
	struct task_of *t = arg;
	client_ask(t->by, "contact.close", NULL, NULL,
		"{\"contact\":\"%s\",\"disposition\":\"unreached\",\"outcome\":{},"
		"\"reason\":\"looked_after\"",
		t->id);
}

static void on_confirm(void *arg)
{
	struct task_of *t = arg;
	client_ask(t->by, "contact.level", NULL, NULL,
		"{\"contact\":\"%s\",\"level\":\"%s\",\"reason\":\"agreed\",\"confirm\":true",
		t->id, chance(500) ? "high" : "moderate");
}

static void on_force(void *arg)
{
	struct task_of *t = arg;
	client_ask(t->by, "responder.force", NULL, NULL,
		"{\"responder\":\"%s\",\"presence\":\"%s\",\"reason\":\"asked\"", t->id,
		chance(700) ? "ready" : "away");
}

static bool is(const char *kind, const char *name)
{
	return strcmp(kind, name) == 0;
}

static const char *text(const json_t *params, const char *name)
{
	const char *s = json_string_value(json_object_get(params, name));
	return s ? s : "";
}

static void supervisor_notified(struct client *c, const char *method, const json_t *params)
{
	const char *kind = text(params, "kind"), *contact = text(params, "contact");
	int64_t soon = sim.calm ? rnd_in(1, 5) * SECOND : rnd_wait(40 * SECOND);
	if (strcmp(method, "notice") != 0)
		return;
	if (is(kind, "lowering_asked") && chance(600)) {
		sim_after(soon, on_confirm, task_of(c, contact, ""));
	} else if (is(kind, "responder_away") && chance(500)) {
		sim_after(soon, on_force, task_of(c, text(params, "responder"), ""));
	} else if (*contact && !*text(params, "dispatch") && chance(sim.calm ? 1000 : 400)) {
		bool gone = is(kind, "left") || is(kind, "lost") || is(kind, "inconsistent") ||
			    is(kind, "dispatch_open");
		sim_after(soon, gone && (sim.calm || chance(500)) ? on_review : on_acknowledge,
			task_of(c, contact, kind));
	}
}

/* ---- dispatchers ---- */

static void on_rescue(void *arg)
{
	struct task_of *t = arg;
	client_ask(t->by, is(t->kind, "ack") ? "dispatch.ack" : "dispatch.outcome", NULL, NULL,
		is(t->kind, "ack") ? "{\"dispatch\":\"%s\",\"by\":\"Kim\""
				   : "{\"dispatch\":\"%s\",\"outcome\":{\"with_person\":true}",
		t->id);
}

static void dispatcher_notified(struct client *c, const char *method, const json_t *params)
{
	const char *kind = text(params, "kind"), *dispatch = text(params, "dispatch");
	if (strcmp(method, "notice") != 0 || !*dispatch || !chance(sim.calm ? 1000 : 700))
		return;
	if (is(kind, "dispatch_requested")) {
		sim_after(sim.calm ? SECOND : rnd_wait(30 * SECOND), on_rescue,
			task_of(c, dispatch, "ack"));
		if (chance(500))
			sim_after(rnd_wait(15 * MINUTE), on_rescue, task_of(c, dispatch, "end"));
	} else {
		sim_after(sim.calm ? SECOND : rnd_wait(10 * MINUTE), on_rescue,
			task_of(c, dispatch, "end"));
	}
}

static void on_break(void *arg)
{
	struct client *c = arg;
	if (sim.calm)
		return;
	if (c->on_duty && chance(400))
		client_go(c);
	else
		client_come(c);
	sim_after(rnd_wait(HOUR), on_break, c);
}

void supervisors_init(void)
{
	static const char *const names[] = { "sue", "sam", "dan", "dot" };
	n_watch = 4;
	for (int i = 0; i < n_watch; i++) {
		bool supervisor = i < 2;
		watch[i] = client_new(
			names[i], supervisor ? ROLE_SUPERVISOR : ROLE_DISPATCHER, "", "", "", 0);
		watch[i]->notified = supervisor ? supervisor_notified : dispatcher_notified;
		client_come(watch[i]);
		if (i % 2 == 1)
			sim_after(rnd_wait(HOUR), on_break, watch[i]);
	}
}

void supervisors_calm(void)
{
	for (int i = 0; i < n_watch; i++)
		client_come(watch[i]);
}
