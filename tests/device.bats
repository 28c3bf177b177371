# Device authorization (RFC 8628): a device without a browser shows a code, a
# person types it on our page and allows it, the device gets its tokens.

load helper

GRANT=urn:ietf:params:oauth:grant-type:device_code

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams' --email alice@example.org
	add_user bob
	add_client tv --name 'Living-room TV' --public --grant device_code \
	    --grant refresh_token
	add_client app --name 'Command line' --grant device_code
	add_client web
	latchkey client add notes --name Notes --grant client_credentials \
	    --resource https://notes.example.org/mcp --secret-stdin <<<"$SECRET"
	latchkey client add photos --name Photos --grant client_credentials \
	    --resource https://photos.example.org --group family \
	    --secret-stdin <<<"$SECRET"
	CLIENT=app
	export CLIENT
	start_server
	save_store
}

setup() {
	fresh_store
}

teardown() {
	refute_logged 'server_error|AddressSanitizer|runtime error'
}

teardown_file() {
	stop_all
}

# begin [NAME=VALUE...]: what the device of $CLIENT does first; sets $device_code
# and $user_code.
begin() {
	as_client device_authorization "$@" >/dev/null
	assert_status 200
	device_code=$(http_body | field device_code)
	user_code=$(http_body | field user_code)
}

# poll [NAME=VALUE...]: and then, again and again.
poll() {
	as_client token grant_type="$GRANT" device_code="$device_code" "$@"
}

# type_code PERSON CODE: on the page where it is asked for.
type_code() {
	open_page "$1" "$ISSUER/device"
	submit "$1" step=check user_code="$2"
}

# connect PERSON: types the code, signs in if need be; the question is there.
connect() {
	type_code "$1" "$user_code"
	! page_asks_password || log_in "$1"
	assert_status 200
	page_asks_consent || fail 'not asked' "$(http_body)"
}

@test "device: a person types the code, signs in, allows, and the device has its tokens, once (RFC 8628 3)" {
	local tokens
	begin scope='openid email'
	assert_field verification_uri "$ISSUER/device"
	assert_field verification_uri_complete "$ISSUER/device?user_code=$user_code"
	assert_field expires_in 600
	assert_field interval 5
	assert_header Cache-Control '^no-store$'
	[[ $user_code =~ ^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$ ]]
	poll >/dev/null
	assert_refused 400 authorization_pending
	refute_logged authorization_pending
	connect alice
	assert_page "$user_code"
	assert_page 'Allow <bdi>Command line</bdi>'
	assert_page 'It asks from the address <bdi>127.0.0.1</bdi>'
	allow alice
	assert_status 200
	assert_page 'Your device is connected'
	travel 5
	tokens=$(poll)
	assert_status 200
	assert_equal "$(field scope <<<"$tokens")" 'openid email'
	assert_equal "$(jwt_claims "$(field id_token <<<"$tokens")" | field email)" \
	    alice@example.org
	userinfo "$(field access_token <<<"$tokens")" >/dev/null
	assert_field preferred_username ''	# not asked for
	poll >/dev/null
	assert_refused 400 expired_token
	latchkey audit --json | grep -q '"device_allowed"'
}

@test "device: the link has the code typed already, and asks as if it were not (RFC 8628 3.3.1)" {
	begin
	open_page alice "$ISSUER/device?user_code=$user_code"
	assert_page "value=\"$user_code\""
	submit alice step=check user_code="$(tags input |
	    grep 'name="user_code"' | attribute value)"
	log_in alice
	page_asks_consent
	poll >/dev/null
	assert_refused 400 authorization_pending
}

@test "device: a code may be typed in small letters, with spaces or without a dash" {
	local typed
	begin
	for typed in "${user_code,,}" "${user_code/-/ }" " ${user_code/-/}" \
	    "${user_code:0:1} ${user_code:1:3}.${user_code:5}"; do
		type_code "$typed-person" "$typed"
		page_asks_password || fail "not taken: $typed"
	done
}

@test "device: who does not allow it is believed, and the device is told (RFC 8628 3.5)" {
	begin
	connect alice
	deny alice
	assert_page 'The device is not connected'
	poll >/dev/null
	assert_refused 400 access_denied
	assert_logged 'reason=device_denied client_id=app'
	type_code alice "$user_code"
	assert_page 'No device is waiting'
	latchkey audit --json | grep -q '"device_denied"'
}

@test "device: one that asks too often is slowed down, and stays so (RFC 8628 3.5)" {
	begin
	poll >/dev/null
	assert_refused 400 authorization_pending
	travel 1
	poll >/dev/null
	assert_refused 400 slow_down
	travel 5
	poll >/dev/null
	assert_refused 400 slow_down
	travel 15
	poll >/dev/null
	assert_refused 400 authorization_pending
}

@test "device: a code is good for ten minutes, for the person and for the device" {
	begin
	connect alice
	travel 601
	allow alice
	assert_status 400
	assert_page 'has expired or was used'
	poll >/dev/null
	assert_refused 400 expired_token
	assert_logged 'reason=device_code_expired client_id=app'
	type_code alice "$user_code"
	assert_page 'No device is waiting'
}

@test "device: two people at one code: the first answer counts" {
	begin
	export ANSWER_DIR=$BATS_TEST_TMPDIR/alice
	connect alice
	ANSWER_DIR=$BATS_TEST_TMPDIR/bob
	connect bob
	allow bob
	ANSWER_DIR=$BATS_TEST_TMPDIR/alice
	allow alice
	assert_status 400
	assert_page 'has expired or was used'
	poll >"$BATS_TEST_TMPDIR/tokens"
	assert_equal "$(jwt_claims "$(field id_token <"$BATS_TEST_TMPDIR/tokens")" |
	    field preferred_username)" bob
}

@test "device: of eight that poll at once with one code, one has the tokens" {
	begin
	connect alice
	allow alice
	assert_equal "$(eight_at_once poll)" ' 1 200 7 400 '
}

@test "device: only the client that asked gets the tokens, and the code stays its own" {
	begin
	connect alice
	allow alice
	CLIENT=tv AUTH=none poll >/dev/null
	assert_refused 400 invalid_grant
	assert_logged 'reason=client_mismatch'
	SECRET=wrong-wrong-wrong-wrong-wrong-wrong poll >/dev/null
	assert_refused 401 invalid_client
	CLIENT=web poll >/dev/null
	assert_refused 400 unauthorized_client
	poll >/dev/null
	assert_status 200
}

@test "device: PKCE counts where a client sends it (RFC 7636)" {
	begin code_challenge="$CHALLENGE" code_challenge_method=S256
	connect alice
	allow alice
	poll >/dev/null
	assert_refused 400 invalid_request
	poll code_verifier="${VERIFIER}x" >/dev/null
	assert_refused 400 invalid_grant
	poll code_verifier="$VERIFIER" >/dev/null
	assert_status 200
	begin
	poll code_verifier="$VERIFIER" >/dev/null
	assert_refused 400 invalid_grant
}

@test "device: a public client's tokens are refreshed, and end with the sign-in unless it asked for more" {
	local tokens
	CLIENT=tv AUTH=none
	begin scope='openid offline_access'
	connect alice
	allow alice
	tokens=$(poll)
	tokens=$(refresh "$(field refresh_token <<<"$tokens")")
	assert_status 200
	latchkey session end --user alice >/dev/null
	refresh "$(field refresh_token <<<"$tokens")" >/dev/null
	assert_status 200
	begin scope=openid
	connect alice
	allow alice
	latchkey session end --user alice >/dev/null
	poll >/dev/null
	assert_refused 400 invalid_grant
	assert_logged 'reason=session_ended'
}

@test "device: consent is asked each time, also for a trusted app, and what is unticked is not given" {
	latchkey client set app --trusted
	begin scope='openid email'
	connect alice
	allow alice scope_email
	assert_equal "$(poll | field scope)" openid
	begin scope='openid email'
	connect alice
	allow alice scope_email=1
	assert_equal "$(poll | field scope)" 'openid email'
}

@test "device: the page says at which APIs the app would act, and its tokens are for them (RFC 8707)" {
	local notes=https://notes.example.org/mcp photos=https://photos.example.org
	latchkey user set alice --group family
	begin scope=openid resource="$notes" resource="$photos/"
	connect alice
	assert_page 'Notes'
	assert_page 'notes\.example\.org'
	assert_page 'Photos'
	allow alice
	poll >/dev/null
	assert_status 200
	assert_equal "$(jwt_claims "$(http_body | field access_token)" | jq -c .aud)" \
	    "[\"$notes\",\"$photos\"]"
	open_page alice "$ISSUER/account/apps"
	assert_page 'notes\.example\.org/mcp'
	# Less at the token endpoint, and never more.
	begin scope=openid resource="$notes"
	connect alice
	refute_page Photos
	allow alice
	poll resource="$photos" >/dev/null
	assert_refused 400 invalid_target
	poll resource="$notes" >/dev/null
	assert_equal "$(jwt_claims "$(http_body | field access_token)" | field aud)" \
	    "$notes"
	# An API that is for others.
	begin scope=openid resource="$photos"
	type_code bob "$user_code"
	log_in bob
	assert_status 403
}

@test "device: an API that is not registered is refused when the device asks for it" {
	local bad
	for bad in https://nobody.example.org https://notes.example.org x 'a b'; do
		as_client device_authorization resource="$bad" >/dev/null
		assert_refused 400 invalid_target
	done
	assert_logged 'invalid_target reason=resource_unknown'
	begin resource=https://notes.example.org/mcp
	connect alice
	latchkey client del notes --yes
	allow alice
	assert_status 403
	poll >/dev/null
	assert_refused 400 authorization_pending
}

@test "device: who has a second factor is asked for it on the way, and the device is told what the sign-in was worth" {
	local secret
	open_page alice "$ISSUER/account/factors"
	log_in alice
	submit alice step=set_up
	secret=$(shown_secret)
	submit alice step=confirm code="$(totp "$secret")"
	travel 30
	begin scope=openid
	type_code phone "$user_code"
	submit phone step=login username=alice password="$PASSWORD"
	assert_page 'name="code"'
	! page_asks_consent
	submit phone step=code code="$(wrong_totp "$secret")"
	! page_asks_consent
	submit phone step=code code="$(totp "$secret")"
	page_asks_consent || fail 'not asked' "$(http_body)"
	assert_page "$user_code"
	allow phone
	assert_page 'Your device is connected'
	travel 5
	assert_equal "$(jwt_claims "$(poll | field access_token)" | field acr)" 2
}

@test "device: an app that requires a second factor has one set up on the way" {
	local secret
	latchkey client set app --require-factor
	begin scope=openid
	type_code bob "$user_code"
	log_in bob
	! page_asks_consent
	secret=$(shown_secret)
	submit bob step=confirm code="$(totp "$secret")"
	submit bob step=continue
	page_asks_consent || fail 'not asked' "$(http_body)"
	allow bob
	poll >/dev/null
	assert_status 200
}

@test "device: codes from before the store was restored are good for nothing, and end nothing" {
	local tokens
	tokens=$(begin scope=openid && connect alice && allow alice && poll)
	latchkey backup "$BATS_TEST_TMPDIR/backup.tar"
	begin scope=openid
	latchkey restore "$BATS_TEST_TMPDIR/backup.tar" --replace >/dev/null
	poll >/dev/null
	assert_refused 400 invalid_grant
	assert_field error_description restored
	type_code alice "$user_code"
	assert_page 'No device is waiting'
	begin scope=openid
	connect alice
	allow alice
	poll >/dev/null
	assert_status 200
}

@test "device: rules for people hold: groups, locks, a second factor" {
	latchkey client set app --group family
	begin
	type_code alice "$user_code"
	log_in alice
	assert_status 403
	assert_page 'You can’t use'
	latchkey client set app --no-group family 2>/dev/null ||
	    latchkey user set alice --add-group family
	begin
	connect alice
	allow alice
	latchkey user lock alice
	poll >/dev/null
	assert_refused 400 invalid_grant
}

@test "device: a code that was typed is good for who typed it, with its ticket alone" {
	local url
	begin
	open_page alice "$ISSUER/device"
	STAY=1 submit alice step=check user_code="$user_code"
	url=$(http_header Location)
	begin
	open_page alice "${url/user_code=*&/user_code=$user_code&}"
	assert_status 400
	open_page alice "$ISSUER/device?user_code=$user_code&ticket=x"
	assert_status 400
	assert_page 'has expired or was used'
}

@test "device: codes cannot be guessed: ten tries from a network, then one a minute" {
	local n
	begin
	open_page eve "$ISSUER/device"
	for n in {1..10}; do
		submit eve step=check user_code="BCDF-GHJ${user_code:8:1}"
		assert_status 400
		assert_page 'No device is waiting'
	done
	submit eve step=check user_code="$user_code"
	assert_status 429
	assert_page 'Too many codes'
	assert_logged 'reason=user_code_wait'
	travel 60
	submit eve step=check user_code="$user_code"
	page_asks_password
}

@test "device: a public client's devices are not without end, a confidential one's are; no network takes another's" {
	local n
	# Time passes: it is a few more than 200.
	for ((n = 0; n < 500; n++)); do
		cgi device POST /device_authorization '' client_id=tv >/dev/null
		[[ $(http_status) = 200 ]] || break
	done
	((n >= 200 && n < 500))
	assert_refused 429 temporarily_unavailable
	assert_logged reason=devices_too_many
	# From there confidential clients ask as they like, and from elsewhere
	# public ones, too.
	begin
	ADDRESS=192.0.2.1 cgi device POST /device_authorization '' client_id=tv \
	    >/dev/null
	assert_status 200
}

@test "device: bad input at /device_authorization is refused, with its reason" {
	local error reason wrong
	while read -r error reason wrong; do
		: >"$SERVER_LOG"
		as_client device_authorization $wrong >/dev/null
		assert_error "$error" || fail "with $wrong"
		assert_logged "reason=$reason( |\$)"
		assert_header Content-Type '^application/json$'
	done <<-END
		invalid_scope scope_malformed scope=ü
		invalid_scope scope_not_allowed scope=unheard
		invalid_request code_challenge_method_unsupported code_challenge=$CHALLENGE
		invalid_request code_challenge_method_unsupported code_challenge=$CHALLENGE code_challenge_method=plain
		invalid_request code_challenge_missing code_challenge_method=S256
		invalid_request code_challenge_malformed code_challenge=x code_challenge_method=S256
		invalid_request parameter_repeated scope=openid scope=email
	END
	CLIENT=web as_client device_authorization >/dev/null
	assert_refused 400 unauthorized_client
	CLIENT=nobody as_client device_authorization >/dev/null
	assert_refused 401 invalid_client
	request - POST "$ISSUER/device_authorization"
	assert_refused 401 invalid_client
	request - GET "$ISSUER/device_authorization"
	assert_status 405
	assert_header Content-Type '^application/json$'
}

@test "device: bad input at the token endpoint is refused" {
	local bad
	begin
	device_code= poll >/dev/null
	assert_refused 400 invalid_request
	assert_logged reason=device_code_missing
	for bad in x "${device_code:0:63}" "${device_code}A" "$(other_char "$device_code" 0)"; do
		device_code=$bad poll >/dev/null
		assert_refused 400 invalid_grant
	done
	assert_logged reason=device_code_forged
	# A code of one kind is none of another.
	as_client token grant_type=authorization_code code="$device_code" \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER" >/dev/null
	[[ $(http_status) = 400 ]]
	poll device_code="$device_code" >/dev/null
	assert_refused 400 invalid_request
}

@test "device: bad input at /device is a page that asks again" {
	local bad
	local -a fields
	for bad in x AAAA-AAAA BCDF-GHJKL BCDF-GHJ 'BCDF-GHJ<' %00; do
		type_code "eve$RANDOM" "$bad"
		assert_status 400
		assert_page 'No device is waiting|Something went wrong'
		refute_page 'GHJ<'
	done
	open_page eve "$ISSUER/device"
	submit eve step=check user_code=
	assert_page 'Type the code'
	request - GET "$ISSUER/device?user_code=a&user_code=b"
	assert_status 400
	open_page eve "$ISSUER/device?user_code=%3Cscript%3E"
	refute_page '<script'
	begin
	for bad in "user_code=$user_code&ticket=a&ticket=b" "ticket=a" \
	    "user_code=$user_code&ticket=$(printf '%09000d' 1)" \
	    "user_code=$(printf '%09000d' 1)&ticket=a"; do
		request - GET "$ISSUER/device?$bad"
		assert_status 400
		refute_page 'value="allow"'
	done
	type_code eve "$(printf 'B%.0s' {1..9000})"
	assert_status 400
	assert_page 'No device is waiting'
	# A field twice is no answer at all, and the code is good after it.
	for bad in "user_code=$user_code&user_code=BCDF-GHJK" \
	    "user_code=$user_code&step=check" "user_code=$user_code&csrf=x"; do
		open_page alice "$ISSUER/device"
		readarray -t fields < <(form_fields)
		person=alice jar_send /device
		cgi device POST /device '' \
		    "$(form "${fields[@]}")&step=check&$bad" \
		    HTTP_ORIGIN="$(issuer_origin)" \
		    HTTP_COOKIE="$cookies" >/dev/null
		assert_status 403
		assert_logged 'reason=parameter_repeated'
		: >"$SERVER_LOG"
	done
	connect alice
}

@test "device: codes end with their client and their person" {
	begin
	latchkey client del app
	type_code alice "$user_code"
	assert_page 'No device is waiting'
	CLIENT=tv AUTH=none
	begin
	connect alice
	allow alice
	latchkey user del alice
	poll >/dev/null
	[[ $(http_body | field error) = @(invalid_grant|expired_token) ]]
}

@test "device: neither code is in the store" {
	begin
	run -1 grep -aF -e "$device_code" -e "$user_code" -e "${user_code/-/}" <(stored_bytes)
}
