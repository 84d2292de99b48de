#include "conf_scan.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text_file.h"

struct scan {
	const char *file;
	const char *dir; /* where libconfig looks for relative includes */
	const char *at;
	const char *end;
	int line;
	int depth;    /* brackets open */
	int includes; /* files open around this one */
	int *files;   /* read so far, all together */
	struct conf_errors *errors;
};

static void scan_path(const char *path, const struct scan *from);

static void complain(const struct scan *s, const char *what)
{
	conf_error(s->errors, s->file, s->line, "%s", what);
}

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '*';
}

static void skip_line(struct scan *s)
{
	while (s->at < s->end && *s->at != '\n')
		s->at++;
}

static void skip_block_comment(struct scan *s)
{
	int first = s->line;
	for (s->at += 2; s->at < s->end; s->at++) {
		if (*s->at == '\n')
			s->line++;
		if (*s->at == '*' && s->at + 1 < s->end && s->at[1] == '/') {
			s->at += 2;
			return;
		}
	}
	conf_error(s->errors, s->file, first, "the comment that begins here has no end");
}

/* at stands on the opening quote. False when the string has no end. */
static bool skip_string(struct scan *s)
{
	int first = s->line;
	for (s->at++; s->at < s->end; s->at++) {
		if (*s->at == '\n')
			s->line++;
		if (*s->at == '"') {
			s->at++;
			return true;
		}
		if (*s->at != '\\')
			continue;
		if (s->end - s->at >= 4 && memcmp(s->at, "\\x00", 4) == 0)
			complain(s, "a string cannot hold \\x00");
		if (++s->at < s->end && *s->at == '\n')
			s->line++;
	}
	conf_error(s->errors, s->file, first, "the string that begins here has no end");
	return false;
}

static void check_real(const struct scan *s, const char *text)
{
	if (!isfinite(strtod(text, NULL)))
		conf_error(s->errors, s->file, s->line, "the number %s is out of range", text);
}

static void check_integer(const struct scan *s, char *text)
{
	size_t n = strlen(text);
	bool wide = false;
	while (n > 0 && text[n - 1] == 'L') {
		text[--n] = '\0';
		wide = true;
	}
	const char *digits = text + (*text == '-' || *text == '+');
	bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	if (!hex && digits[0] == '0' && digits[1]) {
		conf_error(s->errors, s->file, s->line,
			"the number %s begins with 0: write it without", text);
		return;
	}
	errno = 0;
	char *rest;
	long long v = strtoll(text, &rest, hex ? 16 : 10);
	if (*rest || rest == text)
		conf_error(s->errors, s->file, s->line, "%s is not a number", text);
	else if (errno == ERANGE)
		conf_error(
			s->errors, s->file, s->line, "the number %s does not fit in 64 bits", text);
	else if (!wide && (v > INT32_MAX || v < INT32_MIN))
		conf_error(s->errors, s->file, s->line,
			"the number %s does not fit in 32 bits: write %sL", text, text);
}

/* A literal: everything up to what can end one, so that 12ms or 3.4.5 is one wrong word. */
static void scan_number(struct scan *s)
{
	char text[64];
	size_t n = 0;
	bool hex = false, real = false;
	for (; s->at < s->end; s->at++) {
		char c = *s->at;
		bool sign = (c == '-' || c == '+') &&
			    (n == 0 || (!hex && (text[n - 1] == 'e' || text[n - 1] == 'E')));
		if (!sign && c != '.' && !(word_char(c) && c != '-' && c != '*'))
			break;
		if (n == sizeof text - 1) {
			complain(s, "a number is too long");
			while (s->at < s->end && (word_char(*s->at) || *s->at == '.'))
				s->at++;
			return;
		}
		hex = hex || c == 'x' || c == 'X';
		real = real || c == '.' || (!hex && (c == 'e' || c == 'E'));
		text[n++] = c;
	}
	text[n] = '\0';
	if (!real) {
		check_integer(s, text);
		return;
	}
	char *rest;
	(void)strtod(text, &rest);
	if (*rest || hex)
		conf_error(s->errors, s->file, s->line, "%s is not a number", text);
	else
		check_real(s, text);
}

/* at stands on '@'. */
static void scan_include(struct scan *s)
{
	static const char word[] = "@include";
	size_t n = sizeof word - 1;
	if ((size_t)(s->end - s->at) < n || memcmp(s->at, word, n) != 0) {
		complain(s, "unknown directive; the only one is @include \"file\"");
		skip_line(s);
		return;
	}
	s->at += n;
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
		s->at++;
	const char *name = s->at + 1;
	if (s->at == s->end || *s->at != '"' || !skip_string(s)) {
		complain(s, "@include needs a file name in quotes");
		skip_line(s);
		return;
	}
	int len = (int)(s->at - 1 - name);
	char path[4096];
	int full = *name == '/' ? snprintf(path, sizeof path, "%.*s", len, name)
				: snprintf(path, sizeof path, "%s/%.*s", s->dir, len, name);
	if (full < 0 || (size_t)full >= sizeof path || len == 0)
		complain(s, "the name of the included file is too long or empty");
	else if (s->includes >= CONF_INCLUDE_MAX)
		complain(s, "files include each other too deeply");
	else if (*s->files == CONF_FILES_MAX)
		complain(s, "more than a hundred files are included");
	else
		scan_path(path, s);
}

static void scan_bracket(struct scan *s, char c)
{
	if (c == '{' || c == '(' || c == '[') {
		if (++s->depth == CONF_DEPTH_MAX)
			complain(s, "groups and lists are nested too deeply");
	} else if (s->depth > 0) {
		s->depth--;
	}
}

static void scan_word(struct scan *s)
{
	while (s->at < s->end && word_char(*s->at))
		s->at++;
}

static void scan_token(struct scan *s)
{
	char c = *s->at;
	char next = s->at + 1 < s->end ? s->at[1] : '\0';
	if (c == '#' || (c == '/' && next == '/'))
		skip_line(s);
	else if (c == '/' && next == '*')
		skip_block_comment(s);
	else if (c == '"')
		(void)skip_string(s);
	else if (c == '@')
		scan_include(s);
	else if (isdigit((unsigned char)c) || c == '-' || c == '+' || c == '.')
		scan_number(s);
	else if (isalpha((unsigned char)c) || c == '*')
		scan_word(s);
	else {
		if (c == '\n')
			s->line++;
		else if (c != '\0' && strchr("{}()[]", c))
			scan_bracket(s, c);
		s->at++;
	}
}

static void scan_run(struct scan *s)
{
	if (memchr(s->at, '\0', (size_t)(s->end - s->at))) {
		conf_error(s->errors, s->file, 0, "holds a NUL byte: not a text file");
		return;
	}
	while (s->at < s->end && s->depth < CONF_DEPTH_MAX && s->errors->count < CONF_ERRORS_MAX)
		scan_token(s);
}

static void scan_path(const char *path, const struct scan *from)
{
	struct buf text = { 0 };
	struct err e;
	++*from->files;
	if (text_file_read(path, CONF_FILE_MAX, &text, &e) < 0) {
		if (from->file)
			conf_error(from->errors, from->file, from->line, "cannot include %s: %s",
				path, e.text);
		else
			conf_error(from->errors, path, 0, "cannot be read: %s", e.text);
	} else {
		struct scan s = { .file = path,
			.dir = from->dir,
			.at = buf_str(&text),
			.end = buf_str(&text) + text.len,
			.line = 1,
			.depth = from->depth,
			.includes = from->includes + 1,
			.files = from->files,
			.errors = from->errors };
		scan_run(&s);
	}
	buf_free(&text);
}

void conf_scan_file(const char *path, const char *dir, struct conf_errors *errors)
{
	int files = 0;
	struct scan outside = { .dir = dir, .files = &files, .errors = errors };
	scan_path(path, &outside);
}
