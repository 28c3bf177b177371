# The administrator's desk, through lighttpd.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	set_conf provider_name 'The Adams family'
	add_user root --name 'Ruth Root' --group admins
	add_user alice --name 'Alice Adams' --email alice@example.org \
	    --group family
	add_user bob
	add_client photos --name Photos
	start_server
}

setup() {
	# One browser an administrator, signed in a moment ago.
	request root GET "$ISSUER/admin"
	! page_asks_password || log_in root
}

teardown_file() {
	stop_all
}

# page PATH [NAME=VALUE...]: root looks at it.
page() {
	request root GET "$ISSUER$1" "${@:2}"
}

# save [NAME=VALUE...]: the page's form.
save() {
	submit root step=save "$@"
}

# audit FILTER: about the newest line.
audit() {
	latchkey audit --json | jq -e ".[-1] | $1"
}

user() {	# NAME FILTER
	latchkey user show "$1" --json | jq -e "$2"
}

@test "desk: it asks who is not signed in, and tells others that they may not, on every page" {
	local path
	for path in /admin /admin/people '/admin/person?name=alice' \
	    '/admin/person?name=no-one' '/admin/apps/add/recipe?app=gitea' \
	    /admin/keys /admin/audit /admin/why; do
		request new GET "$ISSUER$path"
		assert_status 200
		page_asks_password
	done
	open_page bob "$ISSUER/admin/people"
	log_in bob
	assert_status 403
	assert_page 'you are not an administrator'
	for path in /admin '/admin/person?name=alice' \
	    '/admin/person?name=no-one' '/admin/site?origin=x'; do
		request bob GET "$ISSUER$path"
		assert_status 403
	done
	assert_logged 'forbidden reason=not_admin'
}

@test "desk: who leaves the group can do nothing more, with a page that is open" {
	add_user tim --group admins
	open_page tim "$ISSUER/admin/person/lock?name=bob"
	log_in tim
	assert_page 'Lock'
	latchkey user set tim --remove-group admins
	submit tim step=save
	assert_status 403
	user bob '.locked == false'
}

@test "desk: it shows how many there are, and what to take care of" {
	page /admin
	assert_page 'Administration'
	assert_page 'You are the only administrator'
	assert_page 'is not https'
}

@test "desk: people are listed and looked for" {
	page /admin/people
	assert_page 'alice@example.org'
	assert_page bob
	page /admin/people q=ADAMS
	assert_page alice
	[[ $(http_body) != *name=bob* ]]
	page /admin/people 'q=<x>'
	assert_page 'No people found'
}

@test "desk: a long list comes in pages, each person once" {
	local i n=0
	for ((i = 100; i < 160; i++)); do
		latchkey user add "many-$i" --no-password >/dev/null
	done
	page /admin/people q=many-
	n=$(http_body | grep -o 'name=many-[0-9]*' | sort -u | wc -l)
	assert_equal "$n" 50
	page "/admin/people?from=many-150&q=many-"
	n=$(http_body | grep -o 'name=many-[0-9]*' | sort -u | wc -l)
	assert_equal "$n" 10
}

@test "desk: a person is added, changed, locked, unlocked and removed, and the audit says by whom and from where" {
	page /admin/people/add
	save person='Carol' display='Carol C' email=carol@example.org \
	    verified=1 groups='family, book club'
	assert_page 'Added.'
	assert_page 'Carol C'
	user carol '.groups == ["family", "book club"] and .email_verified and
	    .has_password == false'
	audit '.event == "user_added" and .user == "carol" and .by == "root" and
	    .address == "127.0.0.1"'
	page '/admin/person/edit?name=carol'
	save display='Carol D' email=carol@example.org groups=family verified
	assert_page 'Saved.'
	user carol '.name == "Carol D" and .email_verified == false and
	    .groups == ["family"]'
	audit '.event == "user_changed" and .user == "carol" and .by == "root"'
	page '/admin/person/lock?name=carol'
	save
	assert_page 'Locked'
	user carol .locked
	audit '.event == "user_locked" and .user == "carol" and .by == "root"'
	page '/admin/person/lock?name=carol'
	save
	user carol '.locked == false'
	page '/admin/person/remove?name=carol'
	keep_page remove
	save
	assert_page 'Removed.'
	run -1 latchkey user show carol
	audit '.event == "user_deleted" and .user == "carol" and .by == "root"'
	in_page remove
	save
	assert_page 'Removed.'
}

@test "desk: a person's attributes are shown, changed and taken away, each once and in its form" {
	local line
	latchkey user add dave --no-password --attribute tenant_id=42 \
	    --attribute floor=3 >/dev/null
	page '/admin/person?name=dave'
	assert_page 'tenant_id=42, floor=3'
	page '/admin/person/edit?name=dave'
	save display= email= groups= \
	    attributes=$' tenant_id=43 \r\n\r\nroom=a=b\r\nfloor=\r\n'
	assert_page 'Saved.'
	user dave '.attributes == ["tenant_id=43", "room=a=b"]'
	audit '.event == "user_changed" and .user == "dave" and .by == "root"'
	for line in tenant_id 'Tenant=1' '=1' $'a=1\na=2' $'a=\t1' \
	    "a=$(printf 'x%.0s' {1..300})" \
	    "$(printf 'k%d=%0200d\n' 1 1 2 2 3 3 4 4 5 5 6 6)"; do
		page '/admin/person/edit?name=dave'
		save display= email= groups= attributes="$line"
		assert_page 'One of these attributes is not possible'
		assert_page 'name="attributes"[^>]*>.'
	done
	user dave '.attributes == ["tenant_id=43", "room=a=b"]'
	page '/admin/person/edit?name=dave'
	save display= email= groups= attributes=
	user dave '.attributes == []'
}

@test "desk: a person's phone number and postal address are shown, changed and taken away, and stay when the rest is changed" {
	local fields='{phone_number, phone_number_verified, locality}'
	latchkey user add erin --no-password --phone '+49 30 123456' \
	    --phone-unverified --locality Berlin >/dev/null
	page '/admin/person?name=erin'
	assert_page '[+]49 30 123456'
	assert_page 'Phone number verified'
	assert_page 'Berlin'
	refute_page 'Postal code'
	page '/admin/person/edit?name=erin'
	save display=Erin email= groups=
	assert_page 'Saved.'
	user erin "$fields == {phone_number: \"+49 30 123456\",
	    phone_number_verified: false, locality: \"Berlin\"}"
	page '/admin/person/edit?name=erin'
	assert_page 'value="[+]49 30 123456"'
	save display=Erin email= groups= phone=' +49 30 654321 ' \
	    phone_verified=1 street_address='Am Markt 1' postal_code=10115 \
	    locality=Potsdam region=Brandenburg country=
	assert_page 'Saved.'
	user erin '.street_address == "Am Markt 1" and .postal_code == "10115" and
	    .region == "Brandenburg" and (.country // "") == ""'
	user erin "$fields == {phone_number: \"+49 30 654321\",
	    phone_number_verified: true, locality: \"Potsdam\"}"
	# Another number is verified only if the box is ticked with it.
	page '/admin/person/edit?name=erin'
	save display=Erin email= groups= phone='+49 30 1' phone_verified
	assert_page 'A phone number begins with'
	assert_page 'value="[+]49 30 1"'
	page '/admin/person/edit?name=erin'
	save display=Erin email= groups= phone='+49 30 123456' phone_verified
	user erin "$fields == {phone_number: \"+49 30 123456\",
	    phone_number_verified: false, locality: \"Potsdam\"}"
	page '/admin/person/edit?name=erin'
	save display=Erin email= groups= locality="$(printf '%0300d' 1)"
	assert_page 'One of these is too long'
	save display=Erin email= groups= region=$'\t'
	assert_page 'characters that can’t be used'
	page '/admin/person/edit?name=erin'
	save display=Erin email= groups= phone= street_address= postal_code= \
	    locality= region=
	page '/admin/person?name=erin'
	refute_page 'Phone number|Am Markt|Potsdam|Brandenburg'
	page /admin/people/add
	save person=frank display= email= groups= phone=+4930123456 locality=Bonn
	assert_page 'Added.'
	user frank "$fields == {phone_number: \"+4930123456\",
	    phone_number_verified: true, locality: \"Bonn\"}"
}

@test "desk: what cannot be is told, what was typed stays, and nothing is changed" {
	page /admin/people/add
	save person='no spaces' display='Zoe' email= groups=
	assert_page 'This user name is not possible'
	assert_page 'a user name has lower-case letters'
	assert_page 'value="Zoe"'
	assert_page 'value="no spaces"'
	save person=zoe display= email=alice@EXAMPLE.org verified=1 groups=
	assert_page 'Another person has this verified e-mail address'
	save person=zoe display= email=zoe groups=
	assert_page 'This e-mail address is not possible'
	save person=zoe display= email= groups='a"b'
	assert_page 'One of these groups is not possible'
	save person=alice display= email= groups=
	assert_page 'There is a person with this user name already'
	run -1 latchkey user show zoe
}

@test "desk: no administrator locks or removes themselves, and the last one stays one" {
	page '/admin/person/lock?name=root'
	save
	assert_status 403
	assert_page 'You cannot lock or remove yourself'
	page '/admin/person/remove?name=root'
	save
	assert_status 403
	page '/admin/person/edit?name=root'
	save display=Ruth email= groups=family
	assert_status 403
	assert_page 'The last administrator'
	user root '.groups == ["admins"] and .locked == false'
	latchkey user set bob --group admins
	page '/admin/person/edit?name=root'
	save display='Ruth Root' email= groups=family
	assert_status 403
	user root '.groups == ["family"]'
	latchkey user set root --group admins
	latchkey user set bob --group ''
}

@test "desk: an app is added by its recipe, with the settings to type in, and the secret is shown once" {
	local secret
	page /admin/apps/add
	assert_page 'app=gitea'
	page '/admin/apps/add/recipe?app=gitea'
	save url=not-an-address client_id=gitea groups=
	assert_page 'This address is not possible'
	save url=https://git.example.org/ client_id=gitea groups=family trusted=1
	assert_page 'App added'
	assert_page 'only once'
	secret=$(http_body | grep -oE '[A-Za-z0-9_-]{43}' | head -n 1)
	[[ -n $secret ]]
	latchkey client show gitea --json | jq -e '.trusted and
	    .groups == ["family"] and .redirect_uris ==
	    ["https://git.example.org/user/oauth2/latchkey/callback"]'
	audit '.event == "client_added" and .client_id == "gitea" and
	    .by == "root" and .address == "127.0.0.1"'
	request - POST "$ISSUER/token" -H "$(basic gitea "$secret")" \
	    grant_type=authorization_code code=x \
	    redirect_uri=https://git.example.org/cb
	[[ $(http_body) = *invalid_grant* ]] || fail "$(http_body)"
	page '/admin/app?id=gitea'
	assert_page 'git.example.org'
	[[ $(http_body) != *"$secret"* ]]
	page '/admin/apps/add/recipe?app=gitea'
	save url=https://git.example.org client_id=gitea groups=
	assert_page 'There is an app with this client ID already'
}

# basic ID SECRET: the header.
basic() {
	echo "Authorization: Basic $(printf %s "$1:$2" | base64 -w0)"
}

@test "desk: an app is added by hand, changed, gets a new secret, and is removed" {
	local first second
	page /admin/apps/add/own
	save client_id=wiki app_name=Wiki redirect= after= alg=RS256 groups=
	assert_page 'This does not go together'
	save client_id=wiki app_name=Wiki alg=RS256 groups= \
	    redirect=$'https://wiki.example.org/cb\r\nhttps://wiki.example.org/two\r\n' \
	    after=
	assert_page 'App added'
	first=$(http_body | grep -oE '[A-Za-z0-9_-]{43}' | head -n 1)
	latchkey client show wiki --json | jq -e '
	    .id_token_signed_response_alg == "RS256" and
	    .redirect_uris == ["https://wiki.example.org/cb",
		"https://wiki.example.org/two"]'
	page '/admin/app/edit?id=wiki'
	save app_name='The Wiki' redirect=javascript:alert after= groups=
	assert_page 'One of these addresses is not possible'
	save app_name='The Wiki' redirect=https://wiki.example.org/cb after= \
	    groups=family
	assert_page 'The Wiki'
	latchkey client show wiki --json | jq -e '.groups == ["family"]'
	page '/admin/app/secret?id=wiki'
	save
	second=$(http_body | grep -oE '[A-Za-z0-9_-]{43}' | head -n 1)
	[[ -n $second && $first != "$second" ]]
	audit '.event == "client_secret_changed" and .client_id == "wiki" and
	    .by == "root"'
	request - POST "$ISSUER/token" -H "$(basic wiki "$first")" \
	    grant_type=authorization_code code=x redirect_uri=https://x.example/
	[[ $(http_body) = *invalid_client* ]] || fail "$(http_body)"
	page '/admin/app/remove?id=wiki'
	save
	assert_page 'Removed.'
	run -1 latchkey client show wiki
	audit '.event == "client_deleted" and .by == "root"'
}

@test "desk: an app that registered itself is no one's to trust before an administrator vouches for it" {
	latchkey client add strange --name Strange --public \
	    --redirect-uri http://localhost/cb >/dev/null
	estrange strange
	page '/admin/app?id=strange'
	assert_page 'Itself: unverified'
	page '/admin/app/edit?id=strange'
	refute_page 'name="trusted"'
	save app_name=Strange redirect=http://localhost/cb after= groups= trusted=1
	refute_page 'Saved'
	page '/admin/app/vouch?id=strange'
	save
	assert_page 'Saved'
	refute_page 'unverified'
	latchkey client show strange --json |
	    jq -e '.registered_by == "administrator"'
	audit '.event == "client_vouched_for" and .by == "root"'
	latchkey client del strange --yes >/dev/null
}

@test "desk: a site is added with its rules, which are added and removed, and is removed" {
	local site=http://localhost:9
	page /admin/sites/add
	save origin=http://localhost:9/x site_name= groups=
	assert_page 'This address is not possible'
	save origin=$site site_name='Our photos' groups=
	assert_page 'Added.'
	assert_page 'Our photos'
	audit '.event == "site_added" and .client_id == "'$site'" and
	    .by == "root"'
	page /admin/site/rule "origin=$site"
	save path=/album who=group groups='family, book club' rule=
	page /admin/site/rule "origin=$site"
	save path=/open who=anyone groups= rule=
	page /admin/site/rule "origin=$site"
	save path= who=typed groups= rule='GET /feed signed-in app-password'
	latchkey site show $site --json | jq -e '.rules == ["/ signed-in",
	    "/album group:family group:\"book club\"", "/open anyone",
	    "GET /feed signed-in app-password"]'
	page /admin/site/rule "origin=$site"
	save path=album who=anyone groups= rule=
	assert_page 'This rule is not possible'
	page /admin/site/rules "origin=$site"
	submit root step=end value='/open anyone'
	assert_page 'Removed.'
	submit root step=end value='/open anyone'
	latchkey site show $site --json | jq -e '.rules | length == 3'
	page /admin/site/edit "origin=$site"
	save site_name=Photos groups=family
	latchkey site show $site --json | jq -e '.groups == ["family"]'
	page /admin/site/remove "origin=$site"
	save
	run -1 latchkey site show $site
	audit '.event == "site_deleted" and .by == "root"'
}

@test "desk: sessions are shown with browser and address, and ended" {
	local sid
	open_page alice "$ISSUER/account"
	log_in alice
	page /admin/sessions user=alice
	assert_page '127.0.0.1'
	sid=$(latchkey session list --user alice --json | jq -r '.[0].sid')
	page /admin/session/end "sid=$sid"
	save
	assert_page 'Signed out.'
	audit '.event == "session_ended" and .by == "root"'
	latchkey session list --user alice --json | jq -e '. == []'
	request alice GET "$ISSUER/account"
	page_asks_password
	log_in alice
	page /admin/session/end user=alice
	save
	latchkey session list --user alice --json | jq -e '. == []'
}

@test "desk: keys are changed once, and a form that is sent twice changes nothing more" {
	local before
	page /admin/keys
	assert_page EdDSA
	page /admin/keys/rotate
	keep_page rotate
	save
	assert_page 'The next key is so new'
	travel 90000
	page /admin/keys/rotate
	page_asks_password
	log_in root
	keep_page rotate
	before=$(latchkey key list --json | jq length)
	save
	assert_page 'New keys sign from now on'
	audit '.event == "key_rotated" and .by == "root"'
	in_page rotate
	save
	assert_page 'The next key is so new'
	latchkey key list --json | jq -e "length > $before"
}

@test "desk: what happened is shown newest first, and looked for by person, app, event and day" {
	page /admin/audit
	assert_page 'by root'
	page /admin/audit person=carol event=user_
	assert_page 'Account removed'
	[[ $(http_body) != *'Site added'* ]]
	page /admin/audit app=photos
	assert_page 'App added'
	page /admin/audit by=root event='ACCOUNT LOCK'
	assert_page 'Account locked'
	refute_page 'App added'
	refute_page user_locked
	page /admin/audit since=2222-01-01
	assert_page 'Nothing found'
}

@test "desk: what was refused is shown newest first, with the page where something can be done about it" {
	ADDRESS=192.0.2.7 request - GET "$(authorize_url photos redirect_uri=https://photos.example.org/cb/)"
	assert_status 400
	open_page stranger "$(authorize_url photos)"
	submit stranger step=login username=bob password=wrong-one
	submit stranger step=login username=bob password=wrong-one
	page /admin/why
	assert_page 'The password was wrong. Make a link for a new one.'
	assert_page 'href="[^"]*/admin/person\?name=bob"'
	assert_page '\(2 ×\)'
	assert_page 'The address to return to is not registered.'
	assert_page 'href="[^"]*/admin/app\?id=photos"'
	assert_page 'https://photos.example.org/cb/'
	page /admin/why q=redirect_uri
	assert_page redirect_uri_unregistered
	[[ $(http_body) != *'The password was wrong'* ]]
	page /admin/why q=none-of-these
	assert_page 'Nothing was refused lately'
}

@test "desk: a change needs a sign-in of the last ten minutes, and a look does not" {
	local before
	page '/admin/person/lock?name=bob'
	travel 700
	before=$(latchkey audit --json | jq length)
	STAY=1 save
	page_asks_password
	user bob '.locked == false'
	assert_equal "$(latchkey audit --json | jq length)" "$before"
	page '/admin/person/remove?name=bob'
	page_asks_password
	page '/admin/person?name=bob'
	assert_page 'Lock'
}

@test "desk: what was typed before a sign-in that had to come first is there again, for the same person alone" {
	latchkey user passwd bob --password-stdin <<<"$PASSWORD" >/dev/null
	latchkey user set bob --add-group admins >/dev/null
	page '/admin/person/edit?name=alice'
	travel 700
	STAY=1 save display='A <Name> & more' groups='family, friends'
	page_asks_password
	# A wrong password loses nothing, either.
	STAY=1 submit root step=login username=root password=wrong
	assert_status 403
	STAY=1 submit root step=login username=root password="$PASSWORD"
	assert_status 200
	assert_page 'value="A &lt;Name&gt; &amp; more"'
	assert_page 'value="family, friends"'
	user alice '.name == "Alice Adams"'
	save display='A <Name> & more' groups='family, friends'
	user alice '.name == "A <Name> & more" and .groups == ["family", "friends"]'

	page '/admin/person/edit?name=alice'
	travel 700
	STAY=1 save display='What Ruth typed'
	page_asks_password
	submit root step=login username=bob password="$PASSWORD"
	assert_page 'A &lt;Name&gt; &amp; more'
	refute_page 'What Ruth typed'
	latchkey user set bob --remove-group admins >/dev/null
	latchkey user set alice --name 'Alice Adams' --email alice@example.org \
	    --group family >/dev/null
	rm "$(tmpdir)/jar-root"
}

@test "desk: a form of another site, or without its token, changes nothing" {
	local step token
	page '/admin/person/lock?name=bob'
	token=$(form_fields | sed -n 's/^csrf=//p')
	request - POST "$ISSUER/admin/person/lock" \
	    -H 'Origin: https://evil.example' step=save csrf="$token" \
	    request=name=bob what=lock
	assert_status 303
	request root POST "$ISSUER/admin/person/remove" -H "Origin: $ISSUER" \
	    step=save csrf="$token" request=name=bob
	assert_status 303
	request root POST "$ISSUER/admin/person/lock" -H "Origin: $ISSUER" \
	    step=save request=name=bob
	assert_status 303
	user bob '.locked == false'
}

@test "desk: a link for a first or a new password is shown once, and works once" {
	local link
	page /admin/people/add
	save person=dora display=Dora email= groups=
	page '/admin/person/link?name=dora'
	assert_page 'Make an invitation link'
	save
	assert_page 'only once'
	link=$(http_body | grep -o "$ISSUER/join?link=[A-Za-z0-9_-]*" | head -n 1)
	[[ -n $link ]]
	audit '.event == "invited" and .user == "dora" and .by == "root"'
	request dora GET "$link"
	assert_status 200
	assert_page Dora
	page '/admin/person/link?name=dora'
	[[ $(http_body) != *"${link#*link=}"* ]]
	page '/admin/person/link?name=alice'
	assert_page 'Make a link for a new password'
	refute_page 'Remove second factors, too'
	save
	audit '.event == "reset_link_made" and .user == "alice" and
	    .by == "root"'
	latchkey user lock alice
	page '/admin/person/link?name=alice'
	[[ $(http_body) != *'value="save"'* ]]
	latchkey user unlock alice
}

@test "desk: second factors are taken from a person who has a password, and from no other" {
	page '/admin/person/factors?name=alice'
	keep_page factors
	save
	assert_page 'Second factors removed'
	audit '.event == "factor_removed" and .user == "alice" and
	    .by == "root"'
	page '/admin/person/factors?name=dora'
	assert_page 'has no password'
	[[ $(http_body) != *'value="save"'* ]]
}

@test "desk: the second factors of a person who has them are removed with their sessions, and the password is enough again" {
	add_user fay
	open_page fay "$ISSUER/account/factors"
	log_in fay
	submit fay step=set_up
	submit fay step=confirm code="$(totp "$(shown_secret)")"
	assert_page 'Your recovery codes'
	latchkey user factors fay --json | jq -e 'map(.id) == ["app", "recovery"]'
	request other GET "$ISSUER/account"
	submit other step=login username=fay password="$PASSWORD"
	assert_page 'name="code"'
	page '/admin/person?name=fay'
	assert_page 'Has a second factor[^YN]*Yes'
	page '/admin/person/link?name=fay'
	assert_page 'The second factor is asked for after that, too'
	page '/admin/person/factors?name=fay'
	save
	assert_page 'Second factors removed'
	audit '.event == "factor_removed" and .user == "fay" and .by == "root" and
	    .address != ""'
	latchkey user factors fay --json | jq -e '. == []'
	latchkey session list --json | jq -e 'all(.preferred_username != "fay")'
	page '/admin/person?name=fay'
	assert_page 'Has a second factor[^YN]*No'
	request fay GET "$ISSUER/account"
	page_asks_password
	log_in fay
	refute_page 'name="code"'
	assert_page 'name="step" value="logout"'
}

@test "desk: it can be used in a browser, at the width of a telephone and with Back" {
	latchkey site add http://localhost:9 >/dev/null
	! latchkey client show gitea >/dev/null 2>&1 ||
	    latchkey client del gitea >/dev/null
	SCREENSHOTS=${KEEP_SCREENSHOTS:-} PYTHONDONTWRITEBYTECODE=1 \
	    timeout 120 /usr/bin/python3 "$root/tests/desk.py" \
	    "$ISSUER" "$PASSWORD" >&2
	latchkey site del http://localhost:9 >/dev/null
}
