/*
 * Between people and nodes: connections that keep order, are cut at any moment and come back
 * elsewhere; requests repeated under the same ref until they are answered; and what the nodes'
 * code takes for the edge.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/edge/verb_check.h"
#include "sim.h"

struct client *clients;

static uint64_t n_sessions;

/* Requests on their way by token; a token is used for one try. */
static struct flight {
	struct request *request;
	struct conn *conn;
	char *params;
	const char *method;
	bool answered; /* by the node */
} * flights;
static size_t n_flights, cap_flights;

static struct conn **conns;
static size_t n_conns, cap_conns;

static int64_t hop(void)
{
	return chance(10) ? rnd_in(50000, 1500000) : rnd_in(1000, 20000);
}

static int64_t in_order(int64_t *last, int64_t us)
{
	int64_t at = sim.now_us + us;
	*last = at > *last ? at : *last + 1;
	return *last - sim.now_us;
}

struct client *client_new(const char *name, unsigned role, const char *langs, const char *skills,
	const char *lines_, int capacity)
{
	struct client *c = calloc(1, sizeof *c), **last = &clients;
	snprintf(c->name, sizeof c->name, "%s", name);
	c->role = role;
	c->who = calloc(1, sizeof *c->who);
	*c->who = (struct principal){ .refs = 1,
		.name = strdup(name),
		.center = strdup("sim"),
		.alias = strdup(name),
		.roles = role,
		.skills = strdup(skills),
		.langs = strdup(langs),
		.lines = strdup(lines_),
		.channels = strdup(""),
		.capacity = capacity,
		.min_age = -1,
		.max_age = -1 };
	while (*last)
		last = &(*last)->next;
	*last = c;
	return c;
}

/* ---- connections ---- */

static bool conn_is_served(const struct conn *c)
{
	return c->at_node && c->node->alive && strcmp(c->incarnation, c->node->incarnation) == 0;
}

static void try_again(void *arg);

static void connect_later(struct client *c, int64_t us)
{
	if (c->connecting || !c->on_duty)
		return;
	c->connecting = true;
	sim_after(us, try_again, c);
}

static void client_lost(void *arg)
{
	struct conn *c = arg;
	if (!c->at_client)
		return;
	c->at_client = false;
	struct client *client = c->client;
	client->conn = NULL;
	client->gone_us = sim.now_us;
	for (struct request *r = client->requests; r; r = r->next)
		r->waiting = false;
	connect_later(client, rnd_in(100000, 4 * SECOND));
}

static void node_lost_conn(void *arg)
{
	struct conn *c = arg;
	if (!conn_is_served(c))
		return;
	c->at_node = false;
	verbs_closed(c->node->verbs, c->session);
}

/* Each end notices in its own time; what is on its way may arrive or not. */
void conn_cut(struct conn *c)
{
	bool half_open = chance(150) && !sim.calm;
	sim_after(rnd_in(0, 2 * SECOND), client_lost, c);
	sim_after_in(
		c->node, half_open ? rnd_in(5, 30) * SECOND : rnd_in(0, SECOND), node_lost_conn, c);
}

void conns_of_dead_node(struct node *n)
{
	for (size_t i = 0; i < n_conns; i++)
		if (conns[i]->node == n && (conns[i]->at_node || conns[i]->at_client)) {
			conns[i]->at_node = false; /* or it never got there */
			sim_after(rnd_in(0, SECOND), client_lost, conns[i]);
		}
}

static void transmit(struct request *r);

static void on_greeted(void *arg)
{
	struct conn *c = arg;
	if (!c->at_client)
		return;
	for (struct request *r = c->client->requests; r && c->at_client; r = r->next)
		if (!r->done && !r->waiting)
			transmit(r);
	if (c->client->connected)
		c->client->connected(c->client);
}

static void on_hello(void *arg)
{
	struct conn *c = arg;
	if (!c->at_client || strcmp(c->incarnation, c->node->incarnation) != 0)
		return;
	c->at_node = true;
	struct node *in = sim_outside();
	sim_after(in_order(&c->last_down_us, hop()), on_greeted, c);
	sim_inside(in);
	verbs_opened(c->node->verbs, c->session, c->client->who, c->client->role);
}

static void remember(struct conn *c)
{
	size_t kept = 0;
	for (size_t i = 0; i < n_conns; i++)
		if (conns[i]->at_client || conns[i]->at_node)
			conns[kept++] = conns[i];
	n_conns = kept;
	if (n_conns == cap_conns) {
		cap_conns = cap_conns ? cap_conns * 2 : 64;
		conns = realloc(conns, cap_conns * sizeof(struct conn *));
	}
	conns[n_conns++] = c;
}

static void try_again(void *arg)
{
	struct client *client = arg;
	struct node *n = &nodes[rnd_below(n_nodes)];
	client->connecting = false;
	if (!client->on_duty || client->conn)
		return;
	if (!n->alive || n->frozen_until_us > sim.now_us) {
		connect_later(client, rnd_in(200000, 2 * SECOND));
		return;
	}
	struct conn *c = calloc(1, sizeof *c);
	*c = (struct conn){
		.client = client, .node = n, .session = ++n_sessions, .at_client = true
	};
	memcpy(c->incarnation, n->incarnation, sizeof c->incarnation);
	client->conn = c;
	remember(c);
	sim_after_in(n, in_order(&c->last_up_us, hop()), on_hello, c);
}

void client_come(struct client *c)
{
	c->on_duty = true;
	if (!c->conn)
		connect_later(c, rnd_in(1000, 100000));
}

void client_go(struct client *c)
{
	c->on_duty = false;
	if (c->conn) {
		sim_after_in(c->conn->node, hop(), node_lost_conn, c->conn);
		client_lost(c->conn);
	}
}

/* ---- requests ---- */

static void on_request(void *arg)
{
	struct flight *f = &flights[(size_t)(uintptr_t)arg];
	struct verb_fault fault;
	unsigned unknown = 0;
	struct conn *c = f->conn;
	struct err e;
	if (!conn_is_served(c))
		return;
	struct node *in = sim_outside();
	const struct verb *verb = verb_find(f->method);
	json_t *params = json_parse(f->params, strlen(f->params), 16, &e);
	if (!verb || !params || verb_check(verb, params, 16384, &fault, &unknown) != 0)
		sim_fail(
			"the simulated client's own request is wrong: %s %s", f->method, f->params);
	struct edge_request r = { .session = c->session,
		.token = (uint64_t)(uintptr_t)arg + 1,
		.verb = verb,
		.params = params,
		.who = c->client->who,
		.role = c->client->role };
	sim_inside(in);
	verbs_request(c->node->verbs, &r);
	json_decref(params);
}

static void answered(struct flight *f, const char *json, int code, const char *reason);

struct arrival {
	struct flight *flight; /* NULL: a notification */
	size_t index;
	struct conn *conn;
	const char *method;
	char *json, *reason;
	int code;
	bool spooled;
};

static void on_timeout(void *arg)
{
	struct flight *f = &flights[(size_t)(uintptr_t)arg];
	struct node *in = sim_outside();
	if (!f->answered && conn_is_served(f->conn))
		answered(f, NULL, RPC_UNAVAILABLE, "no_custody");
	sim_inside(in);
}

static void check_answer(void *arg)
{
	struct flight *f = &flights[(size_t)(uintptr_t)arg];
	struct request *r = f->request;
	if (r->done || !r->waiting || r->token != (uint64_t)(uintptr_t)arg + 1)
		return;
	/* No answer where there must be one: the other end is gone. */
	if (f->conn->at_client)
		conn_cut(f->conn);
}

static void transmit(struct request *r)
{
	struct conn *c = r->client->conn;
	if (!c)
		return;
	if (n_flights == cap_flights) {
		cap_flights = cap_flights ? cap_flights * 2 : 1024;
		flights = realloc(flights, cap_flights * sizeof *flights);
	}
	uintptr_t index = n_flights++;
	flights[index] = (struct flight){
		.request = r, .conn = c, .params = r->params, .method = r->method
	};
	r->token = index + 1;
	r->waiting = true;
	if (r->tries++ > 0)
		totals.repeats++;
	int64_t us = in_order(&c->last_up_us, hop());
	sim_after_in(c->node, us, on_request, (void *)index);
	sim_after_in(c->node, us + REQUEST_MS * 1000, on_timeout, (void *)index);
	sim_after((REQUEST_MS + 6000) * 1000, check_answer, (void *)index);
}

static void repeat(void *arg)
{
	struct request *r = arg;
	if (!r->done && !r->waiting)
		transmit(r);
}

static void finish(struct request *r, const json_t *result, int code, const char *reason)
{
	struct request **at = &r->client->requests;
	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	r->done = true;
	if (r->answer)
		r->answer(r->arg, result, code, reason);
}

static void on_arrival(void *arg)
{
	struct arrival *a = arg;
	struct client *client = a->conn->client;
	struct err e;
	if (!a->conn->at_client)
		return;
	json_t *json = a->json ? json_parse(a->json, strlen(a->json), 16, &e) : NULL;
	if (a->json && !json)
		sim_fail("a node sent no JSON: %s", a->json);
	if (a->method) {
		if (!a->spooled)
			oracle_told(a->method, json);
		client->notified(client, a->method, json);
	} else {
		struct request *r = flights[a->index].request;
		bool last = r->token == a->index + 1;
		if (last)
			r->waiting = false;
		if (!r->done && a->code == RPC_UNAVAILABLE) {
			if (last)
				sim_after(rnd_in(500000, 2 * SECOND), repeat, r);
		} else if (!r->done) {
			sim_trace("%s: %s -> %s %.120s", client->name, r->method,
				a->code ? a->reason : "", a->json ? a->json : "");
			r->spooled = a->spooled;
			sim.spooled = a->spooled;
			finish(r, json, a->code, a->reason ? a->reason : "");
			sim.spooled = false;
		}
	}
	json_decref(json);
	free(a->json);
	free(a);
}

/* From the node to the client. Some connections break just then. */
static void deliver(struct arrival *a)
{
	struct arrival *kept = calloc(1, sizeof *kept);
	*kept = *a;
	kept->spooled = sim.spooled;
	sim_after(in_order(&a->conn->last_down_us, hop()), on_arrival, kept);
}

static void answered(struct flight *f, const char *json, int code, const char *reason)
{
	f->answered = true;
	deliver(&(struct arrival){ .index = (size_t)(f - flights),
		.conn = f->conn,
		.json = json ? strdup(json) : NULL,
		.reason = reason ? strdup(reason) : NULL,
		.code = code });
}

void client_ask(struct client *c, const char *method,
	void (*answer)(void *arg, const json_t *result, int code, const char *reason), void *arg,
	const char *fmt, ...)
{
	struct request *r = calloc(1, sizeof *r), **last = &c->requests;
	char params[4096];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(params, sizeof params, fmt, ap);
	va_end(ap);
	snprintf(params + n, sizeof params - (size_t)n, "%s\"ref\":\"r%llu\"}", n > 1 ? "," : "",
		(unsigned long long)++c->refs);
	*r = (struct request){ .client = c,
		.method = method,
		.params = strdup(params),
		.answer = answer,
		.arg = arg,
		.sent_us = sim.now_us };
	while (*last)
		last = &(*last)->next;
	*last = r;
	sim_trace("%s: %s %.150s", c->name, method, params);
	transmit(r);
	if (chance(3) && !sim.calm) /* the same request once more, whatever becomes of the first */
		sim_after(rnd_in(0, SECOND), repeat, r);
}

bool clients_are_quiet(void)
{
	for (struct client *c = clients; c; c = c->next)
		if (c->requests)
			return false;
	return true;
}

/* ---- what the nodes' code takes for the edge ---- */

static struct conn *find_conn(uint64_t session)
{
	for (size_t i = n_conns; i-- > 0;)
		if (conns[i]->session == session)
			return conns[i];
	return NULL;
}

/* What is acknowledged on the spool's word: a contact, or what somebody said. */
static void check_custody(const struct flight *f, const char *json)
{
	char mark[40];
	const char *at = strstr(f->params, " m"), *id = strstr(json, "\"contact\":\"");
	if (strcmp(f->method, "contact.open") == 0 && id) {
		snprintf(mark, sizeof mark, "%.*s", (int)strcspn(id + 11, "\""), id + 11);
		oracle_spooled(f->conn->node, mark);
	}
	for (; strcmp(f->method, "contact.say") == 0 && at; at = strstr(at + 1, " m")) {
		snprintf(mark, sizeof mark, "%.*s", (int)strcspn(at + 1, "\""), at + 1);
		if (strchr(mark, '-') && !strchr(mark, ' '))
			oracle_spooled(f->conn->node, mark);
	}
}

static void give(uint64_t session, uint64_t token, const char *json, int code, const char *reason)
{
	node_effect();
	struct node *in = sim_outside();
	struct flight *f = &flights[token - 1];
	if (!f->answered && conn_is_served(f->conn)) {
		if (f->conn->session != session)
			sim_fail("an answer went to another session");
		if (sim.spooled && json)
			check_custody(f, json);
		answered(f, json, code, reason);
	}
	sim_inside(in);
}

static char *text_of_slice(struct slice s)
{
	char *text = malloc(s.len + 1);
	memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	return text;
}

void edge_result(struct edge *edge, uint64_t session, uint64_t token, struct slice json)
{
	(void)edge;
	char *text = text_of_slice(json);
	give(session, token, text, 0, NULL);
	free(text);
}

void edge_error(struct edge *edge, uint64_t session, uint64_t token, const struct rpc_error *error)
{
	(void)edge;
	if (error->code == RPC_NOT_FOUND && node_is_alone(sim.current))
		sim_fail("%s knows little and says no: %s", sim.current->name, error->reason);
	give(session, token, NULL, error->code, error->reason);
}

void edge_notify(struct edge *edge, uint64_t session, const char *method, struct slice json)
{
	(void)edge;
	node_effect();
	struct node *in = sim_outside();
	struct conn *c = find_conn(session);
	if (c && conn_is_served(c))
		deliver(&(struct arrival){
			.conn = c, .method = method, .json = text_of_slice(json) });
	sim_inside(in);
}

void edge_disconnect(struct edge *edge, uint64_t session, const char *why)
{
	(void)edge, (void)why;
	struct node *in = sim_outside();
	struct conn *c = find_conn(session);
	if (c && conn_is_served(c)) {
		sim_after_in(c->node, 0, node_lost_conn, c);
		sim_after(hop(), client_lost, c);
	}
	sim_inside(in);
}
