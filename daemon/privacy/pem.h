/* Private keys in PEM files, as privacy/ reads them. */
#ifndef TRIAGED_PRIVACY_PEM_H
#define TRIAGED_PRIVACY_PEM_H

#include <openssl/evp.h>

/* NULL, with OpenSSL's reason in its error queue, when there is none or it asks for a passphrase:
 * nobody is there to type it. */
EVP_PKEY *pem_private_key(BIO *bio);

#endif
