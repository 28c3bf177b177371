# The store and who is in it.

tmpdir() {
	echo "${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}"
}

# Where the programs are; with USE_TEST_CLOCK=1 those whose clock `travel`
# moves.
programs() {
	echo "$LATCHKEY_BUILD${USE_TEST_CLOCK:+/test}"
}

latchkey() {
	${LATCHKEY_WRAP:-} "$LATCHKEY_BUILD${USE_TEST_CLOCK:+/test}/bin/latchkey" \
	    -d "$DATA" "$@"
}

# new_store [ISSUER | /PATH]: an empty store of this test's, or, called in
# setup_file, of this file's. Without an ISSUER it is one that start_server can
# serve. Argon2 is as cheap as it can be, and so are signatures: a client gets
# RS256 only where a test says so.
new_store() {
	PORT=$(free_port)
	case ${1:-} in
	*://*) ISSUER=$1 ;;
	*) ISSUER=http://127.0.0.1:$PORT${1:-} ;;
	esac
	export PORT ISSUER
	place_store
	init_store "$DATA" "$ISSUER" --alg EdDSA >/dev/null
	set_conf argon2_memlimit 8
	set_conf argon2_opslimit 1
}

# What goes with a store, for the test or the file that is running.
place_store() {
	local dir=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}
	DATA=$dir/data
	LATCHKEY_TEST_CLOCK=$dir/clock
	echo 0 >"$LATCHKEY_TEST_CLOCK"
	SERVER_LOG=$dir/log
	: >"$SERVER_LOG"
	SERVER_PID=
	export DATA LATCHKEY_TEST_CLOCK SERVER_LOG SERVER_PID
}

# A store with people, clients and sessions takes a while to make.
# save_store, in setup_file, keeps what there is; fresh_store, in setup, gives
# a test a copy of its own.
save_store() {
	mv "$DATA" "$BATS_FILE_TMPDIR/saved"
}

fresh_store() {
	local -; set +T
	local jar text
	copy_store "$BATS_FILE_TMPDIR/saved" "$BATS_TEST_TMPDIR/data"
	for jar in "$BATS_FILE_TMPDIR"/*jar-*; do
		! whole "$jar" ||
		    printf %s "$text" >"$BATS_TEST_TMPDIR/${jar##*/}"
	done
	place_store
}

# set_conf KEY VALUE
set_conf() {
	local -; set +T
	local text
	whole "$DATA/latchkey.conf"
	[[ ! $'\n'$text =~ $'\n'"$1"[[:blank:]]*= ]] ||
	    sed -i "/^$1[ 	]*=/d" "$DATA/latchkey.conf"
	echo "$1 = $2" >>"$DATA/latchkey.conf"
}

# add_user NAME [OPTION...]
add_user() {
	latchkey user add "$@" --password-stdin <<<"$PASSWORD" >/dev/null
}

# add_client ID [OPTION...]: confidential with $SECRET unless --public; its
# redirect URI is $CALLBACK unless some are given.
add_client() {
	case " $* " in
	*' --redirect-uri '* | *' client_credentials '*) ;;
	*) set -- "$@" --redirect-uri "$CALLBACK" ;;
	esac
	case " $* " in
	*' --public '*) latchkey client add "$@" >/dev/null ;;
	*) latchkey client add "$@" --secret-stdin <<<"$SECRET" >/dev/null ;;
	esac
}

# estrange APP: no administrator answers for it any more.
estrange() {
	local file
	file=$(tmpdir)/estranged
	latchkey export "$file" --secrets >/dev/null 2>&1
	latchkey client del "$1" --yes >/dev/null
	jq --arg id "$1" 'map_values(if type == "array" then
	    map(select(.client_id == $id and .redirect_uris) |
	    .registered_by = "registration" | .trusted = false) else . end)' "$file" >"$file.one"
	latchkey import "$file.one" >/dev/null
}

# on_terminal ANSWER... -- COMMAND...: runs it on a terminal of its own; each
# answer is typed when a question is shown (tests/terminal.py).
on_terminal() {
	"$root/tests/terminal.py" "$@"
}

# travel SECONDS: later for all programs of a USE_TEST_CLOCK=1 test.
travel() {
	local now
	read -r now <"$LATCHKEY_TEST_CLOCK"
	echo $((now + $1)) >"$LATCHKEY_TEST_CLOCK.new"
	mv "$LATCHKEY_TEST_CLOCK.new" "$LATCHKEY_TEST_CLOCK"
}

# totp SECRET: the code that an authenticator app shows.
totp() {
	totp_near "$1" 0
}

# wrong_totp SECRET [N]: the N-th code that it does not show now, or around now.
wrong_totp() {
	totp_near "$1" 3 | grep -vxFf - <(printf '%06d\n' {1..40}) | sed -n "${2:-1}p"
}

# totp_near SECRET STEPS: the code of now, and of so many steps before and after.
totp_near() {
	local offset=0
	[[ -z ${LATCHKEY_TEST_CLOCK:-} ]] || read -r offset <"$LATCHKEY_TEST_CLOCK"
	/usr/bin/python3 - "$1" "$(($(date +%s) + offset))" "$2" <<-'PY'
	import base64, hmac, struct, sys
	secret, now, steps = sys.argv[1], int(sys.argv[2]) // 30, int(sys.argv[3])
	for step in range(now - steps, now + steps + 1):
	    mac = hmac.digest(base64.b32decode(secret.replace(" ", "")),
	                      struct.pack(">Q", step), "sha1")
	    at = mac[-1] & 15
	    print("%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 10**6))
	PY
}

# store_figure NAME: how many users, clients, sessions, grants; or KiB.
store_figure() {
	local line
	line=$(latchkey check --json --offline |
	    jq -r '.findings[].what | select(startswith("store: "))')
	if [[ $1 = KiB ]]; then
		[[ $line =~ ([0-9]+)\ KiB ]]
	else
		[[ $line =~ $1\ ([0-9]+) ]]
	fi
	echo "${BASH_REMATCH[1]}"
}

# assert_no_error_found: by check; a database does not share the clock of the tests.
assert_no_error_found() {
	local found
	found=$(latchkey check --offline --json |
	    jq -r '.findings[] | select(.level == "error").what')
	! on_pgsql || found=$(sed "/^the clock is .* of the database's$/d" <<<"$found")
	[[ -z $found ]] || fail "$found"
}

# until_swept COMMAND...: until it succeeds, as it does a few writes later, or, where
# one write in 16 sweeps, many.
until_swept() {
	local i writes=8
	! on_pgsql || writes=300
	for ((i = 0; i < writes; i++)); do
		! "$@" || return 0
		latchkey user set alice --name 'Alice Adams'
	done >/dev/null 2>&1
	fail "in vain after $writes writes: $*"
}
