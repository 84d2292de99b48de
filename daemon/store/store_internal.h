/* Shared by the files of a store; see triaged/store/store.h. */
#ifndef TRIAGED_STORE_STORE_INTERNAL_H
#define TRIAGED_STORE_STORE_INTERNAL_H

#include "append.h"
#include "committer.h"
#include "finder.h"
#include "lease.h"
#include "redis_time.h"
#include "reply.h"
#include "rights.h"
#include "tail.h"
#include "tls.h"
#include "triaged/store/store.h"
#include "trim.h"
#include "vet.h"

struct load;

struct store {
	struct event_base *base;
	char *center, *node, *incarnation, *previous, *url, *username, *password, *prefix;
	struct tls *tls;
	struct finder *finder; /* NULL: the url says where */
	char server[URL_TEXT_SIZE];
	struct link_options link_options;
	struct replicas replicas;
	struct store_events events;
	enum store_state state;
	char *why;
	bool closing;
	bool inbox_only;   /* another center's */
	struct link *link; /* commits, appends, reads: never blocked */
	struct vet vet;
	struct rights rights;
	char run_id[RUN_ID_SIZE]; /* of the server last used */
	uint64_t takeovers;       /* how often the server was another than before */
	char *instance;           /* id of the data on the server, "" not known */
	char fresh[17];           /* id to give to a server without data */
	bool anew;                /* use a server though it lacks data that this node knows of */
	int64_t rewrite; /* LEAD_LOST or LEAD_BEHIND: call events.rewrite when ready; 0: no */
	const char *data_warning; /* NULL: none */
	char *search_warning;     /* "": none */
	struct mono gone;         /* since when the data are missing; us 0: they are not */
	struct lease lease;
	struct appender appender;
	struct committer committer;
	struct trimmer trimmer;
	struct load *load; /* the one of this epoch */
	char *position;    /* committed in the inbox, as loaded */
	struct tail *inbox, *outputs;
	/* Inbox commands, for INBOX_AHEAD: handed over, part of a commit, committed. */
	int64_t delivered, commit_mark, committed;
	struct redis_time time;
	bool reassert_due; /* call events.reassert when ready */
};

/* "t:{center}:" kind id; the caller's to free. */
char *store_key_of(const struct store *s, const char *kind, const char *id);

/* ---- store_parts.c: what the parts tell, and what follows from it ---- */
void store_init_parts(struct store *s, const struct store_options *o);
void store_on_up(void *arg); /* of the link */
void store_on_down(void *arg, const char *why);
void store_on_moved(void *arg);                            /* of the finder */
void store_on_search_warning(void *arg, const char *text); /* of the finder */
void store_follow_inbox(struct store *s);

/* ---- store.c ---- */
void store_cancel_load(struct store *s);

#endif
