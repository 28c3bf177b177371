/* Checking a password is honest about itself. */
#include "domain/password.h"

#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"
#include "check.h"
#include "scratch.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void
hashes(const struct conf *conf)
{
	struct password_hash h, again;
	struct conf dearer = *conf;
	char path[CONF_PATH_CAP];
	struct stat st;

	CHECK(password_set(&h, "correct horse", conf) == OK &&
		  h.opslimit == 1 && h.memlimit_mib == 1,
	    "password: a hash remembers its cost");
	CHECK(password_verify(&h, "correct horse", conf) == OK,
	    "password: the right password is right");
	CHECK(password_verify(&h, "correct horsf", conf) == ERR_ACCESS_DENIED,
	    "password: another password is wrong");
	CHECK(password_set(&again,
		  "caf\xc3\xa9 \xf0\x9f\x94\x91 \xe2\x84\xabngstr\xc3\xb6m",
		  conf) == OK &&
		  password_verify(&again,
		      "cafe\xcc\x81\xc2\xa0\xf0\x9f\x94\x91\xe3\x80\x80"
		      "A\xcc\x8angstro\xcc\x88m",
		      conf) == OK,
	    "password: it is the same however a keyboard composes it, and with "
	    "any space (RFC 8265 4.2)");
	CHECK(password_verify(&again,
		  "CAF\xc3\x89 \xf0\x9f\x94\x91 \xc3\x85ngstr\xc3\xb6m",
		  conf) == ERR_ACCESS_DENIED,
	    "password: case is kept");
	CHECK(password_set(&again,
		  "a\xf0\x9f\xbf\xbf"
		  "b\xf3\xa0\x80\x80"
		  "cdefg",
		  conf) == OK &&
		  password_verify(&again,
		      "a\xf0\x9f\xbf\xbf"
		      "b\xf3\xa0\x80\x80"
		      "cdefg",
		      conf) == OK,
	    "password: code points that have no character yet pass");
	CHECK(password_verify(&h, "", conf) == ERR_ACCESS_DENIED,
	    "password: no password is wrong");
	CHECK(password_verify(NULL, "correct horse", conf) == ERR_ACCESS_DENIED,
	    "password: an unknown person has no password that is right");
	CHECK(password_set(&again, "correct horse", conf) == OK &&
		  memcmp(h.hash, again.hash, sizeof h.hash) != 0,
	    "password: one password hashes to something else each time");

	dearer.argon2_opslimit = 2;
	CHECK(!password_outdated(&h, conf),
	    "password: a hash of today's cost will do");
	CHECK(password_outdated(&h, &dearer),
	    "password: a hash of less than today's cost will not do");
	dearer.argon2_opslimit = 0;
	CHECK(!password_outdated(&h, &dearer),
	    "password: a hash of more than today's cost will do");
	CHECK(password_verify(&h, "correct horse", &dearer) == OK,
	    "password: a hash is checked at its own cost");

	h.memlimit_mib = 1 << 23;
	CHECK(password_verify(&h, "correct horse", conf) ==
		  ERR_TEMPORARILY_UNAVAILABLE,
	    "password: no memory is not a wrong password");
	dearer.argon2_memlimit_mib = 1 << 23;
	CHECK(password_set(&again, "correct horse", &dearer) ==
		  ERR_TEMPORARILY_UNAVAILABLE,
	    "password: no memory makes no hash");

	CHECK(file_path(path, sizeof path, conf->dir, "slots") == OK &&
		  stat(path, &st) == 0 && (st.st_mode & 0777) == 0700,
	    "password: slots that are not there are made, for their owner "
	    "alone");
}

static atomic_bool finished;

static void *
hash_once(void *conf)
{
	struct password_hash h;

	finished = password_set(&h, "correct horse", conf) == OK;
	return NULL;
}

static int
hold_first_slot(const struct conf *conf)
{
	char path[CONF_PATH_CAP];
	int fd;

	if (file_path(path, sizeof path, conf->dir, "slots/0") != OK)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return fd != -1 && flock(fd, LOCK_EX) == 0 ? fd : -1;
}

static void
slots(struct conf *conf)
{
	const struct timespec a_while = {.tv_nsec = 100 * 1000 * 1000};
	pthread_t thread;
	int held;

	conf->argon2_slots = 1;
	held = hold_first_slot(conf);
	pthread_create(&thread, NULL, hash_once, conf);
	nanosleep(&a_while, NULL);
	CHECK(held != -1 && !finished,
	    "password: a hash waits while every slot is held");
	close(held);
	pthread_join(thread, NULL);
	CHECK(finished,
	    "password: a hash that waited goes on when a slot is given back");

	finished = false;
	conf->argon2_slots = 2;
	held = hold_first_slot(conf);
	pthread_create(&thread, NULL, hash_once, conf);
	pthread_join(thread, NULL);
	CHECK(held != -1 && finished,
	    "password: a hash takes the slot that is free");
	close(held);
}

static void
bad_slots(const struct conf *conf)
{
	struct password_hash h, nothing = {0};
	struct conf elsewhere = *conf;

	CHECK(
	    file_path(elsewhere.dir, sizeof elsewhere.dir, conf->dir,
		"no/such") == OK &&
		password_set(&h, "correct horse", &elsewhere) == ERR_NOT_FOUND,
	    "password: without a place for slots nothing is hashed");
	CHECK(memcmp(&h, &nothing, sizeof h) == 0,
	    "password: a hash that could not be made is zeroes");
}

int
main(void)
{
	struct conf conf = {
	    .argon2_opslimit = 1, .argon2_memlimit_mib = 1, .argon2_slots = 2};

	if (secret_init() != OK ||
	    str_copy(conf.dir, sizeof conf.dir, scratch_dir()) != OK)
		return 1;
	hashes(&conf);
	slots(&conf);
	bad_slots(&conf);
	return check_done();
}
