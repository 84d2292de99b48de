#include "replicas.h"

#include "reply.h"

void replicas_ask(const struct replicas *r, struct link *link, link_reply_fn done, void *arg)
{
	struct args a = { 0 };
	args_adds(&a, "WAIT");
	args_addi(&a, r->needed);
	args_addi(&a, r->wait_ms);
	link_send(link, &a, done, arg);
	args_free(&a);
}

int replicas_check(const struct replicas *r, const redisReply *answer, struct err *e)
{
	int64_t n;
	if (reply_check(answer, e) < 0)
		return err_wrap(e, "WAIT");
	if (reply_int(answer, &n) < 0)
		return err_set(e, "WAIT: unexpected answer");
	if (n < r->needed)
		return err_set(e, "%d of the %d replicas needed have the last write within %d ms",
			(int)n, r->needed, (int)r->wait_ms);
	return 0;
}
