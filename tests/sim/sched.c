/* Virtual time, chance, and what the nodes' code takes for libevent, clocks and memory. */
#include <event2/event.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/base/clock.h"
#include "triaged/base/log.h"
#include "sim.h"

struct sim sim;
struct sim_totals totals;

/* ---- chance: splitmix64 ---- */

uint64_t rnd(void)
{
	uint64_t z = sim.rng += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

int64_t rnd_below(int64_t n)
{
	return n > 0 ? (int64_t)(rnd() % (uint64_t)n) : 0;
}

int64_t rnd_in(int64_t from, int64_t to)
{
	return from + rnd_below(to - from + 1);
}

bool chance(int per_mille)
{
	return rnd_below(1000) < per_mille;
}

int64_t rnd_wait(int64_t mean_us)
{
	double u = (double)((rnd() >> 11) + 1) / 9007199254740993.0;
	return (int64_t)(-log(u) * (double)mean_us);
}

/* ---- the trace: its last lines are kept, all of them are part of the digest ---- */

#define LINES 160

static char lines[LINES][256];
static uint64_t n_lines;

static void keep_line(const char *text)
{
	char *line = lines[n_lines++ % LINES];
	int64_t ms = sim.now_us / 1000;
	int n = snprintf(line, sizeof lines[0], "%02lld:%02lld:%02lld.%03lld %s",
		(long long)(ms / 3600000), (long long)(ms / 60000 % 60),
		(long long)(ms / 1000 % 60), (long long)(ms % 1000), text);
	if (n >= (int)sizeof lines[0])
		n = sizeof lines[0] - 1;
	sim.digest = map_siphash(line, (size_t)n, sim.digest, sim.seed);
	if (sim.trace)
		puts(line);
}

void sim_trace(const char *fmt, ...)
{
	char text[220];
	va_list ap;
	if (sim.again)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	keep_line(text);
}

void sim_fail(const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (!sim.trace)
		for (uint64_t i = n_lines > LINES ? n_lines - LINES : 0; i < n_lines; i++)
			fprintf(stderr, "  %s\n", lines[i % LINES]);
	fflush(stdout);
	fprintf(stderr, "seed %llu: step %llu: %s\n", (unsigned long long)sim.seed,
		(unsigned long long)sim.steps, text);
	fflush(stderr);
	_exit(1);
}

/* ---- tasks ---- */

static int compare_tasks(const void *a, const void *b)
{
	const struct task *x = a, *y = b;
	if (x->due_us != y->due_us)
		return x->due_us < y->due_us ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void arm(struct task *t, int64_t us)
{
	t->due_us = sim.now_us + (us > 0 ? us : 0);
	t->seq = ++sim.seq;
	heap_push(&sim.tasks, t);
}

void sim_after_in(struct node *n, int64_t us, void (*run)(void *arg), void *arg)
{
	struct task *t = calloc(1, sizeof *t);
	*t = (struct task){ .node = n, .run = run, .arg = arg, .owned = true };
	arm(t, us);
}

void sim_after(int64_t us, void (*run)(void *arg), void *arg)
{
	sim_after_in(NULL, us, run, arg);
}

static void run_task(struct task *t)
{
	struct node *n = t->node;
	if (n && n->frozen_until_us > sim.now_us) {
		arm(t, n->frozen_until_us - sim.now_us);
		return;
	}
	void (*run)(void *) = t->run;
	void *arg = t->arg;
	if (t->owned)
		free(t);
	if (++sim.events > 200000)
		sim_fail("the clock stands still: something is due again and again");
	if (n)
		(void)node_run(n, run, arg);
	else
		run(arg);
}

void sim_run_until(int64_t us)
{
	struct task *t;
	while (!sim.over && (t = heap_top(&sim.tasks)) && t->due_us <= us) {
		heap_remove(&sim.tasks, t);
		if (t->due_us > sim.now_us + SECOND / 1000)
			sim.events = 0;
		if (t->due_us > sim.now_us)
			sim.now_us = t->due_us;
		run_task(t);
	}
	sim.now_us = us;
}

void sched_init(uint64_t seed)
{
	sim.seed = seed;
	sim.rng = seed * 0x2545f4914f6cdd1du + 0x9e3779b97f4a7c15u;
	heap_init(&sim.tasks, compare_tasks, offsetof(struct task, index));
}

/* ---- what the daemon takes for libevent: timers only ---- */

struct event {
	struct task task;
	event_callback_fn fn;
	void *arg;
	struct event *next, *prev;
};

static void fire(void *arg)
{
	struct event *ev = arg;
	ev->fn(-1, EV_TIMEOUT, ev->arg);
}

struct event *event_new(
	struct event_base *base, evutil_socket_t fd, short what, event_callback_fn fn, void *arg)
{
	struct node *n = (struct node *)(void *)base;
	struct event *ev = calloc(1, sizeof *ev);
	(void)fd, (void)what;
	*ev = (struct event){ .task = { .node = n, .run = fire, .arg = ev }, .fn = fn, .arg = arg };
	ev->next = n->events;
	if (ev->next)
		ev->next->prev = ev;
	n->events = ev;
	return ev;
}

int event_add(struct event *ev, const struct timeval *tv)
{
	struct node *in = sim_outside();
	heap_remove(&sim.tasks, &ev->task);
	arm(&ev->task, tv->tv_sec * SECOND + tv->tv_usec);
	sim_inside(in);
	return 0;
}

void event_active(struct event *ev, int what, short calls)
{
	static const struct timeval now = { 0, 0 };
	(void)calls;
	if (!event_pending(ev, (short)what, NULL))
		event_add(ev, &now);
}

int event_del(struct event *ev)
{
	struct node *in = sim_outside();
	heap_remove(&sim.tasks, &ev->task);
	sim_inside(in);
	return 0;
}

int event_pending(const struct event *ev, short what, struct timeval *tv)
{
	(void)tv;
	return ev->task.index ? what : 0;
}

void event_free(struct event *ev)
{
	(void)event_del(ev);
	if (ev->next)
		ev->next->prev = ev->prev;
	*(ev->prev ? &ev->prev->next : &ev->task.node->events) = ev->next;
	free(ev);
}

void node_free_events(struct node *n)
{
	while (n->events)
		event_free(n->events);
}

/* ---- what it takes for clocks, chance, memory and a log (linked with --wrap) ---- */

struct mono __wrap_mono_now(void);
int64_t __wrap_mono_since_ms(struct mono then);
int64_t __wrap_wall_now_ms(void);
int __wrap_RAND_bytes(unsigned char *out, int n);
void __wrap_log_event(
	enum log_level level, const char *event, const struct log_field *fields, size_t n);
void __wrap_check_failed(const char *what, const char *file, int line);
void *__real_mem_zalloc(size_t size);
void *__wrap_mem_zalloc(size_t size);
void *__real_mem_resize(void *p, size_t count, size_t size);
void *__wrap_mem_resize(void *p, size_t count, size_t size);

struct mono __wrap_mono_now(void)
{
	return (struct mono){ sim.now_us + SECOND }; /* 0 has a meaning for some */
}

int64_t __wrap_mono_since_ms(struct mono then)
{
	return (__wrap_mono_now().us - then.us) / 1000;
}

int64_t __wrap_wall_now_ms(void)
{
	return sim_ms() + (sim.current ? sim.current->wall_offset_ms : 0);
}

int __wrap_RAND_bytes(unsigned char *out, int n)
{
	for (int i = 0; i < n; i++)
		out[i] = (unsigned char)rnd();
	return 1;
}

/* What the daemon is right to complain about here. */
static bool is_of_a_bad_disk(const char *event)
{
	return strcmp(event, "center.no_custody") == 0 || strcmp(event, "spool.failed") == 0 ||
	       strcmp(event, "spool.damaged") == 0;
}

/* Where much depends on what is done first: how often a node dies just then, per mille. */
static int delicacy(const char *event)
{
	static const struct {
		const char *event;
		int per_mille;
	} events[] = { { "center.late", 40 }, { "center.on_time", 40 }, { "center.alone", 40 },
		{ "center.not_alone", 40 }, { "center.leading", 40 }, { "center.following", 40 },
		{ "center.facts_told", 160 } };
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		if (strcmp(event, events[i].event) == 0)
			return events[i].per_mille;
	return 0;
}

void __wrap_log_event(
	enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
	char text[200];
	int len =
		snprintf(text, sizeof text, "%s: %s", sim.current ? sim.current->name : "-", event);
	for (size_t i = 0; i < n && len < (int)sizeof text; i++)
		len += fields[i].text ? snprintf(text + len, sizeof text - (size_t)len, " %s=%s",
						fields[i].name, fields[i].text)
				      : snprintf(text + len, sizeof text - (size_t)len, " %s=%lld",
						fields[i].name, (long long)fields[i].number);
	if (level <= LOG_LEVEL_ERROR && !is_of_a_bad_disk(event))
		sim_fail("the daemon logged an error: %s", text);
	sim_trace("%s", text);
	if (sim.current)
		faults_moment(sim.current, delicacy(event));
}

void __wrap_check_failed(const char *what, const char *file, int line)
{
	sim_fail("check failed in %s:%d: %s", file, line, what);
}

static void allocation(void)
{
	struct node *n = sim.current;
	if (n && n->crash_in_allocations > 0 && --n->crash_in_allocations == 0)
		longjmp(n->crash, 2);
}

void *__wrap_mem_zalloc(size_t size)
{
	allocation();
	return __real_mem_zalloc(size);
}

void *__wrap_mem_resize(void *p, size_t count, size_t size)
{
	allocation();
	return __real_mem_resize(p, count, size);
}
