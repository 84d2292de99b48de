#include "pem.h"

#include <openssl/pem.h>

static int no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing, (void)arg;
	return -1;
}

EVP_PKEY *pem_private_key(BIO *bio)
{
	return PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
}
