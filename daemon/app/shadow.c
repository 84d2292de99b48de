#include "shadow.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"

#define WAITING_MAX       512
#define WAITING_BYTES_MAX ((size_t)4 << 20)
#define RECENT_MAX        20

/* A request copied: it outlives the session it came from. */
struct job {
	struct job *next;
	char *contact;
	struct triage_request request; /* strings owned */
	struct triage_answer *answers;
	enum level active, staged;
};

struct difference {
	char *contact;
	enum level active, staged;
	int64_t at_ms;
};

/* One ruleset on trial. What the worker runs belongs to it alone until it is done. */
struct trial {
	struct ruleset *rules;
	struct triage_scratch *scratch;
	struct triage_result result;
	struct job *running, *waiting, **tail;
	size_t n_waiting, waiting_bytes;
	int64_t since_ms;
	uint64_t skipped, pairs[LEVEL_COUNT][LEVEL_COUNT]; /* [active][staged] */
	struct difference recent[RECENT_MAX];
	size_t n_differences;
	struct shadow *shadow;
	struct trial *next; /* in shadow.ended */
};

struct shadow {
	struct worker *worker;
	struct trial *trial; /* NULL: none */
	struct trial *ended; /* over, but the worker is still to run or give back their jobs */
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
	t->since_ms = wall_now_ms();
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
	for (size_t i = 0; i < RECENT_MAX; i++)
		free(t->recent[i].contact);
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

static void remember(struct trial *t, const struct job *j)
{
	struct difference *d = &t->recent[t->n_differences++ % RECENT_MAX];
	mem_set_str(&d->contact, j->contact);
	d->active = j->active;
	d->staged = j->staged;
	d->at_ms = wall_now_ms();
}

static void start(struct trial *t);

static void jobs_done(void *arg)
{
	struct trial *t = arg;
	for (const struct job *j = t->running; j; j = j->next) {
		t->pairs[j->active][j->staged]++;
		if (j->active != j->staged)
			remember(t, j);
	}
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
	free(*shadow);
	*shadow = NULL;
}

void shadow_try(struct shadow *s, struct ruleset *rules)
{
	if (s->trial && s->trial->running) {
		s->trial->next = s->ended;
		s->ended = s->trial; /* jobs_done() frees it */
		s->trial = NULL;
	}
	trial_free(&s->trial);
	if (rules)
		s->trial = trial_new(s, rules);
}

void shadow_add(struct shadow *s, const char *contact, const struct triage_request *request,
	enum level level)
{
	struct trial *t = s->trial;
	if (!t)
		return;
	if (t->n_waiting >= WAITING_MAX ||
		t->waiting_bytes + request->text_len > WAITING_BYTES_MAX) {
		t->skipped++;
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

struct sums {
	uint64_t same, raised, dropped;
};

static struct sums sum(const struct trial *t)
{
	struct sums sums = { 0 };
	for (int a = 0; a < LEVEL_COUNT; a++) {
		for (int b = 0; b < LEVEL_COUNT; b++) {
			uint64_t *to = a == b ? &sums.same : b > a ? &sums.raised : &sums.dropped;
			*to += t->pairs[a][b];
		}
	}
	return sums;
}

uint64_t shadow_dropped(const struct shadow *s)
{
	return s->trial ? sum(s->trial).dropped : 0;
}

static void levels(struct buf *out, enum level active, enum level staged)
{
	jtext_put_str(out, "active", level_name(active));
	jtext_put_str(out, "staged", level_name(staged));
}

static void show_pairs(const struct trial *t, struct buf *out)
{
	jtext_name(out, "pairs");
	jtext_open(out, '[');
	for (int a = LEVEL_COUNT - 1; a >= 0; a--) {
		for (int b = LEVEL_COUNT - 1; b >= 0; b--) {
			if (a == b || t->pairs[a][b] == 0)
				continue;
			jtext_open(out, '{');
			levels(out, (enum level)a, (enum level)b);
			jtext_put_count(out, "triages", t->pairs[a][b]);
			jtext_close(out, '}');
		}
	}
	jtext_close(out, ']');
}

/* The newest first. */
static void show_recent(const struct trial *t, struct buf *out)
{
	size_t n = t->n_differences < RECENT_MAX ? t->n_differences : RECENT_MAX;
	jtext_name(out, "recent");
	jtext_open(out, '[');
	for (size_t i = 1; i <= n; i++) {
		const struct difference *d = &t->recent[(t->n_differences - i) % RECENT_MAX];
		jtext_open(out, '{');
		jtext_put_str(out, "contact", d->contact);
		levels(out, d->active, d->staged);
		jtext_name(out, "at");
		jtext_time(out, d->at_ms);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
}

void shadow_show(const struct shadow *s, struct buf *out)
{
	static const struct trial none = { .skipped = 0 };
	const struct trial *t = s->trial ? s->trial : &none;
	struct sums sums = sum(t);
	jtext_open(out, '{');
	jtext_name(out, "since");
	jtext_time(out, t->since_ms);
	jtext_put_count(out, "triages", sums.same + sums.raised + sums.dropped);
	jtext_put_count(out, "same", sums.same);
	jtext_put_count(out, "raised", sums.raised);
	jtext_put_count(out, "dropped", sums.dropped);
	jtext_put_count(out, "skipped", t->skipped);
	show_pairs(t, out);
	show_recent(t, out);
	jtext_close(out, '}');
}
