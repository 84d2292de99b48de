#include "options.h"

#include <stddef.h>

#define AT(field) offsetof(struct config, field)

#define TEXT(n, field, fl, def, d)                                                                 \
	{                                                                                          \
		.name = n, .type = OPTION_STRING, .flags = fl, .offset = AT(field),                \
		.fallback = def, .doc = d                                                          \
	}
#define PATH(n, field, fl, def, d)                                                                 \
	{                                                                                          \
		.name = n, .type = OPTION_PATH, .flags = fl, .offset = AT(field), .fallback = def, \
		.doc = d                                                                           \
	}
#define ADDRESS(n, field, fl, def, d)                                                              \
	{                                                                                          \
		.name = n, .type = OPTION_ADDRESS, .flags = fl, .offset = AT(field),               \
		.fallback = def, .doc = d                                                          \
	}
#define WORD(n, field, fl, def, w, d)                                                              \
	{                                                                                          \
		.name = n, .type = OPTION_WORD, .flags = fl, .offset = AT(field), .fallback = def, \
		.words = w, .doc = d                                                               \
	}
#define NUMBER(n, field, fl, def, lo, hi, d)                                                       \
	{                                                                                          \
		.name = n, .type = OPTION_INT, .flags = fl, .offset = AT(field), .fallback = def,  \
		.min = lo, .max = hi, .doc = d                                                     \
	}
#define LIVE     0
#define RESTART  OPTION_RESTART
#define REQUIRED OPTION_REQUIRED
#define EMPTY    OPTION_EMPTY

/* Offers stand 20 s at least: a person must be able to react to a countdown (WCAG 2.2.1). */
#define LEVEL(word, level, target, weight_, offer, wrap)                                           \
	NUMBER("levels." word ".target_s", levels[level].target_s, LIVE, target, 0, 86400,         \
		"Wait that level " word " promises, in seconds."),                                 \
		NUMBER("levels." word ".weight", levels[level].weight, LIVE, weight_, 1, 64,       \
			"Load units of a contact of level " word "."),                             \
		NUMBER("levels." word ".offer_s", levels[level].offer_s, LIVE, offer, 1, 600,      \
			"How long an offer of level " word " stands, in seconds."),                \
		NUMBER("levels." word ".wrap_s", levels[level].wrap_s, LIVE, wrap, 0, 3600,        \
			"Time to write up and recover behind a contact of level " word             \
			", in seconds.")

const struct option options[] = {
	TEXT("node", node, RESTART | EMPTY, "",
		"Name of this running daemon, unique in the center; not set: the host's name."),
	TEXT("center", center, RESTART | REQUIRED, NULL,
		"The center (crisis line) whose contacts this node serves."),
	PATH("data_dir", data_dir, RESTART, "/var/lib/triaged",
		"Directory of everything this node keeps: keys, rule sets, managed store."),
	{ .name = "rules",
		.type = OPTION_PATHS,
		.flags = LIVE | REQUIRED,
		.offset = AT(rules),
		.doc = "Files of rules and lexicon, compiled as one ruleset." },
	PATH("rules_signature", rules_signature, LIVE | EMPTY, "",
		"File with the approval of these rules (triagectl rules sign); not set: unsigned."),
	{ .name = "rules_staged",
		.type = OPTION_PATHS,
		.flags = LIVE,
		.offset = AT(rules_staged),
		.doc = "Files, and directories of files, that may be staged: tried beside the rules "
		       "in force, then activated (triagectl rules stage)." },
	{ .name = "clinical_keys",
		.type = OPTION_KEYS,
		.flags = LIVE,
		.offset = AT(clinical_keys),
		.doc = "Who may approve rules: list of { name; key }, the key a PEM file; twice for "
		       "an old and a new key." },
	{ .name = "agencies",
		.type = OPTION_AGENCIES,
		.flags = LIVE,
		.offset = AT(agencies),
		.doc = "Where rescues go, in the order in which they are asked: list of { id; name; "
		       "kinds; areas; polygon; hours; zone; mode; session; webhook }." },
	PATH("clients", clients_file, LIVE | REQUIRED, NULL,
		"File of who may connect, with which roles."),
	{ .name = "demo",
		.type = OPTION_BOOL,
		.flags = RESTART,
		.offset = AT(demo),
		.fallback = "false",
		.doc = "Run rules without a valid signature, for trying out." },
	NUMBER("drain_s", drain_s, LIVE, "10", 0, 86400,
		"On stop, how long open conversations may go on here, in seconds; sessions are told to "
		"come again, here or at another node, and nothing is lost."),

	ADDRESS("listen.line", listen.line, RESTART, "127.0.0.1:9788",
		"Address of the line listener (TLS); port 0: any free one."),
	ADDRESS("listen.https", listen.https, RESTART | EMPTY, "",
		"Address of the HTTPS listener, where agencies answer and monitoring reads; not set: none."),

	PATH("tls.certificate", tls.certificate, LIVE | REQUIRED, NULL,
		"The server's certificate and its chain, PEM."),
	PATH("tls.key", tls.key, LIVE | REQUIRED, NULL,
		"The certificate's key, PEM, readable by its owner alone."),
	PATH("tls.client_ca", tls.client_ca, LIVE | EMPTY, "",
		"Authorities whose client certificates are accepted, PEM; not set: none."),
	WORD("tls.min_version", tls.min_version, LIVE, "1.3", "1.2 1.3",
		"Oldest TLS version accepted."),

	WORD("store.mode", store.mode, RESTART, "managed", "managed redis sentinel cluster",
		"managed: a private redis-server in data_dir; redis: the one at store.url; sentinel: "
		"the master that the Sentinels there name; cluster: the node that has this center's "
		"slot, found through those there."),
	TEXT("store.url", store.url, RESTART | EMPTY, "",
		"Where Redis is: unix:PATH, tcp:HOST:PORT or tls:HOST:PORT; for sentinel and cluster "
		"several, separated by spaces."),
	TEXT("store.master", store.master, RESTART, "triaged",
		"Name of the master among the Sentinels, for mode sentinel."),
	TEXT("store.username", store.username, RESTART | EMPTY, "",
		"ACL user to log in to Redis as; not set: the default user."),
	PATH("store.password_file", store.password_file, RESTART | EMPTY, "",
		"File with the password for Redis, readable by its owner alone."),
	PATH("store.sentinel_password_file", store.sentinel_password_file, RESTART | EMPTY, "",
		"File with the password for the Sentinels; not set: they ask for none."),
	PATH("store.tls.ca", store.tls.ca, RESTART | EMPTY, "",
		"Authorities of the certificates behind tls: addresses, PEM."),
	PATH("store.tls.certificate", store.tls.certificate, RESTART | EMPTY, "",
		"Certificate to show there, PEM; not set: none."),
	PATH("store.tls.key", store.tls.key, RESTART | EMPTY, "",
		"Its key, PEM, readable by its owner alone."),
	TEXT("store.tls.name", store.tls.name, RESTART | EMPTY, "",
		"Name that every certificate there must hold; not set: the host or address dialled, "
		"with Sentinels and in a Cluster the one they name."),
	TEXT("store.durability", store.durability, RESTART, "fsync",
		"When a write counts as kept: fsync (synced append-only file) or replica:N (N replicas "
		"have it, N from 1 to 9; needs min-replicas-to-write N)."),
	NUMBER("store.ack_after_ms", store.ack_after_ms, LIVE, "250", 10, 10000,
		"What Redis has not taken in this time, or a front end's request that nobody who leads "
		"has answered, is acknowledged from the node's spool, in ms."),
	NUMBER("store.down_after_ms", store.down_after_ms, LIVE, "3000", 100, 60000,
		"Without Redis for so long, a node is an island: it offers and connects among those "
		"who are connected to it, in ms."),
	NUMBER("store.lease_ms", store.lease_ms, RESTART, "3000", 500, 60000,
		"Lease of the leading node, in ms: how long a lost one holds up routing."),
	TEXT("store.redis_server", store.redis_server, RESTART, "redis-server",
		"Program that mode managed starts: a path or a name."),

	NUMBER("spool.segment_kb", spool.segment_kb, RESTART, "4096", 64, 65536,
		"Files of the spool in data_dir/spool, in KiB; two are allocated ahead, so that a full "
		"disk does not keep out contacts at once."),

	PATH("keys.dir", keys.dir, RESTART | EMPTY, "",
		"Directory of the sealing and pseudonym keys; not set: <data_dir>/keys, where missing "
		"ones are taken from the center's other nodes (those with the same tls.key) or made; "
		"elsewhere they must exist (systemd credentials)."),

	WORD("log.level", log.level, LIVE, "info", "error warning notice info debug",
		"Least important events that are logged."),

	NUMBER("limits.line_bytes", limits.line_bytes, LIVE, "65536", 4096, 1048576,
		"Longest line of a peer, in bytes."),
	NUMBER("limits.text_bytes", limits.text_bytes, LIVE, "16384", 256, 262144,
		"Longest text of a message, in bytes."),
	NUMBER("limits.nesting", limits.nesting, LIVE, "16", 4, 64,
		"Deepest nesting of a request's JSON."),
	NUMBER("limits.unanswered", limits.unanswered, LIVE, "64", 1, 1024,
		"Requests of a session without an answer."),
	NUMBER("limits.sessions", limits.sessions, LIVE, "15000", 1, 1000000, "Open sessions."),
	NUMBER("limits.handshakes", limits.handshakes, LIVE, "256", 1, 10000,
		"Unfinished TLS handshakes."),
	NUMBER("limits.handshakes_per_address", limits.handshakes_per_address, LIVE, "128", 0,
		10000,
		"Of them, from one address (of IPv6: one /64); its further connections wait, for "
		"nobody else's; 0: no limit, as behind a proxy where all come from one address."),
	NUMBER("limits.output_backlog_bytes", limits.output_backlog_bytes, LIVE, "1048576", 65536,
		67108864, "Output a slow reader may leave unread, in bytes."),
	NUMBER("limits.requests_per_s", limits.requests_per_s, LIVE, "200", 0, 1000000,
		"Requests of a session per second, twice that at once; 0: no limit."),

	NUMBER("deadlines.handshake_ms", deadlines.handshake_ms, LIVE, "5000", 100, 60000,
		"From connection to the end of the TLS handshake."),
	NUMBER("deadlines.first_line_ms", deadlines.first_line_ms, LIVE, "5000", 100, 60000,
		"From the handshake to the first whole line."),
	NUMBER("deadlines.whole_line_ms", deadlines.whole_line_ms, LIVE, "10000", 100, 60000,
		"From the first byte of a line to its last."),
	NUMBER("deadlines.idle_ms", deadlines.idle_ms, LIVE, "90000", 1000, 3600000,
		"Without a line; clients ping more often than that."),
	NUMBER("deadlines.write_stall_ms", deadlines.write_stall_ms, LIVE, "10000", 100, 600000,
		"Without the peer reading anything of what waits for it."),
	NUMBER("deadlines.request_ms", deadlines.request_ms, LIVE, "5000", 100, 60000,
		"From a request to its answer, at worst `unavailable`."),

	LEVEL("emergency", LEVEL_EMERGENCY, "0", "4", "20", "300"),
	LEVEL("urgent", LEVEL_URGENT, "60", "3", "20", "180"),
	LEVEL("high", LEVEL_HIGH, "300", "2", "30", "120"),
	LEVEL("moderate", LEVEL_MODERATE, "900", "1", "30", "60"),
	LEVEL("low", LEVEL_LOW, "3600", "1", "30", "60"),

	NUMBER("match.capacity", match.capacity, LIVE, "4", 1, 64,
		"Load units of a responder for whom the clients file gives none."),
	NUMBER("match.parallel_emergency_offers", match.parallel_emergency_offers, LIVE, "3", 1, 8,
		"Responders who are offered an emergency at once."),
	NUMBER("match.missed_to_away", match.missed_to_away, LIVE, "3", 0, 100,
		"Offers missed in a row before a responder counts as away; 0: never."),
	NUMBER("match.exclusion_s", match.exclusion_s, LIVE, "60", 0, 3600,
		"A responder who declined or missed a contact is not asked again before."),
	NUMBER("match.missed_to_widen", match.missed_to_widen, LIVE, "2", 1, 100,
		"Missed offers of a contact before its next tier opens and an alert goes out."),
	{ .name = "match.tiers",
		.type = OPTION_TIERS,
		.flags = LIVE,
		.offset = AT(match.tiers),
		.doc = "Whom a contact is offered to, widening with its wait: list of { after_s; lang "
		       "= required|interpreter|any; needs = required|any; name }, the first at 0." },

	NUMBER("grace.person_s", grace.person_s, LIVE, "120", 0, 3600,
		"A person's connection may be gone so long before the contact counts as left."),
	NUMBER("grace.responder_s", grace.responder_s, LIVE, "15", 0, 600,
		"A responder's connection may be gone so long before contacts are offered again."),

	NUMBER("transfer.wait_s", transfer.wait_s, LIVE, "120", 10, 3600,
		"A transfer that nobody has accepted by then is off."),

	TEXT("transfer.centers", transfer.centers, RESTART | EMPTY, "",
		"Other centers on the same store to which contacts may be handed over, separated "
		"by spaces."),
	PATH("transfer.keys", transfer.keys, RESTART | EMPTY, "",
		"Directory with the keys that these centers share, made like keys.dir and the same "
		"at each of them."),

	NUMBER("alerts.repeat_s", alerts.repeat_s, LIVE, "15", 5, 3600,
		"An alert nobody acknowledged is repeated."),
	NUMBER("alerts.reminder_s", alerts.reminder_s, LIVE, "300", 30, 86400,
		"An acknowledged alert reminds while its cause lasts."),

	NUMBER("drill.every_s", drill.every_s, LIVE, "0", 0, 31536000,
		"Each agency of mode test is drilled so often by itself, in seconds; 0: only by "
		"triagectl drill."),
	NUMBER("drill.late_s", drill.late_s, LIVE, "300", 5, 86400,
		"A drill that has no outcome after so long is cancelled, and the supervisors hear"
		" of it, in seconds."),

	TEXT("outreach.public_url", outreach.public_url, LIVE | EMPTY, "",
		"Address under which agencies reach listen.https from outside "
		"(https://NAME:PORT), in what they are sent; not set: the listener's own."),
	NUMBER("outreach.try_ms", outreach.try_ms, LIVE, "4000", 100, 60000,
		"One try to reach an agency, from the connection to the end of its answer, in ms."),
	NUMBER("outreach.total_ms", outreach.total_ms, LIVE, "9000", 100, 600000,
		"All tries together before people are told that it is not known whether an agency"
		" was reached; trying goes on, in ms."),
	NUMBER("outreach.retry_ms", outreach.retry_ms, LIVE, "250", 10, 60000,
		"Between the first two tries; doubles with each, and is up to half shorter by "
		"chance, in ms."),
	NUMBER("outreach.retry_max_ms", outreach.retry_max_ms, LIVE, "4000", 10, 600000,
		"The longest wait between two tries, in ms."),
	NUMBER("outreach.circuit_failures", outreach.circuit_failures, LIVE, "5", 1, 1000,
		"After so many failures in a row an agency is tried by one message at a time."),
	NUMBER("outreach.circuit_open_ms", outreach.circuit_open_ms, LIVE, "2000", 100, 600000,
		"How long such an agency is left alone between two of these tries, in ms."),
	NUMBER("outreach.token_s", outreach.token_s, LIVE, "900", 10, 86400,
		"How long an agency may take to fetch a report, in seconds."),
	NUMBER("outreach.token_repeat_s", outreach.token_repeat_s, LIVE, "60", 0, 3600,
		"A token is good for one reading; for so long after it the same token reads once "
		"more, in case the answer was lost, in seconds."),

	NUMBER("watch.test_contact_s", watch.test_contact_s, LIVE, "0", 0, 86400,
		"A test contact (triagectl probe) must have been served within so long, or an alarm "
		"goes out, in seconds; 0: none is expected."),
	NUMBER("watch.free_mib", watch.free_mib, LIVE, "256", 0, 1048576,
		"Less free space than this where data_dir lies: an alarm, in MiB; 0: never."),

	NUMBER("dispatch.confirm_s", dispatch.confirm_s, LIVE, "60", 0, 3600,
		"A second person may speak so long about a rescue that a person does not want; then it goes on. 0: nobody is asked."),
	NUMBER("dispatch.offer_s", dispatch.offer_s, LIVE, "60", 5, 3600,
		"An agency or a team takes a dispatch within this, or the next one is asked."),
	NUMBER("dispatch.round_s", dispatch.round_s, LIVE, "60", 5, 3600,
		"When everybody was asked: until the first is asked again."),
	NUMBER("dispatch.sent_s", dispatch.sent_s, LIVE, "120", 1, 86400,
		"From a named person's acknowledgement to a unit being sent, else an alarm."),
	NUMBER("dispatch.en_route_s", dispatch.en_route_s, LIVE, "120", 1, 86400,
		"From there until the unit is on its way."),
	NUMBER("dispatch.arrive_s", dispatch.arrive_s, LIVE, "1200", 1, 86400,
		"From there until it is on scene."),
	NUMBER("dispatch.arrive_mobile_s", dispatch.arrive_mobile_s, LIVE, "3600", 1, 86400,
		"The same for mobile teams."),
	NUMBER("dispatch.with_person_s", dispatch.with_person_s, LIVE, "900", 1, 86400,
		"From the scene until it is with the person."),
	NUMBER("dispatch.outcome_s", dispatch.outcome_s, LIVE, "7200", 1, 604800,
		"From there to the next step or the outcome."),
	NUMBER("dispatch.transport_s", dispatch.transport_s, LIVE, "3600", 1, 604800,
		"A transport is over within this."),
	NUMBER("dispatch.close_s", dispatch.close_s, LIVE, "900", 1, 604800,
		"From there to the outcome."),
	NUMBER("dispatch.retry_s", dispatch.retry_s, LIVE, "5", 1, 300,
		"A webhook whose answer is not known is tried again, later from time to time."),
	NUMBER("dispatch.give_up_s", dispatch.give_up_s, LIVE, "900", 30, 86400,
		"So long, then people are told that an agency could not be reached."),
	NUMBER("dispatch.location_stale_s", dispatch.location_stale_s, LIVE, "900", 1, 604800,
		"An older location must be confirmed by a person."),
	NUMBER("dispatch.location_radius_m", dispatch.location_radius_m, LIVE, "300", 1, 1000000,
		"A rougher one too."),
	NUMBER("dispatch.location_confidence_percent", dispatch.location_confidence_percent, LIVE,
		"50", 0, 100, "And one that is less certain."),
	NUMBER("dispatch.checkin_s", dispatch.checkin_s, LIVE, "1800", 1, 86400,
		"The crew of a team on a dispatch is heard of at least so often, else an alarm."),
	NUMBER("dispatch.rest_s", dispatch.rest_s, LIVE, "600", 0, 86400,
		"A team rests so long behind a dispatch."),
	NUMBER("dispatch.speed_kmh", dispatch.speed_kmh, LIVE, "40", 1, 200,
		"Speed by which arrivals are estimated."),
	NUMBER("dispatch.road_percent", dispatch.road_percent, LIVE, "140", 100, 1000,
		"How much longer roads are than the straight line."),
	NUMBER("dispatch.position_max_s", dispatch.position_max_s, LIVE, "1800", 10, 86400,
		"A team's older position counts as unknown."),

	NUMBER("guard.window_s", guard.window_s, LIVE, "3600", 60, 604800,
		"Rules just activated are watched for so long, in seconds."),
	NUMBER("guard.contacts", guard.contacts, LIVE, "50", 1, 1000000,
		"New contacts before the shares below are judged."),
	NUMBER("guard.unscored_share_percent", guard.unscored_share_percent, LIVE, "0", 0, 100,
		"More contacts unscored than this: roll the rules back; 0: never."),
	NUMBER("guard.emergency_share_percent", guard.emergency_share_percent, LIVE, "0", 0, 100,
		"More contacts at emergency than this: roll the rules back; 0: never."),

	NUMBER("retain.refs_h", retain.refs_h, LIVE, "168", 1, 8760,
		"Answers to client references are kept, in hours."),
	NUMBER("retain.ledger_d", retain.ledger_d, LIVE, "365", 1, 3650,
		"The ledger of decisions is kept, in days."),
	NUMBER("retain.persons_d", retain.persons_d, LIVE, "30", 1, 3650,
		"How long a person counts as returning, in days."),
	NUMBER("retain.transcript_d", retain.transcript_d, LIVE, "90", 1, 3650,
		"Sealed transcripts of ended contacts are kept, in days."),

	TEXT("texts.unavailable", texts.unavailable, LIVE,
		"We cannot take your message right now. If you or someone else may be in danger, "
		"please call your local emergency number now.",
		"Sent when a contact cannot be taken or kept."),
	TEXT("texts.closed", texts.closed, LIVE,
		"We are closed right now. If you or someone else may be in danger, please call your "
		"local emergency number now.",
		"Sent when the center is closed."),
	TEXT("texts.waiting", texts.waiting, LIVE,
		"Thank you for reaching out. A person will be with you as soon as possible. If you or "
		"someone else may be in danger, please call your local emergency number now.",
		"Sent while a person waits."),
};

const size_t n_options = sizeof options / sizeof *options;
