/*
 * Front ends and responders that keep contacts going: open, be offered, accept, close. Every
 * answer is checked; a wrong one is counted and named on stderr.
 */
#ifndef LOADGEN_CREW_H
#define LOADGEN_CREW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "samples.h"

struct event_base;
struct crew;

struct crew_options {
	int port;
	const char *ca, *certs; /* certs: directory with fe0.pem, fe0.key, r0.pem, r0.key, … */
	int frontends, responders;
	int capacity;  /* load units each responder announces */
	int in_flight; /* contacts kept going (closed loop) when rate is 0 */
	double rate;   /* contacts a second, Poisson (open loop) */
	int pause_ms;  /* between a contact's end and the next (closed loop) */
	double warmup_s, seconds;
	double drain_s; /* how long unfinished contacts may take after the end */
	bool reconnect; /* come back after a lost connection, asking again with the same refs */
	FILE *history;  /* NULL: none */
};

struct crew_result {
	uint64_t lives;             /* completed between warm-up and end */
	uint64_t opened, completed; /* in the whole run */
	uint64_t wrong;             /* answers that are not what the protocol says */
	uint64_t errors;            /* refused requests, asked again or given up */
	uint64_t lost_connections, spooled;
	int unfinished; /* still going when the drain time was over */
	double measured_s;
	struct samples offer; /* contact.open written to offer.new read */
	struct samples ack;   /* contact.open written to its answer read */
	struct samples life;  /* contact.open written to contact.close answered */
	struct samples late;  /* open loop: how late the generator itself was */
};

struct crew *crew_new(struct event_base *base, const struct crew_options *options);
/* Runs the loop to the end. -1 when the sessions could not be set up. */
int crew_run(struct crew *c, struct crew_result *result);
void crew_free(struct crew **c);

#endif
