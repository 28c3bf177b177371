/*
 * The yardstick of `make bench`: the least that any program behind the same
 * web server has to do. It takes a form apart, and then, as the query asks
 * (write=1&sign=1&verify=1), changes one record in a synced LMDB transaction,
 * signs, verifies, and answers 700 bytes of JSON. None of latchkey is in it, so
 * it does not become slower, and hide it, when latchkey does.
 *
 * $CEILING_STORE is the directory of its store.
 */
#include <fcgiapp.h>
#include <lmdb.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_LEN = 16, RECORD_LEN = 200, BODY_CAP = 8192, JSON_LEN = 700 };

struct ceiling {
	MDB_env *env;
	MDB_dbi table;
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
	uint8_t signature[crypto_sign_BYTES]; /* of `message` */
	uint8_t message[400];
};

static bool
ceiling_open(struct ceiling *c)
{
	const char *dir = getenv("CEILING_STORE");
	MDB_txn *txn;

	if (dir == NULL || sodium_init() < 0)
		return false;
	crypto_sign_keypair(c->public_key, c->secret_key);
	crypto_sign_detached(
	    c->signature, NULL, c->message, sizeof c->message, c->secret_key);
	return mdb_env_create(&c->env) == 0 &&
	       mdb_env_set_mapsize(c->env, 64 << 20) == 0 &&
	       mdb_env_open(c->env, dir, MDB_NOTLS, 0600) == 0 &&
	       mdb_txn_begin(c->env, NULL, 0, &txn) == 0 &&
	       mdb_dbi_open(txn, NULL, 0, &c->table) == 0 &&
	       mdb_txn_commit(txn) == 0;
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

/* Takes all fields apart; KEY is the beginning of the longest value, which is
 * the token. */
static void
parse_form(char *text, uint8_t key[static KEY_LEN])
{
	char *next, *value;
	size_t longest = 0;

	memset(key, '0', KEY_LEN);
	for (; text != NULL; text = next) {
		if ((next = strchr(text, '&')) != NULL)
			*next++ = '\0';
		if ((value = strchr(text, '=')) == NULL)
			continue;
		*value++ = '\0';
		percent_decode(text);
		percent_decode(value);
		if (strlen(value) > longest && strlen(value) >= KEY_LEN) {
			longest = strlen(value);
			memcpy(key, value, KEY_LEN);
		}
	}
}

/* One read and one write of one record, on disk when it returns. */
static bool
change_record(struct ceiling *c, uint8_t key[static KEY_LEN])
{
	uint8_t record[RECORD_LEN] = {0};
	MDB_val k = {KEY_LEN, key}, v;
	MDB_txn *txn;

	if (mdb_txn_begin(c->env, NULL, 0, &txn) != 0)
		return false;
	if (mdb_get(txn, c->table, &k, &v) == 0 && v.mv_size == RECORD_LEN)
		memcpy(record, v.mv_data, RECORD_LEN);
	record[0]++;
	v = (MDB_val){RECORD_LEN, record};
	if (mdb_put(txn, c->table, &k, &v, 0) != 0) {
		mdb_txn_abort(txn);
		return false;
	}
	return mdb_txn_commit(txn) == 0;
}

static bool
work(struct ceiling *c, const char *query, char *form)
{
	uint8_t key[KEY_LEN];

	parse_form(form, key);
	if (strstr(query, "write=1") != NULL && !change_record(c, key))
		return false;
	if (strstr(query, "sign=1") != NULL)
		crypto_sign_detached(c->signature, NULL, c->message,
		    sizeof c->message, c->secret_key);
	return strstr(query, "verify=1") == NULL ||
	       crypto_sign_verify_detached(c->signature, c->message,
		   sizeof c->message, c->public_key) == 0;
}

static void
answer(const struct ceiling *c, FCGX_Stream *out)
{
	char sig[sodium_base64_ENCODED_LEN(
	    crypto_sign_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	char head[160], body[JSON_LEN + 1];
	int len, head_len;

	sodium_bin2base64(sig, sizeof sig, c->signature, sizeof c->signature,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	len = snprintf(body, sizeof body,
	    "{\"signature\":\"%s\",\"fill\":\"%0*d\"}", sig,
	    JSON_LEN - 25 - (int)strlen(sig), 0);
	head_len = snprintf(head, sizeof head,
	    "Status: 200 OK\r\nContent-Type: application/json\r\n"
	    "Content-Length: %d\r\nCache-Control: no-store\r\n\r\n",
	    len);
	FCGX_PutStr(head, head_len, out);
	FCGX_PutStr(body, len, out);
}

int
main(void)
{
	static struct ceiling c;
	FCGX_Request q;

	if (!ceiling_open(&c) || FCGX_Init() != 0 ||
	    FCGX_InitRequest(&q, 0, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		return EXIT_FAILURE;
	while (FCGX_Accept_r(&q) == 0) {
		const char *query = FCGX_GetParam("QUERY_STRING", q.envp);
		char form[BODY_CAP];
		int n = FCGX_GetStr(form, sizeof form - 1, q.in);

		form[n] = '\0';
		if (work(&c, query != NULL ? query : "", form))
			answer(&c, q.out);
		else
			FCGX_PutS("Status: 500 Failed\r\n\r\n", q.out);
		FCGX_Finish_r(&q);
	}
	return EXIT_SUCCESS;
}
