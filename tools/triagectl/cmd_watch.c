#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl.h"
#include "views.h"

#define TURN_MS  500   /* how soon Ctrl-C is seen */
#define QUIET_MS 15000 /* after so long without a line, ask whether the daemon is still there */

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static void print_note(struct ctl *ctl, const json_t *note)
{
	char clock[16];
	time_t now = time(NULL);
	struct tm local;

	if (ctl->json) {
		ctl_put_json(ctl, note, true);
	} else {
		strftime(clock, sizeof(clock), "%H:%M:%S ", localtime_r(&now, &local));
		buf_adds(&ctl->screen.out, clock);
		view_note(note, &ctl->screen);
	}
	ctl_flush(ctl);
}

static int ping(struct ctl *ctl)
{
	json_t *result;
	int code = ctl_call(ctl, "session.ping", json_object(), &result);

	json_decref(result);
	return code;
}

static int follow(struct ctl *ctl)
{
	int quiet_ms = 0, code = CTL_OK;
	json_t *note;
	struct err e;

	while (!stopped && code == CTL_OK) {
		enum client_result r = client_next(ctl->client, TURN_MS, &note, &e);

		if (r != CLIENT_OK)
			return stopped ? CTL_OK : ctl_fail(ctl, ctl_exit_of(r), "%s", e.text);
		if (note) {
			print_note(ctl, note);
			json_decref(note);
			quiet_ms = 0;
		} else if ((quiet_ms += TURN_MS) >= QUIET_MS) {
			code = ping(ctl);
			quiet_ms = 0;
		}
	}
	return code;
}

int cmd_watch(struct ctl *ctl)
{
	struct sigaction stop = { .sa_handler = on_signal };
	json_t *board;
	int code = ctl_call(ctl, "board.watch", json_object(), &board);

	json_decref(board);
	if (code != CTL_OK)
		return code;
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	return follow(ctl);
}
