/* What systemd is told; without systemd the calls do nothing. */
#ifndef TRIAGED_APP_NOTIFY_H
#define TRIAGED_APP_NOTIFY_H

void notify_ready(const char *status);
void notify_reloading(void); /* followed by notify_ready() */
void notify_stopping(const char *status);

#endif
