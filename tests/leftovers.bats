# What a request brought is not in a program's memory when it is over.

load helper

setup_file() {
	[[ -n ${SAN:-} ]] || return 0
	# Sanitizers keep memory that is freed: these programs are without.
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u SAN make -s -C "$root" \
	    BUILD="$BATS_FILE_TMPDIR/build" all
}

setup() {
	[[ -z ${SAN:-} ]] || LATCHKEY_BUILD=$BATS_FILE_TMPDIR/build
	new_store
	add_user alice
	SECRET='the-secret-of-a-client-Zk7vQ2mX9r-and-more'
	add_client app --trusted
	start_server
	secrets=$BATS_TEST_TMPDIR/secrets
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

programs_running() {
	local pid
	for pid in $(pgrep -P "$SERVER_PID") $(pgrep -P "$(pgrep -d , -P "$SERVER_PID")"); do
		[[ $(readlink "/proc/$pid/exe") != */cgi-bin/* ]] || echo "$pid"
	done
}

# are_forgotten SECRET...: no program has one in its memory.
are_forgotten() {
	local pids
	printf '%s\n' "$@" >"$secrets"
	pids=$(programs_running)
	[[ -n $pids ]] || fail 'no program runs'
	# shellcheck disable=SC2086 # several
	run -0 /usr/bin/python3 "$root/tests/leftovers.py" $pids <"$secrets"
	[[ -z $output ]] || fail "$output"
}

# The values of all cookies a browser has from us.
cookies_of() {
	awk '$6 ~ /latchkey|session|refresh|csrf/ { print $7 }' "$(tmpdir)/jar-$1"
}

@test "leftovers: what is looked for is found in a process that keeps it" {
	in_background /usr/bin/python3 -c '
import sys, time
kept = sys.argv[1] + "-kept"
time.sleep(600)' a-secret-that-is
	printf 'a-secret-that-is-kept\n' >"$secrets"
	wait_for eval '/usr/bin/python3 "$root/tests/leftovers.py" "$SERVER_PID" \
	    <"$secrets" | grep -q a-secret-that-is-kept'
	kill "$SERVER_PID"
}

@test "leftovers: a password, a session cookie, a client's secret and a refresh token leave the programs' memory with the request" {
	local tokens code refresh_token cookies PASSWORD
	PASSWORD='pass Wq8-typed-Jr5'
	printf '%s\n' "$PASSWORD" |
	    latchkey user passwd alice --password-stdin >/dev/null
	code=$(get_code alice app)
	tokens=$(redeem "$code")
	tokens=$(refresh "$(field refresh_token <<<"$tokens")")
	assert_status 200
	refresh_token=$(field refresh_token <<<"$tokens")
	introspect "$refresh_token" >/dev/null
	revoke "$refresh_token" >/dev/null
	open_page alice "$(authorize_url app)"
	mapfile -t cookies < <(cookies_of alice)
	[[ ${#cookies[@]} -ge 1 ]]
	are_forgotten Wq8-typed "${cookies[@]}" "$(basic app "$SECRET")" \
	    Zk7vQ2mX9r "$refresh_token" "$code"
}

@test "leftovers: a block that grows leaves nothing where it was" {
	run -0 /usr/bin/python3 - "$LATCHKEY_BUILD/lib/latchkey/liblatchkey.so" <<'EOF'
import ctypes, sys
ours = ctypes.CDLL(sys.argv[1])
for name in "malloc", "realloc":
    getattr(ours, name).restype = ctypes.c_void_p
ours.realloc.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
ours.free.argtypes = [ctypes.c_void_p]
secret = b"a secret in a block that grows " * 3
# Blocks on both sides: it cannot grow where it is.
blocks = [ours.malloc(len(secret)) for _ in range(3)]
ctypes.memmove(blocks[1], secret, len(secret))
grown = ours.realloc(blocks[1], 5000)
assert grown != blocks[1], "it did not move"
assert ctypes.string_at(grown, len(secret)) == secret
# What malloc writes into a free block is not longer than this.
left = ctypes.string_at(blocks[1] + 32, len(secret) - 32)
assert left == bytes(len(left)), left
for block in blocks[0], grown, blocks[2]:
    ours.free(block)
EOF
}

@test "leftovers: nor is anything left of requests that were refused" {
	local long
	long=$(printf 'x%.0s' {1..70000})
	open_page alice "$(authorize_url app)"
	log_in alice 'wrong Wq8-typed-Jr5'
	assert_status 403
	# Over the ceiling of a body, of a header, and of another type.
	request - POST "$ISSUER/authorize" \
	    "password=long Wq8-typed-Jr5" "more=$long"
	assert_status 413
	request - POST "$ISSUER/token" -H 'Content-Type: text/plain' \
	    -H 'Authorization: Basic Zk7vQ2mX9rBasic' refresh_token=Tv6rQ1token
	assert_status 415
	request - POST "$ISSUER/token" \
	    -H "Authorization: Basic Zk7vQ2mX9rBasic${long:0:5000}" \
	    refresh_token=Tv6rQ1token
	request - GET "$ISSUER/authorize" \
	    -H "Cookie: latchkey-session=Hc4zW8pQCookie${long:0:7000}"
	request - GET "$ISSUER/userinfo" -H 'Authorization: Bearer Hc4zW8pQBearer'
	are_forgotten Wq8-typed Zk7vQ2mX9r Tv6rQ1token Hc4zW8pQ
}
