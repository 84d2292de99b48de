#include "worker.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

struct job {
	worker_fn run, done;
	void *arg;
	struct job *next;
};

struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct job *queued, **queued_tail; /* under lock, like all below */
	struct job *finished, **finished_tail;
	size_t waiting;
	bool stop;
	int fd; /* eventfd: something is finished */
	struct event *event;
};

static void *run_jobs(void *arg)
{
	struct worker *w = arg;
	pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		struct job *job = w->queued;
		if (!job) {
			pthread_cond_wait(&w->wake, &w->lock);
			continue;
		}
		w->queued = job->next;
		if (!w->queued)
			w->queued_tail = &w->queued;
		w->waiting--;
		pthread_mutex_unlock(&w->lock);
		job->run(job->arg);
		pthread_mutex_lock(&w->lock);
		job->next = NULL;
		*w->finished_tail = job;
		w->finished_tail = &job->next;
		CHECK(eventfd_write(w->fd, 1) == 0);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void on_finished(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	eventfd_t count;
	(void)what;
	if (eventfd_read(fd, &count) != 0)
		return;
	pthread_mutex_lock(&w->lock);
	struct job *job = w->finished;
	w->finished = NULL;
	w->finished_tail = &w->finished;
	pthread_mutex_unlock(&w->lock);
	while (job) {
		struct job *next = job->next;
		job->done(job->arg);
		free(job);
		job = next;
	}
}

struct worker *worker_new(struct event_base *base, struct err *e)
{
	struct worker *w = mem_zalloc(sizeof *w);
	w->queued_tail = &w->queued;
	w->finished_tail = &w->finished;
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->fd < 0) {
		err_set(e, "eventfd: %s", strerror(errno));
		free(w);
		return NULL;
	}
	CHECK(pthread_mutex_init(&w->lock, NULL) == 0 && pthread_cond_init(&w->wake, NULL) == 0);
	w->event = event_new(base, w->fd, EV_READ | EV_PERSIST, on_finished, w);
	CHECK(w->event && event_add(w->event, NULL) == 0);
	/* Signals belong to the loop. */
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int rc = pthread_create(&w->thread, NULL, run_jobs, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return w;
	err_set(e, "thread: %s", strerror(rc));
	event_free(w->event);
	close(w->fd);
	free(w);
	return NULL;
}

static void free_jobs(struct job *job)
{
	while (job) {
		struct job *next = job->next;
		free(job);
		job = next;
	}
}

void worker_free(struct worker **worker)
{
	struct worker *w = *worker;
	*worker = NULL;
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	free_jobs(w->queued);
	free_jobs(w->finished);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->wake);
	event_free(w->event);
	close(w->fd);
	free(w);
}

int worker_submit(struct worker *w, worker_fn run, worker_fn done, void *arg)
{
	int result = -1;
	pthread_mutex_lock(&w->lock);
	if (w->waiting < WORKER_QUEUE_MAX) {
		struct job *job = mem_zalloc(sizeof *job);
		*job = (struct job){ run, done, arg, NULL };
		*w->queued_tail = job;
		w->queued_tail = &job->next;
		w->waiting++;
		pthread_cond_signal(&w->wake);
		result = 0;
	}
	pthread_mutex_unlock(&w->lock);
	return result;
}
