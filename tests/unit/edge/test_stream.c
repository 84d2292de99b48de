#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "world.h"

static int setup(void **state)
{
	struct world *w = mem_zalloc(sizeof *w);
	world_init(w);
	w->options.limits.output_backlog_bytes = 1 << 30;
	world_start(w);
	*state = w;
	return 0;
}

#define PING CALL(1, "session.ping", "{}")

static SSL *ssl_of(const struct client *c)
{
	return bufferevent_openssl_get_ssl(c->bev);
}

static struct client *known_client(struct world *w)
{
	struct client *c = client_with(w, &w->frontend);
	ASSERT_HAS(client_ask(c, CALL(1, "contact.leave", "{\"contact\":\"c\"}")), "result");
	return c;
}

static void notify(struct world *w, const char *json, size_t n)
{
	edge_notify(w->edge, w->session, "notice", (struct slice){ json, n });
}

static void what_is_said_in_one_turn_is_one_record(void **state)
{
	struct world *w = *state;
	struct client *c = known_client(w);
	uint64_t before = BIO_number_read(SSL_get_rbio(ssl_of(c)));
	size_t said = 0;
	for (int i = 0; i < 20; i++)
		notify(w, "{}", 2);
	for (int i = 0; i < 20; i++) {
		const char *line = client_line(c);
		ASSERT_HAS(line, "notice");
		said += strlen(line) + 1;
	}
	/* A record adds its head, its type and its tag. */
	assert_int_equal(BIO_number_read(SSL_get_rbio(ssl_of(c))) - before, said + 5 + 1 + 16);
	client_free(c);
}

#define BIG 100000

/* Much more than a socket takes at once, while the peer reads nothing for a while. */
static void much_arrives_whole(void **state)
{
	static char big[BIG];
	struct world *w = *state;
	struct client *c = known_client(w);
	memset(big, '1', sizeof big);
	bufferevent_disable(c->bev, EV_READ);
	for (int i = 0; i < 100; i++) {
		notify(w, big, sizeof big);
		world_run_ms(w, i % 10 == 0);
	}
	bufferevent_enable(c->bev, EV_READ);
	size_t expected = 100 * (sizeof big +
					sizeof "{\"jsonrpc\":\"2.0\",\"method\":\"notice\","
					       "\"params\":}\n" -
					1);
	CLIENT_UNTIL(c, c->in.len >= expected);
	assert_int_equal(c->in.len, expected);
	client_free(c);
}

/* Several records come at once, lines begin and end anywhere in them. */
static void many_lines_in_many_records_are_all_read(void **state)
{
	struct world *w = *state;
	struct client *c = known_client(w);
	struct buf lines = { 0 };
	for (int i = 0; i < 3000; i++)
		buf_adds(&lines, PING "\n");
	client_send(c, buf_str(&lines));
	buf_free(&lines);
	for (int i = 0; i < 3000; i++)
		ASSERT_HAS(client_line(c), "result");
	client_free(c);
}

static void a_line_behind_the_handshake_is_read(void **state)
{
	struct world *w = *state;
	SSL_CTX *tls = world_client_tls(NULL);
	struct client *c = client_new(w, tls);
	client_send(c, PING "\n" PING "\n");
	ASSERT_HAS(client_line(c), "result");
	ASSERT_HAS(client_line(c), "result");
	client_free(c);
	SSL_CTX_free(tls);
}

static void keys_may_change(void **state)
{
	struct world *w = *state;
	struct client *c = known_client(w);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(SSL_key_update(ssl_of(c), SSL_KEY_UPDATE_REQUESTED), 1);
		ASSERT_HAS(client_ask(c, PING), "result");
	}
	client_free(c);
}

/* A request as a record that is not sent yet. */
static void put_record(struct client *c, const char *line, struct buf *out)
{
	BIO *socket = SSL_get_wbio(ssl_of(c)), *memory = BIO_new(BIO_s_mem());
	char *bytes;
	BIO_up_ref(socket);
	SSL_set0_wbio(ssl_of(c), memory);
	assert_true(SSL_write(ssl_of(c), line, (int)strlen(line)) > 0);
	size_t n = (size_t)BIO_get_mem_data(memory, &bytes);
	buf_add(out, bytes, n);
	SSL_set0_wbio(ssl_of(c), socket);
}

static void a_record_that_drips_in_is_read(void **state)
{
	struct world *w = *state;
	struct client *c = known_client(w);
	struct buf record = { 0 };
	put_record(c, PING "\n", &record);
	for (size_t i = 0; i < record.len; i++) {
		assert_int_equal(send(bufferevent_getfd(c->bev), record.data + i, 1, 0), 1);
		world_run_ms(w, 1);
	}
	ASSERT_HAS(client_line(c), "result");
	buf_free(&record);
	client_free(c);
}

/* Half a record waits behind a request whose service failed in some other use of OpenSSL. */
static void errors_of_others_end_no_session(void **state)
{
	struct world *w = *state;
	struct client *c = known_client(w);
	struct buf records = { 0 };
	w->leaves_error = true;
	put_record(c, CALL(2, "contact.leave", "{\"contact\":\"c\"}") "\n", &records);
	size_t first = records.len;
	put_record(c, PING "\n", &records);
	size_t most = first + (records.len - first) / 2;
	int fd = bufferevent_getfd(c->bev);
	assert_int_equal(send(fd, records.data, most, 0), most);
	ASSERT_HAS(client_line(c), "result");
	assert_int_equal(send(fd, records.data + most, records.len - most, 0), records.len - most);
	ASSERT_HAS(client_line(c), "result");
	buf_free(&records);
	client_free(c);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(what_is_said_in_one_turn_is_one_record),
		T(much_arrives_whole),
		T(many_lines_in_many_records_are_all_read),
		T(a_line_behind_the_handshake_is_read),
		T(keys_may_change),
		T(a_record_that_drips_in_is_read),
		T(errors_of_others_end_no_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
