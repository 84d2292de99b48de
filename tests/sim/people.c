/* People who reach out, and the front ends that bring them: gateway, chat, telephone. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define FRONT_ENDS 3

/* Written for this; every level occurs. */
static const char *const texts[] = {
	"hello, may I talk to somebody?",
	"work has been awful and I have not slept well since my sister moved away",
	"my parents keep fighting and I feel like it is all my fault",
	"I feel lonely tonight and would like to talk",
	"I do not know where to start, everything is too much",
	"some days I think everyone would be better off without me",
	"I wish I would not wake up tomorrow",
	"I have been thinking about suicide for weeks",
	"I want to kill myself",
	"I am going to kill myself tonight",
	"my friend told me she wants to die and now she does not answer her phone",
	"he has a knife and he is in the house",
	"he is at the door with a gun and says he will kill me",
	"my friend is not breathing",
	"hola, no se como empezar, perdi mi trabajo y no puedo mas",
	"quiero morir",
	"are you there?",
	"thank you for listening",
	"no, I am not alone, my brother is here",
};

enum stage { OPENING, THERE, LEFT, OVER };

struct person {
	struct client *front;
	char contact[24], from[24];
	const char *channel, *lang;
	enum stage stage;
	bool resuming;
	int left_to_say;
	uint64_t number, said;
	struct person *next;
};

static struct client *fronts[FRONT_ENDS];
static const char *const channels[FRONT_ENDS] = { "sms", "chat", "voice" };
static struct person *people;
static uint64_t n_people;
static int64_t mean_gap_us; /* between two arrivals */

static const char *pick_text(void)
{
	size_t n = sizeof texts / sizeof texts[0];
	size_t calm = 5;
	/* Most of what is written is not about dying. */
	return texts[rnd_below((int64_t)(chance(600) ? calm : n))];
}

static void on_said(void *arg, const json_t *result, int code, const char *reason);

/* What somebody writes; its mark shows later that it is there once. */
static void say(struct person *p)
{
	char mark[40];
	snprintf(mark, sizeof mark, "m%llu-%llu", (unsigned long long)p->number,
		(unsigned long long)++p->said);
	totals.messages++;
	char *arg = calloc(1, sizeof mark + sizeof p);
	memcpy(arg, &p, sizeof p);
	memcpy(arg + sizeof p, mark, sizeof mark);
	client_ask(p->front, "contact.say", on_said, arg, "{\"contact\":\"%s\",\"text\":\"%s %s\"",
		p->contact, pick_text(), mark);
}

static void on_said(void *arg, const json_t *result, int code, const char *reason)
{
	struct person *p;
	memcpy(&p, arg, sizeof p);
	(void)reason;
	if (result)
		oracle_said(p->contact, (char *)arg + sizeof p, sim.spooled);
	else if (code == RPC_NOT_FOUND || code == RPC_INVALID_STATE)
		p->stage = OVER;
}

static void leave(struct person *p);

static void on_turn(void *arg)
{
	struct person *p = arg;
	if (p->stage != THERE)
		return;
	if (p->left_to_say-- > 0 && !sim.calm) {
		if (chance(100))
			client_ask(p->front, "contact.answer", NULL, NULL,
				"{\"contact\":\"%s\",\"instrument\":\"cssrs\",\"answers\":{\"q1\":%s,"
				"\"q2\":%s,\"q4\":%s}",
				p->contact, chance(500) ? "true" : "false",
				chance(300) ? "true" : "null", chance(50) ? "true" : "false");
		else
			say(p);
		sim_after(rnd_wait(80 * SECOND), on_turn, p);
	} else if (chance(150) && !sim.calm) {
		leave(p);
	}
}

static void on_resumed(void *arg, const json_t *result, int code, const char *reason)
{
	struct person *p = arg;
	(void)reason;
	p->resuming = false;
	if (result) {
		p->stage = p->stage == OVER ? OVER : THERE;
		p->left_to_say += 1;
		on_turn(p);
	} else if (code == RPC_NOT_FOUND || code == RPC_INVALID_STATE) {
		p->stage = OVER;
	}
}

static void resume(struct person *p)
{
	if (p->resuming)
		return;
	p->resuming = true;
	client_ask(p->front, "contact.resume", on_resumed, p, "{\"contact\":\"%s\",\"since_seq\":0",
		p->contact);
}

static void come_back(void *arg)
{
	struct person *p = arg;
	if (p->stage != LEFT || sim.calm)
		return;
	if (chance(600)) {
		resume(p);
	} else { /* the next message is all there is to tell that they are back */
		p->stage = THERE;
		p->left_to_say++;
		on_turn(p);
	}
}

static void on_left(void *arg, const json_t *result, int code, const char *reason)
{
	struct person *p = arg;
	(void)result, (void)reason;
	if (code && code != RPC_NOT_FOUND && code != RPC_INVALID_STATE)
		return;
	if (p->stage == LEFT && chance(300))
		sim_after(rnd_wait(4 * MINUTE), come_back, p);
}

static void leave(struct person *p)
{
	p->stage = LEFT;
	client_ask(p->front, "contact.leave", on_left, p, "{\"contact\":\"%s\",\"reason\":\"left\"",
		p->contact);
}

static void on_patience_end(void *arg)
{
	struct person *p = arg;
	if (p->stage == THERE && !sim.calm)
		leave(p);
}

static void on_opened(void *arg, const json_t *result, int code, const char *reason)
{
	struct person *p = arg;
	if (!result)
		sim_fail("contact.open was refused: %d %s", code, reason);
	const char *id = json_string_value(json_object_get(result, "contact"));
	if (!id || !json_string_value(json_object_get(result, "level")))
		sim_fail("contact.open was answered without a contact or a level");
	snprintf(p->contact, sizeof p->contact, "%s", id);
	totals.contacts++;
	oracle_acknowledged(p->contact, sim.spooled);
	p->stage = THERE;
	sim_after(rnd_wait(60 * SECOND), on_turn, p);
	if (chance(120))
		sim_after(rnd_wait(5 * MINUTE), on_patience_end, p);
}

static void arrive(void)
{
	struct person *p = calloc(1, sizeof *p);
	int way = (int)rnd_below(FRONT_ENDS);
	char more[200] = "";
	size_t n = 0;
	*p = (struct person){ .front = fronts[way],
		.channel = channels[way],
		.lang = chance(180)  ? "es"
			: chance(50) ? "de"
				     : "en",
		.left_to_say = (int)rnd_below(6),
		.number = ++n_people,
		.next = people };
	people = p;
	snprintf(p->from, sizeof p->from, "+1555%04d", (int)rnd_below(400));
	if (chance(200))
		n += (size_t)snprintf(more + n, sizeof more - n, ",\"age\":%d", (int)rnd_in(9, 90));
	if (chance(100))
		n += (size_t)snprintf(more + n, sizeof more - n, ",\"needs\":[\"%s\"]",
			chance(500) ? "veteran" : "youth");
	if (chance(100))
		n += (size_t)snprintf(more + n, sizeof more - n, ",\"line\":\"night\"");
	if (chance(900))
		n += (size_t)snprintf(more + n, sizeof more - n, ",\"text\":\"%s\"", pick_text());
	client_ask(p->front, "contact.open", on_opened, p,
		"{\"channel\":\"%s\",\"lang\":\"%s\",\"from\":\"%s\"%s", p->channel, p->lang,
		p->from, more);
}

void people_many_at_once(void)
{
	for (int n = (int)rnd_in(5, 25); n > 0; n--)
		arrive();
}

/* Quiet hours, busy hours, and now and then many at once. */
static void on_arrival(void *arg)
{
	(void)arg;
	if (sim.calm)
		return;
	if (chance(30))
		people_many_at_once();
	else
		arrive();
	int64_t hour = sim.now_us / HOUR;
	sim_after(rnd_wait(hour % 6 == 3 ? mean_gap_us / 4 : mean_gap_us), on_arrival, NULL);
}

/* ---- front ends ---- */

static struct person *find(const struct client *front, const json_t *params)
{
	const char *id = json_string_value(json_object_get(params, "contact"));
	struct person *p = people;
	while (p && (!id || strcmp(p->contact, id) != 0 || p->front != front))
		p = p->next;
	return p;
}

static void front_notified(struct client *c, const char *method, const json_t *params)
{
	struct person *p = find(c, params);
	if (!p)
		return;
	if (strcmp(method, "contact.closed") == 0) {
		p->stage = OVER;
		totals.served++;
	}
}

/* The front end's connection is back: it takes its contacts up again, most of the time. */
static void front_connected(struct client *c)
{
	for (struct person *p = people; p; p = p->next)
		if (p->front == c && p->stage == THERE && (sim.calm || chance(900)))
			resume(p);
}

void people_init(void)
{
	static const char *const names[] = { "sms-gw", "chat", "pbx" };
	mean_gap_us = rnd_in(20, 70) * MINUTE;
	for (int i = 0; i < FRONT_ENDS; i++) {
		fronts[i] = client_new(names[i], ROLE_FRONTEND, "", "", "", 0);
		fronts[i]->connected = front_connected;
		fronts[i]->notified = front_notified;
		client_come(fronts[i]);
	}
	sim_after(rnd_wait(MINUTE), on_arrival, NULL);
}

void people_calm(void)
{
	for (int i = 0; i < FRONT_ENDS; i++)
		client_come(fronts[i]);
}
