/* The managed redis-server: started, supervised, adopted, stopped; never two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "redis_fixture.h"
#include "triaged/store/managed.h"

struct world {
	struct event_base *base;
	struct redis redis; /* only its paths are used: the server is the managed one */
	struct managed *managed;
	struct peer a;
	char dir[96];
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->base = event_base_new();
	strcpy(w->redis.dir, "/tmp/triaged-managed.XXXXXX");
	assert_non_null(mkdtemp(w->redis.dir));
	snprintf(w->dir, sizeof w->dir, "%s/redis", w->redis.dir);
	snprintf(w->redis.socket, sizeof w->redis.socket, "%s/redis/redis.sock", w->redis.dir);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	if (w->a.store)
		peer_close(&w->a);
	managed_stop(&w->managed);
	event_base_free(w->base);
	nftw(w->redis.dir, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

static struct managed *start(struct world *w, struct err *e)
{
	return managed_start(
		w->base, &(struct managed_options){ .dir = w->dir, .program = "redis-server" }, e);
}

static void start_with_store(struct world *w)
{
	struct err e;
	w->managed = start(w, &e);
	if (!w->managed)
		fail_msg("%s", e.text);
	struct store_options o = peer_options(managed_url(w->managed), "a");
	peer_open(&w->a, w->base, &o);
	RUN_UNTIL(w->base, w->a.state == STORE_READY, 5000);
}

static int server_pid(const struct world *w)
{
	const char *at = strstr(redis_ask(&w->redis, "INFO server"), "process_id:");
	return at ? atoi(at + strlen("process_id:")) : 0;
}

static void starts_private_and_stops_in_order(void **state)
{
	struct world *w = *state;
	struct stat st;
	start_with_store(w);
	assert_string_equal(managed_trouble(w->managed), "");
	assert_int_equal(stat(w->dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_string_equal(redis_ask(&w->redis, "CONFIG GET port"), "port 0");
	assert_string_equal(redis_ask(&w->redis, "CONFIG GET save"), "save ");
	assert_string_equal(redis_ask(&w->redis, "CONFIG GET appendfsync"), "appendfsync always");
	int pid = server_pid(w);
	assert_true(pid > 1);
	struct mono start = mono_now();
	managed_stop(&w->managed);
	assert_null(w->managed);
	assert_true(mono_since_ms(start) < 3000);
	assert_int_equal(kill(pid, 0), -1);
}

/* Clean signals, none of our descriptors but the lock. */
static void server_inherits_nothing(void **state)
{
	struct world *w = *state;
	if (access("/proc/self/fd", F_OK) < 0)
		skip();                         /* a chroot without it */
	int ours = open("/dev/zero", O_RDONLY); /* not close-on-exec on purpose */
	sigset_t set, old;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, &old);
	start_with_store(w);
	sigprocmask(SIG_SETMASK, &old, NULL);
	char path[64], target[256];
	snprintf(path, sizeof path, "/proc/%d/fd", server_pid(w));
	DIR *d = opendir(path);
	assert_non_null(d);
	for (struct dirent *entry; (entry = readdir(d));) {
		ssize_t n = readlinkat(dirfd(d), entry->d_name, target, sizeof target - 1);
		target[n > 0 ? n : 0] = '\0';
		assert_string_not_equal(target, "/dev/zero");
	}
	closedir(d);
	close(ours);
	snprintf(path, sizeof path, "/proc/%d/status", server_pid(w));
	FILE *f = fopen(path, "r");
	char line[256];
	bool seen = false;
	while (fgets(line, sizeof line, f))
		if (strncmp(line, "SigBlk:", 7) == 0) {
			seen = true;
			assert_string_equal(line, "SigBlk:\t0000000000000000\n");
		}
	fclose(f);
	assert_true(seen);
}

static void killed_server_comes_back(void **state)
{
	struct world *w = *state;
	start_with_store(w);
	store_append(w->a.store, text("kept"), 2000, peer_appended, &w->a);
	RUN_UNTIL(w->base, w->a.done == 1, 2000);
	for (int i = 0; i < 3; i++) {
		int pid = server_pid(w);
		kill(pid, SIGKILL);
		RUN_UNTIL(w->base, w->a.state == STORE_DOWN, 2000);
		RUN_UNTIL(w->base, w->a.state == STORE_READY, 3000);
		assert_int_not_equal(server_pid(w), pid);
	}
	assert_string_equal(redis_ask(&w->redis, "XLEN t:{test}:in"), "1");
	assert_true(w->a.reasserts >= 3);
}

/* A file may not grow any more, as on a full disk: the server ends rather than lie, comes back, and
 * everything acknowledged is there. */
static void full_disk_loses_nothing(void **state)
{
	struct world *w = *state;
	struct rlimit old, small;
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 200000;
	setrlimit(RLIMIT_FSIZE, &small);
	start_with_store(w);
	setrlimit(RLIMIT_FSIZE, &old);
	int pid = server_pid(w);
	char word[1000];
	memset(word, 'x', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	for (int i = 0; w->a.state == STORE_READY && i < 1000; i++) {
		store_append(w->a.store, text(word), 3000, peer_appended, &w->a);
		RUN_UNTIL(w->base, w->a.done == i + 1 || w->a.state == STORE_DOWN, 2000);
	}
	assert_int_equal(w->a.state, STORE_DOWN);
	assert_true(w->a.done > 100);
	RUN_UNTIL(w->base, w->a.state == STORE_READY, 3000); /* there is room again */
	assert_int_not_equal(server_pid(w), pid);
	run_ms(w->base, 100);
	assert_int_equal(w->a.unavailable, 0);
	assert_true(atoi(redis_ask(&w->redis, "XLEN t:{test}:in")) >= w->a.done);
}

/* The daemon dies without stopping its server: the next one uses it. */
static void running_server_is_adopted(void **state)
{
	struct world *w = *state;
	fflush(NULL);
	pid_t daemon = fork();
	if (daemon == 0) {
		struct err e;
		struct event_base *base = event_base_new();
		struct managed *m = managed_start(base,
			&(struct managed_options){ .dir = w->dir, .program = "redis-server" }, &e);
		_exit(m ? 0 : 1);
	}
	int status;
	waitpid(daemon, &status, 0);
	assert_int_equal(status, 0);
	start_with_store(w); /* most likely before the server listens */
	int pid = server_pid(w);
	peer_close(&w->a);
	struct err e;
	assert_null(start(w, &e)); /* one daemon a directory */
	assert_non_null(strstr(e.text, "another daemon"));
	assert_int_equal(server_pid(w), pid);
	kill(pid, SIGKILL); /* an adopted one is supervised, too */
	RUN_UNTIL(w->base, server_pid(w) > 0, 3000);
	assert_int_not_equal(server_pid(w), pid);
}

static void bad_settings_are_named(void **state)
{
	struct world *w = *state;
	struct err e;
	struct managed_options o = { .dir = w->dir, .program = "/nonexistent/redis-server" };
	assert_null(managed_start(w->base, &o, &e));
	assert_non_null(strstr(e.text, "/nonexistent/redis-server: No such file"));
	o = (struct managed_options){ .dir = "relative", .program = "redis-server" };
	assert_null(managed_start(w->base, &o, &e));
	assert_non_null(strstr(e.text, "absolute"));
	o.dir = "/tmp/a-directory-name-that-is-longer-than-the-kernel-allows-for-a-socket/"
		"because-it-has-one-hundred-bytes-and-more";
	assert_null(managed_start(w->base, &o, &e));
	assert_non_null(strstr(e.text, "too long"));
}

/* A server that ends at once is tried again ever more slowly, and the reason is told. */
static void failing_server_backs_off(void **state)
{
	struct world *w = *state;
	struct err e;
	struct managed_options o = { .dir = w->dir, .program = "/bin/false" };
	w->managed = managed_start(w->base, &o, &e);
	assert_non_null(w->managed);
	RUN_UNTIL(w->base, *managed_trouble(w->managed), 1000);
	assert_non_null(strstr(managed_trouble(w->managed), "status 1"));
	run_ms(w->base, 1000);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(starts_private_and_stops_in_order),
		T(server_inherits_nothing),
		T(killed_server_comes_back),
		T(full_disk_loses_nothing),
		T(running_server_is_adopted),
		T(bad_settings_are_named),
		T(failing_server_backs_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
