/*
 * Inside the crew: members (sessions), requests waiting for an answer, and lives (contacts).
 */
#ifndef LOADGEN_CREW_PRIV_H
#define LOADGEN_CREW_PRIV_H

#include "crew.h"
#include "peer.h"
#include "triaged/base/map.h"
#include "wire.h"

#define REF_MAX       40
#define REQUEST_SLOTS 65536 /* power of two, above what can be unanswered at once */

enum life_state { LIFE_FREE, LIFE_OPENING, LIFE_WAITING, LIFE_ACCEPTING, LIFE_CLOSING };

struct life {
	enum life_state state;
	uint64_t serial; /* the contact's number in this run: refs are made of it */
	int attempt;     /* accepts tried: each has its own ref */
	struct member *frontend, *responder;
	char contact[WIRE_WORD], offer[WIRE_WORD];
	char next_offer[WIRE_WORD]; /* came while an earlier accept is undecided */
	struct member *next_responder;
	int64_t opened_us;
	bool offered; /* latency already taken */
};

/* An offer read before the answer to its contact.open: two sockets, any order. */
struct early {
	char offer[WIRE_WORD];
	struct member *responder;
	int64_t at_us;
};

struct member {
	struct crew *crew;
	struct peer peer;
	struct event *retry;
	char name[16];
	bool responder;
	bool ready;
};

enum step { STEP_HELLO, STEP_SET, STEP_RESUME, STEP_OPEN, STEP_ACCEPT, STEP_CLOSE };

struct request {
	int64_t id; /* 0: free slot */
	enum step step;
	struct member *member;
	struct life *life;
	uint64_t serial; /* the life's, to notice a life that went on */
	char ref[REF_MAX], offer[WIRE_WORD];
};

struct crew {
	struct crew_options o;
	struct event_base *base;
	struct streams streams;
	struct member *members; /* front ends, then responders */
	int n_members, n_ready;
	struct life *lives;
	int n_lives, n_going;
	struct map by_contact, early;
	struct request *requests;
	int64_t last_id;
	uint64_t next_serial;
	char run[16]; /* makes refs unique over runs */
	struct event *tick, *end;
	int64_t next_open_us, measure_from_us, end_us;
	bool started, ending, failed;
	const char *line; /* being read */
	size_t line_len;  /* as far as it may be shown */
	struct crew_result *r;
};

/* crew_request.c */
void request_send(struct crew *c, struct member *m, enum step step, struct life *l);
/* The same again with the same ref, a little later. */
void request_again(struct crew *c, const struct request *q);
void request_resend(struct crew *c, struct member *m);
/* Removes and copies out the request with that id; false when there is none. */
bool request_take(struct crew *c, int64_t id, struct request *out);
void request_lost(struct crew *c, struct member *m);
const char *step_name(enum step step);

/* crew_life.c */
void life_open(struct crew *c, struct life *l, int64_t due_us);
void life_answer(struct crew *c, const struct request *q, const struct wire *w);
void life_offer(struct crew *c, struct member *m, const struct wire *w);
void life_offer_gone(struct crew *c, const struct wire *w);
/* The line being read is not what the protocol says. */
void crew_wrong(struct crew *c, const char *what);
/* A contact ended: the closed loop starts the next. */
void crew_life_ended(struct crew *c, struct life *l);

#endif
