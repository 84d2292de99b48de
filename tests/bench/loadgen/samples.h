/*
 * Clock, latency samples and what /proc says about a server.
 */
#ifndef LOADGEN_SAMPLES_H
#define LOADGEN_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

int64_t now_us(void); /* CLOCK_MONOTONIC */

struct samples {
	int64_t *us;
	size_t n, cap;
};

void samples_add(struct samples *s, int64_t us);
void samples_sort(struct samples *s);
/* q in 0..1 of sorted samples; 0 when there are none */
int64_t samples_at(const struct samples *s, double q);
void samples_free(struct samples *s);

double process_cpu_s(int pid); /* user + system; 0 when unknown */
long process_rss_kib(int pid); /* -1 when unknown */

#endif
