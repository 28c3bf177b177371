/* Guessing is slowed down, and no person is kept from their own account. */
#include "domain/throttle.h"

#include "check.h"
#include "domain/device.h"
#include "fixture.h"

#include <string.h>

enum { PAIR_BURST = 10, NAME_BURST = 60, ADDRESS_BURST = 200 };

static struct keyring keyring;
static int64_t wait_s;

static bool
try_at(struct store_txn *t, const char *name, const char *address, int64_t now)
{
	struct throttle_try by = {.name = name, .address = address};

	return throttle_charge(t, &keyring, &by, now, &wait_s) == OK;
}

static bool
try_with(struct store_txn *t, const uint8_t *device, int64_t now)
{
	struct throttle_try by = {
	    .name = "alice", .address = "192.0.2.99", .device = device};

	return throttle_charge(t, &keyring, &by, now, &wait_s) == OK;
}

static void
forgive(struct store_txn *t, const char *name, const char *address, int64_t now)
{
	struct throttle_try by = {.name = name, .address = address};

	throttle_forgive(t, &keyring, &by, now);
}

/* How many tries in a row get through, up to MOST. */
static int
tries(struct store_txn *t, const char *name, const char *address, int64_t now,
    int most)
{
	int n = 0;

	while (n < most && try_at(t, name, address, now))
		n++;
	return n;
}

/* Tries one name from addresses of their own, or many names from one. */
static int
tries_from_many(struct store_txn *t, const char *name, int64_t now, int most)
{
	char address[32];
	int n = 0;

	for (; n < most; n++) {
		snprintf(
		    address, sizeof address, "203.0.%d.%d", n / 250, n % 250);
		if (!try_at(t, name, address, now))
			break;
	}
	return n;
}

static int
tries_of_many(struct store_txn *t, const char *address, int64_t now, int most)
{
	char name[32];
	int n = 0;

	for (; n < most; n++) {
		snprintf(name, sizeof name, "name%d", n);
		if (!try_at(t, name, address, now))
			break;
	}
	return n;
}

static enum err
bursts(struct store_txn *t, void *arg)
{
	(void)arg;
	CHECK(tries(t, "alice", "192.0.2.1", noon, 99) == PAIR_BURST,
	    "throttle: one name from one address has ten tries at once");
	CHECK(wait_s == 60, "throttle: then a minute to wait");
	CHECK(!try_at(t, "alice", "192.0.2.1", noon + 59) && wait_s == 1,
	    "throttle: which grows shorter, and does not restart with each "
	    "try");
	CHECK(tries(t, "alice", "192.0.2.1", noon + 60, 9) == 1,
	    "throttle: after a minute there is one more");
	CHECK(tries(t, "alice", "192.0.2.1", noon + 3 * 60, 9) == 2,
	    "throttle: after two more minutes two");
	CHECK(tries(t, "alice", "192.0.2.1", noon + 86400, 99) == PAIR_BURST,
	    "throttle: after a while all ten, and no more");
	CHECK(try_at(t, "bob", "192.0.2.1", noon + 86400),
	    "throttle: another name from there may still try");
	CHECK(try_at(t, "alice", "192.0.2.2", noon + 86400),
	    "throttle: so may the same name from elsewhere");
	return OK;
}

static enum err
names(struct store_txn *t, void *arg)
{
	(void)arg;
	CHECK(tries_from_many(t, "carol", noon, 99) == 99 &&
		  tries(t, "carol", "198.51.100.1", noon, 9) == 1 &&
		  wait_s == 60,
	    "throttle: a name guessed from everywhere has one try a network");
	tries_from_many(t, "carol", noon + 60, 99);
	CHECK(tries(t, "carol", "198.51.100.1", noon + 60, 9) == 1 &&
		  wait_s == 60,
	    "throttle: and one more after a minute, however many others try");
	CHECK(tries(t, "carol", "198.51.100.2", noon + 1260, 99) == PAIR_BURST,
	    "throttle: ten again when that has been over for a while");
	CHECK(tries_from_many(t, "unknown-name", noon, 99) == 99 &&
		  tries(t, "unknown-name", "198.51.100.1", noon, 9) == 1 &&
		  wait_s == 60,
	    "throttle: a name that does not exist is slowed down alike");
	CHECK(tries(t, "Dave", "192.0.2.3", noon, 5) == 5 &&
		  tries(t, "dAVE", "192.0.2.3", noon, 99) == PAIR_BURST - 5,
	    "throttle: a name is one name in any case");
	return OK;
}

static enum err
addresses(struct store_txn *t, void *arg)
{
	(void)arg;
	CHECK(tries_of_many(t, "192.0.2.9", noon, 999) == ADDRESS_BURST &&
		  wait_s == 2,
	    "throttle: one address has 200 for all names, then one each 2 "
	    "seconds");
	CHECK(try_at(t, "name0", "192.0.2.10", noon),
	    "throttle: its neighbour is another");
	CHECK(tries(t, "erin", "2001:db8:1:2::1", noon, 5) == 5 &&
		  tries(t, "erin", "2001:db8:1:2:ffff::9", noon, 99) ==
		      PAIR_BURST - 5,
	    "throttle: of IPv6 a whole /64 is one address");
	CHECK(tries(t, "erin", "2001:db8:1:3::1", noon, 99) == PAIR_BURST,
	    "throttle: the next /64 is another");
	CHECK(tries(t, "frank", "192.0.2.4", noon, 5) == 5 &&
		  tries(t, "frank", "::ffff:192.0.2.4", noon, 99) ==
		      PAIR_BURST - 5,
	    "throttle: an IPv4 address is the same when mapped into IPv6");
	CHECK(tries(t, "frank", "::ffff:192.0.2.5", noon, 99) == PAIR_BURST,
	    "throttle: and mapped ones are not all one");
	CHECK(tries(t, "grace", "not an address", noon, 99) == PAIR_BURST &&
		  tries(t, "grace", "", noon, 99) == 0,
	    "throttle: what is no address is one address, and slowed down");
	return OK;
}

static enum err
forgiveness(struct store_txn *t, void *arg)
{
	(void)arg;
	tries(t, "heidi", "192.0.2.20", noon, PAIR_BURST);
	forgive(t, "heidi", "192.0.2.20", noon);
	CHECK(tries(t, "heidi", "192.0.2.20", noon, 99) == PAIR_BURST,
	    "throttle: a person who signed in may mistype ten times again");
	forgive(t, "heidi", "192.0.2.21", noon);
	tries_from_many(t, "heidi", noon, 99);
	CHECK(try_at(t, "heidi", "198.51.100.9", noon) &&
		  !try_at(t, "heidi", "198.51.100.9", noon),
	    "throttle: when everybody guesses at a name, strangers wait");
	CHECK(tries(t, "heidi", "192.0.2.21", noon, 99) == PAIR_BURST,
	    "throttle: but not the address where it signed in");
	/* the 199 of others stay charged, this one's is given back */
	tries_of_many(t, "192.0.2.30", noon, ADDRESS_BURST - 1);
	CHECK(try_at(t, "ivan", "192.0.2.30", noon) &&
		  (forgive(t, "ivan", "192.0.2.30", noon), true) &&
		  tries_of_many(t, "192.0.2.30", noon, 9) == 1,
	    "throttle: a sign-in gives its address one charge back, not all");
	tries_from_many(t, "judy", noon, NAME_BURST - 1);
	CHECK(try_at(t, "judy", "192.0.2.31", noon) &&
		  (forgive(t, "judy", "192.0.2.31", noon), true) &&
		  tries(t, "judy", "192.0.2.32", noon, 9) == 1,
	    "throttle: and its name one");
	tries(t, "judith", "192.0.2.33", noon, PAIR_BURST - 1);
	CHECK(
	    try_at(t, "judith@example.com", "192.0.2.33", noon) &&
		(forgive(t, "judith@example.com", "192.0.2.33", noon), true) &&
		tries(t, "judith", "192.0.2.33", noon, 9) == 1,
	    "throttle: and so one under an e-mail address, whose first part "
	    "others have, too");
	tries_from_many(t, "heidi", noon + 30 * 86400 - 1, 99);
	CHECK(tries(t, "heidi", "192.0.2.21", noon + 30 * 86400 - 1, 2) == 2 &&
		  !try_at(t, "heidi", "192.0.2.21", noon + 30 * 86400),
	    "throttle: for thirty days");
	return OK;
}

/* A network each: the Nth /64, /56 or /48. */
static int
tries_of_ipv6(struct store_txn *t, const char *format, int most)
{
	char address[64];
	int n = 0;

	for (; n < most; n++) {
		snprintf(address, sizeof address, format, n);
		if (!try_at(t, "mallory", address, noon))
			break;
	}
	return n;
}

static enum err
wide_networks(struct store_txn *t, void *arg)
{
	(void)arg;
	CHECK(tries_of_ipv6(t, "2001:db8:9:1%02x::1", 256) == 20,
	    "throttle: of IPv6 the /64s of one /56 have twenty tries of a name "
	    "together");
	CHECK(tries_of_ipv6(t, "2001:db8:b:%02x00::1", 256) == 40,
	    "throttle: and the /56s of one /48 forty");
	CHECK(tries_of_ipv6(t, "2001:db8:a:%02x00::1", 1) == 1,
	    "throttle: the next /48 is another");
	return OK;
}

static enum err
devices(struct store_txn *t, void *arg)
{
	static const uint8_t one[DEVICE_LEN] = {1}, two[DEVICE_LEN] = {2};
	struct throttle_try by = {
	    .name = "alice", .address = "192.0.2.99", .device = one};
	int n = 0;

	(void)arg;
	tries_from_many(t, "alice", noon, 99);
	tries(t, "alice", "192.0.2.99", noon, 99);
	tries_of_many(t, "192.0.2.99", noon, 999);
	while (n < 99 && try_with(t, one, noon))
		n++;
	CHECK(n == PAIR_BURST && wait_s == 60,
	    "throttle: a known device of the person has ten tries, "
	    "regardless of others, in its own network too");
	CHECK(try_with(t, one, noon + 60) && !try_with(t, one, noon + 60),
	    "throttle: then one a minute");
	CHECK(try_with(t, two, noon),
	    "throttle: another device has a bucket of its own");
	throttle_forgive(t, &keyring, &by, noon + 60);
	for (n = 0; n < 99 && try_with(t, one, noon + 60);)
		n++;
	CHECK(n == PAIR_BURST, "throttle: which a sign-in empties");
	return OK;
}

static enum err
refunds(struct store_txn *t, void *arg)
{
	const uint8_t device[DEVICE_LEN] = {7};
	struct throttle_try by = {.name = "walter", .address = "192.0.2.44"};

	(void)arg;
	CHECK(tries(t, "walter", "192.0.2.44", noon, PAIR_BURST) == PAIR_BURST,
	    "throttle: ten tries are taken");
	throttle_refund(t, &keyring, &by, noon);
	throttle_refund(t, &keyring, &by, noon);
	CHECK(tries(t, "walter", "192.0.2.44", noon, PAIR_BURST) == 2,
	    "throttle: tries that were not made can be made again, and no "
	    "more");
	by.device = device;
	while (try_with(t, device, noon))
		;
	throttle_refund(t, &keyring, &by, noon);
	CHECK(try_with(t, device, noon) && !try_with(t, device, noon),
	    "throttle: with a known browser as well");
	return OK;
}

static enum err
opened(struct store_txn *t, void *arg)
{
	(void)arg;
	tries_from_many(t, "oscar", noon, 99);
	tries(t, "oscar", "192.0.2.60", noon, 99);
	throttle_open(t, &keyring, "Oscar", noon);
	CHECK(tries(t, "oscar", "192.0.2.60", noon + THROTTLE_OPEN_S - 1, 50) ==
		  50,
	    "throttle: a name that was opened does not wait, beside those who "
	    "guess either");
	tries(t, "oscar", "192.0.2.60", noon + THROTTLE_OPEN_S, 99);
	CHECK(!try_at(t, "oscar", "192.0.2.60", noon + THROTTLE_OPEN_S),
	    "throttle: for ten minutes");
	return OK;
}

static enum err
clocks(struct store_txn *t, void *arg)
{
	int64_t worst = 0;

	(void)arg;
	tries(t, "kim", "192.0.2.40", noon + 86400, 99);
	CHECK(tries(t, "kim", "192.0.2.40", noon, 99) == 1 && wait_s == 60,
	    "throttle: a clock that was ahead and went back leaves one try");
	CHECK(tries(t, "kim", "192.0.2.40", noon + 60, 99) == 1,
	    "throttle: and another each minute, as ever");
	throttle_open(t, &keyring, "kay", noon + 86400);
	CHECK(tries(t, "kay", "192.0.2.43", noon, 50) < 50,
	    "throttle: what was opened before it went back is not open until "
	    "then");
	for (int i = 0; i < 2000; i++) {
		if (!try_at(t, "leo", i % 2 ? "192.0.2.41" : "192.0.2.42",
			noon + i / 100) &&
		    wait_s > worst)
			worst = wait_s;
		tries_of_many(t, "192.0.2.41", noon, 1);
	}
	CHECK(worst > 0 && worst <= 60,
	    "throttle: however long a person goes on, the wait is a minute "
	    "at most");
	return OK;
}

static char long_name[5000];

static enum err
odd_names(struct store_txn *t, void *arg)
{
	(void)arg;
	memset(long_name, 'a', sizeof long_name - 1);
	CHECK(tries(t, long_name, "192.0.2.50", noon, 99) == PAIR_BURST,
	    "throttle: a name of any length is slowed down");
	CHECK(tries(t, "", "192.0.2.51", noon, 99) == PAIR_BURST,
	    "throttle: so is none");
	return OK;
}

static bool
find_name(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	bool *found = arg;

	for (size_t i = 0; i + 5 <= key_len; i++)
		*found |= memcmp((const char *)key + i, "alice", 5) == 0;
	for (size_t i = 0; i + 5 <= value->len; i++)
		*found |= memcmp(value->bytes + i, "alice", 5) == 0;
	return true;
}

static enum err
what_is_kept(struct store_txn *t, void *arg)
{
	bool found = false;

	(void)arg;
	store_scan(t, TABLE_THROTTLE, NULL, 0, find_name, &found);
	CHECK(!found, "throttle: what people typed is nowhere in the store");
	return OK;
}

static enum err
guess_much(struct store_txn *t, void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++)
		if (!try_at(t, "peggy", "198.51.100.77", noon))
			return ERR_IO;
	return OK;
}

/* Names of which each is tried once, each from an address of its own. */
static enum err
flood(struct store_txn *t, void *arg)
{
	char name[32], address[32];
	int *from = arg;

	for (int i = *from; i < *from + 6000; i++) {
		snprintf(name, sizeof name, "random%d", i);
		snprintf(address, sizeof address, "10.%d.%d.%d", i / 65536,
		    i / 256 % 256, i % 256);
		try_at(t, name, address, noon);
	}
	return OK;
}

static void
what_a_flood_leaves(void)
{
	struct store_figures f = {0};

	in_store(guess_much, NULL);
	for (int from = 0; from < 12000; from += 6000)
		in_store(flood, &from);
	CHECK(store_measure(fixture, &f) == OK &&
		  f.entries[TABLE_THROTTLE] <= THROTTLE_RECORDS_MAX,
	    "throttle: a flood of names leaves a bounded number of records");
	CHECK(f.bytes_used < 8 << 20, "throttle: and little on the disk");
}

static enum err
still_slow(struct store_txn *t, void *arg)
{
	(void)arg;
	CHECK(!try_at(t, "peggy", "198.51.100.77", noon),
	    "throttle: and does not free those who guessed before it");
	return OK;
}

/* Far in the future every bucket has long been empty. */
static void
what_stays(void)
{
	struct store_figures f = {0};

	for (int i = 0; i < THROTTLE_RECORDS_MAX / STORE_SWEEP_MORE; i++)
		sweep_at(noon + 90 * 86400);
	CHECK(
	    store_measure(fixture, &f) == OK && f.entries[TABLE_THROTTLE] == 0,
	    "throttle: a bucket that is empty does not stay in the store");
}

int
main(void)
{
	fixture_open();
	random_bytes(&keyring, sizeof keyring);
	in_store(bursts, NULL);
	in_store(names, NULL);
	in_store(addresses, NULL);
	in_store(forgiveness, NULL);
	in_store(wide_networks, NULL);
	in_store(devices, NULL);
	in_store(refunds, NULL);
	in_store(opened, NULL);
	in_store(clocks, NULL);
	in_store(odd_names, NULL);
	in_store(what_is_kept, NULL);
	what_a_flood_leaves();
	in_store(still_slow, NULL);
	what_stays();
	return check_done();
}
