# Second factors: authenticator apps and recovery codes, from the page where
# they are set up to the session that they open.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice
	add_user bob
	add_client app --trusted
	save_store
}

setup() {
	fresh_store
}

# The page of factors, after signing in.
open_factors() {
	open_page "$1" "$ISSUER/account/factors"
	! page_asks_password || log_in "$1"
}

# set_up PERSON: $secret, and $codes, those shown.
set_up() {
	open_factors "$1"
	assert_page 'Authenticator app'
	submit "$1" step=set_up
	secret=$(shown_secret)
	submit "$1" step=confirm code="$(totp "$secret")"
	mapfile -t codes < <(http_body | grep -oP '<code>\K[0-9a-z-]{19}')
	assert_equal "${#codes[@]}" 10
}

# A new browser, signed in up to the code.
up_to_code() {
	rm -f "$BATS_TEST_TMPDIR"/cgi-jar-*
	open_page "$1" "$(authorize_url app)"
	log_in "$1"
	assert_page 'name="code"'
}

is_signed_in() {
	[[ $(http_header Location) = "$CALLBACK"\?*code=* ]] ||
	    fail 'not signed in' "$(http_status)" "$(http_body)"
}

@test "factors: an app counts once its code was typed; then it is asked for, after the password" {
	open_factors alice
	submit alice step=set_up
	assert_page 'otpauth://totp/'
	submit alice step=confirm code="$(wrong_totp "$(shown_secret)")"
	assert_page 'not the code of this key'
	open_factors alice
	refute_page 'In use since'
	set_up alice
	travel 30
	up_to_code alice
	submit alice step=code code=''
	assert_page 'Enter a code'
	submit alice step=code code="$(totp "$secret")"
	is_signed_in
	run -0 latchkey session list --json
	jq -e 'any(.[]; .amr == ["pwd", "otp", "mfa"])' <<<"$output"
	run -0 latchkey audit
	[[ $output = *factor_added*alice* ]]
}

@test "factors: the picture says what the text says, and the secret is in no store" {
	open_factors alice
	submit alice step=set_up
	assert_page '<svg class="qr"'
	secret=$(shown_secret)
	[[ $secret =~ ^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$ ]]
	http_body | grep -q "secret=${secret// /}&amp;issuer="
	submit alice step=confirm code="$(totp "$secret")"
	run -1 grep -rqF "${secret// /}" "$DATA"
	raw=$(/usr/bin/python3 -c 'import base64, sys
print(base64.b32decode(sys.argv[1]).hex())' "${secret// /}")
	run -1 grep -q "$raw" <(stored_bytes | xxd -p | tr -d '\n')
}

@test "factors: a machine reads the picture: the address that apps take, with names encoded, also those with a colon or of another script" {
	local read=$BATS_TEST_TMPDIR/qr
	set_conf provider_name 'Größe: Haus & Hof 日本'
	add_user jo@home.example
	open_factors jo@home.example
	submit jo@home.example step=set_up
	# On a dark page as well: the light ground is part of the picture.
	http_body | grep -o '<svg class="qr".*</svg>' |
	    sed 's|<svg |&xmlns="http://www.w3.org/2000/svg" |' |
	    rsvg-convert -b black -w 700 -o "$read.png"
	run -0 --separate-stderr zbarimg --quiet --raw -Sdisable \
	    -Sqrcode.enable "$read.png"
	http_body | /usr/bin/python3 -c 'import html, re, sys, urllib.parse
read, page = sys.argv[1], sys.stdin.read()
assert read == html.unescape(re.search("href=\"(otpauth:[^\"]*)", page)[1]), read
assert read.isascii() and "+" not in read and " " not in read, read
u = urllib.parse.urlsplit(read)
assert u.scheme == "otpauth" and u.netloc == "totp", read
issuer, account = map(urllib.parse.unquote, u.path[1:].split(":"))
q = dict(urllib.parse.parse_qsl(u.query, strict_parsing=True))
assert issuer == q["issuer"] == "Größe  Haus & Hof 日本", read
assert account == "jo@home.example", read
secret = re.search("class=\"secret\"[^>]*>([^<]*)", page)[1]
assert q["secret"] == secret.replace(" ", "") and len(q["secret"]) == 32, read
assert (q["algorithm"], q["digits"], q["period"]) == ("SHA1", "6", "30"), read' "$output"
}

@test "factors: adding one is enough for this session, and no sign-in gets past it" {
	set_up alice
	run -0 latchkey session list --json
	assert_equal "$(jq -c '.[0].amr' <<<"$output")" '["pwd","otp","mfa"]'
	sign_in alice app >/dev/null
	up_to_code alice
	# The administrator learns what is asked for, and what helps if it is lost.
	run -0 --separate-stderr latchkey user reset alice
	[[ $output = "$ISSUER/join?link="* && $output != *$'\n'* ]] || fail "$output"
	[[ $stderr = *'alice will be asked for a code afterwards, too; if it is lost: latchkey user reset alice --factors'* ]] ||
	    fail "$stderr"
	run -0 --separate-stderr latchkey user reset alice --factors
	[[ $stderr != *afterwards* ]] || fail "$stderr"
	run -0 latchkey why alice
	output=$(tr -s ' \n' '  ' <<<"$output")
	[[ $output = *'has as a second factor: an authenticator app, recovery codes'*'if they are lost: latchkey user reset alice --factors'* ]] ||
	    fail "$output"
	# The password alone opened nothing.
	run -0 latchkey session list --json
	assert_equal "$(jq length <<<"$output")" 1
	open_page alice "$ISSUER/account"
	page_asks_password
}

@test "factors: set up by two presses or by Back, the last page has the codes that are good" {
	open_factors alice
	submit alice step=set_up
	keep_page confirm
	secret=$(shown_secret)
	now=$(totp "$secret")
	submit alice step=confirm code="$now"
	mapfile -t before < <(http_body | grep -oP '<code>\K[0-9a-z-]{19}')
	in_page confirm
	submit alice step=confirm code="$now"
	mapfile -t codes < <(http_body | grep -oP '<code>\K[0-9a-z-]{19}')
	assert_equal "${#codes[@]}" 10
	run -0 latchkey audit
	assert_equal "$(grep -c factor_added <<<"$output")" 1
	up_to_code alice
	submit alice step=code code="${before[0]}"
	assert_status 403
	submit alice step=code code="${codes[0]}"
	is_signed_in
	# On the way to an app as well, which it then goes on to.
	latchkey user set bob --require-factor >/dev/null
	open_page bob "$(authorize_url app)"
	log_in bob
	keep_page confirm
	secret=$(shown_secret)
	now=$(totp "$secret")
	submit bob step=confirm code="$now"
	in_page confirm
	submit bob step=confirm code="$now"
	assert_page 'Your recovery codes'
	submit bob step=done
	is_signed_in
}

@test "factors: a code is good once, in another browser as well (RFC 6238 5.2)" {
	set_up alice
	travel 30
	now=$(totp "$secret")
	up_to_code alice
	submit alice step=code code="${now:0:3} ${now:3}"
	is_signed_in
	up_to_code alice
	submit alice step=code code="$now"
	assert_status 403
	assert_page 'used already'
	travel 30
	submit alice step=code code="$(totp "$secret")"
	is_signed_in
}

@test "factors: the same form sent twice, by two presses or by Back, ends where it led; in another browser the code is used" {
	set_up alice
	travel 30
	rm -f "$BATS_TEST_TMPDIR"/cgi-jar-*
	open_page alice "$(authorize_url app prompt=login)"
	log_in alice
	keep_page second
	now=$(totp "$secret")
	submit alice step=code code="$now"
	is_signed_in
	in_page second
	submit alice step=code code="$now"
	is_signed_in
	in_page second
	submit alice step=code code="${codes[0]}"
	is_signed_in
	in_page second
	submit alice step=code code="${codes[0]}"
	is_signed_in
	run -0 latchkey session list --json
	assert_equal "$(jq length <<<"$output")" 2
	# A session of before is no answer to an app that asks again.
	travel 100
	open_page alice "$(authorize_url app prompt=login)"
	log_in alice
	submit alice step=code code="$now"
	assert_status 403
}

@test "factors: two tabs at the second step each go where they were going; Back leads on, and to no error" {
	set_up alice
	travel 30
	rm -f "$BATS_TEST_TMPDIR"/cgi-jar-*
	for tab in one two; do
		open_page alice "$(authorize_url app state=$tab)"
		log_in alice
		assert_page 'name="code"'
		keep_page $tab
	done
	in_page two
	submit alice step=code code="$(totp "$secret")"
	is_signed_in
	assert_equal "$(url_param state "$(http_header Location)")" two
	travel 30
	in_page one
	submit alice step=code code="$(totp "$secret")"
	is_signed_in
	assert_equal "$(url_param state "$(http_header Location)")" one
	# Back to it, and a code that is wrong: the person is signed in all the same.
	in_page one
	submit alice step=code code="$(wrong_totp "$secret")"
	is_signed_in
	# Back to the page before: the password asks for the second step again.
	in_page one
	submit alice step=switch
	page_asks_password
	log_in alice
	assert_page 'name="code"'
	submit alice step=cancel
	STATE=one assert_error_redirect access_denied
}

@test "factors: a step up sent twice ends where the first did" {
	sign_in alice app >/dev/null
	cp "$BATS_TEST_TMPDIR"/cgi-jar-alice "$BATS_TEST_TMPDIR"/kept
	rm "$BATS_TEST_TMPDIR"/cgi-jar-alice
	set_up alice
	cp "$BATS_TEST_TMPDIR"/kept "$BATS_TEST_TMPDIR"/cgi-jar-alice
	travel 30
	open_page alice "$(authorize_url app acr_values=2)"
	keep_page second
	now=$(totp "$secret")
	submit alice step=code code="$now"
	is_signed_in
	in_page second
	submit alice step=code code="$now"
	is_signed_in
}

@test "factors: two browsers at once, one code: one session" {
	set_up alice
	travel 30
	now=$(totp "$secret")
	up_to_code alice
	form_fields | grep -v '^code=' >"$BATS_TEST_TMPDIR/fields"
	mapfile -t fields <"$BATS_TEST_TMPDIR/fields"
	for n in 1 2 3 4; do
		(BATS_TEST_TMPDIR=$BATS_TEST_TMPDIR/$n && mkdir "$BATS_TEST_TMPDIR" &&
		    cp "${BATS_TEST_TMPDIR%/*}"/cgi-jar-* "$BATS_TEST_TMPDIR"
		request alice POST "$ISSUER/authorize" -H "Origin: $(issuer_origin)" \
		    "${fields[@]}" step=code code="$now") &
	done
	wait
	run -0 latchkey session list --json
	assert_equal "$(jq length <<<"$output")" 2
}

@test "factors: five wrong codes at once, then one a minute; twenty close them until another way was used" {
	set_up alice
	travel 30
	up_to_code alice
	for n in 1 2 3 4 5; do
		submit alice step=code code="$(wrong_totp "$secret" "$n")"
		assert_status 403
	done
	assert_logged 'access_denied reason=factor_wrong client_id=[a-z]+ user=alice cause=factor address='
	submit alice step=code code="$(totp "$secret")"
	assert_status 429
	assert_page 'Wait [1-6][0-9] seconds'
	for n in {6..20}; do
		travel 60
		((n % 4)) || up_to_code alice
		submit alice step=code code="$(wrong_totp "$secret" "$n")"
	done
	assert_page 'Too many wrong codes'
	travel 3600
	up_to_code alice
	submit alice step=code code="$(totp "$secret")"
	assert_page 'Too many wrong codes'
	run -0 latchkey audit
	[[ $output = *totp_closed*alice* ]]
	run -0 latchkey user factors alice
	[[ $output = *'closed: too many wrong codes'* ]]
	submit alice step=code code="${codes[4]}"
	is_signed_in
	open_factors alice
	assert_page 'Too many wrong codes were entered, on '
	up_to_code alice
	submit alice step=code code="$(totp "$secret")"
	is_signed_in
}

@test "factors: a recovery code is good once, however it is typed; few are told; new ones replace them" {
	set_up alice
	up_to_code alice
	typed=${codes[0]^^}
	submit alice step=code code="${typed//-/ }"
	is_signed_in
	up_to_code alice
	submit alice step=code code="${codes[0]}"
	assert_status 403
	for n in 1 2 3 4 5 6; do
		up_to_code alice
		submit alice step=code code="${codes[n]}"
		is_signed_in
	done
	open_factors alice
	assert_page 'class="alert">You have 3 recovery codes left'
	submit alice step=codes
	assert_page 'Your recovery codes'
	up_to_code alice
	submit alice step=code code="${codes[9]}"
	assert_status 403
	run -0 latchkey audit
	[[ $output = *recovery_code_used*alice* ]]
}

@test "factors: what was proven is good for minutes, in one browser, for one person" {
	set_up alice
	travel 30
	up_to_code alice
	travel 301
	submit alice step=code code="$(totp "$secret")"
	assert_status 403
	page_asks_password
	up_to_code alice
	proof=$(form_fields | grep ^proof=)
	open_page bob "$(authorize_url app)"
	submit bob step=code "$proof" code="$(totp "$secret")"
	page_asks_password
}

@test "factors: an enrolment is one person's, and good for half an hour" {
	open_factors alice
	submit alice step=set_up
	sealed=$(form_fields | grep ^sealed=)
	secret=$(shown_secret)
	open_factors bob
	submit bob step=set_up
	submit bob step=confirm "$sealed" code="$(totp "$secret")"
	assert_page 'open for too long'
	open_factors alice
	submit alice step=set_up
	sealed=$(form_fields | grep ^sealed=)
	submit alice step=confirm "${sealed%??}xx" code="$(totp "$secret")"
	assert_page 'open for too long'
}

@test "factors: one is removed after a question, and its recovery codes go with it" {
	set_up alice
	open_factors alice
	submit alice step=remove_codes
	submit alice step=keep
	assert_page 'You have 10 recovery codes left'
	submit alice step=remove_codes
	submit alice step=remove
	assert_page 'class="alert">You have no recovery codes'
	submit alice step=remove_app
	assert_page 'Your password alone will be enough'
	submit alice step=remove
	refute_page 'In use since'
	run -0 latchkey user factors alice --json
	assert_equal "$output" '[]'
	sign_in alice app >/dev/null
}

@test "factors: the administrator sees them, removes one or all, and it is in the audit" {
	set_up alice
	run -0 latchkey user factors alice
	[[ $output = *app*'authenticator app'*recovery*10* ]]
	run -1 latchkey user factors alice --remove nothing
	run -2 latchkey user factors alice --remove app --remove-all
	run -1 latchkey user factors nobody
	run -0 latchkey user factors alice --remove app
	assert_equal "$output" '1 factor removed.'
	run -0 latchkey user factors alice --json
	assert_equal "$output" '[]'
	run -0 latchkey audit
	[[ $output = *factor_removed*alice*'authenticator app'* ]]
	up_to_nothing=$(latchkey user factors alice --remove-all)
	assert_equal "$up_to_nothing" '0 factors removed.'
}

@test "factors: the last one that a rule wants stays" {
	set_up alice
	latchkey user set alice --require-factor >/dev/null
	open_factors alice
	submit alice step=remove_app
	submit alice step=remove
	assert_page 'Set up another one before you remove this'
	latchkey user set alice --no-require-factor --add-group family >/dev/null
	set_conf require_factor_groups 'admins, family'
	submit alice step=remove_app
	submit alice step=remove
	assert_page 'Set up another one before you remove this'
	run -0 latchkey user factors alice
	[[ $output = *'authenticator app'* ]]
}

# The claims of the ID token after a sign-in.
id_claims() {
	redeem "$(url_param code "$(http_header Location)")" >/dev/null
	jwt_claims "$(http_body | jq -r .id_token)"
}

@test "factors: acr and amr tell the app what happened; acr_values and an essential acr ask for more" {
	request - GET "$ISSUER/.well-known/openid-configuration"
	jq -e '.acr_values_supported == ["1", "2", "phr"]' <<<"$(http_body)"
	sign_in bob app >/dev/null
	open_page bob "$(authorize_url app acr_values='none 2')"
	assert_page 'Set up your app'
	secret=$(shown_secret)
	submit bob step=confirm code=1
	assert_page 'not the code of this key'
	submit bob step=confirm code="$(totp "$secret")"
	assert_page 'Your recovery codes'
	submit bob step=done
	is_signed_in
	# One who had it is asked for the code alone, with the session as it is.
	latchkey user factors bob --remove-all >/dev/null
	rm -f "$BATS_TEST_TMPDIR"/cgi-jar-*
	sign_in bob app >/dev/null
	mv "$BATS_TEST_TMPDIR"/cgi-jar-bob "$BATS_TEST_TMPDIR"/kept
	sign_in bob app >/dev/null
	set_up bob
	cp "$BATS_TEST_TMPDIR"/kept "$BATS_TEST_TMPDIR"/cgi-jar-bob
	travel 30
	open_page bob "$(authorize_url app claims='{"id_token":{"acr":{"essential":true,"values":["2"]}}}')"
	page_asks_code_only
	submit bob step=code code="$(totp "$secret")"
	is_signed_in
	jq -e '.acr == "2" and .amr == ["pwd", "otp", "mfa"]' <<<"$(id_claims)"
	request bob GET "$(authorize_url app acr_values='1')"
	jq -e '.acr == "1"' <<<"$(id_claims)"
}

page_asks_code_only() {
	assert_page 'name="code"'
	! page_asks_password
}

@test "factors: what cannot be met is unmet_authentication_requirements, not a dead end" {
	sign_in alice app >/dev/null
	request alice GET "$(authorize_url app prompt=none acr_values=2)"
	assert_error_redirect unmet_authentication_requirements
	request alice GET "$(authorize_url app acr_values=phr)"
	assert_error_redirect unmet_authentication_requirements
	request alice GET "$(authorize_url app claims='{"id_token":{"acr":{"essential":true,"value":"gold"}}}')"
	assert_error_redirect unmet_authentication_requirements
	# What is only wished for, and unknown, is no reason.
	request alice GET "$(authorize_url app acr_values=gold)"
	is_signed_in
	request alice GET "$(authorize_url app claims='{"id_token":{"acr":{"value":"gold"}}}')"
	is_signed_in
}

@test "factors: a rule wants one of a person, of a group or of an app: who has none sets it up first" {
	latchkey user set alice --require-factor >/dev/null
	open_page alice "$(authorize_url app)"
	log_in alice
	assert_page 'Set up your app'
	request alice GET "$(authorize_url app prompt=none)"
	assert_error_redirect login_required
	latchkey user set alice --no-require-factor >/dev/null
	sign_in alice app >/dev/null
	latchkey client set app --require-factor >/dev/null
	open_page alice "$(authorize_url app)"
	assert_page 'Set up your app'
	latchkey client set app --no-require-factor >/dev/null
	latchkey user set alice --add-group family >/dev/null
	set_conf require_factor_groups family
	open_page alice "$(authorize_url app)"
	assert_page 'Set up your app'
	keep_page open
	secret=$(shown_secret)
	# An open browser that is found later sets up nothing, nor does an open page.
	travel 700
	open_page alice "$(authorize_url app)"
	page_asks_password
	in_page open
	submit alice step=confirm code="$(totp "$secret")"
	page_asks_password
	run -0 latchkey user factors alice --json
	assert_equal "$output" '[]'
	log_in alice
	assert_page 'Set up your app'
}
