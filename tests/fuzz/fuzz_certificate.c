/*
 * Any bytes as a client's certificate: whom it is for. Names are text without NUL, and who is found
 * has one of them in the clients file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/base/check.h"

#include "../../daemon/app/clients.h"
#include "../../daemon/edge/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char file[] =
	"clients = ("
	"{ name = \"gw\"; cert = \"gw.example.org\"; roles = [ \"frontend\" ]; },"
	"{ name = \"ann\"; cert = \"urn:center:ann\"; roles = [ \"responder\" ]; },"
	"{ name = \"root\"; cert = \"Root\"; roles = [ \"admin\" ]; } );\n";

static struct clients *read_clients(void)
{
	struct conf_errors errors = { 0 };
	char path[] = "/tmp/triaged-fuzz-XXXXXX";
	int fd = mkstemp(path);
	CHECK(write(fd, file, sizeof file - 1) == (ssize_t)sizeof file - 1);
	struct clients *clients = clients_load(path, "c1", &errors);
	CHECK(clients && clients_count(clients) == 3);
	close(fd);
	unlink(path);
	return clients;
}

static bool has(const struct certificate_names *n, const char *name)
{
	bool found = strcmp(n->common_name, name) == 0;
	for (size_t i = 0; i < n->n_uris; i++)
		found |= strcmp(n->uris[i], name) == 0;
	for (size_t i = 0; i < n->n_dns; i++)
		found |= strcmp(n->dns[i], name) == 0;
	return found;
}

static void check(const struct clients *clients, const struct certificate_names *n)
{
	struct principal *who = clients_by_certificate(clients, n);
	bool gw = has(n, "gw.example.org"), ann = has(n, "urn:center:ann"), root = has(n, "Root");
	CHECK((who != NULL) == (gw + ann + root == 1));
	if (who)
		CHECK(strcmp(who->name, gw ? "gw" : ann ? "ann" : "root") == 0);
	principal_unref(&who);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct clients *clients;
	struct tls_names names;
	if (!clients)
		clients = read_clients();
	X509 *certificate = d2i_X509(NULL, &data, (long)size);
	if (!certificate)
		return 0;
	tls_certificate_names(certificate, &names);
	check(clients, &names.names);
	tls_names_fini(&names);
	X509_free(certificate);
	return 0;
}
