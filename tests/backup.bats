# `latchkey backup`: one file with all that a data directory has, as of one
# moment, while programs go on.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store https://id.example.org
	add_user alice
	add_client app
	mkdir "$DATA/apps" "$DATA/templates"
	echo '<p>house rules' >"$DATA/templates/stayed.html"
	echo '<svg xmlns="http://www.w3.org/2000/svg"/>' >"$DATA/logo.svg"
	set_conf logo logo.svg
	save_store
}

setup() {
	needs_lmdb 'the backup is data.mdb'
	fresh_store
	OUT=$BATS_TEST_TMPDIR/out
	mkdir "$OUT"
}

@test "backup: the file is for its owner alone, and others can list and check it" {
	echo app >"$DATA/apps/house.conf"
	chmod 644 "$DATA/apps/house.conf" "$DATA/secret.key"
	(umask 0; latchkey backup "$OUT/all.tar")
	assert_equal "$(stat -c %a "$OUT/all.tar")" 600
	assert_equal "$(ls "$OUT")" all.tar
	assert_equal "$(tar tf "$OUT/all.tar" | sed 's/[^/]*\.pem/KID.pem/' | uniq)" \
	    'latchkey-backup
store/data.mdb
keys/KID.pem
secret.key
latchkey.conf
logo.svg
apps/house.conf
templates/stayed.html
latchkey-backup.sums'
	tar xf "$OUT/all.tar" -C "$OUT"
	(cd "$OUT" && b2sum -c --quiet latchkey-backup.sums)
	cmp "$OUT/apps/house.conf" "$DATA/apps/house.conf"
	cmp "$OUT/logo.svg" "$DATA/logo.svg"
	# A key is never open to others, however it was.
	assert_equal "$(stat -c %a "$OUT/secret.key" "$OUT/apps/house.conf" |
	    tr '\n' ' ')" '600 644 '
}

@test "backup: with - it goes to standard output, and nothing but it; never to a terminal" {
	latchkey backup - >"$OUT/a.tar" 2>"$OUT/said"
	[[ ! -s $OUT/said ]] || fail "$(<"$OUT/said")"
	tar tf "$OUT/a.tar" >/dev/null
	assert_equal "$(ls "$DATA" | tr '\n' ' ')" \
	    'apps keys latchkey.conf logo.svg secret.key slots store templates '
	run -2 on_terminal -- "$(programs)/bin/latchkey" -d "$DATA" backup -
	[[ $output = *'not for a terminal'* ]] || fail "$output"
}

@test "backup: without keys there is none, and it says so" {
	run -0 latchkey backup --without-keys "$OUT/a.tar"
	[[ $output = *'without keys'* && $output != *secrets* ]] || fail "$output"
	run -1 grep -E '^(keys/|secret)' <(tar tf "$OUT/a.tar")
	run -1 grep -a -F -f "$DATA/secret.key" "$OUT/a.tar"
}

@test "backup: --to names it by its time, keeps the newest, and removes nothing else" {
	local other
	for other in notes.txt latchkey-id.example.org-20200101T000000Z.tar.gz \
	    latchkey-id2.example.org-20200101T000000Z.tar \
	    latchkey-id.example.org-2020.tar latchkey-id.example.org-old.tar; do
		touch "$OUT/$other"
	done
	for _ in 1 2 3 4; do
		latchkey backup --to "$OUT" --keep 2
		travel 60
	done
	assert_equal "$(ls "$OUT" | grep -c 'Z.tar$')" 3
	assert_equal "$(ls "$OUT" | wc -l)" 7
	for other in "$OUT"/latchkey-id.example.org-*T*Z.tar; do
		tar tf "$other" >/dev/null
	done
	latchkey backup --to "$OUT"
	assert_equal "$(ls "$OUT" | wc -l)" 8
	# The clock was wrong before, or is now: this one is the newest all the same.
	travel -86400
	run -0 latchkey backup --to "$OUT" --keep 2
	[[ -e $(grep -o '^/.*Z\.tar' <<<"$output") ]] || fail "$output"
	assert_equal "$(ls "$OUT" | grep -c 'Z.tar$')" 3
	travel 60
	run -0 latchkey backup --to "$OUT" --keep 1
	[[ -e $(grep -o '^/.*Z\.tar' <<<"$output") ]] || fail "$output"
	travel 86400
	for other in '--keep 2' "--to $OUT --keep 0" "--to $OUT x" ''; do
		# shellcheck disable=SC2086
		run -2 latchkey backup $other
	done
}

@test "backup: the place is not writable, is a directory, or no plain file: nothing is changed" {
	mkdir "$OUT/dir"
	mkfifo "$OUT/fifo"
	ln -s /nowhere "$OUT/link"
	run -1 latchkey backup "$OUT/none/a.tar"
	[[ $output = *'cannot be written: No such file'* ]] || fail "$output"
	run -2 latchkey backup "$OUT/dir"
	run -1 latchkey backup "$OUT/fifo"
	run -1 latchkey backup "$OUT/link"
	run -1 latchkey backup --to "$OUT/none"
	assert_equal "$(ls "$OUT" | tr '\n' ' ')" 'dir fifo link '
	run -1 bash -c '"$1" -d "$2" backup - >/dev/full' - \
	    "$(programs)/bin/latchkey" "$DATA"
	[[ $output = *'standard output cannot be written: No space'* ]] ||
	    fail "$output"
}

@test "backup: one of the same name is replaced, and no other file is" {
	latchkey backup "$OUT/a.tar"
	latchkey backup "$OUT/a.tar"
	touch "$OUT/empty" && latchkey backup "$OUT/empty"
	cp "$DATA/latchkey.conf" "$OUT/conf"
	run -1 latchkey backup "$OUT/conf"
	[[ $output = *'is not a backup: it stays as it is'* ]] || fail "$output"
	cmp "$DATA/latchkey.conf" "$OUT/conf"
	assert_equal "$(ls "$OUT" | tr '\n' ' ')" 'a.tar conf empty '
}

@test "backup: a disk that fills up in the middle leaves the backup there was" {
	# A file system of a few pages, in a mount namespace of its own.
	run -0 unshare $([[ $(id -u) = 0 ]] || echo --map-root-user) -m \
	    bash -eu -c '
		mount -t tmpfs -o size=64k,mode=700 none "$3"
		printf latchkey-backup >"$3/a.tar"
		! "$1" -d "$2" backup "$3/a.tar" || exit 9
		ls "$3"
		cat "$3/a.tar"' - "$(programs)/bin/latchkey" "$DATA" "$OUT"
	[[ $output = *"no room for the backup"*$'\na.tar\nlatchkey-backup' ]] || fail "$output"
}

@test "backup: one that was killed is no obstacle, and of two at once one is refused" {
	echo half >"$OUT/a.tar.part"
	latchkey backup "$OUT/a.tar"
	assert_equal "$(ls "$OUT")" a.tar
	echo half >"$OUT/a.tar.part"
	exec 5<"$OUT/a.tar.part"
	flock 5
	run -1 latchkey backup "$OUT/a.tar"
	[[ $output = *'another backup is being written'* ]] || fail "$output"
	exec 5<&-
	latchkey backup "$OUT/a.tar"
	ln -s /etc/passwd "$OUT/b.tar.part"
	run -1 latchkey backup "$OUT/b.tar"
	assert_equal "$(ls "$OUT" | tr '\n' ' ')" 'a.tar b.tar.part '
}

@test "backup: killed at any moment, the file is the old one or the new one, and whole" {
	local turn before now
	latchkey backup "$OUT/a.tar"
	before=$(b2sum <"$OUT/a.tar")
	for ((turn = 0; turn < ${LATCHKEY_KILLS:-200} / 20; turn++)); do
		travel 1
		"$(programs)/bin/latchkey" -d "$DATA" backup "$OUT/a.tar" \
		    >/dev/null 2>&1 &
		sleep "0.0$((RANDOM % 5))$((RANDOM % 10))"
		kill -9 $! 2>/dev/null || :
		wait $! 2>/dev/null || :
		now=$(b2sum <"$OUT/a.tar")
		[[ $now = "$before" ]] || (cd "$BATS_TEST_TMPDIR" &&
		    rm -rf x && mkdir x && tar xf "$OUT/a.tar" -C x &&
		    cd x && b2sum -c --quiet latchkey-backup.sums)
		before=$now
	done
	latchkey backup "$OUT/a.tar"
	assert_equal "$(ls "$OUT")" a.tar
}

@test "backup: what is no file of latchkey's is left out, and said" {
	mkdir "$DATA/apps/sub"
	echo x >"$DATA/apps/a b.conf"
	run -0 latchkey backup "$OUT/a.tar"
	[[ $output = *'apps/a b.conf is left out'*'apps/sub is left out'* ]] ||
	    fail "$output"
	run -1 grep ' b.conf' <(tar tf "$OUT/a.tar")
	head -c 1100000 /dev/zero >"$DATA/apps/c.conf"
	run -1 latchkey backup "$OUT/b.tar"
	[[ $output = *'c.conf cannot be read (it is too large)'* ]] || fail "$output"
	[[ ! -e $OUT/b.tar ]]
}

@test "backup: root writes it where root may, and reads as the directory's owner" {
	[[ $(id -u) = 0 ]] || skip 'only root is two users'
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/.."
	chown -R nobody "$DATA"
	chmod 700 "$OUT"
	# A process that was another user cannot be searched for leaks.
	[[ -z ${SAN:-} ]] || export ASAN_OPTIONS+=:detect_leaks=0
	run -0 --separate-stderr latchkey backup "$OUT/a.tar"
	[[ $stderr = *'can sign tokens and has secrets in it'* ]] || fail "$stderr"
	assert_equal "$(stat -c %U "$OUT/a.tar")" root
	# What the owner may not read, root does not read for it.
	echo only-for-root >"$OUT/secret"
	chmod 600 "$OUT/secret"
	ln -s "$OUT/secret" "$DATA/apps/x.conf"
	run latchkey backup "$OUT/b.tar"
	run -1 grep -a -q only-for-root "$OUT/b.tar"
	[[ -z $(find "$DATA" ! -user nobody ! -type l) ]]
}

@test "check: it tells how old the last backup is, and warns after eight days" {
	local nightly='each night: a line of cron'
	[[ ! -e /run/systemd/system ]] ||
	    nightly='each night: systemctl enable --now latchkey-backup.timer'
	run -0 latchkey check --offline
	[[ $output = *'note     no backup was made yet'*"$nightly"* ]] || fail "$output"
	latchkey backup - >/dev/null
	travel 3600
	run -0 latchkey check --offline
	[[ $output = *'ok       the last backup was made 360'?' seconds ago'* ]] ||
	    fail "$output"
	travel 700000
	run -0 latchkey check --offline
	[[ $output = *'warning  the last backup was made 8 days ago'*"$nightly"* ]] ||
	    fail "$output"
	latchkey backup - >/dev/null
	travel -90000
	run latchkey check --offline
	[[ $output = *'warning  the last backup was made when the clock was ahead'* ]] ||
	    fail "$output"
	travel 90000
}
