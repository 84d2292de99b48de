#include "conf_text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/base/mem.h"
#include "triaged/base/record.h"

bool conf_is_word(const char *word, const char *words)
{
	size_t n = strlen(word);
	if (n == 0 || strchr(word, ' '))
		return false;
	for (const char *p = words; (p = strstr(p, word)); p += n)
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

void conf_print_string(struct buf *out, const char *s)
{
	buf_adds(out, "\"");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c == '\n')
			buf_adds(out, "\\n");
		else if (c < 0x20 || c == 0x7f)
			buf_addf(out, "\\x%02x", c);
		else
			buf_add(out, s, 1);
	}
	buf_adds(out, "\"");
}

bool conf_is_address(const char *s)
{
	const char *colon = strrchr(s, ':');
	int64_t port;
	if (!colon || colon == s)
		return false;
	struct slice host = { s, (size_t)(colon - s) };
	if (slice_int((struct slice){ colon + 1, strlen(colon + 1) }, &port) < 0 || port < 0 ||
		port > 65535 || colon[1] == '-')
		return false;
	if (host.data[0] == '[')
		return host.len > 3 && host.data[host.len - 1] == ']' &&
		       strspn(host.data + 1, "0123456789abcdefABCDEF:.%") >= host.len - 2;
	for (size_t i = 0; i < host.len; i++)
		if (host.data[i] == ':' || host.data[i] == ' ' || host.data[i] == '/')
			return false;
	return true;
}

char *conf_absolute(const struct conf_node *node)
{
	const char *slash = strrchr(node->file, '/');
	struct buf b = { 0 };
	if (*node->text != '/' && *node->text) {
		if (node->file[0] != '/') {
			char *cwd = getcwd(NULL, 0);
			buf_addf(&b, "%s/", cwd ? cwd : ".");
			free(cwd);
		}
		if (slash)
			buf_add(&b, node->file, (size_t)(slash - node->file) + 1);
	}
	buf_adds(&b, node->text);
	char *path = mem_strdup(buf_str(&b));
	buf_free(&b);
	return path;
}
