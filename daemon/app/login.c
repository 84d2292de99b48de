#include "login.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/mem.h"

struct login {
	struct node *node;
	uint64_t ticket;
	struct client_login client;
	char *user, *password, *totp; /* totp "" when none was given */
	struct mono asked;
	int64_t wait_ms; /* the session waits no longer */
	bool right;
	int64_t step; /* of the time code */
};

static void check(void *arg)
{
	struct login *l = arg;
	if (mono_since_ms(l->asked) > l->wait_ms)
		return;
	bool right = password_verify(l->client.password, l->password) == PASSWORD_MATCHES;
	if (l->client.totp_len)
		right &= totp_check(l->client.totp, (size_t)l->client.totp_len,
			wall_now_ms() / 1000, l->totp, &l->step);
	l->right = right && l->client.who;
}

/* A time code works once, whoever saw it. */
static bool is_replay(struct login *l)
{
	if (!l->right || !l->client.totp_len)
		return false;
	intptr_t last = (intptr_t)map_get(&l->node->totp_steps, l->user);
	if (last > l->step)
		return true;
	map_put(&l->node->totp_steps, l->user, (void *)(intptr_t)(l->step + 1));
	return false;
}

static void finish(void *arg)
{
	struct login *l = arg;
	if (is_replay(l))
		l->right = false;
	edge_login_done(l->node->edge, l->ticket, l->right ? l->client.who : NULL);
	principal_unref(&l->client.who);
	explicit_bzero(l->password, strlen(l->password));
	free(l->user);
	free(l->password);
	free(l->totp);
	explicit_bzero(l->client.password, sizeof l->client.password);
	explicit_bzero(l->client.totp, sizeof l->client.totp);
	free(l);
}

void login_start(
	struct node *n, uint64_t ticket, const char *user, const char *password, const char *totp)
{
	struct login *l = mem_zalloc(sizeof *l);
	l->node = n;
	l->ticket = ticket;
	l->asked = mono_now();
	l->wait_ms = n->config->deadlines.request_ms;
	l->user = mem_strdup(user);
	l->password = mem_strdup(password);
	l->totp = mem_strdup(totp);
	clients_by_user(n->config->clients, user, &l->client);
	if (worker_submit(n->login_worker, check, finish, l) < 0)
		finish(l); /* too many logins at once: refused like a wrong password */
}

bool login_still_valid(void *arg, const struct principal *who)
{
	struct node *n = arg;
	return clients_still_valid(n->previous, n->config->clients, who->name);
}
