#include "http_head.h"

#include <string.h>

static bool is_token_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* Cut the line at *at off at its CR LF and step behind it; NULL when it does not end so. */
static char *take_line(char **at, const char *end)
{
	char *line = *at, *lf = memchr(line, '\n', (size_t)(end - line));
	if (!lf || lf == line || lf[-1] != '\r')
		return NULL;
	lf[-1] = '\0';
	*at = lf + 1;
	/* A NUL or a second CR would hide the rest of the line. */
	return strlen(line) == (size_t)(lf - 1 - line) && !strchr(line, '\r') ? line : NULL;
}

static int read_target(char *target, struct http_head *h)
{
	if (strlen(target) > HTTP_TARGET_MAX)
		return 414;
	if (*target != '/')
		return 400;
	for (const unsigned char *p = (const unsigned char *)target; *p; p++)
		if (*p <= 0x20 || *p >= 0x7f || *p == '#')
			return 400;
	char *query = strchr(target, '?');
	if (query)
		*query++ = '\0';
	h->path = target;
	h->query = query ? query : "";
	return 0;
}

static int read_request_line(char *line, struct http_head *h)
{
	size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	char *target = line + n + 1;
	if (n == 0 || n > 16 || line[n] != ' ')
		return 400;
	line[n] = '\0';
	h->method = line;
	char *version = strchr(target, ' ');
	if (!version)
		return 400;
	*version++ = '\0';
	if (strncmp(version, "HTTP/", 5) != 0)
		return 400;
	return strcmp(version, "HTTP/1.1") == 0 ? read_target(target, h) : 505;
}

static char *trim(char *value)
{
	value += strspn(value, " \t");
	size_t n = strlen(value);
	while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'))
		n--;
	value[n] = '\0';
	return value;
}

static int read_field(char *line, struct http_head *h)
{
	size_t n = 0;
	if (h->n_fields == HTTP_FIELDS_MAX)
		return 431;
	for (; is_token_char((unsigned char)line[n]); n++)
		if (line[n] >= 'A' && line[n] <= 'Z')
			line[n] = (char)(line[n] - 'A' + 'a');
	if (n == 0 || line[n] != ':')
		return 400;
	line[n] = '\0';
	for (const unsigned char *p = (const unsigned char *)line + n + 1; *p; p++)
		if ((*p < 0x20 && *p != '\t') || *p == 0x7f)
			return 400;
	h->fields[h->n_fields++] = (struct http_field){ line, trim(line + n + 1) };
	return 0;
}

static size_t count(const struct http_head *h, const char *name, const char **value)
{
	size_t n = 0;
	*value = NULL;
	for (size_t i = 0; i < h->n_fields; i++)
		if (strcmp(h->fields[i].name, name) == 0) {
			*value = h->fields[i].value;
			n++;
		}
	return n;
}

static int read_length(const char *text, int64_t *length)
{
	size_t n = strlen(text);
	if (n == 0 || n > 9 || strspn(text, "0123456789") != n)
		return 400;
	*length = 0;
	for (; *text; text++)
		*length = *length * 10 + (*text - '0');
	return 0;
}

/* What the fields say of the message itself. */
static int read_framing(struct http_head *h)
{
	static const char *const once[] = { "host", "content-length", "content-type",
		"authorization", "accept", "connection", "expect", "webhook-id",
		"webhook-timestamp", "webhook-signature" };
	const char *value;
	for (size_t i = 0; i < sizeof once / sizeof *once; i++)
		if (count(h, once[i], &value) > 1)
			return 400;
	if (count(h, "transfer-encoding", &value) > 0)
		return 501;
	if (count(h, "host", &value) == 0)
		return 400;
	h->content_length = -1;
	if (count(h, "content-length", &value) && read_length(value, &h->content_length) != 0)
		return 400;
	h->keep_alive = !count(h, "connection", &value) || strcasecmp(value, "close") != 0;
	h->wants_continue = count(h, "expect", &value) && strcasecmp(value, "100-continue") == 0;
	return 0;
}

int http_head_read(char *bytes, size_t n, struct http_head *h)
{
	char *at = bytes, *line = take_line(&at, bytes + n);
	h->n_fields = 0;
	int status = line ? read_request_line(line, h) : 400;
	while (status == 0) {
		line = take_line(&at, bytes + n);
		if (!line)
			return 400;
		if (!*line)
			return at == bytes + n ? read_framing(h) : 400;
		status = read_field(line, h);
	}
	return status;
}

const char *http_head_field(const struct http_head *h, const char *name)
{
	const char *value;
	return count(h, name, &value) == 1 ? value : NULL;
}
