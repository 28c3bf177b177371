# The backup of doc/operating.md, word for word.

load helper

# backup_block TO: the commands of the backup, for $DATA and the folder TO.
backup_block() {
	sed -n '/^## Back up/,/^## Restore/p' "$root/doc/operating.md" |
	    sed -n '/^```sh/,/^```/p' | grep -v '^```' |
	    sed "s,/var/lib/latchkey,$DATA,g; s,/srv/backup,$1,g"
}

@test "backup: the documented commands work every night, and what they copy can be restored" {
	local copy=$BATS_TEST_TMPDIR/copy owner=nobody new=$BATS_TEST_TMPDIR/new
	[[ $(id -u) = 0 ]] || owner=$(id -un)
	new_store https://id.example.org
	add_user alice
	mkdir "$DATA/apps" "$DATA/templates"
	echo '<p>house rules' >"$DATA/templates/error.html"
	mkdir -m 700 "$copy"
	chmod a+x "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/.." \
	    "$BATS_TEST_TMPDIR/../.." "$BATS_RUN_TMPDIR"
	chown -R "$owner" "$DATA" "$copy"
	backup_block "$copy" >"$BATS_TEST_TMPDIR/commands"
	[[ -s $BATS_TEST_TMPDIR/commands ]]
	[[ $(id -u) = 0 ]] ||
	    sed -i 's/^runuser .* -- //; /^install /d' "$BATS_TEST_TMPDIR/commands"
	run -0 bash -eu "$BATS_TEST_TMPDIR/commands"
	add_user bob
	run -0 bash -eu "$BATS_TEST_TMPDIR/commands"
	[[ -z $(find "$copy" ! -user "$owner") ]]
	[[ -z $(find "$copy" -type f -name '*.mdb' -perm /077) ]]
	mkdir -m 700 "$new"
	cp -a "$copy"/latchkey-store/. "$copy"/latchkey-keys/. "$new"
	rm -f "$new/store/lock.mdb"
	chown -R "$owner" "$new"
	[[ -f $new/templates/error.html && -d $new/apps && -d $new/slots ]]
	DATA=$new
	run -0 latchkey user list
	[[ $output = *alice*bob* ]] || fail "$output"
	run -0 latchkey check --offline
}
