#include "triaged/base/log.h"

#include <inttypes.h>
#include <unistd.h>

#include "triaged/base/buf.h"

static enum log_level threshold = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
	threshold = level;
}

static void add_value(struct buf *line, const char *s)
{
	buf_add(line, "\"", 1);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\')
			buf_addf(line, "\\x%02x", c);
		else
			buf_add(line, s, 1);
	}
	buf_add(line, "\"", 1);
}

void log_event(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
	static const char *const names[] = { "error", "warning", "notice", "info", "debug" };
	if (level > threshold)
		return;
	struct buf line = { 0 };
	buf_addf(&line, "level=%s event=%s", names[level], event);
	for (size_t i = 0; i < n; i++) {
		buf_addf(&line, " %s=", fields[i].name);
		if (fields[i].text)
			add_value(&line, fields[i].text);
		else
			buf_addf(&line, "%" PRId64, fields[i].number);
	}
	buf_adds(&line, "\n");
	/* One write a line: lines of several processes on one descriptor do not mix. A log that
	 * cannot be written must not stop the service, so the result is not acted on. */
	ssize_t written = write(STDERR_FILENO, line.data, line.len);
	(void)written;
	buf_free(&line);
}
