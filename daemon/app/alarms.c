#include "alarms.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "triaged/base/json_text.h"
#include "triaged/base/log.h"
#include "node.h"

#define SAY_AGAIN_MS      30000
#define END_SAID_TIMES    3
#define DAY_MS            86400000LL
#define INTAKE_REFUSED_MS (10 * 60 * 1000)
#define NEAR_END_DAYS     30 /* certificates: time for somebody to notice, order and install one */

static bool invariant_broken(const struct node *n, char detail[ALARM_DETAIL_MAX])
{
	uint64_t violations = center_counts(n->center)->violations;
	snprintf(detail, ALARM_DETAIL_MAX, "%llu found in the running state, see the log",
		(unsigned long long)violations);
	return violations > 0;
}

static bool store_down(const struct node *n, char detail[ALARM_DETAIL_MAX])
{
	const char *why = "";
	(void)store_status(n->store, &why);
	snprintf(detail, ALARM_DETAIL_MAX, "%s", why);
	return center_store_stays_away(n->center);
}

static bool store_warning(const struct node *n, char detail[ALARM_DETAIL_MAX])
{
	snprintf(detail, ALARM_DETAIL_MAX, "%s", n->store_warning ? n->store_warning : "");
	return *detail;
}

static bool disk_low(const struct node *n, char detail[ALARM_DETAIL_MAX])
{
	struct statvfs fs;
	if (n->config->watch.free_mib == 0 || statvfs(n->config->data_dir, &fs) != 0)
		return false;
	uint64_t mib = (uint64_t)fs.f_bavail * fs.f_frsize >> 20;
	snprintf(detail, ALARM_DETAIL_MAX, "%llu MiB left where data_dir lies",
		(unsigned long long)mib);
	return mib < (uint64_t)n->config->watch.free_mib;
}

static bool not_listed(const struct node *n, char detail[ALARM_DETAIL_MAX])
{
	snprintf(detail, ALARM_DETAIL_MAX, "%s", n->unlisted ? n->unlisted : "");
	return *detail;
}

static bool certificate_ends(const struct node *n, char detail[ALARM_DETAIL_MAX])
{
	const struct cert_ends *ends = &n->alarms.ends;
	bool ca = ends->client_ca && (!ends->certificate || ends->client_ca < ends->certificate);
	int64_t ends_ms = ca ? ends->client_ca : ends->certificate;
	int64_t left_ms = ends_ms - wall_now_ms();
	snprintf(detail, ALARM_DETAIL_MAX, left_ms > 0 ? "%s: %lld days left" : "%s has expired",
		ca ? "tls.client_ca" : "tls.certificate", (long long)(left_ms / DAY_MS));
	return ends_ms != 0 && left_ms < NEAR_END_DAYS * DAY_MS;
}

static bool rules_end(const struct node *n, char detail[ALARM_DETAIL_MAX])
{
	char text[80];
	const char *what = rules_set_alert(n->set, wall_now_ms(), text);
	snprintf(detail, ALARM_DETAIL_MAX, "%s", what);
	return *what && !rules_set_is_none(n->set);
}

static bool rules_missing(const struct node *n, char detail[ALARM_DETAIL_MAX])
{
	snprintf(detail, ALARM_DETAIL_MAX, "%s", n->set->why.text);
	return rules_set_is_none(n->set);
}

static bool rules_rolled_back(const struct node *n, char detail[ALARM_DETAIL_MAX])
{
	snprintf(detail, ALARM_DETAIL_MAX, "the guard went back to the rules before: %s was passed",
		n->cycle.rolled_back);
	return *n->cycle.rolled_back;
}

static bool rules_stuck(const struct node *n, char detail[ALARM_DETAIL_MAX])
{
	snprintf(detail, ALARM_DETAIL_MAX, "the guard could not go back to the rules before: %s",
		n->cycle.stuck);
	return *n->cycle.stuck;
}

/* A front end that was mended is quiet; one that was not will say so again. */
static bool intake_refused(const struct node *n, char detail[ALARM_DETAIL_MAX])
{
	const struct edge_untaken *u = edge_untaken(n->edge);
	snprintf(detail, ALARM_DETAIL_MAX, "%s", u->what);
	return u->count > 0 && mono_since_ms(u->at) < INTAKE_REFUSED_MS;
}

static bool test_contact_missing(const struct node *n, char detail[ALARM_DETAIL_MAX])
{
	int64_t within_s = n->config->watch.test_contact_s, age_ms = center_test_age_ms(n->center);
	snprintf(detail, ALARM_DETAIL_MAX, "no test contact was served within %lld s",
		(long long)within_s);
	return within_s > 0 && age_ms > within_s * 1000;
}

static const struct condition {
	const char *kind;
	bool (*is_so)(const struct node *n, char detail[ALARM_DETAIL_MAX]);
} conditions[] = {
	{ "invariant_broken", invariant_broken },
	{ "store_down", store_down },
	{ "store_warning", store_warning },
	{ "disk_low", disk_low },
	{ "not_listed", not_listed },
	{ "certificate_ends", certificate_ends },
	{ "rules_end", rules_end },
	{ "rules_missing", rules_missing },
	{ "rules_rolled_back", rules_rolled_back },
	{ "rules_stuck", rules_stuck },
	{ "intake_refused", intake_refused },
	{ "test_contact_missing", test_contact_missing },
};

#define N_CONDITIONS (sizeof conditions / sizeof *conditions)
_Static_assert(N_CONDITIONS <= ALARMS_MAX, "a state for each condition");

static void say(struct node *n, size_t i)
{
	struct alarm_state *s = &n->alarms.states[i];
	struct command c;
	command_init(&c, COMMAND_NODE_ALARM);
	c.node = n->name;
	c.kind = conditions[i].kind;
	c.reason = s->detail;
	c.watch = s->on;
	s->said = mono_now();
	center_submit(n->center, &c);
}

static void change(struct node *n, size_t i, bool on)
{
	struct alarm_state *s = &n->alarms.states[i];
	s->on = on;
	s->still_to_say = on ? 0 : END_SAID_TIMES;
	s->since = mono_now();
	if (on)
		LOG(ERROR, "node.alarm", LOG_S("alarm", conditions[i].kind),
			LOG_S("detail", s->detail));
	else
		LOG(NOTICE, "node.alarm_over", LOG_S("alarm", conditions[i].kind));
	say(n, i);
}

void alarms_look(struct node *n)
{
	for (size_t i = 0; i < N_CONDITIONS; i++) {
		struct alarm_state *s = &n->alarms.states[i];
		bool on = conditions[i].is_so(n, s->detail);
		if (on != s->on) {
			change(n, i, on);
		} else if ((on || s->still_to_say > 0) && mono_since_ms(s->said) >= SAY_AGAIN_MS) {
			s->still_to_say -= !on;
			say(n, i);
		}
	}
}

void alarms_say_all(struct node *n)
{
	for (size_t i = 0; i < N_CONDITIONS; i++)
		if (n->alarms.states[i].on)
			say(n, i);
}

void alarms_note_certificate(struct node *n)
{
	const struct config *c = n->config;
	const struct cert_files files = { .certificate = c->tls.certificate,
		.client_ca = *c->tls.client_ca ? c->tls.client_ca : NULL };
	n->alarms.ends = cert_check(&files, wall_now_ms(), NULL, NULL);
}

void alarms_show(const struct node *n, struct buf *out)
{
	jtext_name(out, "alarms");
	jtext_open(out, '[');
	for (size_t i = 0; i < N_CONDITIONS; i++) {
		const struct alarm_state *s = &n->alarms.states[i];
		if (!s->on)
			continue;
		jtext_open(out, '{');
		jtext_put_str(out, "alarm", conditions[i].kind);
		jtext_put_str(out, "detail", s->detail);
		jtext_put_int(out, "since_s", mono_since_ms(s->since) / 1000);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
}
