/*
 * What the load generator can do, one function a mode. Each prints one JSON object and returns the
 * exit status.
 */
#ifndef LOADGEN_MODES_H
#define LOADGEN_MODES_H

#include <stdbool.h>

#define PIDS_MAX 8

struct mode_options {
	int port;
	const char *ca, *certs, *history;
	int frontends, responders, capacity, in_flight;
	int connections;                /* idle, handshakes */
	int malformed, half_open, slow; /* hostile */
	double rate, warmup_s, seconds, drain_s, hold_s;
	int pause_ms;
	bool reconnect, http; /* http: talk to a web server instead of the daemon */
	int pids[PIDS_MAX];   /* whose CPU and memory are reported */
	int n_pids;
};

int mode_contacts(const struct mode_options *o);
int mode_idle(const struct mode_options *o);
int mode_handshakes(const struct mode_options *o);
int mode_hostile(const struct mode_options *o);

double mode_cpu_s(const struct mode_options *o);
long mode_rss_kib(const struct mode_options *o);

#endif
