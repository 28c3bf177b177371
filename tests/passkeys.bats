# Passkeys, as people use them: Chromium with virtual authenticators, driven by
# tests/passkeys.py, at http://localhost:PORT.

load helper

setup_file() {
	local port name
	port=$(free_port)
	new_store "http://localhost:$port"
	PORT=$port
	for name in alice bob carol dora erik frida; do
		add_user "$name"
	done
	start_server
}

teardown_file() {
	stop_all
}

walk() {
	SCREENSHOTS=${KEEP_SCREENSHOTS:-} PYTHONDONTWRITEBYTECODE=1 \
	    timeout 120 /usr/bin/python3 "$root/tests/passkeys.py" \
	    "$ISSUER" "$PASSWORD" "$1" >&2
}

@test "passkeys: one is added, signs in with nothing else, gets a name, and is removed" {
	walk flow
}

@test "passkeys: an old key that only wants a touch is the second factor, after the password" {
	walk second
}

@test "passkeys: bad answers are refused, one that checked no one needs the password; a copy and a changed backup are told and signed in" {
	walk attacks
	run -0 latchkey audit
	[[ $output = *passkey_copied*bob*Phone* ]]
	[[ $output = *passkey_backup_changed*bob*Phone* ]]
}

@test "passkeys: none is added to another person's session; each page is good once; a person may say no" {
	walk tabs
}

@test "passkeys: without scripts the other ways are all that is shown" {
	walk no_scripts
}

@test "passkeys: the script is below 3 KB, and only pages that use it allow it" {
	(($(wc -c <"$root/templates/passkey.js") < 3072))
	request - GET "$ISSUER/account"
	assert_header Content-Security-Policy "script-src 'sha256-[A-Za-z0-9+/=]*'"
	(($(http_body | wc -c) <= 20480))
	request - GET "$ISSUER/authorize"
	[[ $(http_header Content-Security-Policy) != *script-src* ]]
}

@test "passkeys: of a host that moved, check says what stops working" {
	run latchkey check --offline
	[[ $output != *'passkeys work only at'* ]]
	set_conf issuer https://id.example.org
	run latchkey check --offline
	[[ $output = *'passkeys work only at localhost'* ]]
}
