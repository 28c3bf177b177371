/*
 * A store is copied while others write, and kept from others while its
 * directory is exchanged for another.
 */
#define _GNU_SOURCE /* renameat2(2) */
#include "store/store.h"

#include "check.h"
#include "store_children.h"

#include <fcntl.h>

enum { COPIES = 8, PAIR = 7 };

/* --- copies -------------------------------------------------------------- */

/* Two records that are the same in each commit. */
static enum err
count_both(struct store_txn *t, void *arg)
{
	static const char keys[] = "ab";
	uint8_t bytes[PAIR * 1000];
	uint32_t *n = arg;

	memset(bytes, (int)(++*n % 256), sizeof bytes);
	for (size_t i = 0; i < 2; i++)
		store_put(t, TABLE_CODES, keys + i, 1, bytes, sizeof bytes, 0);
	return OK;
}

static enum err
are_same(struct store_txn *t, void *arg)
{
	struct store_value a, b;

	*(bool *)arg = store_get(t, TABLE_CODES, "a", 1, &a) == OK &&
		       store_get(t, TABLE_CODES, "b", 1, &b) == OK &&
		       a.len == b.len && a.len == PAIR * 1000 &&
		       memcmp(a.bytes, b.bytes, a.len) == 0;
	return OK;
}

static bool
write_on(void)
{
	struct store *s = open_store();
	uint32_t n = 0;
	bool good = store_write(s, noon, count_both, &n) == OK;

	good = good && tell(to_parent);
	for (int i = 0; i < 2000 && good; i++)
		good = store_write(s, noon, count_both, &n) == OK;
	store_close(&s);
	return good;
}

/* A copy into the store directory NAME, behind as many bytes. */
static bool
copy_into(struct store *s, const char *name, off_t behind)
{
	char path[600];
	bool good;
	int fd;

	snprintf(path, sizeof path, "%s/%s", scratch, name);
	if (mkdir(path, 0700) != 0)
		return false;
	snprintf(path, sizeof path, "%s/%s/%s", scratch, name,
	    store_file(&(struct store_settings){.dir = dir}));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	good = fd >= 0 && lseek(fd, behind, SEEK_SET) == behind &&
	       store_copy(s, fd) == OK && lseek(fd, 0, SEEK_CUR) > behind;
	return close(fd) == 0 && good;
}

static bool
is_whole(const char *name)
{
	char path[600], message[256];
	struct store *s;
	bool good = false;

	snprintf(path, sizeof path, "%s/%s", scratch, name);
	if (store_open(&s, &(struct store_settings){.dir = path}, message,
		sizeof message) != OK)
		return false;
	if (store_read(s, are_same, &good) != OK)
		good = false;
	store_close(&s);
	return good;
}

static char copy_name[32];

static bool
check_copy(void)
{
	return is_whole(copy_name);
}

static bool
copy_often(void)
{
	struct store *s = open_store();
	bool good = s != NULL;

	for (int i = 0; i < COPIES && good; i++) {
		snprintf(copy_name, sizeof copy_name, "copy%d", i);
		good = copy_into(s, copy_name, 0);
	}
	good = good && copy_into(s, "behind", 512);
	store_close(&s);
	return good;
}

static void
copies(void)
{
	struct child writer, copier;
	bool whole = true;

	new_store("copied");
	writer = begin(write_on);
	if (!hear(writer.heard))
		fixture_bail_out("no writer");
	copier = begin(copy_often);
	CHECK(end(&copier) && end(&writer),
	    "copy: a store is copied while another process writes");
	for (int i = 0; i < COPIES; i++) {
		snprintf(copy_name, sizeof copy_name, "copy%d", i);
		whole = run(check_copy) && whole;
	}
	CHECK(whole, "copy: each is a store as of one commit");
}

/* --- kept from others ---------------------------------------------------- */

static struct store_settings
here(void)
{
	return (struct store_settings){.dir = dir};
}

static bool
hold_until_told(void)
{
	struct store *s = open_store();
	bool good = s != NULL && tell(to_parent) && hear(from_parent);

	store_close(&s);
	return good;
}

static bool
sees_other(void)
{
	struct store *s;
	bool good = tell(to_parent);

	s = open_store();
	good = good && s != NULL && has_blobs(s, 5, 1) && tell(to_parent) &&
	       hear(from_parent);
	store_close(&s);
	return good;
}

static bool
put_five(void)
{
	struct store *s = open_store();
	bool good = s != NULL && write_blobs(s, 5, 1);

	store_close(&s);
	return good;
}

static void
claims(void)
{
	const struct store_settings none = {.dir = "/nowhere"};
	struct store_settings settings;
	struct child c;
	int64_t holder;
	int fd;

	new_store("held");
	settings = here();
	c = begin(hold_until_told);
	if (!hear(c.heard))
		fixture_bail_out("no holder");
	CHECK(store_claim(&settings, &fd, &holder) == ERR_BUSY && fd == -1 &&
		  holder == c.pid,
	    "claim: a store that a process has open is not given, and it is "
	    "said which process");
	tell(c.told);
	end(&c);
	CHECK(store_claim(&settings, &fd, &holder) == OK && fd >= 0,
	    "claim: one that no process has open is given");
	close(fd);
	CHECK(store_claim(&none, &fd, &holder) == ERR_NOT_FOUND && fd == -1,
	    "claim: where there is none, there is none");
}

/* A program that starts while the directory is exchanged. */
static void
exchange(void)
{
	struct store_settings settings;
	struct child c;
	char other[256];
	int64_t holder;
	int fd;

	new_store("other");
	memcpy(other, dir, sizeof other);
	if (!run(put_five))
		fixture_bail_out("not written");
	new_store("first");
	settings = here();
	if (store_claim(&settings, &fd, &holder) != OK)
		fixture_bail_out("not claimed");
	c = begin(sees_other);
	if (!hear(c.heard))
		fixture_bail_out("no child");
	usleep(100000); /* it waits for the lock, or has not come so far */
	CHECK(renameat2(AT_FDCWD, dir, AT_FDCWD, other, RENAME_EXCHANGE) == 0,
	    "claim: directories can be exchanged");
	close(fd);
	CHECK(hear(c.heard),
	    "claim: who waited opens the store that is there afterwards");
	CHECK(
	    store_claim(&settings, &fd, &holder) == ERR_BUSY && holder == c.pid,
	    "claim: and has the lock of that one");
	tell(c.told);
	CHECK(end(&c), "claim: and goes on");
}

int
main(void)
{
	scratch_dir();
	copies();
	claims();
	exchange();
	return check_done();
}
