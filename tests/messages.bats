# Every sentence that a person sees comes from templates/en.msg. The programs
# in build/test/marked have each text in brackets: text outside of them is
# from elsewhere.

load helper
BATS_NO_PARALLELIZE_WITHIN_FILE=true	# the last test reads pages of another
export BATS_NO_PARALLELIZE_WITHIN_FILE

# keys: those of en.msg, without the form of a plural, without what the
# catalogue itself is, and without the months.
keys() {
	sed -nE 's/^([a-z][a-z0-9_.]*)(\[[a-z]+\])? = .*/\1/p' \
	    "$root/templates/en.msg" | grep -vE '^(language|month)\.' | sort -u
}

generate() {	# FILE...
	LC_ALL=C awk -f "$root/templates/messages.awk" "$@"
}

@test "messages: each is used, by a template or by the code" {
	local used
	used=$(
		grep -oh '{{t:[^}]*}}' "$root"/templates/*.html | sed 's/^{{t://; s/}}$//'
		grep -ohE '"[a-z_]+(\.[a-z0-9_]+)*"' "$root"/lib/*/*.c "$root"/cgi-bin/*.c |
		    tr -d '"'
		for page in "$root"/templates/*.html; do
			page=${page##*/} && echo "${page%.html}.title"
		done
		sed -nE 's/^\tX\(\w+, .*"(\w+)"\).*/\1/p; s/^\t    "(\w+)"\).*/\1/p' \
		    "$root/lib/base/reason.h" |
		    sed 's/.*/reason.&\nreason.&.title\nreason.&.link/'
		sed -nE 's/.*= \{"([a-z_]+)",.*/error.\1\nerror.\1.title/p' \
		    "$root/lib/base/err.c"
		grep -A2 'scopes_known\[\] =' "$root/lib/domain/scope.c" |
		    grep -oE '"[a-z_]+"' | tr -d '"' | sed 's/^/scope./'
		grep -A1 'rule_who\[\] =' "$root/lib/interaction/admin_site.c" |
		    grep -oE '"[a-z_]+"' | tr -d '"' | sed 's/^/desk_who./'
		/usr/bin/python3 "$root/tests/reasons.py" "$root" events |
		    sed 's/^events /event./'
		sed -nE 's/^\tX\([A-Z_]+, "([a-z_]+)".*/why.\1/p' \
		    "$root/lib/domain/advice_reasons.h"
		keys | grep '^detail\.' # by their English text
	)
	[[ -z $(comm -23 <(keys) <(sort -u <<<"$used")) ]] ||
	    fail "not used" "$(comm -23 <(keys) <(sort -u <<<"$used"))"
}

@test "messages: each event of the audit has a sentence, for accounts and the desk" {
	local missing
	missing=$(comm -23 <(/usr/bin/python3 "$root/tests/reasons.py" "$root" events |
	    sed 's/^events //' | sort) \
	    <(keys | sed -n 's/^event\.//p' | sort))
	[[ -z $missing ]] || fail "no event.NAME: $missing"
}

@test "messages: a mistake in a file of them stops the build" {
	local d=$BATS_TEST_TMPDIR line told
	local head='language.name = x\nlanguage.direction = ltr\n'
	printf "${head}"'a = one {x}\nb[one] = {n} day\nb[other] = {n} days\n' \
	    >"$d/en.msg"
	printf "${head}"'b[other] = {n} Tage\nb[one] = ein Tag\na = eins {x}\n' \
	    >"$d/de.msg"
	printf '{{t:a}} {{t:b}}' >"$d/page.html"
	run -0 generate -v complete=1 "$d/en.msg" "$d/de.msg" "$d/page.html"
	[[ $output == *'{"de", "x", 0, &all_keys, at_de, text_de},'* ]]
	[[ $output != *lacks* ]]
	while IFS='|' read -r line told; do
		cp "$d/de.msg" "$d/fr.msg"
		printf '%b\n' "$line" >>"$d/fr.msg"
		run -1 generate -v complete=1 "$d/en.msg" "$d/fr.msg" "$d/page.html"
		[[ $output == *"$told"* ]] || fail "$line" "$output"
	done <<-'END'
		a = again {x}|a is there twice
		c = more|en has no c
		no sentence|neither `key = text'
		A = b|neither `key = text'
		c = an {open|a brace without the other
		c = a {Place}|{Place} is no place
		c[some] = x|neither `key = text'
	END
	printf "${head}"'a = eins\nb[other] = {n}\n' >"$d/de.msg"
	run -1 generate -v complete=1 "$d/en.msg" "$d/de.msg"
	[[ $output == *'de.msg: other places in a'* ]]
	[[ $output == *'de.msg: no b[one]'* ]]
	printf "${head}"'b[other] = {n}\nb[one] = {n}\n' >"$d/de.msg"
	run -1 generate -v complete=1 "$d/en.msg" "$d/de.msg"
	[[ $output == *'de.msg: no a'* ]]
	printf '{{t:none}}' >"$d/page.html"
	run -1 generate "$d/en.msg" "$d/page.html"
	[[ $output == *'no text is called none'* ]]
	printf 'a = eins\n' >"$d/de.msg"
	run -1 generate "$d/en.msg" "$d/de.msg"
	[[ $output == *'de.msg: no language.name'* ]]
}

@test "messages: what a language has not is shown in English, and told" {
	local d=$BATS_TEST_TMPDIR
	local head='language.name = x\nlanguage.direction = rtl\n'
	printf "${head}"'a = one {x}\nb[one] = {n} day\nb[other] = {n} days\nc = C\n' \
	    >"$d/en.msg"
	printf "${head}"'a = eins\nb[many] = {n} Tage\nd = Rest\n' >"$d/pl.msg"
	run -0 generate "$d/en.msg" "$d/pl.msg"
	[[ $output == *'pl lacks 4, which are shown in English'* ]]
	[[ $output == *'{"pl", "x", 1, &all_keys, at_pl, text_pl},'* ]]
	local text
	text=$(sed -n '/text_pl/,/^\t;/p' <<<"$output")
	[[ $text == *'"one {x}"'*'"{n} Tage"'*'"{n} Tage"'*'"{n} Tage"'*'"C"'* ]]
	[[ $text != *eins* && $text != *Rest* ]]
}

@test "messages: a sentence with places is between tags, never in one" {
	local placed tag
	placed=$(sed -nE 's/^([a-z0-9_.]+)(\[[a-z]+\])? = .*\{.*/\1/p' \
	    "$root/templates/en.msg" | paste -sd'|')
	# In a tag <bdi> would be no element.
	tag=$(cat "$root"/templates/*.html | tr '\n' ' ' | grep -oE '<[^>]*>' |
	    grep -E "\{\{t:($placed)\}\}" || true)
	[[ -z $tag ]] || fail "in a tag" "$tag"
	grep -q '<title>[^<]*{{t:' "$root"/templates/*.html && fail "in the title"
	true
}

# --- the programs with the sentences in brackets

BYE=https://a.example/bye

# see STATUS: the last answer is a page, kept for unmarked.py.
see() {
	assert_status "$1"
	cp "$(last body)" "$BATS_FILE_TMPDIR/page-$((++seen)).html"
}

# ask [NAME=VALUE...]: what the provider answers to an app's request.
ask() {
	request "${person:-nobody}" GET "$(authorize_url "$@")"
}

# press STEP [NAME=VALUE...]: a button of the last page.
press() {
	STAY=1 submit "${person:-nobody}" step="$1" "${@:2}"
}

# at_gate METHOD PATH [NAME=VALUE...]: what the gate answers to a browser.
at_gate() {
	local query=
	[[ $2 != *\?* ]] || query=${2#*\?}
	cgi gate "$1" "${2%%\?*}" "$query" '' "LATCHKEY_SITE=$SITE" \
	    HTTP_ACCEPT=text/html "${@:3}" >/dev/null
}

sign_in_pages() {
	local fds=() fd i # three of four places are for new browsers
	ask asks && see 200
	press login username=alice password= && see 200
	press login username=alice password=wrong && see 403
	for i in 1 2 3 4 5 6 7 8 9 10; do
		press login username=bob password=wrong
	done
	press login username=bob password=wrong && see 429
	for i in 0 1 2; do
		exec {fd}>>"$DATA/slots/place-$i" && flock -n "$fd"
		fds+=("$fd")
	done
	press login username=alice password=wrong && see 503
	for fd in "${fds[@]}"; do
		exec {fd}>&-
	done
	press login username=alice csrf=none && see 403
}

app_pages() {
	local person=alice span
	sign_in alice app >/dev/null
	ask app prompt=select_account && see 200
	ask asks 'scope=openid profile email phone address groups offline_access archive' &&
	    see 200
	set_conf refresh_idle_lifetime 1h
	for span in 1h 2h 1d; do
		set_conf refresh_absolute_lifetime $span
		ask asks 'scope=openid offline_access' prompt=consent && see 200
	done
	ask asks scope=openid prompt=consent && see 200
	ask asks scope=openid prompt=consent \
	    resource=https://api.example.org && see 200
	ask closed && see 403
	ask app response_mode=form_post && see 200
	# As it is without scripts, else it leaves before it is looked at.
	sed -i '/<script>/,/<.script>/d; s/<.\?noscript>//' \
	    "$BATS_FILE_TMPDIR/page-$seen.html"
	person=bob
	sign_in bob app >/dev/null
	ask app prompt=select_account && see 200
}

# own PAGE: of the account, as it is shown.
own() {
	request "$person" GET "$ISSUER/account$1" && see "${2:-200}"
}

account_pages() {
	local person=alice id dav=http://127.0.0.9:7001
	latchkey site set "$SITE" --group nobody >/dev/null 2>&1
	request alice GET "$ISSUER/" && see 200
	request alice GET "$ISSUER/" && see 200
	latchkey site set "$SITE" --group '' >/dev/null
	latchkey client set app --link https://a.example/ >/dev/null
	own ''
	own /profile
	press save zone=Nowhere && see 200
	press save zone= language=1 && see 200
	press save language= given_name=$'\t' && see 200
	press save given_name="$(printf 'x%.0s' {1..129})" && see 200
	press save given_name=Al && assert_status 303
	own '/profile?done=saved'
	own /contact
	press save phone=1 && see 200
	press save phone=+493012345 region=$'\t' && see 200
	press save region="$(printf 'x%.0s' {1..129})" && see 200
	press save region=Berlin && assert_status 303
	own /email
	press save email=x && see 200
	press save email=a@example.org && assert_status 303
	own /email
	ask asks 'scope=openid profile email groups offline_access archive'
	press allow
	ask app
	own /apps
	own '/apps/take-back?app=asks'
	own /password
	press save new_password= && see 200
	press save password=wrong new_password='a new good phrase' && see 403
	press save password="$PASSWORD" new_password="$PASSWORD" && see 200
	own '/password?done=password'
	own '/password?done=password_everywhere'
	own /apps
	latchkey user add cid --no-password --email cid@example.org >/dev/null
	own /email
	press save email=cid@example.org && see 200
	latchkey user set alice --email alice@example.org >/dev/null
	own '/apps/take-back?app=app'
	own '/apps/take-back?app=none'
	own '/apps?done=app_removed'
	own /app-passwords
	latchkey site add "$dav" --rule '/ signed-in app-password' >/dev/null
	own /app-passwords
	press make label= && see 200
	press make label=$'\t' site="$dav" && see 200
	press make label=x site=none && see 200
	press make label=Phone site="$dav" && see 200
	id=$(latchkey app-password list --json | jq -r '.[0].id')
	own "/app-passwords/remove?id=$id"
	own /app-passwords/remove
	own '/app-passwords?done=app_password_removed'
	person=phone
	open_page phone "$ISSUER/account/sessions"
	press login username=alice password="$PASSWORD"
	AGENT='Firefox/1 Linux' person=tab
	open_page tab "$ISSUER/account/sessions"
	AGENT='Firefox/1 Linux' press login username=alice password="$PASSWORD"
	own /sessions
	own '/sessions?done=session_ended'
	own '/sessions?done=sessions_ended'
	own /sessions/everywhere
	own /events
	travel 700
	own /email
}

passkey_pages() {
	local person=carol page=$ISSUER/account/passkeys n
	local PASSKEY=$BATS_TEST_TMPDIR/passkey
	add_user carol
	request carol GET "$page"
	press login username=carol password="$PASSWORD"
	request carol GET "$page" && see 200
	use_passkey carol && see 200
	press rename passkey_name=Tablet
	request carol GET "$page?done=passkey_renamed" && see 200
	request carol GET "$page?done=passkey_removed" && see 200
	STAY=1 PASSKEY=$PASSKEY-2 use_passkey carol \
	    id="$(jq -r .id <"$PASSKEY")" && see 403
	STAY=1 PASSKEY=$PASSKEY-2 use_passkey carol alg=-99 && see 403
	press remove && see 200
	for n in "" "flags=0x04" "flip=signature" "origin=http://a.example" \
	    "challenge=$(head -c 32 /dev/zero | base64 | tr -d =)" id=AAEC \
	    handle=AAECAwQFBgcICQoLDA0ODw; do
		person=dora-${n%%=*}
		request "$person" GET "$page"
		if [[ -n $n ]]; then
			STAY=1 use_passkey "$person" "$n"
		else
			press passkey
		fi
		see 403
	done
	# A copy, that has another backup flag, which did not ask who it is.
	request dave GET "$page"
	STAY=1 use_passkey dave count=1 flags=0x1d
	request dave GET "$page" && see 200
	request erna GET "$page"
	STAY=1 use_passkey erna flags=0x01 && see 200
	# After the password.
	request fred GET "$page"
	person=fred press login username=carol password="$PASSWORD" && see 200
	STAY=1 use_passkey fred flags=0x01
	request fred GET "$page" && see 200
	# The same at another host, which has no name.
	set_conf issuer http://127.0.0.1:8080
	request fred GET "http://127.0.0.1:8080/account/passkeys" && see 200
	set_conf issuer http://localhost:8080
	latchkey user lock carol >/dev/null
	request gert GET "$page"
	STAY=1 use_passkey gert && see 403
}

sign_out_pages() {
	local person=bob back=post_logout_redirect_uri
	request bob GET "$ISSUER/logout" && see 200
	press stay && see 200
	request bob GET "$ISSUER/logout?client_id=app&$back=$BYE" && see 200
	press stay && see 200
	request bob GET "$ISSUER/logout?client_id=app" && see 200
	press app && see 200
	request bob GET "$ISSUER/logout?client_id=app&$back=https://b.example/" &&
	    see 400
	request bob GET "$ISSUER/logout?client_id=app&$back=$BYE" &&
	    press logout && assert_status 303
	request bob GET "$ISSUER/logout?$back=$BYE" && see 200
}

error_pages() {
	ask none && see 400
	ask '' && see 400
	ask closed redirect_uri= && see 400
	ask asks redirect_uri=https://b.example/ && see 400
	cgi authorize GET /authorize '' '' >/dev/null && see 400
	cgi authorize GET /elsewhere/a '' '' >/dev/null && see 404
	cgi authorize PUT /authorize '' '' >/dev/null && see 405
	cgi authorize GET /authorize 'a=%' '' >/dev/null && see 400
	cgi authorize POST /authorize '' 'a=%' >/dev/null && see 400
	cgi authorize POST /authorize '' step=login >/dev/null && see 400
	cgi authorize POST /authorize '' x CONTENT_LENGTH=9999999 >/dev/null && see 413
	cgi logout GET /logout 'a=1&a=2' '' >/dev/null && see 400
	# A page that cannot be made, and no store: a line of text.
	request - GET "$ISSUER/logout?a=$(printf '"%.0s' {1..8500})" && see 413
	mkdir "$DATA/templates"
	echo '{{none}}' >"$DATA/templates/login.html"
	ask asks && see 500
	rm -r "$DATA/templates"
	hide_store
	ask asks && see 503
	show_store
}

# link VERB NAME [OPTION...]: a one-time link, opened; the page is kept.
link() {
	request "$2" GET "$(latchkey user "$@" 2>/dev/null)" && see "${status:-200}"
}

join_pages() {
	local person=cora password first second
	for span in 7d 30h 1h 30m 1d; do
		link invite cora --name 'Cora C.' --valid $span
	done
	first=$(latchkey user invite cora 2>/dev/null)
	second=$(latchkey user invite cora 2>/dev/null)
	request cora GET "$second" && see 200
	submit cora step=continue && see 200
	for password in '' "$(printf 'long%.0s' {1..300})" short $'a\tb c d e f g' \
	    aaaaaaaaaaaa password1 'cora c. cora'; do
		press set new_password="$password" again="$password" && see 200
	done
	press set new_password='one of these' again='and another' && see 200
	press set new_password='violet tractor 7' again='violet tractor 7' &&
	    assert_status 303
	request cora GET "$ISSUER/?done=joined" && see 200
	request cora GET "$ISSUER/?done=reset" && see 200
	request cora GET "$ISSUER/?done=reset_factors" && see 200
	request cora GET "$ISSUER/?done=passkey_joined" && see 200
	request cora GET "$ISSUER/?done=passkey_reset" && see 200
	request new GET "$first" && see "$(http_status)"
	request new GET "$second" && see "$(http_status)"
	request new GET "$ISSUER/join?link=none" && see "$(http_status)"
	first=$(latchkey user reset cora 2>/dev/null)
	link reset cora
	link reset cora --factors
	submit cora step=continue
	press set new_password='green tractor 7' again='green tractor 7'
	request elsewhere GET "$ISSUER/"
	submit elsewhere step=login username=cora password='green tractor 7' && see 200
	request new GET "$first" && see "$(http_status)"
	first=$(latchkey user reset cora 2>/dev/null)
	latchkey user lock cora >/dev/null
	request new GET "$first" && see "$(http_status)"
	first=$(latchkey user invite nora 2>/dev/null)
	travel $((7 * 86400))
	request new GET "$first" && see "$(http_status)"
}

# desk PAGE [NAME=VALUE...]: of the administrator's, as it is shown.
desk() {
	request alice GET "$ISSUER/admin$1" "${@:2}" && see "${status:-200}"
}

desk_people_pages() {
	local person=alice
	# They may have changed it at the pages of their account.
	latchkey user set alice --email alice@example.org --email-verified \
	    --phone '+49 30 123456' >/dev/null
	desk /people
	desk /people q=nobody-is-called-so
	desk /people/add
	press save person='no spaces' display= email= groups= && see 200
	press save person=zoe display= email=alice@example.org verified=1 groups= && see 200
	press save person=zoe display= email=zoe groups= && see 200
	press save person=zoe display= email= groups='a"b' && see 200
	press save person=zoe display= email= attributes=x && see 200
	press save person=alice display= email= groups= && see 200
	press save person=zoe display=Zoe email=zoe@example.org groups=kids &&
	    assert_status 303
	desk '/person?name=zoe&done=added'
	desk '/person?name=alice'
	desk '/person/edit?name=zoe'
	press save display=Zoe email=z groups=kids && see 200
	desk '/person/edit?name=zoe'
	press save display=$'\t' email=zoe@example.org groups=kids && see 200
	desk '/sessions?user=zoe'
	desk '/person/link?name=zoe'
	press save && see 200
	desk '/person/link?name=bob'
	desk '/person/factors?name=bob'
	desk '/person/factors?name=zoe'
	desk '/person/lock?name=zoe'
	keep_page lock
	press save && assert_status 303
	desk '/person?name=zoe&done=locked'
	desk /people q=zoe
	desk ''
	desk '/person?name=zoe&done=unlocked'
	desk '/person?name=zoe&done=saved'
	desk '/person/lock?name=zoe'
	desk '/person/lock?name=alice' && press save && see 403
	desk '/person/edit?name=alice' && press save groups= && see 403
	desk '/person/remove?name=zoe' && press save
	desk '/people?done=removed'
	status=404 desk '/person?name=zoe'
	in_page lock
	press save && see "$(http_status)"
	# More than a page of them.
	{ echo username; printf 'many-%s\n' {100..160}; } |
	    latchkey import --from csv - >/dev/null
	desk /people
}

desk_app_pages() {
	local person=alice
	desk /apps
	desk /apps/add
	desk '/apps/add/recipe?app=gitea'
	press save url=x client_id=gitea groups= && see 200
	press save url=https://git.example.org client_id= groups= && see 200
	press save url=https://git.example.org client_id=gitea groups= && see 200
	desk /apps/add/own
	press save client_id=wiki app_name=Wiki redirect= after= groups= && see 200
	press save client_id=wiki app_name=Wiki redirect=x after= groups= && see 200
	press save client_id=wiki app_name=$'\t' redirect=https://w.example/ after= groups= && see 200
	press save client_id=app app_name=Wiki redirect=https://w.example/ after= groups= && see 200
	press save client_id=wiki app_name=Wiki redirect=https://w.example/ after= groups= && see 200
	desk /apps/add/own
	press save client_id=spa app_name=Spa public=1 redirect=https://s.example/ after= groups= && see 200
	desk '/app?id=gitea'
	desk '/app/edit?id=gitea'
	press save redirect=javascript:x groups= && see 200
	desk '/app/secret?id=gitea'
	press save && see 200
	desk '/app/remove?id=gitea'
	press save
	desk '/app/remove?id=gitea'
	desk '/apps?done=removed'
}

desk_site_pages() {
	local person=alice site=http://127.0.0.7:7002
	desk /sites
	desk /sites/add
	press save origin=x site_name= groups= && see 200
	press save origin="$SITE" site_name= groups= && see 200
	press save origin="$site" site_name=Site groups= && assert_status 303
	desk "/site?origin=$site"
	desk "/site/edit?origin=$site"
	desk "/site/rule?origin=$site"
	press save path=x who=anyone groups= rule= && see 200
	desk "/site/rules?origin=$SITE"
	desk "/site/rules?origin=$site"
	press end value='/ signed-in'
	desk "/site?origin=$site"
	desk "/site/rules?origin=$site"
	desk "/site/remove?origin=$site"
	press save
	desk "/site/remove?origin=$site"
}

desk_pages() {
	local person=alice
	open_page alice "$ISSUER/admin"
	! page_asks_password || log_in alice
	desk ''
	desk_people_pages
	desk_app_pages
	desk_site_pages
	desk /sessions
	desk '/sessions?user=nobody-at-all'
	desk '/session/end?user=bob'
	desk '/session/end?user=alice'
	desk "/session/end?sid=$(latchkey session list --user bob --json | jq -r '.[0].sid')"
	desk '/session/end?sid=gone'
	desk '/sessions?done=ended'
	latchkey key rotate --now >/dev/null 2>&1
	desk /keys
	desk /keys/rotate
	press save && see 200
	desk '/keys?done=rotated'
	desk /audit
	desk '/audit?event=none-of-these'
	desk /why
	desk '/why?q=none-of-these'
	desk '/audit?by=alice'
	desk '/person/link?name=bob' && press save && see 200
	desk '/person/factors?name=bob' && press save && assert_status 303
	desk '/person?name=bob&done=factors'
	latchkey user add dora --no-password >/dev/null
	desk '/person?name=dora'
	desk '/person/factors?name=dora'
	desk '/person/link?name=dora' && press save && see 200
	person=bob
	open_page bob "$ISSUER/admin"
	! page_asks_password || log_in bob
	see 403
}

gate_pages() {
	local cookie visit to person=bob
	cookie=$(gate_cookie alice)
	at_gate GET /closed/x "HTTP_COOKIE=$cookie" && see 403
	at_gate GET /page.txt "HTTP_COOKIE=$cookie" && see 503
	at_gate GET /closed%2fx && see 400
	at_gate MOVE /x "HTTP_COOKIE=$cookie" && see 400
	at_gate MOVE /x "HTTP_COOKIE=$cookie" HTTP_DESTINATION=x && see 400
	at_gate GET /x LATCHKEY_SITE=https://unknown.example && see 403
	at_gate GET /x LATCHKEY_SITE= && see 403
	at_gate GET /x LATCHKEY_GATE=yes && see 403
	latchkey site set "$SITE" --rule '/page.txt signed-in' \
	    --rule 'POST /w anyone' --rule '/w/x anyone' >/dev/null
	at_gate post /w && see 400
	at_gate DELETE /w && see 403
	# Back from the provider: in another browser, changed, and not signed in.
	at_gate GET /page.txt
	visit=$(http_header Set-Cookie)
	visit=HTTP_COOKIE=${visit%%;*}
	request bob GET "$(http_header Location)"
	press cancel
	to=$(http_header Location)
	to="/.latchkey/callback?${to#*\?}"
	at_gate GET "$to" && see 403
	at_gate GET "${to/iss=/iss=x}" "$visit" && see 400
	at_gate GET "$to" "$visit" && see 403
}

factor_pages() {
	local person=bob secret code used LATCHKEY_TEST_CLOCK=	# these have none
	person=dan
	add_user dan --require-factor
	ask app
	press login username=dan password="$PASSWORD"
	ask app && see 200
	ask app acr_values=phr && see 200
	person=bob
	open_page bob "$ISSUER/account/factors"
	press login username=bob password="$PASSWORD"
	own /factors
	press set_up && see 200
	press confirm code=1 && see 200
	press confirm code=1 sealed=x && see 200
	secret=$(shown_secret)
	used=$(totp "$secret")
	press confirm code="$used" && see 200
	code=$(http_body | grep -oP '<code>\K[0-9a-z-]{19}' | tail -n 1)
	own '/factors?done=factor_added'
	press remove_codes && see 200
	own /factors
	press remove_app && see 200
	latchkey user set bob --require-factor >/dev/null
	press remove && see 200
	person=other
	ask asks
	press login username=bob password="$PASSWORD" && see 200
	press code code= && see 200
	press code code=123456 && see 403
	press code code="$used" && see 403
	press code code="$code"
	latchkey user set bob --no-require-factor >/dev/null
	latchkey user factors bob --remove-all >/dev/null
	person=bob
	own '/factors?done=factor_removed'
}

device_pages() {
	local person=alice i url
	latchkey client add tv --name TV --public --grant device_code >/dev/null
	device_asks
	request alice GET "$ISSUER/device" && see 200
	press check user_code= && see 200
	press check user_code=x && see 400
	press check user_code="$user_code"
	url=$(http_header Location)
	request alice GET "$url" && see 200
	press allow && see 200
	request alice GET "$url" && see 400
	device_asks
	request alice GET "$ISSUER/device" && see 200
	press check user_code="$user_code"
	request alice GET "$(http_header Location)"
	press deny && see 200
	request alice GET "$ISSUER/device" && see 200
	for i in 1 2 3 4 5 6 7 8 9 10 11; do
		press check user_code=BCDF-GHJK
	done
	see 429
}

# It leads to another host, or to a program on this computer.
stranger_pages() {
	local person=alice uri
	add_client strange --redirect-uri "$CALLBACK" \
	    --redirect-uri https://1.2.3.5/
	estrange strange
	desk '/app?id=strange'
	desk '/app/edit?id=strange'
	desk '/app/vouch?id=strange'
	for uri in "$CALLBACK" https://1.2.3.5/; do
		ask strange redirect_uri="$uri" && see 200
	done
}

# An app says itself what it is, or does not; its server is what is written here.
document_pages() {
	local person=alice url=https://a.example/app.json canned=$BATS_TEST_TMPDIR/canned
	printf '%s\n' '#!/bin/sh' 'cat >/dev/null' "cat '$canned.answer'" >"$canned"
	chmod +x "$canned"
	"$root/tests/fetch_socket.py" "$canned.socket" "$canned" >/dev/null 2>&1 3>&- &
	echo $! >>"$BATS_FILE_TMPDIR/started"
	wait_for test -S "$canned.socket"
	local -x LATCHKEY_FETCH=$canned.socket
	set_conf client_documents 'a.example, b.example, c.example'
	ask https://A.example/app.json && see 400
	ask https://d.example/app.json && see 400
	person=nobody ask "$url" prompt=none && see 400
	server_says() {	# [BODY]: a line about the answer, and the answer
		jq -cn --argjson length "${#1}" '{outcome: "answered", status: 200,
		    fresh_s: -1, length: $length, content_type: "application/json"}'
		printf %s "$1"
	}
	server_says '{}' >"$canned.answer"
	ask "$url" && see 400
	ask "$url" && see 503
	echo '{"outcome": "timeout"}' >"$canned.answer"
	ask https://b.example/app.json && see 400
	url=https://c.example/app.json
	server_says "$(jq -cn --arg id "$url" '{client_id: $id,
	    client_name: "1.2.3.4", redirect_uris: ["https://c.example/"]}')" >"$canned.answer"
	ask "$url" redirect_uri=https://c.example/
	ask "$url" redirect_uri=https://c.example/ && see 200
}

# A pushed request whose code is issued, and one that is gone with its app.
pushed_pages() {
	local person=alice uri
	add_client pushes --trusted
	push_request
	request alice GET "$uri"
	request alice GET "$uri" && see 400
	push_request
	latchkey client del pushes --yes >/dev/null
	add_client pushes --trusted
	request alice GET "$uri" && see 400
}

push_request() {
	CLIENT=pushes as_client par response_type=code scope=openid \
	    redirect_uri="$CALLBACK" code_challenge="$CHALLENGE" \
	    code_challenge_method=S256 >/dev/null
	uri=$ISSUER/authorize?$(form client_id=pushes \
	    request_uri="$(http_body | field request_uri)")
}

# A device shows $user_code from now on.
device_asks() {
	request - POST "$ISSUER/device_authorization" client_id=tv
	user_code=$(http_body | field user_code)
}

@test "messages: no page has a word of its own, and each sentence is on a page" {
	local LATCHKEY_BUILD=$LATCHKEY_BUILD/test/marked seen=100
	gate_store http://localhost:8080
	set_conf provider_name 1.2.3.4
	add_client asks --audience https://api.example.org --scope openid --scope profile --scope email --scope groups --scope phone --scope address \
	    --scope offline_access --scope archive --claim 1.2.3.6=attribute:x@archive
	add_client closed --group none --redirect-uri "$CALLBACK" \
	    --redirect-uri http://127.0.0.1:9/two
	# Of two apps: neither is named on the page.
	latchkey client set app --post-logout-redirect-uri "$BYE" >/dev/null
	latchkey client set closed --post-logout-redirect-uri "$BYE" >/dev/null
	set_conf workers 8
	set_conf argon2_slots 1
	app_pages
	account_pages
	factor_pages
	join_pages
	desk_pages
	passkey_pages
	device_pages
	stranger_pages
	document_pages
	pushed_pages
	sign_out_pages
	error_pages
	gate_pages
	sign_in_pages
	run /usr/bin/python3 "$BATS_TEST_DIRNAME/unmarked.py" "$root/templates/en.msg" \
	    "$BATS_FILE_TMPDIR"/page-*
	[[ $output != *page-* ]] || fail "has words of its own" "$output"
	# Each event must happen (tests/account.bats), letters are no pages
	# (tests/mail.bats), and a reset has its own tests (tests/links.bats), as
	# have codes that are gone and the link of who has them (tests/factors.bats,
	# tests/desk.bats),
	# and what the desk says of a refusal is compared with the command's words. The others take a second's chance, a broken disk,
	# dozens of rows, a store without apps, sites or keys, a recipe of a public
	# app, or a person who is locked while signing in.
	output=$(sed 's/^on no page: //' <<<"$output" |
	    grep -vE '^((reason|done)\.)?(event|mail|notice|detail|why)' |
	    grep -vxF "$(printf '%s\n' 'login.wait[one]' \
		join.{days,hours,minutes}'[one]' join.passkey_not_alone password.{hint,short}'[one]' \
		{sessions,apps}.more apps.{none,sees_little,until,acts_at} \
		take_back.trusted app_passwords.{no_site,many} \
		second.have_code factors.{closed,was_closed,'left[one]'} enrol.{for_app,type} \
		factor_remove.not_last reason.factor_closed events.by \
		factors.none desk_person.reset_{factors,second} \
		desk.clock_behind desk_apps.empty desk_app.no_{secret,rs256} \
		desk_sites.empty desk_sessions.{browser,address} \
		passkey.not_alone reason.{last_way_in,passkey_reused,passkeys_many} \
		desk_keys.{empty,clock,hosts} error.{fault,temporarily_unavailable} \
		reason.{user_disabled,user_not_in_group,link_restored} \
		reason.record_gone{.title,})" || :)
	[[ -z $output ]] || fail "on no page" "$output"
}

# --- the same pages, in a browser

# With npm, into the build directory, at the version of the lock file.
install_axe() {
	local dir=$LATCHKEY_BUILD/test/axe
	mkdir -p "$dir"
	cmp -s "$root/tests/axe/package-lock.json" "$dir/installed" && return
	cp "$root"/tests/axe/package{,-lock}.json "$dir"
	npm --prefix "$dir" ci --ignore-scripts --no-audit --no-fund \
	    >"$BATS_TEST_TMPDIR/npm" 2>&1 ||
	    fail 'npm cannot install axe-core (is its registry reachable?)' \
		"$(<"$BATS_TEST_TMPDIR/npm")" || return
	cp "$dir/package-lock.json" "$dir/installed"
}

@test "pages: axe-core finds nothing on any, none scrolls sideways at 320 px, with large letters or from right to left" {
	install_axe
	SCREENSHOTS=${KEEP_SCREENSHOTS:-} PYTHONDONTWRITEBYTECODE=1 timeout 300 \
	    /usr/bin/python3 "$root/tests/axe.py" \
	    "$LATCHKEY_BUILD/test/axe/node_modules/axe-core/axe.min.js" \
	    "$BATS_FILE_TMPDIR"/page-*.html >&2
}

# `make full` has axe-core look at each page in each language.
@test "pages: none scrolls sideways at 360 px in any language, and axe-core finds nothing on any" {
	install_axe
	SCREENSHOTS=${KEEP_SCREENSHOTS:-} PYTHONDONTWRITEBYTECODE=1 \
	    timeout "${LATCHKEY_EVERY_LANGUAGE:+3}600" \
	    /usr/bin/python3 "$root/tests/translated.py" "$root/templates" \
	    "$BATS_TEST_TMPDIR" \
	    "$LATCHKEY_BUILD/test/axe/node_modules/axe-core/axe.min.js" \
	    "$BATS_FILE_TMPDIR"/page-*.html >&2
}
