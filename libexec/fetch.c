/*
 * fetch: one request to a web server, for a program that has data or keys and
 * no network. Reads the request from standard input, writes the answer, exits.
 * What both look like is in lib/base/fetch_call.h.
 *
 * libcurl is loaded, not linked: without it every request is "unavailable".
 */
#include "base/fetch_call.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/library.h"
#include "base/public_address.h"
#include "base/str.h"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define FUNCTIONS(X)                                                           \
	X(curl_easy_getinfo)                                                   \
	X(curl_easy_header)                                                    \
	X(curl_easy_init)                                                      \
	X(curl_easy_perform)                                                   \
	X(curl_easy_setopt)                                                    \
	X(curl_easy_strerror)                                                  \
	X(curl_global_init)                                                    \
	X(curl_slist_append)

static struct {
#define X(name) __typeof__(name) *name;
	FUNCTIONS(X)
#undef X
} lib;

/* Of all heads and trailers of an answer. */
enum { HEADERS_MAX = 64 * 1024 };

struct job {
	const char *url, *body, *content_type, *accept, *ca;
	bool any_address, plain;
	long timeout_ms;
	size_t answer_max;

	CURL *easy;
	bool barred;   /* an address was one that may not be asked */
	bool begun;    /* another one was asked */
	bool too_long; /* the answer was */
	size_t head_len;
	size_t len;
	char answer[FETCH_BODY_MAX];
	char message[CURL_ERROR_SIZE];
};

/* --- what is asked ---------------------------------------------------------*/

static size_t
read_input(char *text, size_t cap)
{
	size_t len = 0;
	ssize_t n;

	while (len < cap) {
		n = read(STDIN_FILENO, text + len, cap - len);
		if (n == 0)
			return len;
		if (n < 0 && errno != EINTR)
			return 0;
		len += n > 0 ? (size_t)n : 0;
	}
	return 0; /* too much */
}

static long
bounded(const json_t *object, const char *key, long max)
{
	const json_int_t n = json_integer_value(json_object_get(object, key));

	return n > 0 && n < max ? (long)n : max;
}

static bool
parse_job(struct job *j, const json_t *object)
{
	j->url = json_string_value(json_object_get(object, "url"));
	j->body = json_string_value(json_object_get(object, "body"));
	j->content_type =
	    json_string_value(json_object_get(object, "content_type"));
	j->accept = json_string_value(json_object_get(object, "accept"));
	j->ca = json_string_value(json_object_get(object, "ca"));
	j->any_address = json_is_true(json_object_get(object, "any_address"));
	j->plain = json_is_true(json_object_get(object, "plain"));
	j->timeout_ms = bounded(object, "timeout_ms", 60000);
	j->answer_max = (size_t)bounded(object, "answer_max", FETCH_BODY_MAX);
	return j->url != NULL;
}

/* --- libcurl ---------------------------------------------------------------*/

static bool
load_curl(void)
{
	void *library = library_open("libcurl.so.4");
	bool complete = library != NULL;

#define X(name) complete = complete && library_find(library, #name, &lib.name);
	FUNCTIONS(X)
#undef X
	return complete && lib.curl_global_init(CURL_GLOBAL_DEFAULT) == 0;
}

static size_t
take_answer(char *bytes, size_t size, size_t n, void *arg)
{
	struct job *j = arg;

	(void)size; /* is 1 */
	if (n > j->answer_max - j->len) {
		j->too_long = true;
		return 0; /* libcurl then gives up */
	}
	memcpy(j->answer + j->len, bytes, n);
	j->len += n;
	return n;
}

/* libcurl keeps all of them, and has no bound for those after the body. */
static size_t
take_header(char *bytes, size_t size, size_t n, void *arg)
{
	struct job *j = arg;

	(void)bytes;
	(void)size; /* is 1 */
	if (n > HEADERS_MAX - j->head_len) {
		j->too_long = true;
		return 0;
	}
	j->head_len += n;
	return n;
}

/* The address that a connection is about to be made to: there is no gap between
 * the check and the use. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct job *j = arg;

	(void)purpose;
	if (!j->any_address && !public_address(&to->addr, to->addrlen)) {
		j->barred = true;
		return CURL_SOCKET_BAD;
	}
	j->begun = true;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static CURLcode
set_headers(struct job *j)
{
	char line[512];
	struct curl_slist *list = NULL;
	struct buf b;

	buf_init(&b, line, sizeof line);
	if (j->accept != NULL) {
		buf_printf(&b, "Accept: %s", j->accept);
		list = lib.curl_slist_append(list, line);
	}
	buf_reset(&b);
	if (j->body != NULL && j->content_type != NULL) {
		buf_printf(&b, "Content-Type: %s", j->content_type);
		list = lib.curl_slist_append(list, line);
	}
	/* The body is sent at once, without asking whether it may be. */
	list = lib.curl_slist_append(list, "Expect:");
	return list != NULL && buf_ok(&b)
		   ? lib.curl_easy_setopt(j->easy, CURLOPT_HTTPHEADER, list)
		   : CURLE_OUT_OF_MEMORY;
}

/* Beside the system's authorities, which libcurl finds in its directory. */
static CURLcode
set_ca(struct job *j)
{
	struct curl_blob blob = {.flags = CURL_BLOB_COPY};

	if (j->ca == NULL)
		return CURLE_OK;
	blob.len = strlen(j->ca);
	blob.data = (void *)(uintptr_t)j->ca;
	return lib.curl_easy_setopt(j->easy, CURLOPT_CAINFO_BLOB, &blob);
}

#define SET(option, value)                                                     \
	if (code == CURLE_OK)                                                  \
	code = lib.curl_easy_setopt(j->easy, CURLOPT_##option, value)

/* Redirects are not followed, and proxies, credentials and cookies of the host
 * are no business of a request whose address a stranger may have named. Nothing
 * is unpacked, so that little cannot become much. */
static CURLcode
set_options(struct job *j)
{
	CURLcode code = CURLE_OK;

	SET(ERRORBUFFER, j->message);
	SET(URL, j->url);
	SET(PROTOCOLS_STR, j->plain ? "https,http" : "https");
	SET(FOLLOWLOCATION, 0L);
	SET(PROXY, "");
	SET(NETRC, (long)CURL_NETRC_IGNORED);
	SET(HTTPAUTH, 0L);
	SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(NOSIGNAL, 1L);
	SET(USERAGENT, "latchkey");
	SET(CONNECTTIMEOUT_MS, j->timeout_ms < FETCH_CONNECT_MS
				   ? j->timeout_ms
				   : (long)FETCH_CONNECT_MS);
	SET(TIMEOUT_MS, j->timeout_ms);
	SET(OPENSOCKETFUNCTION, open_socket);
	SET(OPENSOCKETDATA, j);
	SET(WRITEFUNCTION, take_answer);
	SET(WRITEDATA, j);
	SET(HEADERFUNCTION, take_header);
	SET(HEADERDATA, j);
	if (j->body != NULL) {
		SET(POSTFIELDSIZE, (long)strlen(j->body));
		SET(POSTFIELDS, j->body);
	}
	if (code == CURLE_OK)
		code = set_headers(j);
	return code == CURLE_OK ? set_ca(j) : code;
}

static enum fetch_outcome
outcome_of(const struct job *j, CURLcode code)
{
	if (j->too_long)
		return FETCH_TOO_LONG;
	switch (code) {
	case CURLE_OK:
		return FETCH_ANSWERED;
	case CURLE_URL_MALFORMAT:
		return FETCH_BAD_URL;
	case CURLE_UNSUPPORTED_PROTOCOL: /* also of what is no HTTP/1 */
		return j->begun ? FETCH_BROKEN : FETCH_BAD_URL;
	case CURLE_COULDNT_RESOLVE_HOST:
		return FETCH_NO_HOST;
	case CURLE_COULDNT_CONNECT:
		return j->barred ? FETCH_BAD_ADDRESS : FETCH_NO_CONNECTION;
	case CURLE_OPERATION_TIMEDOUT:
		return FETCH_TIMEOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return FETCH_BAD_CERTIFICATE;
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
	case CURLE_UNKNOWN_OPTION:
	case CURLE_NOT_BUILT_IN:
		return FETCH_UNAVAILABLE;
	default:
		return FETCH_BROKEN;
	}
}

static enum fetch_outcome
make_request(struct job *j)
{
	CURLcode code;

	if (!load_curl() || (j->easy = lib.curl_easy_init()) == NULL)
		return FETCH_UNAVAILABLE;
	code = set_options(j);
	if (code == CURLE_OK)
		code = lib.curl_easy_perform(j->easy);
	if (code != CURLE_OK && j->message[0] == '\0')
		str_cut(j->message, sizeof j->message,
		    lib.curl_easy_strerror(code));
	return outcome_of(j, code);
}

/* --- what is answered ------------------------------------------------------*/

static const char *
header_of(struct job *j, const char *name)
{
	struct curl_header *h;

	return lib.curl_easy_header(j->easy, name, 0, CURLH_HEADER, -1, &h) ==
		       CURLHE_OK
		   ? h->value
		   : "";
}

/* The value of the directive NAME, "max-age=", in a Cache-Control header. */
static const char *
find_directive(const char *control, const char *name)
{
	const size_t len = strlen(name);

	while (*control != '\0') {
		control += strspn(control, " \t,");
		if (strncasecmp(control, name, len) == 0)
			return control + len;
		control += strcspn(control, ",");
	}
	return NULL;
}

/* RFC 9111 4.2.1 and 5.2.2, of one header line. */
static int64_t
freshness(struct job *j)
{
	const char *control = header_of(j, "Cache-Control");
	const char *max_age = find_directive(control, "max-age=");
	int64_t age = strtol(header_of(j, "Age"), NULL, 10), fresh;

	if (find_directive(control, "no-store") != NULL ||
	    find_directive(control, "no-cache") != NULL)
		return 0;
	if (max_age == NULL || max_age[0] < '0' || max_age[0] > '9')
		return -1;
	fresh = strtol(max_age, NULL, 10);
	if (fresh > INT32_MAX)
		fresh = INT32_MAX;
	return age > 0 ? (fresh > age ? fresh - age : 0) : fresh;
}

static void
put_answered(struct json_build *b, struct job *j)
{
	const char *type = NULL;
	char kept[FETCH_TEXT_CAP];
	long status = 0;

	lib.curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
	lib.curl_easy_getinfo(j->easy, CURLINFO_CONTENT_TYPE, &type);
	str_cut(kept, sizeof kept,
	    type != NULL && !str_has_control(type) ? type : "");
	json_put(b, "status", json_integer(status));
	json_put(b, "fresh_s", json_integer(freshness(j)));
	json_put(b, "length", json_integer((json_int_t)j->len));
	json_put_str(b, "content_type", kept);
}

static bool
write_out(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, bytes, len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return true;
}

static int
answer(struct job *j, enum fetch_outcome outcome)
{
	char head[FETCH_HEAD_MAX], message[FETCH_TEXT_CAP / 4];
	struct json_build b;
	struct buf line;
	json_t *object;

	json_begin(&b);
	json_put_str(&b, "outcome", fetch_outcome_name(outcome));
	if (outcome == FETCH_ANSWERED) {
		put_answered(&b, j);
	} else {
		j->len = 0;
		str_cut(message, sizeof message, j->message);
		json_put_str(&b, "message", message);
	}
	object = json_finish(&b);
	if (object == NULL)
		return EXIT_FAILURE;
	buf_init(&line, head, sizeof head);
	json_write(&line, object);
	buf_putc(&line, '\n');
	json_decref(object);
	return buf_ok(&line) && write_out(head, line.len) &&
		       write_out(j->answer, j->len)
		   ? EXIT_SUCCESS
		   : EXIT_FAILURE;
}

int
main(void)
{
	static struct job j;
	char *text = malloc(FETCH_CALL_MAX);
	size_t len = text != NULL ? read_input(text, FETCH_CALL_MAX) : 0;
	json_t *object = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	enum fetch_outcome outcome = FETCH_BAD_URL;
	int status;

	(void)prctl(PR_SET_DUMPABLE, 0); /* what it sends stays here */
	/* Beyond the timeout only what libcurl does not interrupt. */
	if (parse_job(&j, object)) {
		alarm((unsigned)(j.timeout_ms / 1000 + 2));
		outcome = make_request(&j);
	}
	status = answer(&j, outcome);
	json_decref(object);
	free(text);
	return status;
}
