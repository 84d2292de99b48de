/*
 * The few fields the load generator needs of a line the daemon sent, found in one pass. Full
 * parsing would cost the generator more than the daemon spends on the request.
 */
#ifndef LOADGEN_WIRE_H
#define LOADGEN_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define WIRE_WORD 72

struct wire {
	int64_t id;   /* -1: none */
	int64_t code; /* 0: no error */
	char method[WIRE_WORD], contact[WIRE_WORD], offer[WIRE_WORD], level[WIRE_WORD],
		state[WIRE_WORD], custody[WIRE_WORD], why[WIRE_WORD], reason[WIRE_WORD];
};

/* -1 when the line is not an object of the kind the protocol has. */
int wire_read(const char *line, size_t n, struct wire *w);

#endif
