/* The configuration as the small option structs of the layers below. */
#include <string.h>

#include "node.h"

static enum tier_demand demand(const char *word)
{
	if (strcmp(word, "required") == 0)
		return TIER_REQUIRED;
	return strcmp(word, "interpreter") == 0 ? TIER_INTERPRETER : TIER_ANY;
}

static void take_dispatch(const struct config *config, struct core_options *o)
{
	o->second_ms = config->dispatch.confirm_s * 1000;
	o->unit_offer_ms = config->dispatch.offer_s * 1000;
	o->round_ms = config->dispatch.round_s * 1000;
	o->sent_ms = config->dispatch.sent_s * 1000;
	o->start_ms = config->dispatch.en_route_s * 1000;
	o->arrive_ms = config->dispatch.arrive_s * 1000;
	o->arrive_mobile_ms = config->dispatch.arrive_mobile_s * 1000;
	o->meet_ms = config->dispatch.with_person_s * 1000;
	o->finish_ms = config->dispatch.outcome_s * 1000;
	o->clear_ms = config->dispatch.transport_s * 1000;
	o->end_ms = config->dispatch.close_s * 1000;
	o->send_retry_ms = config->dispatch.retry_s * 1000;
	o->cancel_ms = config->dispatch.give_up_s * 1000;
	o->place_stale_ms = config->dispatch.location_stale_s * 1000;
	o->place_radius_m = config->dispatch.location_radius_m;
	o->place_confidence = config->dispatch.location_confidence_percent;
	o->checkin_ms = config->dispatch.checkin_s * 1000;
	o->rest_ms = config->dispatch.rest_s * 1000;
	o->speed_kmh = config->dispatch.speed_kmh;
	o->road_percent = config->dispatch.road_percent;
	o->position_max_ms = config->dispatch.position_max_s * 1000;
}

void node_core_options(const struct config *config, struct core_options *o)
{
	core_options_default(o);
	for (int i = 0; i < LEVEL_COUNT; i++) {
		o->target_ms[i] = config->levels[i].target_s * 1000;
		o->offer_ms[i] = config->levels[i].offer_s * 1000;
		o->wrap_ms[i] = config->levels[i].wrap_s * 1000;
		o->weight[i] = (int)config->levels[i].weight;
	}
	o->capacity_default = (int)config->match.capacity;
	o->parallel_emergency_offers = (int)config->match.parallel_emergency_offers;
	o->missed_to_away = (int)config->match.missed_to_away;
	o->missed_to_widen = (int)config->match.missed_to_widen;
	o->exclusion_ms = config->match.exclusion_s * 1000;
	o->person_grace_ms = config->grace.person_s * 1000;
	o->responder_grace_ms = config->grace.responder_s * 1000;
	snprintf(o->centers, sizeof o->centers, "%s", config->transfer.centers);
	o->transfer_ms = config->transfer.wait_s * 1000;
	o->alert_repeat_ms = config->alerts.repeat_s * 1000;
	o->alert_reminder_ms = config->alerts.reminder_s * 1000;
	o->refs_retain_ms = config->retain.refs_h * 3600000;
	o->drill_ms = config->drill.late_s * 1000;
	o->token_repeat_ms = config->outreach.token_repeat_s * 1000;
	o->persons_retain_ms = config->retain.persons_d * 86400000;
	take_dispatch(config, o);
	o->agencies_len = config->agencies.record.len;
	if (o->agencies_len)
		memcpy(o->agencies, config->agencies.record.data, o->agencies_len);
	o->n_tiers = (int)config->match.tiers.n;
	for (int i = 0; i < o->n_tiers; i++) {
		const struct config_tier *t = &config->match.tiers.at[i];
		o->tiers[i] =
			(struct core_tier){ t->after_s * 1000, demand(t->lang), demand(t->needs) };
	}
}

void node_edge_limits(const struct config *config, struct edge_limits *limits)
{
	*limits = (struct edge_limits){
		.line_bytes = (size_t)config->limits.line_bytes,
		.text_bytes = (size_t)config->limits.text_bytes,
		.nesting = (int)config->limits.nesting,
		.unanswered = (int)config->limits.unanswered,
		.sessions = (int)config->limits.sessions,
		.handshakes = (int)config->limits.handshakes,
		.handshakes_per_address = (int)config->limits.handshakes_per_address,
		.output_backlog_bytes = (size_t)config->limits.output_backlog_bytes,
		.requests_per_s = (int)config->limits.requests_per_s,
		.handshake_ms = config->deadlines.handshake_ms,
		.first_line_ms = config->deadlines.first_line_ms,
		.whole_line_ms = config->deadlines.whole_line_ms,
		.idle_ms = config->deadlines.idle_ms,
		.write_stall_ms = config->deadlines.write_stall_ms,
		.request_ms = config->deadlines.request_ms,
	};
}

void node_edge_tls(const struct config *config, struct edge_tls *tls)
{
	*tls = (struct edge_tls){
		.certificate = config->tls.certificate,
		.key = config->tls.key,
		.client_ca = *config->tls.client_ca ? config->tls.client_ca : NULL,
		.min_version =
			strcmp(config->tls.min_version, "1.2") == 0 ? EDGE_TLS_1_2 : EDGE_TLS_1_3,
	};
}

struct verbs_texts node_texts(const struct config *config)
{
	return (struct verbs_texts){
		.waiting = config->texts.waiting,
		.responder_lost = config->texts.waiting,
		.review = config->texts.waiting,
	};
}

enum log_level node_log_level(const struct config *config)
{
	static const char *const names[] = { "error", "warning", "notice", "info", "debug" };
	for (int i = 0; i < LOG_LEVEL_DEBUG; i++)
		if (strcmp(config->log.level, names[i]) == 0)
			return (enum log_level)i;
	return LOG_LEVEL_DEBUG;
}
