/*
 * Any sequence of numbers becomes a sequence of commands: for the random test and for the fuzzer.
 * Small populations, so that everything meets everything else.
 */
#ifndef TEST_CORE_GENERATE_H
#define TEST_CORE_GENERATE_H

#include <stdio.h>
#include <string.h>

#include "triaged/core/core.h"

#define RECENT 16

struct generator {
	uint32_t (*next)(struct generator *g, uint32_t below); /* 0 <= result < below */
	uint64_t seed;                                         /* of the random one */
	const uint8_t *at, *end;                               /* of the fuzzer's bytes */
	char contacts[RECENT][24], offers[RECENT][24], dispatches[RECENT][24];
	uint32_t n_contacts, n_offers, n_dispatches;
	uint64_t count;
	char who[16], session[24], ref[24];
};

static inline uint32_t generate_random(struct generator *g, uint32_t below)
{
	g->seed ^= g->seed << 13;
	g->seed ^= g->seed >> 7;
	g->seed ^= g->seed << 17;
	return (uint32_t)((g->seed * 0x2545f4914f6cdd1du) >> 33) % below;
}

static inline uint32_t generate_from_bytes(struct generator *g, uint32_t below)
{
	return g->at < g->end ? *g->at++ % below : 0;
}

static inline const char *generate_pick(struct generator *g, char list[RECENT][24], uint32_t n)
{
	uint32_t have = n < RECENT ? n : RECENT;
	return have ? list[g->next(g, have)] : "0000000000000000";
}

static inline const char *generate_word(struct generator *g, const char *const *words, uint32_t n)
{
	return words[g->next(g, n)];
}

#define GENERATE_WORD(g, ...)                                                                      \
	generate_word(g, (const char *const[]){ __VA_ARGS__ },                                     \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* Remember ids that came out, so that later commands can name them. */
static inline void generate_learn(struct generator *g, const struct step *s)
{
	for (size_t i = 0; i < s->n_outputs; i++) {
		const struct output *o = &s->outputs[i];
		struct record_reader r = { o->fields.data, o->fields.data + o->fields.len };
		struct slice n, v;
		while (o->fields.len && record_next(&r, &n, &v) == 1) {
			char(*list)[24] = NULL;
			uint32_t *count = NULL;
			if (slice_is(n, "contact") && o->command == COMMAND_CONTACT_OPEN &&
				o->kind == OUTPUT_REPLY)
				list = g->contacts, count = &g->n_contacts;
			else if (slice_is(n, "offer") && o->kind == OUTPUT_OFFER_NEW)
				list = g->offers, count = &g->n_offers;
			else if (slice_is(n, "dispatch") && o->kind == OUTPUT_REPLY)
				list = g->dispatches, count = &g->n_dispatches;
			if (list)
				snprintf(list[(*count)++ % RECENT], 24, "%.*s", (int)v.len, v.data);
		}
	}
}

static inline void generate_actor(struct generator *g, struct command *c)
{
	static const char *const roles[] = { "responder", "responder", "responder", "frontend",
		"supervisor", "dispatcher" };
	static const char *const names[] = { "ann", "bob", "cy", "web", "sue", "dan" };
	static const int owners[COMMAND_KIND_COUNT] = {
		[COMMAND_CONTACT_OPEN] = 4,
		[COMMAND_CONTACT_ANSWER] = 4,
		[COMMAND_CONTACT_LEAVE] = 4,
		[COMMAND_CONTACT_RESUME] = 4,
		[COMMAND_DISPATCH_ACK] = 5,
		[COMMAND_DISPATCH_OUTCOME] = 5,
		[COMMAND_ALERT_ACK] = 5,
		[COMMAND_RESPONDER_FORCE] = 5,
		[COMMAND_OFFER_ACCEPT] = 1,
		[COMMAND_OFFER_DECLINE] = 1,
		[COMMAND_RESPONDER_SET] = 1,
		[COMMAND_CONTACT_NEXT] = 1,
		[COMMAND_CONTACT_CLOSE] = 1,
	};
	uint32_t who = g->next(g, 6);
	if (owners[c->command] == 1)
		who = g->next(g, 3);
	else if (owners[c->command] > 1)
		who = (uint32_t)owners[c->command] - 1;
	c->role = roles[who];
	c->identity = names[who];
	c->node = g->next(g, 8) ? "n1" : "n2";
	c->incarnation = g->next(g, 16) ? "i1" : "i2";
	snprintf(g->session, sizeof g->session, "%s/%s/%u", c->node, c->incarnation,
		who * 2 + (g->next(g, 8) == 0));
	c->session = g->session;
}

static inline void generate_triage(struct generator *g, struct command *c)
{
	static const char *const texts[] = { "", "a\n", "a\nc\n", "b\n" };
	c->level = g->next(g, LEVEL_COUNT + 1);
	c->level_alone = c->level ? 1 + g->next(g, (uint32_t)c->level) : 0;
	c->unscored = g->next(g, 8) == 0;
	const char *facts = texts[g->next(g, 4)];
	c->facts = (struct slice){ facts, strlen(facts) };
	c->reasons = (struct slice){ "[]", 2 };
	c->flags = GENERATE_WORD(g, "", "", "minor", "weapon minor");
}

static inline enum command_kind generate_kind(struct generator *g, const struct core *core)
{
	static const uint8_t weights[COMMAND_KIND_COUNT] = {
		[COMMAND_CONTACT_OPEN] = 14,
		[COMMAND_CONTACT_SAY] = 10,
		[COMMAND_CONTACT_ANSWER] = 2,
		[COMMAND_CONTACT_ASSESS] = 2,
		[COMMAND_CONTACT_LEAVE] = 3,
		[COMMAND_CONTACT_RESUME] = 4,
		[COMMAND_CONTACT_LEVEL] = 6,
		[COMMAND_CONTACT_NOTE] = 1,
		[COMMAND_CONTACT_ESCALATE] = 2,
		[COMMAND_CONTACT_CLOSE] = 14,
		[COMMAND_CONTACT_NEXT] = 3,
		[COMMAND_OFFER_ACCEPT] = 18,
		[COMMAND_OFFER_DECLINE] = 5,
		[COMMAND_RESPONDER_SET] = 10,
		[COMMAND_RESPONDER_FORCE] = 1,
		[COMMAND_RESPONDER_DONE] = 6,
		[COMMAND_DISPATCH_ACK] = 2,
		[COMMAND_DISPATCH_OUTCOME] = 3,
		[COMMAND_ALERT_ACK] = 2,
		[COMMAND_BOARD_WATCH] = 1,
		[COMMAND_SESSION_UP] = 8,
		[COMMAND_SESSION_DOWN] = 2,
		[COMMAND_NODE_UP] = 1,
		[COMMAND_NODE_LOST] = 1,
		[COMMAND_TICK] = 24,
	};
	uint32_t at = g->next(g, 145);
	int kind = 0;
	while (kind < COMMAND_TICK && at >= weights[kind])
		at -= weights[kind++];
	/* Enough people wait: the rest of the world gets its turn. */
	if (kind == COMMAND_CONTACT_OPEN && core_waiting(core) > 12)
		kind = g->next(g, 2) ? COMMAND_CONTACT_CLOSE : COMMAND_CONTACT_LEAVE;
	return (enum command_kind)kind;
}

static inline void generate_ref(struct generator *g, struct command *c)
{
	uint64_t number = g->next(g, 12) ? g->count : g->count - g->next(g, 20);
	snprintf(g->ref, sizeof g->ref, "ref-%llu", (unsigned long long)number);
	c->ref = g->ref;
	c->fingerprint = (int64_t)(number % 7);
}

static inline void generate_command(
	struct generator *g, const struct core *core, struct command *c)
{
	g->count++;
	command_init(c, generate_kind(g, core));
	generate_actor(g, c);
	generate_triage(g, c);
	if (g->next(g, 4) == 0)
		generate_ref(g, c);
	c->request = g->next(g, 4) ? (int64_t)g->count : 0;
	if (c->command == COMMAND_CONTACT_OPEN)
		c->request = (int64_t)g->count;
	c->contact = generate_pick(g, g->contacts, g->n_contacts);
	c->offer = generate_pick(g, g->offers, g->n_offers);
	c->dispatch = generate_pick(g, g->dispatches, g->n_dispatches);
	c->responder = GENERATE_WORD(g, "ann", "bob", "cy", "nobody");
	c->channel = GENERATE_WORD(g, "chat", "sms", "voice", "chat");
	c->lang = GENERATE_WORD(g, "en", "en", "es", "");
	c->line = GENERATE_WORD(g, "", "", "veterans");
	c->needs = GENERATE_WORD(g, "", "", "youth", "youth asl");
	c->person = GENERATE_WORD(g, "", "p1", "p2", "p3");
	c->age = g->next(g, 4) ? 0 : 1 + g->next(g, 90);
	c->text = (struct slice){ "sealed", g->next(g, 2) ? 6 : 0 };
	c->location = (struct slice){ "where", g->next(g, 2) ? 5 : 0 };
	c->confirm = g->next(g, 3) == 0;
	c->human_level = g->next(g, LEVEL_COUNT + 1);
	c->reason = GENERATE_WORD(g, "judged", "judged", "");
	c->disposition = GENERATE_WORD(g, "helped", "helped", "helped", "");
	c->outcome = (struct slice){ "{}", g->next(g, 8) ? 2 : 0 };
	c->kind = GENERATE_WORD(g, "ems", "mobile_team", "");
	c->presence = GENERATE_WORD(g, "ready", "ready", "ready", "paused", "away", "");
	c->skills = GENERATE_WORD(g, "", "youth", "youth asl interpreter");
	c->langs = GENERATE_WORD(g, "en", "en es", "en");
	c->lines = GENERATE_WORD(g, "", "veterans", "");
	c->channels = GENERATE_WORD(g, "", "", "chat sms", "chat voice");
	c->capacity = g->next(g, 6);
	c->wrap_ms = g->next(g, 3) ? 0 : 1 + g->next(g, 60000);
	c->watch = g->next(g, 2);
}

/* Mostly little time passes; sometimes as much as until the next timer, or hours. */
static inline int64_t generate_pause(struct generator *g, const struct core *core)
{
	int64_t due = core_next_due(core) - core_now(core);
	switch (g->next(g, 8)) {
	case 0:
	case 1:
		return due > 0 && due < 86400000 ? due : 0;
	case 2:
		return g->next(g, 250) * 100;
	case 3:
		return g->next(g, 100) == 0 ? g->next(g, 200) * 3600000 : 5;
	default:
		return g->next(g, 50);
	}
}

#endif
