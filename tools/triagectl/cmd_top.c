/*
 * A live screen: the board on top, the queue below, once a second. It talks to the terminal by
 * plain ANSI sequences in one write a frame, so it does not flicker over a slow line. A board that
 * is not fresh must look so: then everything is dim and the first line says since when.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "ctl.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"
#include "views.h"

#define REFRESH_MS     1000
#define CALL_TIMEOUT_S "3" /* a live view that waits longer is none */

static volatile sig_atomic_t stopped;

struct top {
	struct ctl *ctl;
	json_t *board, *contacts; /* the last ones that came; NULL before the first */
	struct mono fresh;        /* when they came */
	struct err why;           /* why nothing newer came; "" when they are fresh */
	int rows;
};

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static enum client_result fetch(struct top *t, const char *method, json_t *params, json_t **into)
{
	json_t *answer;
	enum client_result r = client_call(t->ctl->client, method, params, &answer, &t->why);

	if (r != CLIENT_OK)
		return r;
	json_decref(*into);
	*into = answer;
	return r;
}

/* The newest board; on failure the old one stays, t->why says why, and the next turn connects anew. */
static enum client_result refresh(struct top *t)
{
	struct client_options o = settings_client(&t->ctl->settings);
	enum client_result r = CLIENT_OK;

	if (!t->ctl->client)
		r = client_open(&o, &t->ctl->client, &t->why);
	if (r == CLIENT_OK)
		r = fetch(t, "board.get", json_object(), &t->board);
	/* A dispatcher or an admin sees the board, not the contacts. */
	if (r == CLIENT_OK && fetch(t, "contact.list", json_pack("{s:i}", "limit", 200),
				      &t->contacts) == CLIENT_LOST)
		r = CLIENT_LOST;
	if (r == CLIENT_OK) {
		t->why.text[0] = '\0';
		t->fresh = mono_now();
	} else if (r == CLIENT_LOST) {
		client_close(&t->ctl->client);
	}
	return r;
}

static void head(struct top *t, struct screen *to)
{
	char age[DURATION_SIZE];
	struct buf line = { 0 };

	if (!t->why.text[0]) {
		screen_styled(to, STYLE_DIM, "live, q quits");
	} else {
		duration_text((double)mono_since_ms(t->fresh) / 1000, age);
		buf_addf(&line, "NOT LIVE%s%s: %s; trying again",
			t->board ? ", this is how it was before " : "", t->board ? age : "",
			t->why.text);
		screen_styled(to, STYLE_BAD, buf_str(&line));
	}
	buf_adds(&to->out, "\n");
	buf_free(&line);
}

static size_t count_lines(const struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n;
}

static void compose(struct top *t, struct screen *to)
{
	head(t, to);
	if (t->why.text[0]) {
		to->colour = false;
		buf_adds(&to->out, t->ctl->screen.colour ? "\033[2m" : "");
	}
	if (t->board) {
		view_board_head(t->board, to);
		buf_adds(&to->out, "\n");
		view_board_levels(t->board, to);
		view_alerts(t->board, to);
		view_alarms(t->board, to);
	}
	size_t used = count_lines(&to->out) + 2;
	if (t->contacts && (size_t)t->rows > used + 2) {
		buf_adds(&to->out, "\n");
		view_contact_rows(
			json_object_get(t->contacts, "contacts"), to, (size_t)t->rows - used - 1);
	}
	buf_adds(&to->out, t->ctl->screen.colour ? "\033[0m" : "");
}

/* Copy the frame line by line, clearing what an older, longer line left behind. */
static void draw(struct top *t)
{
	struct winsize size = { 0 };
	struct screen frame = { .colour = t->ctl->screen.colour };
	struct buf out = { 0 };
	int row = 0;

	(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	/* A serial console knows no size. */
	frame.width = size.ws_col ? size.ws_col : 80;
	t->rows = size.ws_row ? size.ws_row : 24;
	compose(t, &frame);
	buf_adds(&out, "\033[H");
	for (const char *p = buf_str(&frame.out); *p && row < t->rows; row++) {
		size_t n = strcspn(p, "\n");

		buf_addf(&out, "%s%.*s\033[K", row ? "\n" : "", (int)n, p);
		p += n + (p[n] == '\n');
	}
	buf_adds(&out, "\033[J");
	fwrite(out.data, 1, out.len, stdout);
	fflush(stdout);
	buf_free(&out);
	buf_free(&frame.out);
}

/* Wait for the next refresh; true when q was pressed or standard input ended. */
static bool quit_pressed(void)
{
	struct mono since = mono_now();
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };

	for (;;) {
		int64_t left = REFRESH_MS - mono_since_ms(since);
		char key = 0;

		if (stopped || left <= 0)
			return false;
		if (poll(&in, 1, (int)left) > 0 && (read(STDIN_FILENO, &key, 1) != 1 || key == 'q'))
			return true;
	}
}

static int loop(struct top *t)
{
	while (!stopped) {
		enum client_result r = refresh(t);

		if (r == CLIENT_REFUSED)
			return CTL_FAILED;
		draw(t);
		if (quit_pressed())
			break;
	}
	return CTL_OK;
}

int cmd_top(struct ctl *ctl)
{
	struct sigaction stop = { .sa_handler = on_signal };
	struct termios before, raw;
	struct top t = { .ctl = ctl };
	int code;

	if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
		return ctl_fail(ctl, CTL_USAGE, "needs a terminal; elsewhere: triagectl board");
	code = ctl_connect(ctl); /* what cannot work is said on the ordinary screen */
	if (code != CTL_OK)
		return code;
	client_close(&ctl->client);
	free(ctl->settings.timeout_s);
	ctl->settings.timeout_s = mem_strdup(CALL_TIMEOUT_S);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	fputs("\033[?1049h\033[?25l", stdout);
	code = loop(&t);
	fputs("\033[?25h\033[?1049l", stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	json_decref(t.board);
	json_decref(t.contacts);
	return code == CTL_OK ? code : ctl_fail(ctl, code, "%s", t.why.text);
}
