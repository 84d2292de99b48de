#include "board_watch.h"

#include <event2/event.h>
#include <stdlib.h>

#include "triaged/base/check.h"
#include "triaged/base/map.h"
#include "triaged/base/mem.h"

struct board_watch {
	struct map watchers; /* by session name; the value is the board_watch itself */
	struct event *event;
	board_watch_fn show;
	void *arg;
};

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct board_watch *w = arg;
	w->show(w->arg);
}

struct board_watch *board_watch_new(struct event_base *base, board_watch_fn show, void *arg)
{
	struct board_watch *w = mem_zalloc(sizeof *w);
	map_init(&w->watchers, 0, 0); /* keys are our own session names */
	w->event = evtimer_new(base, on_time, w);
	CHECK(w->event != NULL);
	w->show = show;
	w->arg = arg;
	return w;
}

void board_watch_clear(struct board_watch *w)
{
	const char *session;
	for (size_t i = 0; map_walk(&w->watchers, &i, &session);)
		map_remove(&w->watchers, session);
	evtimer_del(w->event);
}

void board_watch_free(struct board_watch **watch)
{
	struct board_watch *w = *watch;
	*watch = NULL;
	if (!w)
		return;
	board_watch_clear(w);
	map_fini(&w->watchers);
	event_free(w->event);
	free(w);
}

void board_watch_set(struct board_watch *w, const char *session, bool on)
{
	if (on)
		map_put(&w->watchers, session, w);
	else
		map_remove(&w->watchers, session);
}

void board_watch_changed(struct board_watch *w)
{
	static const struct timeval quarter_second = { 0, 250000 };
	if (w->watchers.count && !evtimer_pending(w->event, NULL))
		evtimer_add(w->event, &quarter_second);
}

bool board_watch_walk(const struct board_watch *w, size_t *i, const char **session)
{
	return map_walk(&w->watchers, i, session) != NULL;
}
