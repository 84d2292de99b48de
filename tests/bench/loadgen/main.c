/*
 * loadgen MODE name=value…: speaks the line protocol over TLS 1.3 with client certificates.
 *
 *   contacts    closed loop with in_flight=N contacts, or open loop with rate=R a second
 *   idle        opens connections=N sessions, tells how the server's memory grew, holds them hold=S s
 *   handshakes  full handshakes, connections=N at a time, and what they cost the server
 *   hostile     malformed lines, half-open handshakes and one-byte-a-second writers
 */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "crew.h"
#include "modes.h"

double mode_cpu_s(const struct mode_options *o)
{
	double sum = 0;

	for (int i = 0; i < o->n_pids; i++)
		sum += process_cpu_s(o->pids[i]);
	return sum;
}

long mode_rss_kib(const struct mode_options *o)
{
	long sum = 0;

	for (int i = 0; i < o->n_pids; i++)
		sum += process_rss_kib(o->pids[i]);
	return sum;
}

static void print_times(const char *name, const struct samples *s)
{
	printf(",\"%s\":{\"n\":%zu,\"p50_us\":%lld,\"p99_us\":%lld,\"p999_us\":%lld,\"max_us\":%"
	       "lld}",
		name, s->n, (long long)samples_at(s, 0.5), (long long)samples_at(s, 0.99),
		(long long)samples_at(s, 0.999), (long long)samples_at(s, 1.0));
}

static void print_result(const struct crew_result *r, double cpu_s)
{
	printf("{\"lives\":%llu,\"lives_per_s\":%.1f,\"opened\":%llu,\"completed\":%llu,"
	       "\"unfinished\":%d,\"wrong\":%llu,\"errors\":%llu,\"lost_connections\":%llu,"
	       "\"spooled\":%llu,\"server_cpu_s\":%.2f",
		(unsigned long long)r->lives, (double)r->lives / r->measured_s,
		(unsigned long long)r->opened, (unsigned long long)r->completed, r->unfinished,
		(unsigned long long)r->wrong, (unsigned long long)r->errors,
		(unsigned long long)r->lost_connections, (unsigned long long)r->spooled, cpu_s);
	print_times("offer", &r->offer);
	print_times("ack", &r->ack);
	print_times("life", &r->life);
	print_times("late", &r->late);
	printf("}\n");
}

int mode_contacts(const struct mode_options *o)
{
	struct crew_options co = { .port = o->port,
		.ca = o->ca,
		.certs = o->certs,
		.frontends = o->frontends,
		.responders = o->responders,
		.capacity = o->capacity,
		.in_flight = o->in_flight,
		.rate = o->rate,
		.pause_ms = o->pause_ms,
		.warmup_s = o->warmup_s,
		.seconds = o->seconds,
		.drain_s = o->drain_s,
		.reconnect = o->reconnect };
	struct crew_result r;

	if (o->history && !(co.history = fopen(o->history, "w"))) {
		perror(o->history);
		return 2;
	}
	struct event_config *config = event_config_new();
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	struct event_base *base = event_base_new_with_config(config);
	event_config_free(config);
	double cpu = mode_cpu_s(o);
	struct crew *c = crew_new(base, &co);
	int status = crew_run(c, &r) < 0;
	print_result(&r, mode_cpu_s(o) - cpu);
	crew_free(&c);
	event_base_free(base);
	if (co.history)
		fclose(co.history);
	return status || r.wrong || r.unfinished;
}

static int take_number(struct mode_options *o, const char *name, const char *value)
{
	const struct {
		const char *name;
		int *number;
	} numbers[] = { { "port", &o->port }, { "frontends", &o->frontends },
		{ "responders", &o->responders }, { "capacity", &o->capacity },
		{ "in_flight", &o->in_flight }, { "connections", &o->connections },
		{ "malformed", &o->malformed }, { "half_open", &o->half_open },
		{ "slow", &o->slow }, { "pause_ms", &o->pause_ms } };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (strcmp(name, numbers[i].name) == 0) {
			*numbers[i].number = atoi(value);
			return 0;
		}
	}
	const struct {
		const char *name;
		double *number;
	} reals[] = { { "rate", &o->rate }, { "warmup", &o->warmup_s }, { "seconds", &o->seconds },
		{ "drain", &o->drain_s }, { "hold", &o->hold_s } };
	for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
		if (strcmp(name, reals[i].name) == 0) {
			*reals[i].number = atof(value);
			return 0;
		}
	}
	return -1;
}

static int take_option(struct mode_options *o, char *text)
{
	char *value = strchr(text, '=');

	if (!value)
		return -1;
	*value++ = '\0';
	if (strcmp(text, "ca") == 0)
		o->ca = value;
	else if (strcmp(text, "certs") == 0)
		o->certs = value;
	else if (strcmp(text, "history") == 0)
		o->history = value;
	else if (strcmp(text, "reconnect") == 0)
		o->reconnect = atoi(value) != 0;
	else if (strcmp(text, "http") == 0)
		o->http = atoi(value) != 0;
	else if (strcmp(text, "pid") == 0 && o->n_pids < PIDS_MAX)
		o->pids[o->n_pids++] = atoi(value);
	else
		return take_number(o, text, value);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(const struct mode_options *o);
	} modes[] = { { "contacts", mode_contacts }, { "idle", mode_idle },
		{ "handshakes", mode_handshakes }, { "hostile", mode_hostile } };
	struct mode_options o = { .frontends = 1,
		.responders = 1,
		.capacity = 64,
		.in_flight = 1,
		.connections = 16,
		.seconds = 1,
		.drain_s = 10 };

	signal(SIGPIPE, SIG_IGN);
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	for (int i = 2; i < argc; i++) {
		if (take_option(&o, argv[i]) < 0) {
			fprintf(stderr, "loadgen: unknown option %s\n", argv[i]);
			return 2;
		}
	}
	for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof *modes; i++)
		if (strcmp(argv[1], modes[i].name) == 0)
			return modes[i].run(&o);
	fprintf(stderr, "usage: loadgen contacts|idle|handshakes|hostile name=value...\n");
	return 2;
}
