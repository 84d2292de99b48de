#include "samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void samples_add(struct samples *s, int64_t us)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 4096;
		s->us = realloc(s->us, s->cap * sizeof *s->us);
		if (!s->us)
			abort();
	}
	s->us[s->n++] = us;
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void samples_sort(struct samples *s)
{
	if (s->n)
		qsort(s->us, s->n, sizeof *s->us, ascending);
}

int64_t samples_at(const struct samples *s, double q)
{
	return s->n ? s->us[(size_t)(q * (double)(s->n - 1))] : 0;
}

void samples_free(struct samples *s)
{
	free(s->us);
	memset(s, 0, sizeof *s);
}

static int read_proc(int pid, const char *name, char *text, size_t cap)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	size_t n = fread(text, 1, cap - 1, f);
	fclose(f);
	text[n] = '\0';
	return 0;
}

double process_cpu_s(int pid)
{
	char text[1024];
	unsigned long user = 0, system = 0;

	if (read_proc(pid, "stat", text, sizeof text) < 0)
		return 0;
	/* the name in brackets may hold anything: count fields behind the last bracket */
	const char *p = strrchr(text, ')');
	if (!p || sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			  &system) != 2)
		return 0;
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

long process_rss_kib(int pid)
{
	char text[4096];
	long kib = -1;

	if (read_proc(pid, "status", text, sizeof text) < 0)
		return -1;
	const char *p = strstr(text, "VmRSS:");
	if (p)
		sscanf(p, "VmRSS: %ld", &kib);
	return kib;
}
