#include <inttypes.h>

#include "edge_internal.h"

/* Bounds that keep the arithmetic of the transport exact, far outside of what makes sense. */
static int check(struct err *e, const char *name, int64_t value, int64_t min, int64_t max)
{
	if (value >= min && value <= max)
		return 0;
	return err_set(e, "limit %s is %" PRId64 ", must be %" PRId64 " to %" PRId64, name, value,
		min, max);
}

int limits_check(const struct edge_limits *l, struct err *e)
{
	static const int64_t day_ms = 86400000;
	const struct {
		const char *name;
		int64_t value, min, max;
	} all[] = {
		{ "line_bytes", (int64_t)l->line_bytes, 1024, 1 << 24 },
		{ "text_bytes", (int64_t)l->text_bytes, 1, (int64_t)l->line_bytes },
		{ "nesting", l->nesting, 4, 64 },
		{ "unanswered", l->unanswered, 1, 10000 },
		{ "sessions", l->sessions, 1, 1 << 20 },
		{ "handshakes", l->handshakes, 1, 1 << 20 },
		{ "handshakes_per_address", l->handshakes_per_address, 0, 1 << 20 },
		{ "output_backlog_bytes", (int64_t)l->output_backlog_bytes, 1024, 1 << 30 },
		{ "requests_per_s", l->requests_per_s, 0, 100000 },
		{ "handshake_ms", l->handshake_ms, 10, day_ms },
		{ "first_line_ms", l->first_line_ms, 10, day_ms },
		{ "whole_line_ms", l->whole_line_ms, 10, day_ms },
		{ "idle_ms", l->idle_ms, 10, day_ms },
		{ "write_stall_ms", l->write_stall_ms, 10, day_ms },
		{ "request_ms", l->request_ms, 10, day_ms },
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (check(e, all[i].name, all[i].value, all[i].min, all[i].max) < 0)
			return -1;
	return 0;
}
