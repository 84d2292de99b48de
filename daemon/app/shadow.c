#include "shadow.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"
#include "comparison.h"

#define WAITING_MAX       512
#define WAITING_BYTES_MAX ((size_t)4 << 20)

/* A request copied: it outlives the session it came from. */
struct job {
	struct job *next;
	char *contact;
	struct triage_request request; /* strings owned */
	struct triage_answer *answers;
	enum level active, staged;
};

/* One ruleset on trial. What the worker runs belongs to it alone until it is done. */
struct trial {
	struct ruleset *rules;
	struct triage_scratch *scratch;
	struct triage_result result;
	struct job *running, *waiting, **tail;
	size_t n_waiting, waiting_bytes;
	struct comparison *seen; /* NULL: other rules are in force since, it counts no more */
	struct shadow *shadow;
	struct trial *next; /* in shadow.ended */
};

struct shadow {
	struct worker *worker;
	struct comparison *seen; /* of every ruleset tried beside the rules in force */
	struct trial *trial;     /* NULL: none */
	struct trial *ended;     /* over, but the worker is still to run or give back their jobs */
};

static char *copy(const char *s)
{
	return s ? mem_strdup(s) : NULL;
}

/* ---- jobs ---- */

static struct job *job_new(const char *contact, const struct triage_request *q, enum level level)
{
	struct job *j = mem_zalloc(sizeof *j);
	j->contact = mem_strdup(contact);
	j->active = level;
	j->request =
		(struct triage_request){ .text = q->text ? mem_dup(q->text, q->text_len) : NULL,
			.text_len = q->text_len,
			.channel = copy(q->channel),
			.lang = copy(q->lang),
			.age = q->age,
			.now_min = q->now_min,
			.caller_role = copy(q->caller_role),
			.n_answers = q->n_answers };
	j->answers = mem_zalloc((q->n_answers + 1) * sizeof *j->answers);
	for (size_t i = 0; i < q->n_answers; i++)
		j->answers[i] = (struct triage_answer){ copy(q->answers[i].instrument),
			copy(q->answers[i].item), copy(q->answers[i].value) };
	j->request.answers = j->answers;
	return j;
}

static void wipe(const char *s, size_t n)
{
	if (s)
		explicit_bzero((char *)(uintptr_t)s, n);
	free((char *)(uintptr_t)s);
}

static void wipe_word(const char *s)
{
	wipe(s, s ? strlen(s) : 0);
}

static void jobs_free(struct job *j)
{
	while (j) {
		struct job *next = j->next;
		wipe(j->request.text, j->request.text_len);
		wipe_word(j->request.channel);
		wipe_word(j->request.lang);
		wipe_word(j->request.caller_role);
		for (size_t i = 0; i < j->request.n_answers; i++) {
			wipe_word(j->answers[i].instrument);
			wipe_word(j->answers[i].item);
			wipe_word(j->answers[i].value);
		}
		free(j->answers);
		free(j->contact);
		free(j);
		j = next;
	}
}

/* ---- a trial ---- */

static struct trial *trial_new(struct shadow *s, struct ruleset *rules)
{
	static const struct triage_request nothing = { .age = -1 };
	struct trial *t = mem_zalloc(sizeof *t);
	t->shadow = s;
	t->rules = ruleset_ref(rules);
	t->scratch = triage_scratch_new();
	t->tail = &t->waiting;
	t->seen = comparison_of(&s->seen, ruleset_digest(rules));
	/* The first run ties the scratch to the ruleset, whose references are counted on the loop
	 * only; the worker's runs touch neither. */
	triage_run(t->rules, t->scratch, &nothing, &t->result);
	return t;
}

static void trial_free(struct trial **trial)
{
	struct trial *t = *trial;
	*trial = NULL;
	if (!t)
		return;
	jobs_free(t->running);
	jobs_free(t->waiting);
	triage_scratch_free(&t->scratch);
	triage_result_free(&t->result);
	ruleset_unref(&t->rules);
	free(t);
}

static void run_jobs(void *arg)
{
	struct trial *t = arg;
	for (struct job *j = t->running; j; j = j->next) {
		triage_run(t->rules, t->scratch, &j->request, &t->result);
		j->staged = t->result.level;
	}
}

static void start(struct trial *t);

static void jobs_done(void *arg)
{
	struct trial *t = arg;
	for (const struct job *j = t->running; j && t->seen; j = j->next)
		comparison_add(t->seen, j->contact, j->active, j->staged);
	jobs_free(t->running);
	t->running = NULL;
	if (t->shadow->trial == t) {
		start(t);
		return;
	}
	struct trial **at = &t->shadow->ended;
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	trial_free(&t);
}

/* Everything that waits, as one job of the worker: a trial takes one place of its queue. */
static void start(struct trial *t)
{
	if (t->running || !t->waiting)
		return;
	t->running = t->waiting;
	if (worker_submit(t->shadow->worker, run_jobs, jobs_done, t) < 0) {
		t->running = NULL; /* the next triage tries again */
		return;
	}
	t->waiting = NULL;
	t->tail = &t->waiting;
	t->n_waiting = t->waiting_bytes = 0;
}

/* ---- outside ---- */

struct shadow *shadow_new(struct worker *worker)
{
	struct shadow *s = mem_zalloc(sizeof *s);
	s->worker = worker;
	return s;
}

void shadow_free(struct shadow **shadow)
{
	if (!*shadow)
		return;
	trial_free(&(*shadow)->trial);
	for (struct trial *t = (*shadow)->ended, *next; t; t = next) {
		next = t->next;
		trial_free(&t);
	}
	comparisons_free(&(*shadow)->seen);
	free(*shadow);
	*shadow = NULL;
}

static void end(struct shadow *s)
{
	if (s->trial && s->trial->running) {
		s->trial->next = s->ended;
		s->ended = s->trial; /* jobs_done() frees it */
		s->trial = NULL;
	}
	trial_free(&s->trial);
}

void shadow_try(struct shadow *s, struct ruleset *rules)
{
	if (s->trial && rules &&
		strcmp(ruleset_digest(s->trial->rules), ruleset_digest(rules)) == 0)
		return;
	end(s);
	if (rules)
		s->trial = trial_new(s, rules);
}

void shadow_begin_anew(struct shadow *s)
{
	struct ruleset *rules = s->trial ? ruleset_ref(s->trial->rules) : NULL;
	end(s);
	for (struct trial *t = s->ended; t; t = t->next)
		t->seen = NULL;
	comparisons_free(&s->seen);
	shadow_try(s, rules);
	ruleset_unref(&rules);
}

void shadow_add(struct shadow *s, const char *contact, const struct triage_request *request,
	enum level level)
{
	struct trial *t = s->trial;
	if (!t)
		return;
	if (t->n_waiting >= WAITING_MAX ||
		t->waiting_bytes + request->text_len > WAITING_BYTES_MAX) {
		comparison_skip(t->seen);
		return;
	}
	struct job *j = job_new(contact, request, level);
	*t->tail = j;
	t->tail = &j->next;
	t->n_waiting++;
	t->waiting_bytes += request->text_len;
	start(t);
}

/* ---- showing ---- */

uint64_t shadow_dropped(const struct shadow *s)
{
	return s->trial ? comparison_dropped(s->trial->seen) : 0;
}

void shadow_show(const struct shadow *s, struct buf *out)
{
	comparison_show(s->trial ? s->trial->seen : NULL, out);
}
