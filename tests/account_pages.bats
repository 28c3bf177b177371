# What people see and change of their own account.

load helper



setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams' --email alice@example.org
	add_user bob --email bob@example.org
	add_client app
	add_client photos --trusted
	latchkey site add http://127.0.0.1:7001 --name Drive \
	    --rule '/ signed-in app-password' >/dev/null
	save_store
}

setup() {
	fresh_store
}

teardown_file() {
	stop_all
}

# open_account PERSON PAGE: signs in there, if the page asks for it.
open_account() {
	request "$1" GET "$ISSUER/account/$2"
	if page_asks_password && http_body | grep -q 'value="login"'; then
		STAY=1 submit "$1" step=login username="$1" \
		    password="$PASSWORD"
		assert_status 303
		request "$1" GET "$ISSUER/account/$2"
	fi
	assert_status 200
}

# asks_to_confirm NAME: by a page that has the name already.
asks_to_confirm() {
	assert_page 'Confirm it’s you'
	assert_page "value=\"$1\""
}

# audited EVENT: of alice, from a browser.
audited() {
	latchkey audit --json | jq -e --arg event "$1" \
	    'any(.event == $event and .user == "alice" and .address != "")' \
	    >/dev/null || fail "no line of the audit: $1"
}

# device NAME: signs alice in with another browser.
device() {
	open_page "$1" "$ISSUER/account"
	AGENT=$2 STAY=1 submit "$1" step=login username=alice \
	    password="$PASSWORD"
	assert_status 303
}

sids() {
	latchkey session list --json | jq -r '.[].sid'
}

@test "account: all its pages are linked, and shown to the person alone" {
	local page
	request alice GET "$ISSUER/account"
	STAY=1 submit alice step=login username=alice password="$PASSWORD"
	request alice GET "$ISSUER/account"
	for page in profile email contact password sessions apps app-passwords events; do
		http_body | grep -q "href=\"/account/$page\"" ||
		    fail "no link to $page"
	done
	for page in profile email contact password sessions sessions/everywhere apps \
	    apps/take-back app-passwords app-passwords/remove events; do
		request - GET "$ISSUER/account/$page"
		assert_status 200
		assert_page '<h1>Sign in</h1>'
		request alice GET "$ISSUER/account/$page"
		assert_status 200
		refute_page 'value="login"'
	done
}

@test "profile: what a person says of themselves is what apps are told" {
	open_account alice profile
	submit alice step=save given_name=' Ada ' family_name=Lovelace \
	    display='' language=de zone=Europe/London
	assert_page 'role="status"'
	audited profile_changed
	tokens=$(get_tokens alice app scope="openid profile")
	jwt_claims "$(field id_token <<<"$tokens")" | jq -e '.name == "Ada Lovelace" and .given_name == "Ada" and
	    .family_name == "Lovelace" and .locale == "de" and
	    .zoneinfo == "Europe/London"'
}

@test "contact: a number and an address that a person gives are told to apps that may know them" {
	latchkey user set alice --phone '+49 30 123456'
	latchkey user show alice --json | jq -e '.phone_number_verified'
	open_account alice contact
	assert_page 'value="[+]49 30 123456"'
	submit alice step=save phone=' +49 (30) 123457 ' \
	    street_address='Am Markt 1' postal_code=10115 locality=Berlin \
	    region='' country=Deutschland
	assert_page 'role="status"'
	audited contact_changed
	latchkey user show alice --json | jq -e '.phone_number == "+49 (30) 123457"
	    and (.phone_number_verified | not) and .locality == "Berlin" and
	    .street_address == "Am Markt 1" and .region == ""'
	open_account alice contact
	submit alice step=save phone='+49 (30) 123457' locality=Potsdam
	latchkey user show alice --json | jq -e '.locality == "Potsdam" and
	    .street_address == "" and .phone_number == "+49 (30) 123457"'
}

@test "contact: what cannot be is refused, and what was typed stays" {
	local phone before
	before=$(latchkey user show alice --json)
	open_account alice contact
	for phone in 030123456 +4930 '+49 30 1234x' '+0301234567' \
	    "+$(printf '1%.0s' {1..16})" '+49 30 123456;ext=' \
	    "+49 30 123456$(printf ' %.0s' {1..64})7"; do
		submit alice step=save phone="$phone" locality=Berlin
		assert_status 200
		assert_page 'begins with [+] and the country'
		assert_page 'value="Berlin"'
	done
	submit alice step=save locality="$(printf 'x%.0s' {1..129})"
	assert_page 'too long'
	submit alice step=save street_address=$'a\tb' phone='+49 30 123456'
	assert_page 'can’t be used'
	assert_page 'value="[+]49 30 123456"'
	assert_equal "$(latchkey user show alice --json)" "$before"
}

@test "profile: what cannot be is refused, and what was typed stays" {
	open_account alice profile
	submit alice step=save given_name=Ada zone=Europe/Nowhere
	assert_status 200
	assert_page 'no such time zone'
	assert_page 'value="Ada"'
	assert_page 'selected>Europe/Nowhere'
	submit alice step=save zone=../../etc/passwd
	assert_page 'no such time zone'
	submit alice step=save given_name="$(printf 'x%.0s' {1..129})"
	assert_page 'too long'
	submit alice step=save given_name=$'a\tb'
	assert_page 'can’t be used'
	latchkey user show alice --json | jq -e '.given_name == ""'
}

@test "address: it needs a fresh sign-in, and one that was typed is not verified" {
	open_account alice email
	travel 700
	request alice GET "$ISSUER/account/email"
	asks_to_confirm alice
	submit alice step=login username=alice password=wrong
	assert_status 403
	asks_to_confirm alice
	open_account alice email
	submit alice step=save email=ada@example.org
	assert_page 'role="status"'
	audited email_changed
	latchkey user show alice --json |
	    jq -e '.email == "ada@example.org" and .email_verified == false'
}

@test "address: a form that was left open needs a fresh sign-in as well" {
	open_account alice email
	travel 700
	submit alice step=save email=ada@example.org
	asks_to_confirm alice
	latchkey user show alice --json |
	    jq -e '.email == "alice@example.org" and .email_verified'
}

# set_up_app PERSON: $secret.
set_up_app() {
	open_account "$1" factors
	submit "$1" step=set_up
	secret=$(shown_secret)
	submit "$1" step=confirm code="$(totp "$secret")"
	assert_page 'Your recovery codes'
}

@test "address: who has a second factor confirms with it as well, and not with the password alone" {
	local secret
	device phone Phone
	set_up_app alice
	# Signed in a moment ago, by less than there is now.
	request phone GET "$ISSUER/account/email"
	asks_to_confirm alice
	travel 700
	request alice GET "$ISSUER/account/email"
	asks_to_confirm alice
	submit alice step=login username=alice password="$PASSWORD"
	assert_page 'name="code"'
	submit alice step=save email=ada@example.org
	request alice GET "$ISSUER/account/email"
	asks_to_confirm alice
	submit alice step=login username=alice password="$PASSWORD"
	submit alice step=code code="$(wrong_totp "$secret")"
	assert_status 403
	submit alice step=code code="$(totp "$secret")"
	assert_page 'name="email"'
	submit alice step=save email=ada@example.org
	assert_page 'role="status"'
	# Within ten minutes nothing more is asked, and after them all of it.
	request alice GET "$ISSUER/account/email"
	assert_page 'name="email"'
	travel 601
	request alice GET "$ISSUER/account/email"
	asks_to_confirm alice
	# What was typed before is there again after both.
	submit alice step=login username=alice password="$PASSWORD"
	submit alice step=code code="$(totp "$secret")"
	travel 601
	submit alice step=save email=lady@example.org
	asks_to_confirm alice
	submit alice step=login username=alice password="$PASSWORD"
	submit alice step=code code="$(totp "$secret")"
	assert_page 'value="lady@example.org"'
	submit alice step=save email=lady@example.org
	latchkey user show alice --json | jq -e '.email == "lady@example.org"'
	latchkey user set alice --email ada@example.org
}

@test "address: another person's, or what is none, is refused and stays typed" {
	open_account alice email
	submit alice step=save email=BOB@example.org
	assert_status 200
	assert_page 'Another person here uses this address'
	assert_page 'value="BOB@example.org"'
	submit alice step=save email='not one'
	assert_page 'not an e-mail address'
	latchkey user show alice --json | jq -e '.email == "alice@example.org"'
}

@test "password: the old one is asked for, and the other sessions end" {
	device phone Phone
	open_account alice password
	submit alice step=save password=wrong new_password='a new good phrase'
	assert_status 403
	assert_page 'current password is wrong'
	submit alice step=save password="$PASSWORD" new_password=short
	assert_page 'at least 8 characters'
	submit alice step=save password="$PASSWORD" new_password=password1
	assert_page 'guessed first'
	submit alice step=save password="$PASSWORD" new_password=alice@example
	assert_page 'little more than a name'
	submit alice step=save password="$PASSWORD" new_password="$PASSWORD"
	assert_page 'you have now'
	submit alice step=save new_password='a new good phrase'
	assert_page 'current password and the new'
	submit alice step=save password="$PASSWORD" \
	    new_password='a new good phrase'
	assert_page 'role="status"'
	audited password_changed
	(($(sids | wc -l) == 1))
	request alice GET "$ISSUER/account"
	assert_page 'Alice Adams'
	request phone GET "$ISSUER/account"
	assert_page '<h1>Sign in</h1>'
	submit phone step=login username=alice password="$PASSWORD"
	assert_status 403
	STAY=1 submit phone step=login username=alice \
	    password='a new good phrase'
	assert_status 303
}

@test "password: this browser goes on with another cookie, and the one of before opens nothing (ASVS 7.2.4)" {
	open_account alice password
	cp "$BATS_TEST_TMPDIR"/cgi-jar-alice "$BATS_TEST_TMPDIR"/cgi-jar-thief
	submit alice step=save password="$PASSWORD" \
	    new_password='a new good phrase'
	assert_page 'role="status"'
	! cmp -s "$BATS_TEST_TMPDIR"/cgi-jar-{alice,thief}
	request thief GET "$ISSUER/account"
	assert_page '<h1>Sign in</h1>'
	request alice GET "$ISSUER/account"
	assert_page 'Alice Adams'
	(($(sids | wc -l) == 1))
}

@test "password: what an app has from this very session ends with the others, for a thief of its cookie may have given it" {
	local token
	token=$(get_tokens alice photos | field refresh_token)
	token=$(CLIENT=photos refresh "$token" | field refresh_token)
	open_account alice password
	submit alice step=save password="$PASSWORD" \
	    new_password='a new good phrase'
	assert_page 'role="status"'
	CLIENT=photos refresh "$token"
	assert_error invalid_grant
	request alice GET "$(authorize_url photos)"
	assert_header Location 'code='
}

@test "password: the other sessions stay if that is wished" {
	device phone Phone
	open_account alice password
	submit alice step=save everywhere= password="$PASSWORD" \
	    new_password='a new good phrase'
	assert_page 'role="status"'
	request phone GET "$ISSUER/account"
	assert_page 'Alice Adams'
}

@test "forms: two presses, Back and two tabs of the account do once more what they say, for the person who is signed in" {
	local page
	open_account alice profile
	keep_page profile
	for page in 1 2; do
		in_page profile
		submit alice step=save given_name=Ada
		assert_page 'role="status"'
	done
	open_account alice email
	keep_page email
	for page in 1 2; do
		in_page email
		submit alice step=save email=ada@example.org
		assert_page 'role="status"'
	done
	latchkey audit --json | jq -e 'map(select(.event == "profile_changed" or
	    .event == "email_changed")) | length == 2'
	# The tab that is older says the last word, as it was typed there.
	in_page profile
	submit alice step=save given_name=Augusta
	latchkey user show alice --json | jq -e '.given_name == "Augusta" and
	    .email == "ada@example.org"'
	open_account alice password
	keep_page password
	for page in 1 2; do
		in_page password
		submit alice step=save password="$PASSWORD" \
		    new_password='a new good phrase'
		assert_status 200
		assert_page 'role="status"'
	done
	in_page password
	submit alice step=save password="$PASSWORD" \
	    new_password='another good phrase'
	assert_status 403
	assert_page 'current password is wrong'
	# Another person has signed in since, in the same browser.
	open_page alice "$ISSUER/account"
	submit alice step=logout
	open_page alice "$ISSUER/account"
	submit alice step=login username=bob password="$PASSWORD"
	in_page profile
	submit alice step=save given_name=Eve
	refute_page 'role="status"'
	latchkey user show bob --json | jq -e '.given_name == ""'
	latchkey user show alice --json | jq -e '.given_name == "Augusta"'
}

@test "password: guessing the old one is slowed down" {
	local i
	open_account alice password
	for i in {1..12}; do
		submit alice step=save password=wrong$i \
		    new_password='a new good phrase'
	done
	assert_status 429
	assert_page 'Too many attempts'
}

@test "sessions: each says browser, system and address, and is ended there" {
	local phone='Mozilla/5.0 (Android 14; Mobile) Gecko/127.0 Firefox/127.0'
	ADDRESS=192.0.2.9 device phone "$phone"
	open_account alice sessions
	assert_page 'This browser'
	assert_page 'Firefox.* on .*Android'
	assert_page '192\.0\.2\.9'
	submit alice step=end
	assert_page 'role="status"'
	audited session_ended
	request phone GET "$ISSUER/account"
	assert_page '<h1>Sign in</h1>'
	request alice GET "$ISSUER/account/sessions"
	refute_page Android
	refute_page 'value="end"'
}

@test "sessions: markup in a User-Agent is text" {
	device phone '<script>x</script>"&'
	open_account alice sessions
	assert_page '&lt;script&gt;x'
	refute_page '<script>x'
}

@test "sessions: no one ends another person's" {
	local sid
	open_account bob sessions
	sid=$(sids)
	device phone Phone
	open_account alice sessions
	submit alice step=end sid="$sid"
	assert_page 'role="status"'
	submit alice step=end sid=garbage
	assert_status 200
	request bob GET "$ISSUER/account"
	assert_page 'name="step" value="logout"'
	(($(sids | wc -l) == 3))
}

@test "sessions: everywhere else needs a fresh sign-in, and leaves this one" {
	device phone Phone
	open_account alice sessions
	travel 700
	request alice GET "$ISSUER/account/sessions/everywhere"
	asks_to_confirm alice
	open_account alice sessions/everywhere
	submit alice step=end
	assert_page 'role="status"'
	(($(sids | wc -l) == 1))
	request alice GET "$ISSUER/account"
	assert_page 'Alice Adams'
}

@test "apps: what they see, since when; taken back, their tokens are worthless" {
	local tokens access refresh
	tokens=$(get_tokens alice app scope='openid email offline_access')
	access=$(field access_token <<<"$tokens")
	refresh=$(field refresh_token <<<"$tokens")
	open_account alice apps
	assert_page 'your e-mail address'
	assert_page 'while you are away'
	request alice GET "$ISSUER/account/apps/take-back?app=app"
	assert_page 'Take back access'
	submit alice step=take_back
	assert_page 'role="status"'
	audited app_removed
	request alice GET "$ISSUER/account/apps"
	assert_page 'No app has access'
	run refresh "$refresh"
	assert_equal "$(field error <<<"$output")" invalid_grant
	latchkey grant list --json | jq -e '.grants == [] and .consents == []'
	open_page alice "$(authorize_url app)"
	page_asks_consent
}

@test "apps: another person's stay, and an app that is unknown is no error" {
	get_tokens bob app >/dev/null
	open_account alice 'apps/take-back?app=app'
	assert_page 'has no access'
	open_account alice 'apps/take-back?app=%3Cb%3E'
	assert_page 'has no access'
	open_account alice apps/take-back
	latchkey grant list --json | jq -e '.grants | length == 1'
}

@test "app passwords: one is made, shown once, and removed" {
	local id
	open_account alice app-passwords
	submit alice step=make label=Phone site=http://127.0.0.1:7001
	assert_status 200
	assert_page '<code>[A-Za-z0-9_-]{44}</code>'
	audited app_password_added
	request alice GET "$ISSUER/account/app-passwords"
	assert_page Phone
	refute_page '[A-Za-z0-9_-]{44}</code>'
	refute_page 'Last used on'
	id=$(latchkey app-password list --json | jq -r '.[0].id')
	request bob GET "$ISSUER/account"
	open_account bob "app-passwords/remove?id=$id"
	assert_page 'removed already'
	request alice GET "$ISSUER/account/app-passwords/remove?id=$id"
	assert_page 'Remove “.*Phone'
	submit alice step=remove
	assert_page 'role="status"'
	audited app_password_deleted
	latchkey app-password list --json | jq -e '. == []'
}

@test "app passwords: for a site that takes none there is none" {
	open_account alice app-passwords
	submit alice step=make label=Phone site=http://127.0.0.1:7002
	assert_page 'no app passwords for this site'
	submit alice step=make label= site=http://127.0.0.1:7001
	assert_page 'Give it a name'
	latchkey app-password list --json | jq -e '. == []'
}

@test "events: what happened is told in words, newest first, to the person alone" {
	latchkey user set alice --name Ada
	open_account alice events
	ADDRESS=192.0.2.9 device phone Phone
	open_account bob events
	refute_page '192\.0\.2\.9'
	request alice GET "$ISSUER/account/events"
	assert_page 'Signed in.*192\.0\.2\.9.*Account changed'
	refute_page '<strong>.*</strong>[^<]*<code>'
}
