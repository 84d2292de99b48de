/* Lines out of a stream: bytes up to a LF, a CR before it is dropped. */
#ifndef TRIAGED_EDGE_FRAMING_H
#define TRIAGED_EDGE_FRAMING_H

#include <stddef.h>

struct evbuffer;

enum line_verdict { LINE_INCOMPLETE, LINE_READY, LINE_TOO_LONG };

struct line {
	char *text; /* in the buffer, valid until line_drain(); not NUL-terminated */
	size_t length;
	size_t taken; /* with its end: what line_drain() removes */
};

/* The next line of in. *scanned is how much of it was searched before, 0 in a fresh buffer; it
 * makes a line that comes byte by byte cost no more than one that comes whole. LINE_TOO_LONG as soon
 * as more than max bytes stand before the end; line then holds the first max of them. */
enum line_verdict line_next(struct evbuffer *in, size_t max, size_t *scanned, struct line *line);
void line_drain(struct evbuffer *in, size_t *scanned, const struct line *line);

#endif
