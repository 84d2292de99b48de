/*
 * How long one message takes, beside a loop of strcasestr over as many plain phrases.
 *
 *     bench_triage FILE...      rule and lexicon files
 *
 * Prints medians of interleaved rounds in microseconds of processor time, and the ratio; for 10 KiB
 * also what one run in a hundred takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "triaged/base/clock.h"
#include "triaged/base/mem.h"
#include "triaged/triage/triage.h"

#include "../../daemon/app/rules_file.h"

#define ROUNDS 15
#define REPEAT 400
#define SINGLE 1000

/* Sober sentences of the kinds that arrive; each about 160 bytes. */
static const char *const messages[] = {
	"hi, i dont really know where to start. work has been awful and i havent slept well since my "
	"sister moved away, could i talk to somebody about that please",
	"I can't stop crying today. My parents keep fighting and I feel like it is all my fault, some "
	"days I think everyone would be better off without me around",
	"hola, no se como empezar. perdi mi trabajo hace un mes y siento que no puedo mas, mi familia "
	"no entiende y no tengo con quien hablar de todo esto hoy",
	"my friend told me last night she wants to die and now she is not picking up her phone, i am "
	"two hours away and i dont know who i should call first",
};

#define N_MESSAGES (sizeof(messages) / sizeof(messages[0]))

struct bench {
	struct ruleset *rules;
	struct triage_scratch *scratch;
	struct triage_result result;
	char **phrases;
	size_t n_phrases;
	size_t found;
};

static void run_triage(struct bench *b, const char *text, size_t n)
{
	struct triage_request request = { .text = text, .text_len = n, .lang = "en", .age = -1 };

	triage_run(b->rules, b->scratch, &request, &b->result);
	b->found += b->result.n_reasons;
}

static void run_naive(struct bench *b, const char *text, size_t n)
{
	(void)n;
	for (size_t i = 0; i < b->n_phrases; i++)
		b->found += strcasestr(text, b->phrases[i]) != NULL;
}

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double round_us(struct bench *b, void (*run)(struct bench *, const char *, size_t),
	const char *const *texts, size_t n, int repeat)
{
	double from = cpu_us();

	for (int k = 0; k < repeat; k++)
		for (size_t i = 0; i < n; i++)
			run(b, texts[i], strlen(texts[i]));
	return (cpu_us() - from) / (double)repeat / (double)n;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void compare(
	struct bench *b, const char *what, const char *const *texts, size_t n, int repeat)
{
	double ours[ROUNDS], naive[ROUNDS], ratio[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = round_us(b, run_triage, texts, n, repeat);
		naive[i] = round_us(b, run_naive, texts, n, repeat);
		ratio[i] = naive[i] / ours[i];
	}
	qsort(ours, ROUNDS, sizeof(double), by_value);
	qsort(naive, ROUNDS, sizeof(double), by_value);
	qsort(ratio, ROUNDS, sizeof(double), by_value);
	printf("%-22s triage %8.2f us (%.2f-%.2f)  strcasestr loop %9.2f us  ratio %.1f (%.1f-%.1f)\n",
		what, ours[ROUNDS / 2], ours[0], ours[ROUNDS - 1], naive[ROUNDS / 2],
		ratio[ROUNDS / 2], ratio[0], ratio[ROUNDS - 1]);
}

/* One text over and over: what most of the runs take, and what one in a hundred does. */
static void spread(struct bench *b, const char *what, const char *text)
{
	static double us[SINGLE];
	size_t n = strlen(text);

	for (int i = 0; i < SINGLE; i++) {
		double from = cpu_us();

		run_triage(b, text, n);
		us[i] = cpu_us() - from;
	}
	qsort(us, SINGLE, sizeof(double), by_value);
	printf("%-22s triage %8.2f us, p99 %.2f us\n", what, us[SINGLE / 2], us[SINGLE * 99 / 100]);
}

/* As many plain phrases of two words as the ruleset has entries. */
static void make_phrases(struct bench *b, size_t n)
{
	b->phrases = mem_resize(NULL, n + 1, sizeof(*b->phrases));
	for (b->n_phrases = 0; b->n_phrases < n; b->n_phrases++) {
		struct buf text = { .data = NULL };

		buf_addf(&text, "w%zu myself%zu", b->n_phrases % 26, b->n_phrases);
		text.data[0] = (char)('a' + b->n_phrases % 26);
		b->phrases[b->n_phrases] = text.data;
	}
}

static char *long_text(size_t bytes)
{
	struct buf text = { .data = NULL };

	for (size_t i = 0; text.len < bytes; i++)
		buf_addf(&text, "%s. ", messages[i % N_MESSAGES]);
	return text.data;
}

int main(int argc, char **argv)
{
	struct conf_errors errors = { .count = 0 };
	struct rules_load load = { .paths = (const char *const *)(argv + 1),
		.n_paths = (size_t)(argc - 1) };
	struct mono from = mono_now();
	struct bench b = { .rules = rules_load(&load, NULL, &errors) };
	struct ruleset_counts n;
	char *history;

	if (!b.rules) {
		fputs(buf_str(&errors.text), stderr);
		return 1;
	}
	n = ruleset_count(b.rules);
	printf("%zu entries, %zu cues, %zu frames, %zu rules; loaded and tested in %lld ms\n",
		n.entries, n.cues, n.frames, n.rules, (long long)mono_since_ms(from));
	b.scratch = triage_scratch_new();
	make_phrases(&b, n.entries);
	compare(&b, "messages of 160 bytes", messages, N_MESSAGES, REPEAT);
	history = long_text(16000);
	compare(&b, "a history of 16 KB", (const char *const *)&history, 1, 4);
	history[10240] = '\0';
	spread(&b, "10 KiB of it", history);
	return 0;
}
