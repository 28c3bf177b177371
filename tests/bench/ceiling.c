/*
 * The yardstick of `make bench`: the least that any program behind the same
 * web server has to do, done as well as we know how.
 *
 *	ceiling [THREADS]	FastCGI, on the socket that is standard input
 *	ceiling fill N A B	only puts N records, from that of token A to
 *				B's, and those of the tokens that it reads
 *
 * A request takes a form apart, and then, as its query asks,
 *	commit=alone	changes one record in a synced transaction of its own,
 *	commit=group	or in one that it shares with all who wait,
 *	sign=N		signs N times (Ed25519),
 *	verify=N	verifies N signatures,
 *	rsa=N		signs N times (RSA with 2048 bits, as RS256 does),
 *	rsacheck=N	verifies N signatures of RSA,
 * and answers 700 bytes of JSON. Asked as an authorizer it says yes.
 *
 * None of latchkey is in it, so that it does not become slower, and hide it,
 * when latchkey does. $CEILING_STORE is the directory of its store.
 */
#include <fcgiapp.h>
#include <lmdb.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_LEN = 8,      /* of what a token begins with */
	RECORD_LEN = 128, /* a family's */
	OPAQUE_TOKEN_LEN = 64,
	MESSAGE_LEN = 400,
	BODY_CAP = 8192,
	RSA_BITS = 2048,
	RSA_LEN = RSA_BITS / 8,
	JSON_LEN = 700,
	THREADS_MAX = 256
};

/* A change that waits to be part of a commit; on its asker's stack. */
struct change {
	uint8_t key[KEY_LEN];
	sem_t told; /* that it is done, or is to lead */
	bool done, ok;
	struct change *next;
};

static MDB_env *env;
static MDB_dbi records, expiry;
static uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
static uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
static uint8_t message[MESSAGE_LEN], good_signature[crypto_sign_BYTES];
static EVP_PKEY *rsa_key;
static uint8_t good_rsa_signature[RSA_LEN];

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static struct change *first, **last = &first;
static bool leading;

static bool
open_store(const char *dir)
{
	MDB_txn *txn;

	return dir != NULL && mdb_env_create(&env) == 0 &&
	       mdb_env_set_maxdbs(env, 2) == 0 &&
	       mdb_env_set_mapsize(env, 1 << 30) == 0 &&
	       mdb_env_open(env, dir, MDB_NOTLS, 0600) == 0 &&
	       mdb_txn_begin(env, NULL, 0, &txn) == 0 &&
	       mdb_dbi_open(txn, "records", MDB_CREATE, &records) == 0 &&
	       mdb_dbi_open(txn, "expiry", MDB_CREATE, &expiry) == 0 &&
	       mdb_txn_commit(txn) == 0;
}

/* One read and one write of a record. A new one gets an entry in the index of
 * expiry, which later changes of it need not move. */
static bool
change_record(MDB_txn *txn, const uint8_t key[static KEY_LEN])
{
	uint8_t record[RECORD_LEN] = {0};
	MDB_val k = {KEY_LEN, (void *)(uintptr_t)key}, v;
	bool is_new = mdb_get(txn, records, &k, &v) != 0;

	if (!is_new)
		memcpy(record, v.mv_data, RECORD_LEN);
	record[0]++;
	v = (MDB_val){RECORD_LEN, record};
	if (mdb_put(txn, records, &k, &v, 0) != 0)
		return false;
	v.mv_size = 0;
	return !is_new || mdb_put(txn, expiry, &k, &v, 0) == 0;
}

/* Changes those from C on in one transaction, on disk when it returns. */
static bool
commit(const struct change *c)
{
	MDB_txn *txn;

	if (mdb_txn_begin(env, NULL, 0, &txn) != 0)
		return false;
	for (; c != NULL; c = c->next)
		if (!change_record(txn, c->key)) {
			mdb_txn_abort(txn);
			return false;
		}
	return mdb_txn_commit(txn) == 0;
}

/* Commits all that wait, has the first that came in that time lead the
 * next commit, and only then wakes the others: the disk is what they wait for.
 */
static void
lead(void)
{
	struct change *batch, *next;
	bool ok;

	pthread_mutex_lock(&queue_lock);
	batch = first;
	first = NULL;
	last = &first;
	pthread_mutex_unlock(&queue_lock);
	ok = commit(batch);
	pthread_mutex_lock(&queue_lock);
	leading = first != NULL;
	if (leading)
		sem_post(&first->told);
	pthread_mutex_unlock(&queue_lock);
	for (; batch != NULL; batch = next) {
		next = batch->next; /* once it is told, it may be gone */
		batch->ok = ok;
		batch->done = true;
		sem_post(&batch->told);
	}
}

static bool
commit_in_group(struct change *c)
{
	bool wait;

	sem_init(&c->told, 0, 0);
	pthread_mutex_lock(&queue_lock);
	*last = c;
	last = &c->next;
	wait = leading;
	leading = true;
	pthread_mutex_unlock(&queue_lock);
	if (wait)
		sem_wait(&c->told);
	if (!c->done)
		lead();
	sem_destroy(&c->told);
	return c->ok;
}

static void
key_of(uint8_t key[static KEY_LEN], const char *token)
{
	uint8_t bytes[KEY_LEN + 1];

	memset(bytes, 0, sizeof bytes);
	(void)sodium_base642bin(bytes, sizeof bytes, token,
	    sizeof bytes / 3 * 4, NULL, NULL, NULL,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	memcpy(key, bytes, KEY_LEN);
}

static uint64_t
number_of(const char *token)
{
	uint8_t key[KEY_LEN];
	uint64_t n = 0;

	key_of(key, token);
	for (int i = 0; i < KEY_LEN; i++)
		n = n << 8 | key[i];
	return n;
}

/* Puts COUNT records whose keys lie evenly from FROM to TO, and those that will
 * be asked for: to change one is less than to make it. */
static bool
fill(uint64_t count, uint64_t from, uint64_t to)
{
	char token[OPAQUE_TOKEN_LEN + 2];
	uint8_t key[KEY_LEN];
	MDB_txn *txn;
	bool ok = true;

	if (mdb_txn_begin(env, NULL, 0, &txn) != 0)
		return false;
	for (uint64_t i = 0; ok && i < count; i++) {
		uint64_t n = from + (to - from) / count * i;

		for (int j = KEY_LEN; j-- > 0; n >>= 8)
			key[j] = (uint8_t)n;
		ok = change_record(txn, key);
	}
	while (ok && fgets(token, sizeof token, stdin) != NULL) {
		key_of(key, token);
		ok = change_record(txn, key);
	}
	return mdb_txn_commit(txn) == 0 && ok;
}

/* Decodes in place. */
static void
percent_decode(char *s)
{
	char *out = s, code[3] = "";

	for (; *s != '\0'; s++) {
		if (*s == '%' && s[1] != '\0' && s[2] != '\0') {
			memcpy(code, s + 1, 2);
			*out++ = (char)strtol(code, NULL, 16);
			s += 2;
		} else {
			*out++ = *s == '+' ? ' ' : *s;
		}
	}
	*out = '\0';
}

/* Takes all fields of TEXT apart; the token, if there is one. */
static void
parse_form(char *text, char token[static OPAQUE_TOKEN_LEN + 1])
{
	char *next, *value;

	memset(token, '0', OPAQUE_TOKEN_LEN);
	token[OPAQUE_TOKEN_LEN] = '\0';
	for (; text != NULL; text = next) {
		if ((next = strchr(text, '&')) != NULL)
			*next++ = '\0';
		if ((value = strchr(text, '=')) == NULL)
			continue;
		*value++ = '\0';
		percent_decode(text);
		percent_decode(value);
		if ((strcmp(text, "refresh_token") == 0 ||
			strcmp(text, "code") == 0) &&
		    strlen(value) == OPAQUE_TOKEN_LEN)
			memcpy(token, value, OPAQUE_TOKEN_LEN);
	}
}

/* The figure that QUERY has for NAME ("sign="), or 0. */
static long
asked(const char *query, const char *name)
{
	const char *at = strstr(query, name);

	return at != NULL ? strtol(at + strlen(name), NULL, 10) : 0;
}

/* A thread's own, made when it is first used. */
static bool
have_rsa_context(EVP_PKEY_CTX **context, int (*init)(EVP_PKEY_CTX *))
{
	if (*context != NULL)
		return true;
	*context = EVP_PKEY_CTX_new(rsa_key, NULL);
	return *context != NULL && init(*context) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(*context, RSA_PKCS1_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_signature_md(*context, EVP_sha256()) == 1;
}

static bool
rsa_sign(uint8_t signature[static RSA_LEN])
{
	static _Thread_local EVP_PKEY_CTX *context;
	uint8_t hash[crypto_hash_sha256_BYTES];
	size_t len = RSA_LEN;

	crypto_hash_sha256(hash, message, MESSAGE_LEN);
	return have_rsa_context(&context, EVP_PKEY_sign_init) &&
	       EVP_PKEY_sign(context, signature, &len, hash, sizeof hash) == 1;
}

static bool
rsa_verify(void)
{
	static _Thread_local EVP_PKEY_CTX *context;
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, message, MESSAGE_LEN);
	return have_rsa_context(&context, EVP_PKEY_verify_init) &&
	       EVP_PKEY_verify(context, good_rsa_signature, RSA_LEN, hash,
		   sizeof hash) == 1;
}

static bool
work(const char *query, const char *token, uint8_t *signature)
{
	struct change c = {.ok = false};

	key_of(c.key, token);
	if (strstr(query, "commit=alone") != NULL && !commit(&c))
		return false;
	if (strstr(query, "commit=group") != NULL && !commit_in_group(&c))
		return false;
	for (long n = asked(query, "sign="); n > 0; n--)
		crypto_sign_detached(
		    signature, NULL, message, MESSAGE_LEN, secret_key);
	for (long n = asked(query, "verify="); n > 0; n--)
		if (crypto_sign_verify_detached(
			good_signature, message, MESSAGE_LEN, public_key) != 0)
			return false;
	for (long n = asked(query, "rsa="); n > 0; n--)
		if (!rsa_sign(signature))
			return false;
	for (long n = asked(query, "rsacheck="); n > 0; n--)
		if (!rsa_verify())
			return false;
	return true;
}

static void
answer(FCGX_Stream *out, const char *token, const uint8_t *signature)
{
	char text[sodium_base64_ENCODED_LEN(
	    crypto_sign_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	char head[160], body[JSON_LEN + 1];
	int len, head_len;

	sodium_bin2base64(text, sizeof text, signature, crypto_sign_BYTES,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	len = snprintf(body, sizeof body,
	    "{\"refresh_token\":\"%s\",\"signature\":\"%s\",\"fill\":\"%0*d\"}",
	    token, text, JSON_LEN - 45 - (int)strlen(token) - (int)strlen(text),
	    0);
	head_len = snprintf(head, sizeof head,
	    "Status: 200 OK\r\nContent-Type: application/json\r\n"
	    "Content-Length: %d\r\nCache-Control: no-store\r\n\r\n",
	    len);
	FCGX_PutStr(head, head_len, out);
	FCGX_PutStr(body, len, out);
}

static void
serve(FCGX_Request *q)
{
	const char *role = FCGX_GetParam("FCGI_ROLE", q->envp);
	const char *query = FCGX_GetParam("QUERY_STRING", q->envp);
	uint8_t signature[RSA_LEN] = {0}; /* the longer of the two */
	char form[BODY_CAP], token[OPAQUE_TOKEN_LEN + 1];

	if (role != NULL && strcmp(role, "AUTHORIZER") == 0) {
		FCGX_PutS("Status: 200 OK\r\n"
			  "Variable-REMOTE_USER: alice\r\n\r\n",
		    q->out);
		return;
	}
	form[FCGX_GetStr(form, sizeof form - 1, q->in)] = '\0';
	parse_form(form, token);
	if (work(query != NULL ? query : "", token, signature))
		answer(q->out, token, signature);
	else
		FCGX_PutS("Status: 500 Failed\r\n\r\n", q->out);
}

static void *
run(void *arg)
{
	FCGX_Request q;

	if (FCGX_InitRequest(&q, 0, 0) != 0)
		exit(EXIT_FAILURE);
	while (FCGX_Accept_r(&q) == 0) {
		serve(&q);
		FCGX_Finish_r(&q);
	}
	return arg;
}

static int
refuse(void)
{
	fprintf(stderr, "ceiling: cannot start\n");
	return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	long threads = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
	pthread_t thread;

	if (sodium_init() < 0 || !open_store(getenv("CEILING_STORE")))
		return refuse();
	if (argc == 5)
		return fill(strtoul(argv[2], NULL, 10), number_of(argv[3]),
			   number_of(argv[4]))
			   ? EXIT_SUCCESS
			   : refuse();
	if (FCGX_Init() != 0 || threads > THREADS_MAX)
		return refuse();
	/* libfcgi's own handler can come just before a thread waits, and is
	 * then not heard; what is here is on disk at any time. */
	signal(SIGTERM, SIG_DFL);
	crypto_sign_keypair(public_key, secret_key);
	crypto_sign_detached(
	    good_signature, NULL, message, MESSAGE_LEN, secret_key);
	rsa_key = EVP_RSA_gen(RSA_BITS);
	if (rsa_key == NULL || !rsa_sign(good_rsa_signature))
		return refuse();
	for (long i = 1; i < threads; i++)
		if (pthread_create(&thread, NULL, run, NULL) != 0)
			return EXIT_FAILURE;
	run(NULL);
	return EXIT_SUCCESS;
}
