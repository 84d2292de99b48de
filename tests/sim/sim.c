/*
 * sim: simulated days of a center, one for each seed.
 *
 *     sim [--count N] [--from SEED] [--seeds FILE] [--jobs N] [--digests] [--rules FILE...]   many
 *     sim --seed S [--trace] [--rules FILE...]                                                one
 *
 * Prints what failed with its seed and its last steps. Exit status 0 when all invariants held.
 */
#include <errno.h>
#include <glob.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../daemon/app/rules_file.h"
#include "sim.h"

#define JOBS_MAX  16
#define CALM_MAX  (8 * HOUR)
#define SEEDS_MAX 100000

struct shared {
	struct sim_totals sums[JOBS_MAX];
};

static struct shared *shared;
static uint64_t seeds[SEEDS_MAX];
static size_t n_seeds, n_lived;
static int jobs = 2;
static bool digests;

/* ---- one day ---- */

void sim_choose_options(void)
{
	struct core_options *o = &sim.options;
	uint64_t hash[2] = { o->hash_seed[0], o->hash_seed[1] };
	core_options_default(o);
	memcpy(o->hash_seed, hash, sizeof hash);
	o->parallel_emergency_offers = (int)rnd_in(1, 3);
	o->missed_to_away = (int)rnd_below(4);
	o->missed_to_widen = (int)rnd_below(4);
	o->capacity_default = (int)rnd_in(1, 5);
	if (chance(300))
		o->exclusion_ms = rnd_in(500, 30000);
	if (chance(200))
		o->wrap_ms[LEVEL_LOW] = 0;
	if (chance(200))
		o->weight[LEVEL_HIGH] = (int)rnd_in(1, 3);
	if (chance(200))
		o->responder_grace_ms = rnd_in(1000, 60000);
}

static void live_a_day(uint64_t seed)
{
	mallopt(M_MMAP_THRESHOLD, 1 << 28); /* whole segments are read: their pages stay */
	mallopt(M_TRIM_THRESHOLD, 1 << 28);
	sched_init(seed);
	sim_choose_options();
	sim.options.hash_seed[0] = rnd();
	sim.options.hash_seed[1] = rnd();
	n_nodes = (int)rnd_in(1, NODES_MAX);
	sim.command_ms = chance(300) ? REQUEST_MS + 3000 : 2000;
	sim.segment_bytes = chance(250) ? 64 * 1024 : 512 * 1024;
	sim.facts_at_once = chance(250) ? 256 : (int)rnd_in(1, 8);
	history_init();
	server_init();
	oracle_init();
	nodes_init();
	supervisors_init();
	responders_init();
	people_init();
	faults_init();
	sim_run_until(DAY);
	if (sim.over)
		return;
	sim_trace("calm");
	sim.calm = true;
	faults_end();
	supervisors_calm();
	responders_calm();
	people_calm();
	while (!sim.over && sim.now_us < DAY + CALM_MAX &&
		!(sim.now_us > DAY + 2 * MINUTE && oracle_quiet()))
		sim_run_until(sim.now_us + 20 * SECOND);
	if (!sim.over)
		oracle_end();
}

/* ---- many days ---- */

static void add_up(struct sim_totals *into, const struct sim_totals *t)
{
	uint64_t *to = (uint64_t *)into;
	const uint64_t *from = (const uint64_t *)t;
	for (size_t i = 0; i < sizeof *t / sizeof *to; i++)
		to[i] += from[i];
}

static void print_day(void)
{
	printf("seed %llu: digest %016llx, %llu steps, %llu contacts, %llu repeated requests\n",
		(unsigned long long)sim.seed, (unsigned long long)sim.digest,
		(unsigned long long)sim.steps, (unsigned long long)totals.contacts,
		(unsigned long long)totals.repeats);
	fflush(stdout);
}

/* A process for each seed: nothing of one day reaches the next, and a crash ends one of them. */
static pid_t begin(uint64_t seed, int slot)
{
	pid_t pid = fork();
	if (pid == 0) {
		live_a_day(seed);
		totals.steps = sim.steps;
		add_up(&shared->sums[slot], &totals);
		if (digests)
			print_day();
		_exit(0);
	}
	return pid;
}

static int run_all(void)
{
	pid_t pids[JOBS_MAX] = { 0 };
	uint64_t at[JOBS_MAX] = { 0 };
	size_t next = 0, running = 0;
	int failed = 0;
	while (next < n_seeds || running > 0) {
		for (int i = 0; i < jobs && next < n_seeds && !failed; i++)
			if (pids[i] == 0) {
				at[i] = seeds[next++];
				pids[i] = begin(at[i], i);
				running++;
			}
		if (running == 0)
			break;
		int status;
		pid_t gone = wait(&status);
		for (int i = 0; i < jobs; i++) {
			if (pids[i] != gone)
				continue;
			pids[i] = 0;
			running--;
			n_lived++;
			if (status == 0)
				continue;
			failed++;
			if (WIFSIGNALED(status))
				fprintf(stderr, "seed %llu: %s\n", (unsigned long long)at[i],
					strsignal(WTERMSIG(status)));
			fprintf(stderr, "FAILED: seed %llu, again with: sim --seed %llu --trace\n",
				(unsigned long long)at[i], (unsigned long long)at[i]);
		}
	}
	return failed;
}

static void report(size_t days, double seconds)
{
	struct sim_totals t = { 0 };
	for (int i = 0; i < JOBS_MAX; i++)
		add_up(&t, &shared->sums[i]);
	printf("%zu days in %.0f s (%.1f a second): %llu steps, %llu contacts, %llu messages, "
	       "%llu offers, %llu commits, %llu node deaths, %llu takeovers, %llu repeated "
	       "requests, %llu contacts acknowledged by spools, %llu facts, %llu islands, "
	       "%llu transfers, %llu of them taken\n",
		days, seconds, (double)days / seconds, (unsigned long long)t.steps,
		(unsigned long long)t.contacts, (unsigned long long)t.messages,
		(unsigned long long)t.offers, (unsigned long long)t.commits,
		(unsigned long long)t.crashes, (unsigned long long)t.takeovers,
		(unsigned long long)t.repeats, (unsigned long long)t.spooled,
		(unsigned long long)t.facts, (unsigned long long)t.islands,
		(unsigned long long)t.transfers, (unsigned long long)t.handed);
}

/* ---- what is asked for ---- */

static int load_rules(char **paths, size_t n)
{
	struct conf_errors errors = { .count = 0 };
	struct rules_load load = { .paths = (const char *const *)paths, .n_paths = n };
	glob_t found = { 0 };
	if (n == 0) {
		(void)glob("conf/rules/*.conf", 0, NULL, &found);
		(void)glob("conf/lexicon/*.conf", GLOB_APPEND, NULL, &found);
		load.paths = (const char *const *)found.gl_pathv;
		load.n_paths = found.gl_pathc;
	}
	sim.rules = rules_load(&load, NULL, &errors);
	if (!sim.rules)
		fputs(buf_str(&errors.text), stderr);
	malloc_trim(0); /* what a day's process never copies */
	return sim.rules ? 0 : -1;
}

static void add_seed(uint64_t seed)
{
	if (n_seeds < SEEDS_MAX)
		seeds[n_seeds++] = seed;
}

/* One seed a line, with a word on what it once found. */
static int read_seeds(const char *path)
{
	char line[200];
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof line, f))
		if (*line >= '0' && *line <= '9')
			add_seed(strtoull(line, NULL, 10));
	fclose(f);
	return 0;
}

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int usage(void)
{
	fprintf(stderr, "usage: sim [--count N] [--from SEED] [--seeds FILE] [--jobs N] "
			"[--digests] [--seed S [--trace]] [--rules FILE...]\n");
	return 2;
}

static int run_one(uint64_t seed)
{
	live_a_day(seed);
	print_day();
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t from = 1, count = 0, one = 0;
	bool single = false;
	int i = 1;
	json_object_seed(1);
	for (; i < argc && strcmp(argv[i], "--rules") != 0; i++) {
		const char *v = i + 1 < argc ? argv[i + 1] : "";
		if (strcmp(argv[i], "--trace") == 0) {
			sim.trace = true;
			continue;
		}
		if (strcmp(argv[i], "--digests") == 0) {
			digests = true;
			continue;
		}
		if (!*v)
			return usage();
		if (strcmp(argv[i], "--count") == 0)
			count = strtoull(v, NULL, 10);
		else if (strcmp(argv[i], "--from") == 0)
			from = strtoull(v, NULL, 10);
		else if (strcmp(argv[i], "--jobs") == 0)
			jobs = atoi(v);
		else if (strcmp(argv[i], "--seed") == 0)
			one = strtoull(v, NULL, 10), single = true;
		else if (strcmp(argv[i], "--seeds") != 0 || read_seeds(v) != 0)
			return usage();
		i++;
	}
	i += i < argc;
	if (jobs < 1 || jobs > JOBS_MAX || load_rules(argv + i, (size_t)(argc - i)) != 0)
		return usage();
	if (single)
		return run_one(one);
	for (uint64_t k = 0; k < count; k++)
		add_seed(from + k);
	shared = mmap(
		NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double began = now_s();
	int failed = shared == MAP_FAILED ? 1 : run_all();
	report(n_lived, now_s() - began);
	return failed ? 1 : 0;
}
