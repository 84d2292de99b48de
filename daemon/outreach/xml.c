#include "xml.h"

#include <stdbool.h>
#include <string.h>

#include "triaged/base/utf8.h"

/* Char of XML 1.0, section 2.2: no controls but tab and line ends, not U+FFFE, not U+FFFF. */
static bool is_char(const unsigned char *p, size_t n)
{
	if (n == 1)
		return *p >= 0x20 || *p == '\t' || *p == '\n' || *p == '\r';
	return !(n == 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe);
}

static const char *entity(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\r': /* a parser would read it as a line end */
		return "&#13;";
	default:
		return NULL;
	}
}

void xml_text(struct buf *b, const char *text)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + strlen(text);
	while (p < end) {
		size_t n = utf8_sequence(p, (size_t)(end - p));
		const char *as = n == 1 ? entity(*p) : NULL;
		if (as)
			buf_adds(b, as);
		else if (n && is_char(p, n))
			buf_add(b, p, n);
		else
			buf_adds(b, "\xef\xbf\xbd");
		p += n ? n : 1;
	}
}

void xml_element(struct buf *b, const char *name, const char *text)
{
	if (!*text)
		return;
	buf_adds(b, "<");
	buf_adds(b, name);
	buf_adds(b, ">");
	xml_text(b, text);
	buf_adds(b, "</");
	buf_adds(b, name);
	buf_adds(b, ">");
}
