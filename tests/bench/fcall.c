/*
 * fcall socket=PATH calls=N: the floor under every routed contact, one durable Redis Function call
 * of five writes and 300 bytes at a time over a Unix socket.
 */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loadgen/samples.h"

static const char function[] = "#!lua name=floor\n"
			       "redis.register_function('floor_step', function(K, A)\n"
			       "  redis.call('HSET', K[1], 'state', 'offered', 'text', A[2])\n"
			       "  redis.call('ZADD', K[2], A[1], A[1])\n"
			       "  redis.call('ZREM', K[2], A[1])\n"
			       "  redis.call('XADD', K[3], '*', 'e', 'offer', 'id', A[1])\n"
			       "  redis.call('HSET', K[4], 'position', A[1])\n"
			       "  return 1\n"
			       "end)\n";

static void done(redisContext *r, redisReply *reply)
{
	if (!reply || reply->type == REDIS_REPLY_ERROR) {
		fprintf(stderr, "fcall: %s\n", reply ? reply->str : r->errstr);
		exit(1);
	}
	freeReplyObject(reply);
}

int main(int argc, char **argv)
{
	char path[256] = "", text[301];
	int calls = 2000,
	    pause_ms = 0; /* between calls: an idle server costs more a call than a busy one */
	struct samples s = { 0 };

	for (int i = 1; i < argc; i++)
		if (sscanf(argv[i], "socket=%255s", path) != 1 &&
			sscanf(argv[i], "calls=%d", &calls) != 1 &&
			sscanf(argv[i], "pause_ms=%d", &pause_ms) != 1)
			return 2;
	memset(text, 't', 300);
	text[300] = '\0';
	redisContext *r = redisConnectUnix(path);
	if (!r || r->err) {
		fprintf(stderr, "fcall: %s: %s\n", path, r ? r->errstr : "no memory");
		return 2;
	}
	done(r, redisCommand(r, "FUNCTION LOAD REPLACE %s", function));
	for (int i = 0; i < calls; i++) {
		usleep((useconds_t)pause_ms * 1000);
		int64_t t0 = now_us();
		done(r, redisCommand(r,
				"FCALL floor_step 4 f:{b}:c:%d f:{b}:q f:{b}:log f:{b}:s %d %s", i,
				i, text));
		if (i >= calls / 10)
			samples_add(&s, now_us() - t0);
	}
	samples_sort(&s);
	printf("{\"calls\":%zu,\"p50_us\":%lld,\"p99_us\":%lld}\n", s.n,
		(long long)samples_at(&s, 0.5), (long long)samples_at(&s, 0.99));
	samples_free(&s);
	redisFree(r);
	return 0;
}
