/* How a store is reached and what it promises; see store.h. */
#ifndef TRIAGED_STORE_STORE_OPTIONS_H
#define TRIAGED_STORE_STORE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define STORE_REPLICAS_MAX 9

enum store_mode {
	STORE_FIXED,    /* one server */
	STORE_SENTINEL, /* the master that Sentinels name */
	STORE_CLUSTER   /* the node of a Cluster that has the center's slot */
};

/* Files in PEM. */
struct store_tls {
	const char *ca;                /* authorities that a server's certificate may come from */
	const char *certificate, *key; /* this node's own; both NULL or "": none is shown */
	const char *name; /* that a server's certificate must hold; NULL or "": the host dialled */
};

struct store_options {
	const char *center;
	const char *node;
	const char *incarnation; /* random, new at every start */
	const char *instance;    /* last id from store_events.instance; NULL or "": none yet */
	const char *previous; /* this node's last incarnation, known to be dead; NULL or "": none */
	enum store_mode mode;
	/* "unix:PATH", "tcp:HOST:PORT" or "tls:HOST:PORT"; Sentinels or nodes of a Cluster: several,
	 * separated by spaces, none of them unix. */
	const char *url;
	const char *master;              /* STORE_SENTINEL: its name among the Sentinels */
	const char *sentinel_password;   /* NULL or "": none */
	struct store_tls tls;            /* for tls: addresses */
	const char *username, *password; /* "" : none */
	int64_t connect_ms;              /* deadline to connect and be ready for use */
	int64_t command_ms; /* after a command was without an answer so long, the link is reset */
	int64_t lease_ms;   /* leader lease and node lease; renewed every third of it */
	/* How long answers to client references, the ledger, ended contacts with their transcripts and
	 * persons are kept. 0: for ever. */
	int64_t retain_refs_ms, retain_ledger_ms, retain_contacts_ms, retain_persons_ms;
	/* Use a server that does not sync each write before it answers, with a warning. Without
	 * this it is refused: what we acknowledge must survive a power loss. */
	bool accept_weak_durability;
	/* 0: a write counts when it is synced to the server's disk. N: when N replicas have it; the
	 * server must then sync at least every second and refuse writes without N replicas. */
	int replicas;
};

#endif
