# The way from LMDB to PostgreSQL and back with as many families as a large site
# has: the test of tests/full/pgsql_backup.bats, in earnest.

load ../helper

@test "move-store: 100,000 families go to PostgreSQL and back, all is the same and tokens go on" {
	run -0 env LATCHKEY_TEST_FAMILIES=100000 LATCHKEY_BUILD="$LATCHKEY_BUILD" \
	    bats -f '^move-store:' "$root/tests/full/pgsql_backup.bats"
	[[ $output = *'ok 1 move-store: '* ]] || fail "$output"
}
