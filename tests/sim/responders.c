/* People on duty: responders who take, serve, forget and lose contacts. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define RESPONDERS_MAX 8

struct responder_model {
	struct client *client;
	char presence[12];
	bool going;    /* at the end of the shift */
	int diligence; /* per mille of offers taken */
	int carried;
};

static struct responder_model staff[RESPONDERS_MAX];
static int n_staff;

struct service {
	struct responder_model *by;
	char contact[24];
	int steps;
	bool over;
	struct service *next;
};

static struct service *services;

/* ---- serving ---- */

static void on_step(void *arg);

static void end_service(struct service *s)
{
	if (s->over)
		return;
	s->over = true;
	s->by->carried--;
}

static void on_served(void *arg, const json_t *result, int code, const char *reason)
{
	struct service *s = arg;
	(void)result, (void)reason;
	if (code == RPC_FORBIDDEN || code == RPC_NOT_FOUND || code == RPC_INVALID_STATE)
		end_service(s);
}

static void on_closed(void *arg, const json_t *result, int code, const char *reason)
{
	struct service *s = arg;
	if (result && !s->over) {
		if (chance(500))
			client_ask(s->by->client, "responder.done", NULL, NULL,
				"{\"contact\":\"%s\"", s->contact);
		end_service(s);
	} else if (code == RPC_CONFLICT) {
		sim_after(rnd_in(60, 240) * SECOND, on_step, s);
	} else {
		on_served(arg, result, code, reason);
	}
}

static void on_escalated(void *arg, const json_t *result, int code, const char *reason)
{
	if (result && !json_string_value(json_object_get(result, "dispatch")))
		sim_fail("contact.escalate was answered without a dispatch");
	on_served(arg, result, code, reason);
}

/* Asking for what only somebody else may do. */
static void on_pending(void *arg, const json_t *result, int code, const char *reason)
{
	struct service *s = arg;
	if (result && json_object_get(result, "pending") && chance(200))
		client_ask(s->by->client, "contact.level", NULL, NULL,
			"{\"contact\":\"%s\",\"level\":\"%s\",\"reason\":\"sure\",\"confirm\":true",
			s->contact, json_string_value(json_object_get(result, "pending")));
	on_served(arg, result, code, reason);
}

/* ---- handing over ---- */

/* Of one that goes to somebody else, or has gone there. */
static void on_goodbye(void *arg)
{
	struct service *s = arg;
	client_ask(s->by->client, "transfer.done", NULL, NULL, "{\"contact\":\"%s\"", s->contact);
}

static void on_regret(void *arg)
{
	struct service *s = arg;
	client_ask(s->by->client, "transfer.cancel", NULL, NULL, "{\"contact\":\"%s\"", s->contact);
}

static void on_transfer_asked(void *arg, const json_t *result, int code, const char *reason)
{
	struct service *s = arg;
	if (result)
		totals.transfers++;
	if (result && chance(200))
		sim_after(rnd_wait(30 * SECOND), on_regret, s);
	if (result && chance(700))
		sim_after(rnd_wait(4 * MINUTE), on_goodbye, s);
	if (!result && strcmp(reason, "nobody_available") != 0) /* they go on */
		on_served(arg, result, code, reason);
}

static void hand_over(struct service *s)
{
	char to[64];
	int64_t whom = rnd_below(100);
	if (whom < 55)
		snprintf(to, sizeof to, "\"responder\":\"%s\"",
			staff[rnd_below(n_staff)].client->name);
	else if (whom < 90)
		snprintf(to, sizeof to, "\"skill\":\"%s\"",
			whom < 75   ? "veteran"
			: whom < 85 ? "interpreter"
				    : "youth");
	else
		snprintf(to, sizeof to, "\"line\":\"night\"");
	client_ask(s->by->client, "contact.transfer", on_transfer_asked, s,
		"{\"contact\":\"%s\",\"to\":{%s},\"warm\":%s,\"summary\":\"they know you\"",
		s->contact, to, chance(500) ? "true" : "false");
}

static void step(struct service *s)
{
	static const char *const levels[] = { "low", "moderate", "high", "urgent", "emergency" };
	struct client *c = s->by->client;
	int64_t what = rnd_below(1000);
	if (what < 520)
		client_ask(c, "contact.say", on_served, s,
			"{\"contact\":\"%s\",\"text\":\"I am here, tell me more\"", s->contact);
	else if (what < 640)
		client_ask(c, "contact.note", on_served, s,
			"{\"contact\":\"%s\",\"text\":\"calmer now\"", s->contact);
	else if (what < 750)
		client_ask(c, "contact.level", on_pending, s,
			"{\"contact\":\"%s\",\"level\":\"%s\",\"reason\":\"talked\"", s->contact,
			levels[rnd_below(5)]);
	else if (what < 840)
		hand_over(s);
	else if (what < 930)
		client_ask(c, "contact.assess", on_served, s,
			"{\"contact\":\"%s\",\"instrument\":\"cssrs\",\"answers\":{\"q1\":true,"
			"\"q2\":%s,\"q5\":%s}",
			s->contact, chance(500) ? "true" : "false", chance(100) ? "true" : "false");
	else
		client_ask(c, "contact.escalate", on_escalated, s,
			"{\"contact\":\"%s\",\"kind\":\"mobile_team\",\"consent\":\"yes\","
			"\"tried\":[\"talking\"],\"location\":{\"text\":\"at home\"},"
			"\"reason\":\"imminent\"",
			s->contact);
}

static void on_step(void *arg)
{
	struct service *s = arg;
	if (s->over)
		return;
	if (s->steps-- > 0 && !sim.calm) {
		step(s);
		sim_after(rnd_wait(2 * MINUTE), on_step, s);
		return;
	}
	client_ask(s->by->client, "contact.close", on_closed, s,
		"{\"contact\":\"%s\",\"disposition\":\"talked\",\"outcome\":{\"safer\":true}",
		s->contact);
}

/* Unless they do so already. */
static void serve(struct responder_model *m, const char *contact)
{
	for (struct service *s = services; s; s = s->next)
		if (s->by == m && !s->over && strcmp(s->contact, contact) == 0)
			return;
	struct service *s = calloc(1, sizeof *s);
	*s = (struct service){ .by = m, .steps = (int)rnd_below(9), .next = services };
	snprintf(s->contact, sizeof s->contact, "%s", contact);
	services = s;
	m->carried++;
	sim_after(sim.calm ? rnd_in(1, 20) * SECOND : rnd_wait(MINUTE), on_step, s);
}

/* ---- offers ---- */

struct decision {
	struct responder_model *by;
	char offer[24];
};

static void on_accepted(void *arg, const json_t *result, int code, const char *reason)
{
	struct decision *d = arg;
	(void)reason;
	if (!result) {
		if (code != RPC_STALE && code != RPC_FORBIDDEN)
			sim_fail("offer.accept was answered %d %s", code, reason);
		return;
	}
	serve(d->by, json_string_value(json_object_get(result, "contact")));
}

static void on_decision(void *arg)
{
	struct decision *d = arg;
	struct client *c = d->by->client;
	if (!c->conn)
		return;
	if (sim.calm || chance(d->by->diligence))
		client_ask(c, "offer.accept", on_accepted, d, "{\"offer\":\"%s\"", d->offer);
	else if (chance(400))
		client_ask(c, "offer.decline", NULL, NULL, "{\"offer\":\"%s\",\"reason\":\"busy\"",
			d->offer);
	/* otherwise they did not look */
}

static void take_note(struct responder_model *m, const json_t *offer)
{
	struct decision *d = calloc(1, sizeof *d);
	d->by = m;
	snprintf(d->offer, sizeof d->offer, "%s",
		json_string_value(json_object_get(offer, "offer")));
	totals.offers++;
	struct responder_model *other = &staff[rnd_below(n_staff)];
	if (chance(10) && other != m && !sim.calm) /* who must not have it */
		client_ask(
			other->client, "offer.accept", NULL, NULL, "{\"offer\":\"%s\"", d->offer);
	sim_after(sim.calm ? rnd_in(200, 3000) * 1000 : rnd_in(500, 30000) * 1000, on_decision, d);
}

static void notified(struct client *c, const char *method, const json_t *params)
{
	if (strcmp(method, "offer.new") == 0)
		take_note(c->own, params);
}

static void on_next(void *arg, const json_t *result, int code, const char *reason)
{
	(void)code, (void)reason;
	if (result && json_object_get(result, "offer"))
		take_note(arg, result);
}

/* ---- presence ---- */

static void on_set(void *arg, const json_t *result, int code, const char *reason)
{
	struct responder_model *m = arg;
	(void)code, (void)reason;
	if (!result)
		return;
	snprintf(m->presence, sizeof m->presence, "%s",
		json_string_value(json_object_get(result, "presence")));
	size_t i;
	json_t *contact;
	json_array_foreach(json_object_get(result, "contacts"), i, contact)
		serve(m, json_string_value(contact));
}

static void set_presence(struct responder_model *m, const char *presence)
{
	char more[64] = "";
	if (chance(100) && !sim.calm)
		snprintf(more, sizeof more, ",\"capacity\":%d", (int)rnd_in(1, 6));
	else if (chance(50))
		snprintf(more, sizeof more, ",\"wrap_s\":%d", (int)rnd_below(120));
	client_ask(m->client, "responder.set", on_set, m, "{\"presence\":\"%s\"%s", presence, more);
}

static void connected(struct client *c)
{
	struct responder_model *m = c->own;
	if (!m->going)
		set_presence(m, "ready");
}

static void on_shift(void *arg);

static void end_shift(struct responder_model *m)
{
	m->going = true;
	if (m->carried > 0 || m->client->requests) {
		sim_after(MINUTE, on_shift, m);
		return;
	}
	client_go(m->client);
	m->going = false;
	sim_after(rnd_wait(2 * HOUR), on_shift, m);
}

static void come_back(void *arg)
{
	struct responder_model *m = arg;
	client_come(m->client);
}

/* Away in the middle of it, for longer than anybody waits for them. */
static void drop_out(struct responder_model *m)
{
	client_go(m->client);
	sim_after(rnd_wait(5 * MINUTE), come_back, m);
}

static void on_habit(void *arg)
{
	struct responder_model *m = arg;
	int64_t what = rnd_below(100);
	sim_after(rnd_wait(sim.calm ? MINUTE : 15 * MINUTE), on_habit, m);
	if (!m->client->conn || m->client->requests || m->going)
		return;
	if (m->carried > 0 && chance(40) && !sim.calm) {
		drop_out(m);
		return;
	}
	if (sim.calm || what < 45)
		set_presence(m, "ready");
	else if (what < 60)
		set_presence(m, chance(500) ? "paused" : "away");
	else if (what < 80)
		client_ask(m->client, "contact.next", on_next, m, "{\"x\":0");
	else if (what < 88)
		conn_cut(m->client->conn);
	else if (what < 93)
		drop_out(m);
}

/* Shifts begin and end at any hour. */
static void on_shift(void *arg)
{
	struct responder_model *m = arg;
	if (sim.calm)
		return;
	if (m->going || m->client->on_duty) {
		end_shift(m);
	} else {
		client_come(m->client);
		sim_after(rnd_in(1, 8) * HOUR, on_shift, m);
	}
}

void responders_init(void)
{
	n_staff = (int)rnd_in(3, RESPONDERS_MAX);
	for (int i = 0; i < n_staff; i++) {
		struct responder_model *m = &staff[i];
		char name[8];
		snprintf(name, sizeof name, "r%d", i);
		m->client = client_new(name, ROLE_RESPONDER,
			i == 0        ? "en es de"
			: chance(300) ? "en es"
				      : "en",
			chance(250)   ? "interpreter veteran"
			: chance(250) ? "youth"
				      : "",
			chance(100) ? "night" : "", (int)rnd_below(6));
		m->client->own = m;
		m->client->connected = connected;
		m->client->notified = notified;
		m->diligence = (int)rnd_in(700, 980);
		sim_after(i < 2 ? 0 : rnd_wait(HOUR), on_shift, m);
		sim_after(rnd_wait(10 * MINUTE), on_habit, m);
	}
}

void responders_calm(void)
{
	for (int i = 0; i < n_staff; i++) {
		staff[i].going = false;
		client_come(staff[i].client);
		sim_after(rnd_in(1, 20) * SECOND, on_habit, &staff[i]);
	}
}
