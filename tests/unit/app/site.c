#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site.h"

static char dir[64];

const char *site_path(const char *name)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

const char *site_put(const char *name, const char *text)
{
	const char *path = site_path(name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return path;
}

static void make_tls(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 90L * 86400);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, key, EVP_sha256()));
	FILE *f = fopen(site_path("tls.pem"), "w");
	assert_true(f && PEM_write_X509(f, x));
	fclose(f);
	f = fopen(site_path("tls.key"), "w");
	assert_true(f && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL));
	fclose(f);
	assert_int_equal(chmod(site_path("tls.key"), 0600), 0);
	X509_free(x);
	EVP_PKEY_free(key);
}

int site_setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/triaged-site-XXXXXX");
	assert_non_null(mkdtemp(dir));
	make_tls();
	site_put("rules.conf", "");
	site_put("hook.key", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz\n");
	assert_int_equal(chmod(site_path("hook.key"), 0600), 0);
	site_put("clients.conf",
		"clients = ( { name = \"gw\"; cert = \"gw.example.org\"; roles = [ \"frontend\" ]; } );\n");
	return 0;
}

int site_teardown(void **state)
{
	(void)state;
	DIR *d = opendir(dir);
	struct dirent *e;
	while (d && (e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlink(site_path(e->d_name));
	closedir(d);
	assert_int_equal(rmdir(dir), 0);
	return 0;
}

const char *site_minimal(void)
{
	return "node = \"n1\";\n"
	       "center = \"c1\";\n"
	       "data_dir = \"data\";\n"
	       "listen: { line = \"127.0.0.1:0\"; https = \"127.0.0.1:0\"; };\n"
	       "tls: { certificate = \"tls.pem\"; key = \"tls.key\"; client_ca = \"tls.pem\"; };\n"
	       "store: { mode = \"redis\"; url = \"unix:/run/redis.sock\"; durability = \"fsync\"; };\n"
	       "rules = [ \"rules.conf\" ];\n"
	       "clients = \"clients.conf\";\n";
}
