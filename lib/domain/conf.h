/*
 * latchkey.conf: `key = value`, one a line, each with a default except the
 * issuer. An unknown key, a key given twice or a bad value is an error with
 * file and line.
 */
#ifndef LK_DOMAIN_CONF_H
#define LK_DOMAIN_CONF_H

#include "base/buf.h"
#include "base/err.h"
#include "base/issuer.h"
#include "base/zone.h"
#include "jose/jwa.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MAIL_FROM_CAP = 255,
	CONF_PATH_CAP = 512,
	PROVIDER_NAME_CAP = 128,
	CONF_GROUPS_CAP = 1024,
	CONF_DOMAINS_CAP = 1024,
	LANGUAGE_TAG_CAP = 16,
	LOGO_CAP = 65,
	CONTACT_CAP = 257,
	CONF_STORE_CAP = 1024,
	CONF_MESSAGE_CAP = 768
};

/* Which addresses may be clients (domain/document_url.h); neither: none. */
struct conf_documents {
	bool any;
	char hosts[CONF_DOMAINS_CAP]; /* names */
};

struct conf {
	char dir[CONF_PATH_CAP];    /* the data directory, absolute */
	char store[CONF_STORE_CAP]; /* how libpq finds the database; "": none */
	char issuer[ISSUER_CAP];    /* no trailing slash; may have a path */
	size_t issuer_path_at;      /* conf_issuer_path */
	bool secure;                /* the issuer is https */
	char provider_name[PROVIDER_NAME_CAP];
	char require_factor_groups[CONF_GROUPS_CAP]; /* names */
	char webfinger_domains[CONF_DOMAINS_CAP];    /* the same */
	char language[LANGUAGE_TAG_CAP]; /* of pages, where nothing says more */
	char timezone[ZONE_NAME_CAP];    /* of dates, as well */
	char logo[LOGO_CAP];             /* a file in dir; "": none */
	int64_t accent_color;            /* 0xrrggbb; -1: ours */
	char contact[CONTACT_CAP];       /* "": none */
	bool contact_is_mail;
	enum jwa default_alg; /* of new clients */

	int64_t access_token_lifetime_s;
	int64_t refresh_idle_s;
	int64_t refresh_absolute_s;
	int64_t refresh_grace_s;
	bool refresh_retry_is_theft;
	int64_t session_lifetime_s; /* unused; absolute: in use */
	int64_t session_absolute_s;
	int64_t session_remember_s;
	int64_t session_remember_absolute_s;
	int64_t jwks_max_age_s;

	uint32_t password_min; /* characters of a new one */
	uint32_t argon2_opslimit;
	uint32_t argon2_memlimit_mib;
	uint32_t argon2_slots; /* hashes at once, on the whole machine */
	uint32_t workers;      /* requests a program serves at once */

	bool log_syslog;

	bool mail_is_sendmail;            /* mails are sent */
	char mail_from[MAIL_FROM_CAP];    /* an address; "": of our host */
	char mail_command[CONF_PATH_CAP]; /* the host's sendmail */
	bool no_mail_of_sign_ins;         /* from browsers that are new */

	char ca_file[CONF_PATH_CAP];  /* for requests of ours; "": none */
	char mtls_origin[ISSUER_CAP]; /* where clients show certificates; "":
				       * nowhere */

	bool registration; /* apps register themselves, with tokens */
	struct conf_documents client_documents;
};

/*
 * One row a key: what conf_load walks, and what the manual, `latchkey check`
 * and the tests that hold the manual against the code read. `parse` takes all
 * of VALUE into FIELD, or says in WANTED what it should have been.
 */
struct conf_key {
	const char *name;
	const char *default_value; /* NULL: must be given; "": see meaning */
	enum err (*parse)(const struct conf_key *k, void *field,
	    const char *value, struct buf *wanted);
	size_t offset;    /* of the field in struct conf */
	int64_t min, max; /* for durations in seconds */
	const char *meaning;
};
extern const struct conf_key conf_keys[]; /* ends with a NULL name */

/* "" or "/idp": the path of the issuer. */
static inline const char *
conf_issuer_path(const struct conf *c)
{
	return c->issuer + c->issuer_path_at;
}

/* Whether any address may be a client. */
static inline bool
conf_has_documents(const struct conf *c)
{
	return c->client_documents.any || c->client_documents.hosts[0] != '\0';
}

/*
 * The algorithm that signs the access tokens of a client of ALG: ALG itself,
 * except for HS256, whose secret no resource server has. Then it is
 * default_alg; if that is HS256 too, EdDSA.
 */
enum jwa conf_access_token_alg(const struct conf *c, enum jwa alg);

/* Which directory holds the data: D if not NULL, else $LATCHKEY_DATA, else the
 * built-in default. */
const char *conf_dir(const char *d);

/*
 * Reads DIR/latchkey.conf, which others must not be able to write.
 * On an error MESSAGE says what and where in one line: ERR_NOT_FOUND (no such
 * file: not initialised), ERR_PERMISSION, ERR_SYNTAX, ERR_IO.
 */
enum err conf_load(struct conf *c, const char *dir, char *message,
    size_t message_cap) MUST_CHECK;

#endif
