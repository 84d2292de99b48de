/*
 * Who watches the board. While something changed, watchers are shown the board again, at most four
 * times a second however much happens. The list lives with the leader; nodes tell a new leader
 * again, so nothing of it is stored.
 */
#ifndef TRIAGED_APP_BOARD_WATCH_H
#define TRIAGED_APP_BOARD_WATCH_H

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct board_watch;

typedef void (*board_watch_fn)(void *arg);

struct board_watch *board_watch_new(struct event_base *base, board_watch_fn show, void *arg);
void board_watch_free(struct board_watch **watch);
void board_watch_set(struct board_watch *w, const char *session, bool on);
void board_watch_changed(struct board_watch *w); /* show() follows soon if anybody watches */
void board_watch_clear(struct board_watch *w);

/* Walk the watchers: size_t i = 0; while (board_watch_walk(w, &i, &session)). */
bool board_watch_walk(const struct board_watch *w, size_t *i, const char **session);

#endif
