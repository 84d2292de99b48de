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

/* run(arg) on the thread, then done(arg) on the loop. At most WORKER_QUEUE_MAX wait: -1 when full,
 * and then neither runs. */
#define WORKER_QUEUE_MAX 256
int worker_submit(struct worker *w, worker_fn run, worker_fn done, void *arg) MUST_CHECK;

#endif
