/*
 * One thread for what must not block the loop: password hashing, reading configuration, compiling
 * rules. Jobs run one after another; each one's `done` runs on the loop.
 */
#ifndef TRIAGED_APP_WORKER_H
#define TRIAGED_APP_WORKER_H

#include "triaged/base/err.h"

struct event_base;
struct worker;

typedef void (*worker_fn)(void *arg);

struct worker *worker_new(struct event_base *base, struct err *e) MUST_CHECK;
void worker_free(struct worker **worker); /* waits for the job that runs; later ones never run */

/* Queue a job: run(arg) on the thread, then done(arg) on the loop. -1 when WORKER_QUEUE_MAX jobs wait
 * already; then neither is called. */
#define WORKER_QUEUE_MAX 256
int worker_submit(struct worker *w, worker_fn run, worker_fn done, void *arg) MUST_CHECK;

#endif
