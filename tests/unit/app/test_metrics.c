#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../daemon/app/metrics.h"

static const char status[] =
	"{\"node\":\"n\\\"1\",\"center\":\"c\",\"version\":\"1\",\"mode\":\"island\",\"leading\":true,"
	"\"epoch\":7,\"store\":{\"state\":\"down\"},\"spool\":{\"entries\":3,\"free_bytes\":4096},"
	"\"uptime_s\":5,\"sessions\":2,\"violations\":0,"
	"\"alarms\":[{\"alarm\":\"store_down\",\"detail\":\"gone\"}],"
	"\"counters\":{\"commits\":12,\"errors\":1}}";

static const char board[] =
	"{\"levels\":[{\"level\":\"urgent\",\"waiting\":2,\"offered\":0,\"active\":1,"
	"\"oldest_wait_s\":null,\"target_s\":60,\"breaches\":1}],"
	"\"totals\":{\"review\":1,\"unscored\":0,\"wrapup\":0,\"test\":4},"
	"\"responders\":{\"ready\":3},\"dispatches\":[{}],\"alerts\":[]}";

static void has(const struct buf *out, const char *line)
{
	if (!strstr(buf_str(out), line))
		fail_msg("missing: %s\nin:\n%s", line, buf_str(out));
}

static void a_leading_node_tells_everything(void **state)
{
	(void)state;
	struct buf out = { 0 };
	struct core_waits waits = { .counts[LEVEL_URGENT] = { [0] = 2, [5] = 1 },
		.sum_ms[LEVEL_URGENT] = 41500 };
	waits.counts[LEVEL_URGENT][CORE_WAIT_BUCKETS] = 1;
	metrics_write((struct slice){ status, strlen(status) },
		(struct slice){ board, strlen(board) }, &waits, &out);
	has(&out, "triaged_info{node=\"n\\\"1\",center=\"c\",version=\"1\",ruleset=\"\"} 1\n");
	has(&out, "triaged_mode{mode=\"island\"} 1\n");
	has(&out, "triaged_mode{mode=\"normal\"} 0\n");
	has(&out, "triaged_store_ready 0\n");
	has(&out, "triaged_spool_entries 3\n");
	has(&out, "triaged_alarm{alarm=\"store_down\"} 1\n");
	has(&out, "# TYPE triaged_commits_total counter\ntriaged_commits_total 12\n");
	has(&out, "triaged_waiting{level=\"urgent\"} 2\n");
	has(&out, "triaged_oldest_wait_seconds{level=\"urgent\"} 0\n");
	has(&out, "triaged_contacts{state=\"test\"} 4\n");
	has(&out, "triaged_dispatches_open 1\n");
	has(&out, "triaged_wait_seconds_bucket{level=\"urgent\",le=\"1\"} 2\n");
	has(&out, "triaged_wait_seconds_bucket{level=\"urgent\",le=\"60\"} 3\n");
	has(&out, "triaged_wait_seconds_bucket{level=\"urgent\",le=\"3600\"} 3\n");
	has(&out, "triaged_wait_seconds_bucket{level=\"urgent\",le=\"+Inf\"} 4\n");
	has(&out, "triaged_wait_seconds_sum{level=\"urgent\"} 41.500\n");
	buf_free(&out);
}

static void another_node_tells_of_itself_only(void **state)
{
	(void)state;
	struct buf out = { 0 };
	metrics_write(
		(struct slice){ status, strlen(status) }, (struct slice){ "", 0 }, NULL, &out);
	has(&out, "triaged_sessions 2\n");
	assert_null(strstr(buf_str(&out), "triaged_waiting"));
	assert_null(strstr(buf_str(&out), "triaged_wait_seconds"));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leading_node_tells_everything),
		cmocka_unit_test(another_node_tells_of_itself_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
