/* RSA public keys that are kept: each is found again, more than there is room
 * for displace each other, and threads may ask at once. */
#include "jose/rsa_public.h"

#include "base/secret.h"
#include "check.h"
#include "jose/libcrypto.h"
#include "jose/rs256.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#ifdef LK_NO_RS256
int
main(void)
{
	CHECK(libcrypto_available() == ERR_UNSUPPORTED,
	    "rsa_public: built without libcrypto there are no keys");
	return check_done();
}
#else

#include "jose/libcrypto_calls.h"

enum { LEN = RS256_BITS / 8, THREADS = 4, ROUNDS = 200 };

static uint8_t moduli[RSA_PUBLIC_KEPT + 1][LEN];
static const char text[] = "what is signed";

static struct {
	uint8_t modulus[RS256_MODULUS_CAP], sig[RS256_MODULUS_CAP];
	size_t modulus_len, sig_len;
} real;

static bool
sign_text(void)
{
	char pem[RS256_PEM_CAP];
	struct rs256_key *k = NULL;
	size_t pem_len;
	bool done = rs256_make(pem, sizeof pem, &pem_len, real.modulus,
			sizeof real.modulus, &real.modulus_len) == OK &&
		    rs256_load(&k, pem, pem_len, real.modulus,
			real.modulus_len) == OK &&
		    rs256_sign(k, text, sizeof text, real.sig, sizeof real.sig,
			&real.sig_len) == OK;

	rs256_free(&k);
	secret_wipe(pem, sizeof pem);
	return done;
}

static bool
verifies(const char *what)
{
	return rs256_verify(real.modulus, real.modulus_len, what, sizeof text,
		   real.sig, real.sig_len) == OK;
}

/* Whether KEY, which is given back, has LEN bytes. */
static bool
is_whole(EVP_PKEY *key)
{
	bool whole =
	    key != NULL && libcrypto.EVP_PKEY_get_bits(key) == RS256_BITS;

	libcrypto.EVP_PKEY_free(key);
	return whole;
}

static void *
ask_for_all(void *arg)
{
	bool *fine = arg;

	for (int round = 0; round < ROUNDS && *fine; round++)
		*fine = is_whole(rsa_public_get(
			    moduli[round % (RSA_PUBLIC_KEPT + 1)], LEN)) &&
			(round % 16 != 0 || verifies(text));
	return NULL;
}

static bool
threads_are_served(void)
{
	pthread_t threads[THREADS];
	bool fine[THREADS], all = true;

	for (int n = 0; n < THREADS; n++) {
		fine[n] = true;
		if (pthread_create(&threads[n], NULL, ask_for_all, &fine[n]) !=
		    0)
			return false;
	}
	for (int n = 0; n < THREADS; n++) {
		pthread_join(threads[n], NULL);
		all = all && fine[n];
	}
	return all;
}

int
main(void)
{
	EVP_PKEY *first, *again;
	bool whole = true;

	if (libcrypto_available() != OK) {
		CHECK(rs256_verify(moduli[0], LEN, text, sizeof text, real.sig,
			  LEN) == ERR_UNSUPPORTED,
		    "rsa_public: without libcrypto there are no keys");
		return check_done();
	}
	CHECK(sign_text(), "rsa_public: a pair is made, and signs");
	random_bytes(moduli, sizeof moduli);
	for (size_t n = 0; n < RSA_PUBLIC_KEPT + 1; n++)
		moduli[n][0] |= 0x80, moduli[n][LEN - 1] |= 1;
	first = rsa_public_get(moduli[0], LEN);
	again = rsa_public_get(moduli[0], LEN);
	CHECK(first != NULL && first == again,
	    "rsa_public: a key is built once, and found again");
	libcrypto.EVP_PKEY_free(again);
	CHECK(verifies(text) && !verifies("what is forged"),
	    "rsa_public: a signature holds, and another text's does not");
	for (size_t n = 0; n < RSA_PUBLIC_KEPT + 1; n++)
		whole = whole && is_whole(rsa_public_get(moduli[n], LEN));
	CHECK(whole && is_whole(first) && verifies(text) &&
		  !verifies("what is forged"),
	    "rsa_public: of more than are kept each is right, and one that "
	    "is in use outlasts its place");
	CHECK(is_whole(rsa_public_get(moduli[0], LEN)) &&
		  !is_whole(rsa_public_get(moduli[0], LEN / 2)),
	    "rsa_public: a part of a modulus is another key");
	CHECK(threads_are_served(),
	    "rsa_public: threads are served while keys displace each other");
	return check_done();
}
#endif
