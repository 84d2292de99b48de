/*
 * Any sequence of numbers becomes a sequence of commands: for the random test and for the fuzzer.
 * Small populations, so that everything meets everything else.
 */
#ifndef TEST_CORE_GENERATE_H
#define TEST_CORE_GENERATE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/core/core.h"

#define RECENT 16

struct generator {
	uint32_t (*next)(struct generator *g, uint32_t below); /* 0 <= result < below */
	uint64_t seed;                                         /* of the random one */
	const uint8_t *at, *end;                               /* of the fuzzer's bytes */
	char contacts[RECENT][24], offers[RECENT][24], dispatches[RECENT][24];
	uint32_t offered_to[RECENT]; /* which responder */
	uint32_t n_contacts, n_offers, n_dispatches;
	uint64_t count;
	char contact[24], session[24], ref[24], transfer[24];
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
		struct record_reader r = { buf_str(&o->fields),
			buf_str(&o->fields) + o->fields.len };
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
			if (list == g->offers)
				g->offered_to[*count % RECENT] =
					(uint32_t)strtoul(strrchr(o->session, '/') + 1, NULL, 10) /
					2;
			if (list)
				snprintf(list[(*count)++ % RECENT], 24, "%.*s", (int)v.len, v.data);
		}
	}
}

/* A live contact (for some commands one that a responder carries), or an id that may be over or
 * was never there. */
static inline bool generate_contact(
	struct generator *g, const struct core *core, bool carried, struct contact_view *v)
{
	size_t n = 0;
	for (size_t i = 0; core_next_contact(core, &i, v);)
		n += !carried || *v->responder;
	if (n == 0 || g->next(g, 16) == 0)
		return false;
	size_t pick = g->next(g, (uint32_t)n);
	for (size_t i = 0; core_next_contact(core, &i, v);)
		if ((!carried || *v->responder) && pick-- == 0)
			return true;
	return false;
}

enum { ANN, BOB, CY, WEB, SUE, DAN, TIA, NOBODY };

static inline uint32_t generate_who(
	struct generator *g, enum command_kind kind, const struct contact_view *v)
{
	static const char *const names[] = { "ann", "bob", "cy" };
	switch (kind) {
	case COMMAND_CONTACT_OPEN:
	case COMMAND_CONTACT_ANSWER:
	case COMMAND_CONTACT_LEAVE:
	case COMMAND_CONTACT_RESUME:
		return WEB;
	case COMMAND_DISPATCH_ACK:
	case COMMAND_DISPATCH_OUTCOME:
	case COMMAND_DISPATCH_STATUS:
	case COMMAND_DISPATCH_DECLINE:
		return g->next(g, 3) ? DAN : TIA;
	case COMMAND_TEAM_SET:
	case COMMAND_TEAM_CHECKIN:
		return TIA;
	case COMMAND_DISPATCH_CONFIRM:
		return g->next(g, 2) ? SUE : ANN;
	case COMMAND_ALERT_ACK:
	case COMMAND_RESPONDER_FORCE:
		return SUE;
	case COMMAND_RESPONDER_SET:
	case COMMAND_CONTACT_NEXT:
	case COMMAND_OFFER_ACCEPT:
	case COMMAND_OFFER_DECLINE:
		return g->next(g, 3);
	case COMMAND_SESSION_UP:
		return g->next(g, NOBODY);
	default:
		break;
	}
	for (uint32_t i = 0; v && i < 3; i++)
		if (strcmp(v->responder, names[i]) == 0)
			return i;
	return kind == COMMAND_CONTACT_SAY ? WEB : SUE;
}

static inline void generate_actor(
	struct generator *g, struct command *c, const struct contact_view *v)
{
	static const char *const roles[] = { "responder", "responder", "responder", "frontend",
		"supervisor", "dispatcher", "partner" };
	static const char *const names[] = { "ann", "bob", "cy", "web", "sue", "dan", "tia" };
	uint32_t who = g->next(g, 12) ? generate_who(g, c->command, v) : g->next(g, NOBODY);
	c->role = roles[who];
	c->identity = names[who];
	c->node = g->next(g, 16) ? "n1" : "n2";
	c->incarnation = g->next(g, 32) ? "i1" : "i2";
	snprintf(g->session, sizeof g->session, "%s/%s/%u", c->node, c->incarnation,
		who * 2 + (g->next(g, 16) == 0));
	c->session = g->session;
}

/* Mostly the one it was made to. */
static inline void generate_offer(struct generator *g, struct command *c)
{
	uint32_t have = g->n_offers < RECENT ? g->n_offers : RECENT;
	c->offer = "o0000000000000000";
	if (have == 0)
		return;
	uint32_t pick = g->next(g, 4) ? (g->n_offers - 1) % RECENT : g->next(g, have);
	c->offer = g->offers[pick];
	if (c->command == COMMAND_OFFER_ACCEPT || c->command == COMMAND_OFFER_DECLINE) {
		static const char *const names[] = { "ann", "bob", "cy" };
		if (g->next(g, 12))
			c->identity = names[g->offered_to[pick] % 3];
	}
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

static inline enum command_kind generate_kind(struct generator *g)
{
	static const uint8_t weights[COMMAND_KIND_COUNT] = {
		[COMMAND_CONTACT_OPEN] = 14,
		[COMMAND_CONTACT_SAY] = 10,
		[COMMAND_CONTACT_ANSWER] = 2,
		[COMMAND_CONTACT_ASSESS] = 2,
		[COMMAND_CONTACT_LEAVE] = 2,
		[COMMAND_CONTACT_RESUME] = 3,
		[COMMAND_CONTACT_RETRIAGE] = 2,
		[COMMAND_CONTACT_LEVEL] = 5,
		[COMMAND_CONTACT_NOTE] = 1,
		[COMMAND_CONTACT_ESCALATE] = 1,
		[COMMAND_CONTACT_CLOSE] = 12,
		[COMMAND_CONTACT_TRANSFER] = 9,
		[COMMAND_TRANSFER_CANCEL] = 1,
		[COMMAND_TRANSFER_DONE] = 2,
		[COMMAND_TRANSFER_OPEN] = 3,
		[COMMAND_TRANSFER_ANSWER] = 2,
		[COMMAND_TRANSFER_SETTLE] = 2,
		[COMMAND_TRANSFER_SAID] = 3,
		[COMMAND_TRANSFER_OVER] = 2,
		[COMMAND_LETTER_SENT] = 3,
		[COMMAND_CONTACT_NEXT] = 2,
		[COMMAND_OFFER_ACCEPT] = 18,
		[COMMAND_OFFER_DECLINE] = 3,
		[COMMAND_RESPONDER_SET] = 14,
		[COMMAND_RESPONDER_FORCE] = 1,
		[COMMAND_RESPONDER_DONE] = 8,
		[COMMAND_DISPATCH_ACK] = 2,
		[COMMAND_DISPATCH_OUTCOME] = 4,
		[COMMAND_DISPATCH_DECLINE] = 1,
		[COMMAND_DISPATCH_STATUS] = 4,
		[COMMAND_DISPATCH_CONFIRM] = 1,
		[COMMAND_DISPATCH_GET] = 1,
		[COMMAND_DISPATCH_SENT] = 2,
		[COMMAND_TEAM_SET] = 2,
		[COMMAND_TEAM_CHECKIN] = 1,
		[COMMAND_ALERT_ACK] = 2,
		[COMMAND_BOARD_WATCH] = 1,
		[COMMAND_SESSION_UP] = 10,
		[COMMAND_SESSION_DOWN] = 2,
		[COMMAND_NODE_UP] = 1,
		[COMMAND_NODE_LOST] = 1,
		[COMMAND_TICK] = 18,
		[COMMAND_QUERY] = 1,
	};
	uint32_t at = g->next(g, 180);
	int kind = 0;
	while (kind < COMMAND_QUERY && at >= weights[kind])
		at -= weights[kind++];
	if ((kind == COMMAND_NODE_UP || kind == COMMAND_NODE_LOST || kind == COMMAND_SESSION_DOWN ||
		    kind == COMMAND_RESPONDER_FORCE || kind == COMMAND_CONTACT_ESCALATE) &&
		g->next(g, 4))
		return COMMAND_TICK;
	return (enum command_kind)kind;
}

/* A crowd is thinned: small populations meet more often. */
static inline enum command_kind generate_thinned(
	struct generator *g, const struct core *core, enum command_kind kind)
{
	struct contact_view v;
	size_t i = 0, n = 0;
	while (core_next_contact(core, &i, &v))
		n++;
	return kind == COMMAND_CONTACT_OPEN && n > 3 + g->next(g, 12) ? COMMAND_CONTACT_CLOSE
								      : kind;
}

static inline void generate_ref(struct generator *g, struct command *c)
{
	uint64_t number = g->next(g, 12) ? g->count : g->count - g->next(g, 20);
	snprintf(g->ref, sizeof g->ref, "ref-%llu", (unsigned long long)number);
	c->ref = g->ref;
	c->fingerprint = (int64_t)(number % 7);
}

static inline bool generate_is_letter(const struct command *c)
{
	return c->command >= COMMAND_TRANSFER_OPEN && c->command <= COMMAND_TRANSFER_OVER;
}

/* Of the other center; about a transfer that one of the two began, mostly. */
static inline void generate_letter(
	struct generator *g, struct command *c, const struct contact_view *v)
{
	c->identity = g->next(g, 16) ? "center:south" : "center:";
	c->role = g->next(g, 2) ? "frontend" : "responder";
	c->peer = "00000000000000000abc";
	c->transfer = "t1";
	if (v && *v->transfer_id && g->next(g, 8)) {
		snprintf(g->transfer, sizeof g->transfer, "%s", v->transfer_id);
		c->transfer = g->transfer;
	}
	c->result = GENERATE_WORD(g, "accepted", "confirmed", "cancelled", "gone");
	c->arrived_ms = (int64_t)g->next(g, 1000000);
	c->request = 0;
}

static inline void generate_target(struct generator *g, struct command *c)
{
	uint32_t target = g->next(g, 8);
	c->text = (struct slice){ "sealed", g->next(g, 8) ? 6 : 0 };
	c->center = target == 3 ? "south" : "";
	c->peer = "00000000000000000def";
	c->responder = target < 3 ? GENERATE_WORD(g, "ann", "bob", "cy") : "";
	c->line = target == 4 || target == 7 ? "veterans" : "";
	c->skills = target > 4 ? "youth" : "";
}

static inline void generate_command(struct generator *g, const struct core *core, struct command *c)
{
	g->count++;
	command_init(c, generate_thinned(g, core, generate_kind(g)));
	struct contact_view v;
	bool over = c->command == COMMAND_CONTACT_TRANSFER ||
		    c->command == COMMAND_TRANSFER_CANCEL || c->command == COMMAND_TRANSFER_DONE;
	bool done =
		over || c->command == COMMAND_CONTACT_CLOSE || c->command == COMMAND_RESPONDER_DONE;
	bool found = generate_contact(g, core, done && g->next(g, 4), &v);
	snprintf(g->contact, sizeof g->contact, "%s",
		found ? v.id : generate_pick(g, g->contacts, g->n_contacts));
	if (c->command == COMMAND_TRANSFER_OPEN && g->next(g, 4))
		snprintf(g->contact, sizeof g->contact, "%020llx",
			(unsigned long long)(g->count * 0x9e3779b97f4a7c15u));
	if (c->command == COMMAND_CONTACT_OPEN &&
		g->next(g, 8)) { /* the edge or the core names it */
		g->contact[0] = '\0';
		if (g->next(g, 2) == 0)
			snprintf(g->contact, sizeof g->contact, "%020llx",
				(unsigned long long)(g->count * 0x9e3779b97f4a7c15u));
	}
	c->contact = g->contact;
	generate_actor(g, c, found ? &v : NULL);
	generate_offer(g, c);
	generate_triage(g, c);
	if (g->next(g, 4) == 0)
		generate_ref(g, c);
	c->request = g->next(g, 4) ? (int64_t)g->count : 0;
	if (c->command == COMMAND_CONTACT_OPEN)
		c->request = (int64_t)g->count;
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
	c->warm = g->next(g, 2);
	c->confirm = g->next(g, 3) == 0;
	c->human_level = g->next(g, LEVEL_COUNT + 1);
	c->reason = GENERATE_WORD(g, "judged", "judged", "");
	c->disposition = GENERATE_WORD(g, "helped", "helped", "helped", "");
	c->outcome = (struct slice){ "{}", g->next(g, 8) ? 2 : 0 };
	c->kind = GENERATE_WORD(g, "ems", "mobile_team", "");
	c->consent = GENERATE_WORD(g, "yes", "no", "unable");
	c->status =
		GENERATE_WORD(g, "sent", "en_route", "on_scene", "cleared", "failed", "cancelled");
	c->source = GENERATE_WORD(g, "caller", "caller", "device");
	c->area = GENERATE_WORD(g, "", "kent");
	c->place_confirmed = g->next(g, 2);
	c->refused = g->next(g, 8) == 0;
	c->team = GENERATE_WORD(g, "red", "blue");
	c->agency = GENERATE_WORD(g, "a", "b");
	c->result = GENERATE_WORD(g, "accepted", "unknown", "refused");
	c->version = g->next(g, 6);
	c->presence = g->next(g, 4) ? "ready" : GENERATE_WORD(g, "paused", "away", "");
	c->skills = GENERATE_WORD(g, "", "youth", "youth asl interpreter");
	c->langs = GENERATE_WORD(g, "en", "en es", "en");
	c->lines = GENERATE_WORD(g, "", "veterans", "");
	c->channels = GENERATE_WORD(g, "", "", "chat sms", "chat voice");
	c->capacity = g->next(g, 6);
	c->wrap_ms = g->next(g, 3) ? 0 : 1 + g->next(g, 60000);
	c->watch = g->next(g, 2);
	if (over) /* one target, mostly */
		generate_target(g, c);
	if (generate_is_letter(c))
		generate_letter(g, c, found ? &v : NULL);
	c->letter = core_letter(core);
}

/* Mostly little time passes; sometimes as much as until the next timer, or hours. */
static inline int64_t generate_pause(struct generator *g, const struct core *core)
{
	int64_t due = core_next_due(core) - core_now(core);
	switch (g->next(g, 20)) {
	case 0:
		if (g->next(g, 3))
			return 1;
		return due > 0 && due < 86400000 ? due : 0;
	case 2:
		return g->next(g, 250) * 100;
	case 3:
		return g->next(g, 200) == 0 ? (int64_t)g->next(g, 200) * 3600000 : 5;
	default:
		return g->next(g, 50);
	}
}

#endif
