/*
 * The log: one line an event, `level=… event=area.what key=value …`, on standard error. Values are
 * quoted and control bytes escaped, so nothing from a peer can forge a line. No text, address or
 * name of a person ever goes in; ids and codes only.
 *
 *     LOG(NOTICE, "session.closed", LOG_S("session", id), LOG_S("why", why), LOG_I("lines", n));
 */
#ifndef TRIAGED_BASE_LOG_H
#define TRIAGED_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

struct log_field {
	const char *name;
	const char *text; /* NULL: a number */
	int64_t number;
};

static inline const char *log_text(const char *s)
{
	return s ? s : "";
}

#define LOG_S(n, s) ((struct log_field){ .name = (n), .text = log_text(s) })
#define LOG_I(n, v) ((struct log_field){ .name = (n), .number = (int64_t)(v) })

#define LOG(level, event, ...)                                                                     \
	log_event(LOG_LEVEL_##level, event, (struct log_field[]){ __VA_ARGS__ },                   \
		sizeof((struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field))

void log_set_level(enum log_level level); /* default: INFO */
void log_event(enum log_level level, const char *event, const struct log_field *fields, size_t n);

#endif
