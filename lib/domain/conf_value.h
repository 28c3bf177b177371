/*
 * The kinds of values that a key of latchkey.conf can have: struct conf_key's
 * `parse` (domain/conf.h).
 */
#ifndef LK_DOMAIN_CONF_VALUE_H
#define LK_DOMAIN_CONF_VALUE_H

#include "base/buf.h"
#include "base/err.h"
#include "domain/conf.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* "900", "15m", "7d": s, m, h and d, from MIN to MAX seconds. */
enum err duration_parse(
    const char *value, int64_t min, int64_t max, int64_t *seconds) MUST_CHECK;

enum err conf_parse_issuer(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_groups(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_domains(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_provider_name(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_language(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_timezone(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_logo(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_color(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_contact(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_alg(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_retry(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_log(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_count(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_duration(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_mail(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_mail_from(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
/* The path of a file; "": none. */
enum err conf_parse_ca_file(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
/* https://HOST or https://HOST:PORT; "": none. */
enum err conf_parse_mtls_origin(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
/* "lmdb" (""), or what follows "postgresql:". */
enum err conf_parse_store(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
/* The path of a program. */
enum err conf_parse_program(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
/* "off", "any", or hosts. */
enum err conf_parse_documents(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
enum err conf_parse_registration(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);
/* FIELD is whether it is "no". */
enum err conf_parse_yes(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted);

#endif
