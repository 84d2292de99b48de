#include "framing.h"

#include <event2/buffer.h>

#include "triaged/base/check.h"

static enum line_verdict too_long(struct evbuffer *in, size_t max, struct line *line)
{
	line->text = (char *)evbuffer_pullup(in, (ev_ssize_t)max);
	line->length = line->taken = max;
	return LINE_TOO_LONG;
}

enum line_verdict line_next(struct evbuffer *in, size_t max, size_t *scanned, struct line *line)
{
	size_t length = evbuffer_get_length(in);
	if (length == *scanned)
		return LINE_INCOMPLETE;
	struct evbuffer_ptr from;
	CHECK(evbuffer_ptr_set(in, &from, *scanned, EVBUFFER_PTR_SET) == 0);
	struct evbuffer_ptr end = evbuffer_search(in, "\n", 1, &from);
	if (end.pos < 0) {
		*scanned = length;
		/* One more byte may still be the CR that does not count. */
		return length > max + 1 ? too_long(in, max, line) : LINE_INCOMPLETE;
	}
	size_t n = (size_t)end.pos;
	line->text = (char *)evbuffer_pullup(in, (ev_ssize_t)n + 1);
	line->taken = n + 1;
	line->length = n > 0 && line->text[n - 1] == '\r' ? n - 1 : n;
	return line->length > max ? too_long(in, max, line) : LINE_READY;
}

void line_drain(struct evbuffer *in, size_t *scanned, const struct line *line)
{
	evbuffer_drain(in, line->taken);
	*scanned = 0;
}
