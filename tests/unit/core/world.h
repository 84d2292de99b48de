/* A core in a test: commands by hand, the invariants checked after each, outputs looked up. */
#ifndef TEST_CORE_WORLD_H
#define TEST_CORE_WORLD_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/core/core.h"

struct world {
	struct core *core;
	struct core_options options;
	struct step step;
	int64_t now;
	char text[128][512]; /* values handed out by field() */
	int next_text;
};

#define CMD(kind, ...)                                                                             \
	({                                                                                         \
		struct command cmd_;                                                               \
		command_init(&cmd_, COMMAND_##kind);                                               \
		cmd_.request = 1;                                                                  \
		cmd_.node = "n1";                                                                  \
		struct command *c = &cmd_;                                                         \
		__VA_ARGS__;                                                                       \
		cmd_;                                                                              \
	})

static inline void world_start(struct world *w)
{
	memset(w, 0, sizeof *w);
	core_options_default(&w->options);
	w->now = 1000000;
	w->core = core_new(&w->options);
}

static inline void world_end(struct world *w)
{
	core_free(&w->core);
	step_free(&w->step);
}

static inline void world_check(struct world *w)
{
	struct err e;
	if (core_check(w->core, &e) != 0)
		fail_msg("%s", e.text);
}

/* Apply one command; the step then holds this command's outputs only. */
static inline const struct output *apply(struct world *w, struct command c)
{
	step_clear(&w->step);
	core_apply(w->core, &c, w->now, &w->step);
	world_check(w);
	for (size_t i = 0; i < w->step.n_outputs; i++)
		if (w->step.outputs[i].kind == OUTPUT_REPLY ||
			w->step.outputs[i].kind == OUTPUT_ERROR)
			return &w->step.outputs[i];
	return NULL;
}

static inline void forget_one(void *arg, const struct entity_write *write)
{
	(void)arg;
	(void)write;
}

static inline void written(struct world *w)
{
	core_take_dirty(w->core, forget_one, NULL);
}

/* A field of an output, "" when it is not there. */
static inline const char *field(struct world *w, const struct output *o, const char *name)
{
	char *out = w->text[w->next_text++ % 128];
	out[0] = '\0';
	if (!o)
		return out;
	struct record_reader r = { buf_str(&o->fields), buf_str(&o->fields) + o->fields.len };
	struct slice n, v;
	while (record_next(&r, &n, &v) == 1)
		if (slice_is(n, name))
			snprintf(out, sizeof w->text[0], "%.*s", (int)v.len, v.data);
	return out;
}

/* The n-th output of that kind to that session ("" any) of the last command, or NULL. */
static inline const struct output *told(
	struct world *w, enum output_kind kind, const char *session, int n)
{
	for (size_t i = 0; i < w->step.n_outputs; i++) {
		const struct output *o = &w->step.outputs[i];
		if (o->kind == kind && (!*session || strcmp(o->session, session) == 0) && n-- == 0)
			return o;
	}
	return NULL;
}

static inline int count_told(struct world *w, enum output_kind kind, const char *session)
{
	int n = 0;
	while (told(w, kind, session, n))
		n++;
	return n;
}

/* Time passes, with every timer at its own instant. */
static inline void pass(struct world *w, int64_t ms)
{
	int64_t end = w->now + ms;
	while (core_next_due(w->core) <= end) {
		if (core_next_due(w->core) > w->now)
			w->now = core_next_due(w->core);
		struct command tick = CMD(TICK, c->request = 0);
		core_apply(w->core, &tick, w->now, &w->step);
		world_check(w);
	}
	w->now = end;
}

/* pass(), with the outputs of all the ticks kept for told(). */
static inline void watch(struct world *w, int64_t ms)
{
	step_clear(&w->step);
	pass(w, ms);
}

static inline void supervisor(struct world *w, const char *who, const char *session)
{
	apply(w, CMD(SESSION_UP, c->identity = who, c->role = "supervisor", c->session = session));
}

/* A responder who speaks English, ready. */
static inline void responder(struct world *w, const char *who, const char *session)
{
	apply(w, CMD(SESSION_UP, c->identity = who, c->role = "responder", c->session = session,
			 c->langs = "en", c->name = "Alex"));
	apply(w, CMD(RESPONDER_SET, c->identity = who, c->role = "responder", c->session = session,
			 c->presence = "ready"));
}

/* A chat contact in English; its id. */
static inline const char *contact(struct world *w, const char *session, enum level level)
{
	const struct output *o = apply(w,
		CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend", c->session = session,
			c->channel = "chat", c->lang = "en", c->level = (int64_t)level + 1));
	assert_int_equal(o->kind, OUTPUT_REPLY);
	return field(w, o, "contact");
}

static inline const char *state_of(struct world *w, const char *id)
{
	struct contact_view v;
	return core_contact(w->core, id, &v) ? v.state : "";
}

/* The offer the last command made to a session. */
static inline const char *offer_to(struct world *w, const char *session)
{
	return field(w, told(w, OUTPUT_OFFER_NEW, session, 0), "offer");
}

static inline const struct output *accept(
	struct world *w, const char *who, const char *session, const char *offer)
{
	return apply(w, CMD(OFFER_ACCEPT, c->identity = who, c->role = "responder",
				c->session = session, c->offer = offer));
}

/* The shared frame of a test program: world `w`, made and freed around each test. */
#define WORLD(w)                                                                                   \
	static struct world w;                                                                     \
	static int start(void **state)                                                             \
	{                                                                                          \
		(void)state;                                                                       \
		world_start(&w);                                                                   \
		return 0;                                                                          \
	}                                                                                          \
	static int end(void **state)                                                               \
	{                                                                                          \
		(void)state;                                                                       \
		world_end(&w);                                                                     \
		return 0;                                                                          \
	}
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, end)

#define R1 "n1/i1/r1"
#define R2 "n1/i1/r2"
#define R3 "n1/i1/r3"
#define F1 "n1/i1/f1"
#define F2 "n1/i1/f2"
#define S1 "n1/i1/s1"
#define D1 "n1/i1/d1"

#endif
