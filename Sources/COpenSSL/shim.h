#pragma once
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

// To be called before anything else of OpenSSL's. By itself, it frees what it has when the process ends, under the feet
// of threads that are still using it.
static inline int cossl_begin(void) { return OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL); }
