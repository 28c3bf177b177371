/*
 * All that is called of libcrypto, for rs256.c, rsa_public.c and es256.c alone.
 * It is not linked but loaded: after libcrypto_available has returned OK, each
 * function in the table is libcrypto.NAME.
 */
#ifndef LK_JOSE_LIBCRYPTO_CALLS_H
#define LK_JOSE_LIBCRYPTO_CALLS_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIBCRYPTO_CALLS(X)                                                     \
	X(BIO_free)                                                            \
	X(BIO_new)                                                             \
	X(BIO_new_mem_buf)                                                     \
	X(BIO_read)                                                            \
	X(BIO_s_mem)                                                           \
	X(BN_bin2bn)                                                           \
	X(BN_bn2binpad)                                                        \
	X(BN_free)                                                             \
	X(BN_is_word)                                                          \
	X(EVP_DigestSign)                                                      \
	X(EVP_DigestSignInit)                                                  \
	X(EVP_DigestVerify)                                                    \
	X(EVP_DigestVerifyInit)                                                \
	X(EVP_MD_CTX_free)                                                     \
	X(EVP_MD_CTX_new)                                                      \
	X(EVP_PKEY_CTX_free)                                                   \
	X(EVP_PKEY_CTX_new_from_name)                                          \
	X(EVP_PKEY_CTX_set_rsa_padding)                                        \
	X(EVP_PKEY_CTX_set_rsa_pss_saltlen)                                    \
	X(EVP_PKEY_Q_keygen)                                                   \
	X(EVP_PKEY_free)                                                       \
	X(EVP_PKEY_fromdata)                                                   \
	X(EVP_PKEY_fromdata_init)                                              \
	X(EVP_PKEY_get_bits)                                                   \
	X(EVP_PKEY_get_bn_param)                                               \
	X(EVP_PKEY_is_a)                                                       \
	X(EVP_PKEY_up_ref)                                                     \
	X(EVP_sha256)                                                          \
	X(OPENSSL_init_crypto)                                                 \
	X(OSSL_PARAM_BLD_free)                                                 \
	X(OSSL_PARAM_BLD_new)                                                  \
	X(OSSL_PARAM_BLD_push_BN)                                              \
	X(OSSL_PARAM_BLD_push_octet_string)                                    \
	X(OSSL_PARAM_BLD_push_uint)                                            \
	X(OSSL_PARAM_BLD_push_utf8_string)                                     \
	X(OSSL_PARAM_BLD_to_param)                                             \
	X(OSSL_PARAM_free)                                                     \
	X(PEM_read_bio_PrivateKey)                                             \
	X(PEM_write_bio_PrivateKey)

struct libcrypto {
	bool complete;
#define X(name) __typeof__(name) *name;
	LIBCRYPTO_CALLS(X)
#undef X
};
extern struct libcrypto libcrypto;

/* The public key of TYPE ("RSA", "EC") that BUILD describes; NULL: it is not
 * one, or there is no memory. The caller frees both. */
EVP_PKEY *libcrypto_public_key(const char *type, OSSL_PARAM_BLD *build);

/* Signs and verifies, with SHA-256. *sig_len is the room in SIG before. */
bool libcrypto_sign(EVP_PKEY *key, const void *bytes, size_t len, uint8_t *sig,
    size_t *sig_len);
bool libcrypto_verify(EVP_PKEY *key, const void *bytes, size_t len,
    const uint8_t *sig, size_t sig_len);
bool libcrypto_verify_pss(EVP_PKEY *key, const void *bytes, size_t len,
    const uint8_t *sig, size_t sig_len);

#endif
