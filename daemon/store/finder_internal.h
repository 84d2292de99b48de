/* Shared by finder.c and the two ways to find; see finder.h. */
#ifndef TRIAGED_STORE_FINDER_INTERNAL_H
#define TRIAGED_STORE_FINDER_INTERNAL_H

#include "finder.h"
#include "triaged/base/clock.h"

struct source;

/* What one of those asked says, once it has been asked completely. */
struct finding {
	struct url master;
	int64_t epoch; /* of the configuration it speaks of */
	bool known;
	bool tilt;      /* a Sentinel that does not act for a while */
	struct err why; /* when not known */
};

/* A Sentinel or a node of the Cluster. */
struct source {
	struct finder *finder;
	struct url url;
	struct link *link;
	struct link *news; /* its announcements; NULL: it makes none */
	bool asked;
	struct finding next;  /* being gathered */
	struct finding last;  /* the last whole one */
	struct mono answered; /* us 0: never */
};

struct finder {
	struct event_base *base;
	struct finder_events events;
	void (*ask)(struct source *s);
	char *name; /* of the master among Sentinels */
	int slot;
	struct source *sources;
	size_t n;
	struct url master;
	bool known;
	int64_t epoch;
	struct mono since;   /* when master was found */
	struct mono doubted; /* us 0: not, since it was found */
	bool tilt;
	char why[512];       /* not known why */
	struct event *timer; /* the next round */
	struct event *tell;  /* moved, from the loop */
};

/* s->next is complete. */
void finder_answered(struct source *s);
void finder_ask_now(struct finder *f);

/* ---- finder_sentinel.c ---- */
void sentinel_ask(struct source *s);
void sentinel_listen(struct source *s); /* the news link is up */
void sentinel_message(void *source, const char *channel, const char *text);

/* ---- finder_cluster.c ---- */
void cluster_ask(struct source *s);
int cluster_slot(const char *center); /* of every key with {center} */
/* The owner of the slot as CLUSTER NODES has it, asked at self. */
int cluster_owner(const char *nodes, int slot, const struct url *self, struct finding *out,
	struct err *e) MUST_CHECK;

#endif
