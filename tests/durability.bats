# What was answered is kept, through power cuts, kill -9 and a full disk.
#
# LATCHKEY_KILLS and LATCHKEY_CUTS ask for more than the usual run does: how
# many kills, and how many states of the disk at each flush.

load helper

durability() {
	/usr/bin/python3 -B "$root/tests/durability/$1.py" "${@:2}"
}

setup() {
	new_store
	add_user alice
	add_client app
}

# A mount of the test's own is gone with it.
teardown() {
	[[ -z ${MOUNTED:-} ]] || umount -l "$MOUNTED"
}

# On a disk in memory, where there is one: thousands of stores are made.
in_memory() {
	mktemp -d "$([[ -w /dev/shm ]] && echo /dev/shm || tmpdir)/lk.XXXXXX"
}

@test "durability: at any point the power is cut, the store is sound and no acknowledged rotation is lost" {
	local scratch status=0
	needs_lmdb 'cuts the power of its files'
	durability record "$DATA" "$(tmpdir)/record" 10 20
	scratch=$(in_memory)
	"$LATCHKEY_BUILD/test/durability/power_cut" "$DATA" \
	    "$(tmpdir)/record.before" "$(tmpdir)/record" "$scratch" \
	    "${LATCHKEY_CUTS:-4}" >"$(tmpdir)/said" || status=$?
	rm -rf "$scratch"
	((status == 0))
	cat "$(tmpdir)/said"
	# Nothing was missed: what a program answered, the log holds.
	[[ $(<"$(tmpdir)/said") = "300 answers in 15 families"* ]]
}

@test "durability: kill -9 at any moment loses no answer, gives no token two successors and blocks no process" {
	durability kill "$DATA" "${LATCHKEY_KILLS:-200}"
}

@test "durability: what a disk that fills up refuses is not half done" {
	needs_lmdb 'fills the disk of its files'
	mkdir "$(tmpdir)/disk"
	mount -t tmpfs -o size=4m,mode=0700 latchkey "$(tmpdir)/disk" \
	    2>/dev/null || skip 'a small disk needs root'
	MOUNTED=$(tmpdir)/disk
	cp -a "$DATA" "$MOUNTED"
	durability full_disk "$MOUNTED/data" tmpfs
}

@test "durability: what a program that may write no larger file refuses is not half done" {
	needs_lmdb 'limits its files'
	durability full_disk "$DATA" limit
}
