#include "fetch.h"

#include "base/buf.h"
#include "base/library.h"
#include "base/str.h"

#define CURL_DISABLE_TYPECHECK /* of macros, which the table below is not */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum {
	BODY_CAP = 256 * 1024,
	CONNECT_TIMEOUT_S = 5,
	TIMEOUT_S = 15, /* longer than our programs ever take */
	CONNECT_TO_CAP = FETCH_ADDRESS_CAP + 8
};

#define FUNCTIONS(X)                                                           \
	X(curl_easy_cleanup)                                                   \
	X(curl_easy_getinfo)                                                   \
	X(curl_easy_header)                                                    \
	X(curl_easy_init)                                                      \
	X(curl_easy_perform)                                                   \
	X(curl_easy_setopt)                                                    \
	X(curl_easy_strerror)                                                  \
	X(curl_getdate)                                                        \
	X(curl_global_cleanup)                                                 \
	X(curl_global_init)                                                    \
	X(curl_slist_append)                                                   \
	X(curl_slist_free_all)

struct fetch {
#define X(name) __typeof__(name) *name;
	FUNCTIONS(X)
#undef X
	CURL *easy;
	char message[CURL_ERROR_SIZE];
	size_t len;
	char body[BODY_CAP];
};

static bool
load_libcurl(struct fetch *f)
{
	void *library = library_open("libcurl.so.4");
	bool complete = true;

	if (library == NULL)
		return false;
#define X(name) complete &= library_find(library, #name, &f->name);
	FUNCTIONS(X)
#undef X
	return complete;
}

static size_t
take_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct fetch *f = arg;

	(void)size; /* is 1 */
	if (n > sizeof f->body - 1 - f->len)
		return 0; /* libcurl then gives up */
	memcpy(f->body + f->len, bytes, n);
	f->len += n;
	f->body[f->len] = '\0';
	return n;
}

static bool
set_up(struct fetch *f, const char *ca_file)
{
	CURL *e;

	if (f->curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	e = f->easy = f->curl_easy_init();
	return e != NULL &&
	       f->curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       f->curl_easy_setopt(e, CURLOPT_CERTINFO, 1L) == CURLE_OK &&
	       f->curl_easy_setopt(e, CURLOPT_ERRORBUFFER, f->message) ==
		   CURLE_OK &&
	       f->curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body) ==
		   CURLE_OK &&
	       f->curl_easy_setopt(e, CURLOPT_WRITEDATA, f) == CURLE_OK &&
	       f->curl_easy_setopt(e, CURLOPT_USERAGENT, "latchkey check") ==
		   CURLE_OK &&
	       f->curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT,
		   (long)CONNECT_TIMEOUT_S) == CURLE_OK &&
	       f->curl_easy_setopt(e, CURLOPT_TIMEOUT, (long)TIMEOUT_S) ==
		   CURLE_OK &&
	       (ca_file == NULL ||
		   f->curl_easy_setopt(e, CURLOPT_CAINFO, ca_file) == CURLE_OK);
}

enum err
fetch_open(struct fetch **f, const char *ca_file)
{
	struct fetch *new = calloc(1, sizeof *new);

	*f = NULL;
	if (new == NULL)
		return ERR_NO_MEMORY;
	if (!load_libcurl(new)) {
		free(new);
		return ERR_UNSUPPORTED;
	}
	*f = new;
	if (set_up(new, ca_file))
		return OK;
	fetch_close(f);
	return ERR_UNSUPPORTED;
}

void
fetch_close(struct fetch **f)
{
	if (*f == NULL)
		return;
	(*f)->curl_easy_cleanup((*f)->easy);
	(*f)->curl_global_cleanup();
	free(*f);
	*f = NULL;
}

void
fetch_verify(struct fetch *f, bool checked)
{
	f->curl_easy_setopt(f->easy, CURLOPT_SSL_VERIFYPEER, checked ? 1L : 0L);
	f->curl_easy_setopt(f->easy, CURLOPT_SSL_VERIFYHOST, checked ? 2L : 0L);
}

const char *
fetch_peer(struct fetch *f, int *port)
{
	const char *address = NULL;
	long number = 0;

	f->curl_easy_getinfo(f->easy, CURLINFO_PRIMARY_IP, &address);
	f->curl_easy_getinfo(f->easy, CURLINFO_PRIMARY_PORT, &number);
	*port = (int)number;
	return address != NULL ? address : "";
}

const char *
fetch_message(const struct fetch *f)
{
	return f->message;
}

const char *
fetch_header(struct fetch *f, const char *name, size_t n)
{
	struct curl_header *h;

	return f->curl_easy_header(f->easy, name, n, CURLH_HEADER, -1, &h) ==
		       CURLHE_OK
		   ? h->value
		   : NULL;
}

int64_t
fetch_date(const struct fetch *f, const char *date)
{
	return f->curl_getdate(date, NULL);
}

/* The first one is the server's own; lines are "Name:value". */
static void
read_certificate(struct fetch *f, struct fetch_answer *answer)
{
	static const char from[] = "Start date:", until[] = "Expire date:";
	struct curl_certinfo *info = NULL;
	const struct curl_slist *line;

	if (f->curl_easy_getinfo(f->easy, CURLINFO_CERTINFO, &info) !=
		CURLE_OK ||
	    info == NULL || info->num_of_certs < 1)
		return;
	for (line = info->certinfo[0]; line != NULL; line = line->next) {
		if (str_starts(line->data, from))
			answer->valid_from =
			    fetch_date(f, line->data + strlen(from));
		if (str_starts(line->data, until))
			answer->valid_until =
			    fetch_date(f, line->data + strlen(until));
	}
}

/* Sets OPTION to a list of LINE alone, or of nothing; the caller frees it once
 * the request is over. */
static CURLcode
set_list(struct fetch *f, CURLoption option, const char *line,
    struct curl_slist **list)
{
	*list = NULL;
	if (line != NULL && line[0] != '\0') {
		*list = f->curl_slist_append(NULL, line);
		if (*list == NULL)
			return CURLE_OUT_OF_MEMORY;
	}
	return f->curl_easy_setopt(f->easy, option, *list);
}

static CURLcode
set_all_headers(
    struct fetch *f, const struct fetch_request *q, struct curl_slist **list)
{
	const char *const *header = q->headers;
	CURLcode code = set_list(f, CURLOPT_HTTPHEADER, q->header, list);

	for (; code == CURLE_OK && header != NULL && *header != NULL;
	     header++) {
		struct curl_slist *more = f->curl_slist_append(*list, *header);

		if (more == NULL)
			return CURLE_OUT_OF_MEMORY;
		*list = more;
		code = f->curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, *list);
	}
	return code;
}

/* Any address of the name, at the same port. */
static const char *
connect_to(char line[static CONNECT_TO_CAP], const char *address)
{
	const bool ipv6 = address != NULL && strchr(address, ':') != NULL;
	struct buf b;

	buf_init(&b, line, CONNECT_TO_CAP);
	if (address != NULL && address[0] != '\0')
		buf_printf(&b, ipv6 ? "::[%s]:" : "::%s:", address);
	return line;
}

static CURLcode
set_method(struct fetch *f, const struct fetch_request *q)
{
	CURL *e = f->easy;

	if (q->body == NULL)
		return f->curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
	f->curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, (long)q->body_len);
	return f->curl_easy_setopt(e, CURLOPT_POSTFIELDS, q->body);
}

static CURLcode
perform(struct fetch *f, const struct fetch_request *q)
{
	struct curl_slist *headers, *places = NULL;
	char line[CONNECT_TO_CAP];
	CURLcode code;

	f->message[0] = f->body[0] = '\0';
	f->len = 0;
	code = set_all_headers(f, q, &headers);
	if (code == CURLE_OK)
		code = set_list(f, CURLOPT_CONNECT_TO,
		    connect_to(line, q->address), &places);
	if (code == CURLE_OK)
		code = f->curl_easy_setopt(f->easy, CURLOPT_URL, q->url);
	if (code == CURLE_OK)
		code = set_method(f, q);
	if (code == CURLE_OK)
		code = f->curl_easy_perform(f->easy);
	f->curl_slist_free_all(headers);
	f->curl_slist_free_all(places);
	return code;
}

enum err
fetch_ask(
    struct fetch *f, const struct fetch_request *q, struct fetch_answer *answer)
{
	CURLcode code = perform(f, q);
	const char *message = f->curl_easy_strerror(code);
	long status = 0;

	*answer = (struct fetch_answer){.body = f->body};
	if (code == CURLE_WRITE_ERROR)
		message = "the answer is too long";
	if (code != CURLE_OK) {
		if (f->message[0] == '\0' || code == CURLE_WRITE_ERROR)
			(void)!str_copy(f->message, sizeof f->message, message);
		return code == CURLE_PEER_FAILED_VERIFICATION ? ERR_PERMISSION
							      : ERR_IO;
	}
	f->curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	read_certificate(f, answer);
	return OK;
}
