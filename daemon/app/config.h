/*
 * The configuration: one immutable, counted struct, built and checked whole from the file, swapped
 * whole on reload. Only app/ sees it; other layers get their own option structs from it.
 *
 * Field by field it mirrors the table in options.c, which knows name, type, default and range;
 * units are in the names. Strings are never NULL; "" is "not set". Paths are absolute.
 */
#ifndef TRIAGED_APP_CONFIG_H
#define TRIAGED_APP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/level.h"
#include "triaged/core/agency.h"
#include "triaged/core/core.h"
#include "triaged/privacy/signature.h"
#include "triaged/store/store_options.h"

#include "conf_tree.h"

#define CONFIG_TIERS_MAX 8

struct clients;

struct config_level {
	int64_t target_s, offer_s, wrap_s, weight;
};

struct config_tier {
	char *name;  /* "" or a word for logs and explanations */
	char *lang;  /* required interpreter any */
	char *needs; /* required any */
	int64_t after_s;
};

struct config_tiers {
	struct config_tier at[CONFIG_TIERS_MAX];
	size_t n;
};

struct config_strings {
	char **at;
	size_t n;
};

/* Who may approve rules. Two arrays, since what checks signatures knows no files. */
struct config_keys {
	struct signature_key *at; /* raw is filled by config_load() */
	char **files;
	size_t n;
};

/* What only the configuration knows of an agency. */
struct config_channel {
	char *url, *ca, *hours;             /* as written; "" none */
	struct config_strings secret_files; /* the first signs, all verify */
};

struct config_agencies {
	struct agencies set;
	struct config_channel *channels; /* set.n, in the same order */
	struct buf record;               /* set as core_options carry it */
};

struct config {
	unsigned refs; /* config_ref, config_unref only */
	char *file;    /* the file it was read from */
	struct clients *clients;
	char *node, *center, *data_dir, *clients_file;
	struct config_strings rules;
	char *rules_signature;
	struct config_strings rules_staged;
	struct config_keys clinical_keys;
	struct config_agencies agencies;
	bool demo;
	int64_t drain_s;
	struct {
		char *line, *https;
	} listen;
	struct {
		char *certificate, *key, *client_ca, *min_version;
	} tls;
	struct {
		char *mode, *url, *master, *durability, *username, *password_file,
			*sentinel_password_file, *redis_server;
		struct {
			char *ca, *certificate, *key, *name;
		} tls;
		int64_t ack_after_ms, down_after_ms, lease_ms;
	} store;
	struct {
		int64_t segment_kb;
	} spool;
	struct {
		char *dir; /* "" was <data_dir>/keys: resolved here, and keys_made_here is set */
	} keys;
	bool keys_made_here;
	struct {
		char *level;
	} log;
	struct {
		int64_t line_bytes, text_bytes, nesting, unanswered, sessions, handshakes,
			handshakes_per_address, output_backlog_bytes, requests_per_s;
	} limits;
	struct {
		int64_t handshake_ms, first_line_ms, whole_line_ms, idle_ms, write_stall_ms,
			request_ms;
	} deadlines;
	struct config_level levels[LEVEL_COUNT];
	struct {
		int64_t capacity, parallel_emergency_offers, missed_to_away, missed_to_widen,
			exclusion_s;
		struct config_tiers tiers;
	} match;
	struct {
		int64_t person_s, responder_s;
	} grace;
	struct {
		int64_t wait_s;
		char *centers, *keys;
	} transfer;
	struct {
		int64_t repeat_s, reminder_s;
	} alerts;
	struct {
		int64_t every_s, late_s;
	} drill;
	struct {
		char *public_url;
		int64_t try_ms, total_ms, retry_ms, retry_max_ms, circuit_failures, circuit_open_ms,
			token_s, token_repeat_s;
	} outreach;
	struct {
		int64_t test_contact_s, free_mib;
	} watch;
	struct {
		int64_t confirm_s, offer_s, round_s, sent_s, en_route_s, arrive_s, arrive_mobile_s,
			with_person_s, outcome_s, transport_s, close_s, retry_s, give_up_s,
			location_stale_s, location_radius_m, location_confidence_percent, checkin_s,
			rest_s, speed_kmh, road_percent, position_max_s;
	} dispatch;
	struct {
		int64_t window_s, contacts, unscored_share_percent, emergency_share_percent;
	} guard;
	struct {
		int64_t refs_h, ledger_d, persons_d, transcript_d;
	} retain;
	struct {
		char *unavailable, *closed, *waiting;
	} texts;
};

/*
 * Read and check the file and what it names (clients, TLS files, keys; rules are only looked for).
 * NULL, with every error added, when it cannot be used. warnings: what works otherwise than the
 * operator may expect. now_ms: wall time, for the certificates.
 */
struct config *config_load(const char *path, int64_t now_ms, struct conf_errors *errors,
	struct conf_errors *warnings) MUST_CHECK;

/* The fields alone: nothing that they name is looked at. NULL with errors when any is wrong. */
struct config *config_read(const char *path, struct conf_errors *errors) MUST_CHECK;

enum store_mode config_store_mode(const struct config *c); /* managed: FIXED */
/* store.durability: 0 for fsync, N for replica:N, -1 for anything else. */
int config_replicas(const struct config *c);

/* From the files the store's options name, each without its line end; "" where none is named. To be
 * wiped after use; on failure they are already. */
struct config_passwords {
	char server[512], sentinel[512];
};
int config_read_passwords(
	const struct config *c, struct config_passwords *p, struct err *e) MUST_CHECK;

struct config *config_ref(struct config *c);
void config_unref(struct config **c); /* frees with the last reference */

/* Append the whole configuration as a file that reads back to the same, each value with where it
 * came from. */
int config_dump(const char *path, struct buf *out, struct conf_errors *errors) MUST_CHECK;

/* An error for each option that differs and only counts at start. false when there is one. */
bool config_can_reload(
	const struct config *running, const struct config *next, struct conf_errors *errors);

#endif
