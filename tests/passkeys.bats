# Passkeys, as people use them: Chromium with virtual authenticators, driven by
# tests/passkeys.py, at http://localhost:PORT.

load helper

setup_file() {
	local port name
	port=$(free_port)
	new_store "http://localhost:$port"
	PORT=$port
	for name in alice bob carol dora erik frida gina hugo ida jana kurt mia; do
		add_user "$name"
	done
	add_client app --trusted
	add_client way --name Photos --trusted --redirect-uri "$ISSUER/back"
	export USE_TEST_CLOCK=1
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

@test "passkeys: on the way to an app that wants one a person adds it, in a browser" {
	APP_URL=$(authorize_url way acr_values=phr redirect_uri="$ISSUER/back") \
	    walk on_the_way
}

@test "passkeys: without scripts the other ways are all that is shown" {
	walk no_scripts
}

# signed_out_page: where to sign in, in a new browser, $eve.
signed_out_page() {
	eve=eve-$((++browsers))
	open_page "$eve" "$ISSUER/account/passkeys"
}

@test "passkeys: each answer that is not good is refused for its own reason, in the log and on the page" {
	local words reason sentence eve browsers=0
	PASSKEY=$BATS_TEST_TMPDIR/passkey
	open_page gina "$ISSUER/account/passkeys"
	log_in gina
	use_passkey gina passkey_name=Phone
	assert_page 'The passkey was added'
	while IFS='|' read -r words reason sentence; do
		signed_out_page
		# shellcheck disable=SC2086 # words
		use_passkey "$eve" $words
		assert_status 403
		assert_page "$sentence"
		tail -n 3 "$SERVER_LOG" | grep -q "reason=$reason" ||
		    fail "$words: no $reason in the log" "$(tail -n 3 "$SERVER_LOG")"
	done <<-'END'
		origin=http://localhost:1|passkey_origin|another address
		origin=https://evil.example|passkey_origin|another address
		rp=evil.example|passkey_origin|another address
		flags=0x04|passkey_not_present|did not ask you
		flags=0x15|passkey_malformed|that can be read
		flags=0x85|passkey_malformed|that can be read
		flip=signature|passkey_signature|could not be verified
		cut=signature|passkey_signature|could not be verified
		cut=auth_data|passkey_malformed|that can be read
		cut=client_data|passkey_malformed|that can be read
		challenge=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8|passkey_expired|open for too long
		challenge=AAEC|passkey_malformed|that can be read
		id=AAEC|passkey_unknown|not known here
		handle=AAECAwQFBgcICQoLDA0ODw|passkey_owner|another account
	END
	# Nothing at all, as where the script was blocked.
	signed_out_page
	submit "$eve" step=passkey
	assert_page 'that can be read'
	# None is named before the password was right.
	signed_out_page
	assert_page '&quot;allowCredentials&quot;:\[\]'
	submit "$eve" step=login username=gina password=wrong
	assert_page '&quot;allowCredentials&quot;:\[\]'
	submit "$eve" step=login username=gina password="$PASSWORD"
	assert_page '&quot;allowCredentials&quot;:\[\{'
	# And the same passkey as it is.
	signed_out_page
	use_passkey "$eve"
	assert_page 'Last used on'
}

@test "passkeys: after ten minutes one confirms who is signed in, also one that needs a name" {
	local eve browsers=20
	PASSKEY=$BATS_TEST_TMPDIR/passkey
	open_page ida "$ISSUER/account/passkeys"
	log_in ida
	use_passkey ida
	assert_page 'The passkey was added'
	travel 601
	open_page ida "$ISSUER/account/passkeys"
	assert_page 'Confirm it’s you.*&quot;allowCredentials&quot;:\[\{'
	keep_page confirm
	use_passkey ida
	assert_page 'Last used on'
	# It is asked of this session: another browser cannot send the page's form.
	signed_out_page
	in_page confirm
	use_passkey "$eve"
	assert_page 'open for too long'
}

# remove_passkey PERSON NAME: the passkey of that name.
remove_passkey() {
	local handle
	handle=$(http_body | grep -oP "id=\"k-\K[^\"]*(?=\"><bdi>$2<)")
	submit "$1" step=remove passkey="$handle"
	submit "$1" step=confirm
	assert_page 'role="status"'
}

is_back_at_app() {
	[[ $(http_header Location) = "$CALLBACK"\?*"$1"=* ]] ||
	    fail "not sent back with $1" "$(http_status)" "$(http_body)"
}

@test "passkeys: an app that wants one of a person without has it set up on the way, after a new sign-in by all there is" {
	local wants wishes
	PASSKEY=$BATS_TEST_TMPDIR/passkey
	wants='{"id_token":{"acr":{"essential":true,"value":"phr"}}}'
	wishes='{"id_token":{"acr":{"value":"phr"}}}'
	sign_in jana app >/dev/null
	request jana GET "$(authorize_url app claims="$wishes")"
	is_back_at_app code
	request jana GET "$(authorize_url app claims="$wants" prompt=none)"
	assert_error_redirect unmet_authentication_requirements
	# An open browser that is found later sets up nothing, nor does an open page.
	open_page jana "$(authorize_url app acr_values=phr)"
	assert_page 'wants you to sign in with a passkey'
	keep_page open
	submit jana step=cancel
	assert_error_redirect access_denied
	travel 601
	in_page open
	use_passkey jana
	page_asks_password
	open_page jana "$(authorize_url app claims="$wants")"
	page_asks_password
	log_in jana
	assert_page 'wants you to sign in with a passkey'
	use_passkey jana flags=0x04
	assert_status 403
	assert_page 'did not ask you'
	use_passkey jana passkey_name=Phone
	is_back_at_app code
	CLIENT=app redeem "$(url_param code "$(http_header Location)")" >/dev/null
	assert_equal "$(jwt_claims "$(http_body | field id_token)" | jq -r .acr)" phr
	# Who has one is asked for it, and for no code that would not do.
	latchkey session end --user jana >/dev/null
	open_page jana "$(authorize_url app acr_values=phr)"
	log_in jana
	assert_page '&quot;allowCredentials&quot;:\[\{'
	use_passkey jana
	is_back_at_app code
}

@test "passkeys: one that is removed signs out where it signed in, except here" {
	local eve browsers=30
	PASSKEY=$BATS_TEST_TMPDIR/passkey
	add_user lena
	open_page lena "$ISSUER/account/passkeys"
	log_in lena
	assert_page 'your password alone is not enough'
	use_passkey lena passkey_name=Phone
	assert_page 'href="/account/factors">Get recovery codes'
	refute_page 'your password alone is not enough'
	assert_equal "$(latchkey session list --user lena --json | jq -c '.[0] | [.signed_in_by, .amr]')" \
	    '["password, passkey",["pwd","pop","user","mfa"]]'
	run -0 --separate-stderr latchkey user reset lena
	assert_equal "$(latchkey user show lena --json | jq -r .signs_in_by)" 'password, passkey'
	[[ $stderr = *'lena will be asked for a passkey afterwards'*'reset lena --factors'* ]] || fail "$stderr"
	signed_out_page
	use_passkey "$eve"
	assert_page 'Last used on'
	request "$eve" GET "$ISSUER/account"
	refute_page 'value="login"'
	# And at the apps there, which are told (Back-Channel Logout 1.0).
	latchkey client set app \
	    --backchannel-logout-uri "http://127.0.0.1:9/logout" >/dev/null
	get_tokens "$eve" app >/dev/null
	get_tokens lena app >/dev/null
	[[ $(latchkey why app) != *logout* ]]
	request lena GET "$ISSUER/account/passkeys"
	submit lena step=remove
	assert_page 'you are signed out, except here'
	submit lena step=confirm
	assert_page 'role="status"'
	request "$eve" GET "$ISSUER/account"
	assert_page 'value="login"'
	request lena GET "$ISSUER/account"
	refute_page 'value="login"'
	[[ $(latchkey why app) = *'has still to be told of 1 logout'* ]] ||
	    fail "$(latchkey why app)"
	latchkey client set app --backchannel-logout-uri '' >/dev/null
	run -0 latchkey audit
	[[ $output = *session_ended*lena*'those of a passkey'* ]]
	# Who has the password, and adds one, goes with it.
	open_page thief "$ISSUER/account/passkeys"
	submit thief step=login username=lena password="$PASSWORD"
	PASSKEY=$BATS_TEST_TMPDIR/added
	use_passkey thief
	assert_page 'The passkey was added'
	signed_out_page
	use_passkey "$eve"
	assert_page 'Last used on'
	submit "$eve" step=remove
	submit "$eve" step=confirm
	request thief GET "$ISSUER/account"
	assert_page 'value="login"'
}

@test "passkeys: a link for a password goes around no second factor; one that removes them gives a passkey" {
	local link
	PASSKEY=$BATS_TEST_TMPDIR/passkey
	add_user nora
	open_page nora "$ISSUER/account/passkeys"
	log_in nora
	use_passkey nora
	assert_page 'The passkey was added'
	add_user olga
	link=$(latchkey user reset olga 2>/dev/null)
	open_page thief "$link"
	submit thief step=continue
	assert_page 'Use a passkey instead'
	keep_page olga
	# She has a second factor since the page was opened.
	open_page olga "$ISSUER/account/passkeys"
	log_in olga
	PASSKEY=$BATS_TEST_TMPDIR/of-olga
	use_passkey olga
	assert_page 'The passkey was added'
	in_page olga
	PASSKEY=$BATS_TEST_TMPDIR/of-thief
	use_passkey thief
	assert_status 403
	refute_page 'Use a passkey instead'
	tail -n 3 "$SERVER_LOG" | grep -q 'reason=factor_required'
	open_page thief "$(latchkey user reset nora 2>/dev/null)&go_on=1"
	assert_page 'name="new_password"'
	refute_page 'Use a passkey instead'
	open_page nora "$(latchkey user reset nora --factors 2>/dev/null)&go_on=1"
	PASSKEY=$BATS_TEST_TMPDIR/new-of-nora
	STAY=1 use_passkey nora
	[[ $(http_header Location) = *done=passkey_reset ]] ||
	    fail 'the passkey was not taken' "$(http_status)" "$(http_body)"
	# Who has nothing but passkeys, and lost them, is invited again.
	open_page new "$(latchkey user invite nora 2>/dev/null)&go_on=1"
	PASSKEY=$BATS_TEST_TMPDIR/after-loss
	STAY=1 use_passkey new
	[[ $(http_header Location) = *done=passkey_joined ]] ||
	    fail 'the passkey was not taken' "$(http_status)" "$(http_body)"
}

@test "passkeys: a link is good as before when its passkey is refused; where it signed in ends with it" {
	local link eve browsers=50
	PASSKEY=$BATS_TEST_TMPDIR/of-petra
	add_user petra
	open_page petra "$ISSUER/account/passkeys"
	log_in petra
	use_passkey petra
	assert_page 'The passkey was added'
	link=$(latchkey user invite quinn 2>/dev/null)
	open_page quinn "$link&go_on=1"
	PASSKEY=$BATS_TEST_TMPDIR/of-quinn
	use_passkey quinn id="$(jq -r .id "$BATS_TEST_TMPDIR/of-petra")"
	assert_status 403
	assert_page 'Use a passkey instead'
	assert_equal "$(latchkey user show quinn --json | jq .signs_in_by)" '"invited"'
	open_page quinn "$link&go_on=1"
	STAY=1 use_passkey quinn passkey_name=Phone
	[[ $(http_header Location) = *done=passkey_joined ]] ||
	    fail 'the passkey was not taken' "$(http_status)" "$(http_body)"
	signed_out_page
	use_passkey "$eve"
	assert_page 'Last used on'
	PASSKEY=$BATS_TEST_TMPDIR/other-of-quinn
	use_passkey "$eve" passkey_name=Laptop
	assert_page 'The passkey was added'
	remove_passkey "$eve" Phone
	request quinn GET "$ISSUER/account"
	assert_page 'value="login"'
}

@test "passkeys: a rule that wants a second factor takes a passkey in place of an app" {
	PASSKEY=$BATS_TEST_TMPDIR/passkey
	latchkey user set kurt --require-factor >/dev/null
	open_page kurt "$(authorize_url app)"
	log_in kurt
	assert_page 'Set up your app.*Use a passkey instead'
	use_passkey kurt
	is_back_at_app code
	run -0 latchkey user factors kurt
	[[ $output = *passkey* ]]
}

@test "passkeys: what was sent once opens nothing later; a second press finds the person signed in" {
	local -a fields
	local eve browsers=10
	PASSKEY=$BATS_TEST_TMPDIR/passkey
	open_page hugo "$ISSUER/account/passkeys"
	log_in hugo
	use_passkey hugo
	signed_out_page
	keep_page sign-in
	readarray -t fields < <(http_body | /usr/bin/python3 "$root/tests/authenticator.py" \
	    "$PASSKEY" origin="$(issuer_origin)")
	submit "$eve" step=passkey "${fields[@]}"
	assert_page 'Last used on'
	in_page sign-in
	submit "$eve" step=passkey "${fields[@]}"
	assert_page 'Last used on'
	# A thief of what was sent, with the cookies of before.
	run -0 latchkey session end --user hugo
	in_page sign-in
	submit "$eve" step=passkey "${fields[@]}"
	assert_page 'User name or e-mail address'
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
