#include "setup_certificate_fit.h"

#include "base/str.h"
#include "setup_run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_NOT_FOUND = 127 };

static bool complain_of_certificate(char complaint[static FIT_COMPLAINT_CAP],
    const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool
complain_of_certificate(
    char complaint[static FIT_COMPLAINT_CAP], const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(complaint, FIT_COMPLAINT_CAP, format, ap);
	va_end(ap);
	return false;
}

static bool
is_ip_address(const char *host)
{
	struct in_addr address;

	return inet_pton(AF_INET, host, &address) == 1 || host[0] == '[';
}

/* Puts what is between BEGIN and the end of its line into VALUE. */
static void
take_rest_of_line(const char *text, const char *begin, char *value, size_t cap)
{
	const char *at = strstr(text, begin);

	if (at == NULL)
		return;
	at += strlen(begin);
	if (str_copy_n(value, cap, at, strcspn(at, "\n")) != OK)
		value[0] = '\0';
}

/* Whether the public key that openssl prints of KEY is in TEXT, where it has
 * printed that of the certificate. */
static bool
has_key_of(const char *text, const char *key, char said[static RUN_SAID_CAP])
{
	const char *const argv[] = {
	    "openssl", "pkey", "-in", key, "-pubout", "-passin", "pass:", NULL};
	struct run_output out;
	bool has;

	run_quietly(argv, true, &out);
	has = out.status == 0 && out.len > 0 && strstr(text, out.text) != NULL;
	snprintf(said, RUN_SAID_CAP, "%s",
	    out.status == 0 ? "it is the key of another certificate"
			    : "openssl cannot read it");
	run_output_free(&out);
	return has;
}

static bool
is_expired(const char *file)
{
	const char *const argv[] = {
	    "openssl", "x509", "-in", file, "-noout", "-checkend", "0", NULL};
	struct run_output out;
	bool expired;

	run_quietly(argv, false, &out);
	expired = out.status != 0;
	run_output_free(&out);
	return expired;
}

static bool
judge_certificate(const char *text, const char *file, const char *key,
    const char *host, char until[static FIT_UNTIL_CAP],
    char complaint[static FIT_COMPLAINT_CAP])
{
	char said[RUN_SAID_CAP];

	take_rest_of_line(text, "notAfter=", until, FIT_UNTIL_CAP);
	if (strstr(text, " does match certificate") == NULL)
		return complain_of_certificate(complaint,
		    "%s: the certificate is not for %s: get one that names it, "
		    "or name another with --certificate FILE --key FILE",
		    file, host);
	if (is_expired(file))
		return complain_of_certificate(complaint,
		    "%s: the certificate has expired (%s): renew it (certbot "
		    "renew), then run this again",
		    file, until);
	if (access(key, R_OK) != 0)
		return complain_of_certificate(complaint,
		    "%s: the key of the certificate %s: %s: name it with --key "
		    "FILE",
		    key, file, strerror(errno));
	if (!has_key_of(text, key, said))
		return complain_of_certificate(complaint,
		    "%s: not the key of the certificate %s: %s; name both with "
		    "--certificate FILE --key FILE",
		    key, file, said);
	return true;
}

bool
certificate_fits(const char *file, const char *key, const char *host,
    char until[static FIT_UNTIL_CAP], char complaint[static FIT_COMPLAINT_CAP])
{
	const char *const argv[] = {"openssl", "x509", "-in", file, "-noout",
	    "-pubkey", "-enddate",
	    is_ip_address(host) ? "-checkip" : "-checkhost", host, NULL};
	struct run_output out;
	bool fits;

	until[0] = complaint[0] = '\0';
	/* OpenSSL 3.5 fails where the host does not match, 3.0 only says so. */
	run_quietly(argv, false, &out);
	if (out.status == STATUS_NOT_FOUND || out.text == NULL)
		fits = true;
	else if (strstr(out.text, " match certificate") == NULL)
		fits = complain_of_certificate(complaint,
		    "%s: openssl cannot read a certificate in it (PEM): name "
		    "another with --certificate FILE --key FILE",
		    file);
	else
		fits = judge_certificate(
		    out.text, file, key, host, until, complaint);
	run_output_free(&out);
	return fits;
}
