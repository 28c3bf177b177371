# In which language a page speaks: the app's wish (ui_locales), the account, the
# browser (Accept-Language), the setting.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams'
	add_user pierre --language fr-CA
	add_user nemo --language tlh
	add_client app --name Photos
	save_store
}

setup() {
	fresh_store
}

teardown_file() {
	stop_all
}

speaks() {	# LANGUAGE
	local tag
	tag=$(grep -o '<html [^>]*>' "$(last body)")
	[[ $tag = "<html lang=\"$1\" dir=\"${2:-ltr}\">" ]] || fail "$tag" "not $1"
}

# sees PERSON LANGUAGE ACCEPT [NAME=VALUE...]: the app's request, from a browser
# that accepts ACCEPT, is answered in LANGUAGE.
sees() {
	request "$1" GET "$(authorize_url app)" -H "Accept-Language: $3" "${@:4}"
	speaks "$2"
}

@test "languages: ui_locales comes first, then the browser, then the setting, then English" {
	sees nobody en '' && assert_status 200
	sees nobody de 'de-AT,de;q=0.9,en;q=0.8'
	sees nobody fr 'tlh, fr;q=0.7;q=1, de;q=0.5'
	sees nobody es 'de' 'ui_locales=tlh es-MX en'
	sees nobody de 'de' 'ui_locales=tlh x'
	sees nobody en 'tlh'
	set_conf language de
	sees nobody de 'tlh'
	sees nobody de ''
	sees nobody en 'en'
}

@test "languages: a header that cannot be read is as good as none" {
	local header
	for header in ';q' ',,,' 'de;;;;' $'de\tq' "$(printf 'x%.0s' {1..5000})" '"' '*'; do
		request nobody GET "$(authorize_url app)" -H "Accept-Language: $header"
		assert_status 200
	done
	sees nobody en "$(printf 'de,%.0s' {1..9000})"
	assert_status 200
}

@test "languages: the account's comes before the browser's, and after the app's" {
	sign_in pierre app >/dev/null
	sees pierre fr de prompt=consent && assert_status 200
	sees pierre es de prompt=consent ui_locales=es
	sign_in nemo app >/dev/null
	sees nemo de de prompt=consent
	request pierre GET "$ISSUER/logout" -H 'Accept-Language: de' && speaks fr
	request pierre GET "$ISSUER/logout" ui_locales=es && speaks es
}

@test "languages: the language stays when a form comes back" {
	request nobody GET "$(authorize_url app)" ui_locales=de && speaks de
	STAY=1 submit nobody step=login username=alice password=wrong
	assert_status 403 && speaks de
	[[ $(http_body) = *'Benutzername oder Passwort ist falsch.'* ]]
}

# --- chosen at the foot of a page

# choose PERSON URL LANGUAGE [NAME=VALUE...]: the form at the foot of the page
# that is at URL, which has no address of its own; and where it leads.
choose() {
	request "$1" POST "$2" -H "Origin: ${FORM_ORIGIN:-$(issuer_origin)}" \
	    set_language="$3" "${@:4}"
	assert_status 303
}

asks_for_app() {	# PERSON: signs in on this page, and is back in the app
	page_asks_password
	log_in "$1"
	[[ $(http_status) = 303 ]] || allow "$1"
	[[ $(http_header Location) = "$CALLBACK"\?*state=a-state* ]]
}

@test "languages: one is chosen at the foot of the sign-in page, without a script; the app's request stays, and the browser remembers" {
	local url
	url=$(authorize_url app ui_locales=es)
	request alice GET "$url" -H 'Accept-Language: de' && speaks es
	assert_page '<button name="set_language" value="fr" lang="fr">Français</button>'
	assert_page 'value="es" lang="es" aria-current="true">Español</button>'
	choose alice "$url" fr
	assert_header Set-Cookie '^latchkey-language=fr; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax$'
	[[ $(http_header Location) = "$ISSUER/authorize?"*'ui_locales=es'* ]]
	request alice GET "$(http_header Location)" -H 'Accept-Language: de' && speaks fr
	asks_for_app alice
	request alice GET "$ISSUER/account" && speaks fr
	refute_page set_language
}

@test "languages: one is chosen where the page is the answer to a form, which has lost the app's request from its address" {
	local kept
	open_page alice "$(authorize_url app)"
	STAY=1 submit alice step=login username=alice password=wrong
	assert_status 403
	kept=$(tags input | grep 'name="request"' | tail -n 1 | attribute value)
	[[ -n $kept ]]
	choose alice "$ISSUER/authorize" ja "request=$kept"
	request alice GET "$(http_header Location)" && speaks ja
	asks_for_app alice
}

@test "languages: the account's comes before the one chosen in the browser, once it is known who it is" {
	local url
	url=$(authorize_url app)
	choose pierre "$url" tr
	request pierre GET "$url" && speaks tr
	STAY=1 submit pierre step=login username=pierre password=wrong && speaks tr
	request pierre GET "$url"
	STAY=1 submit pierre step=login username=pierre password="$PASSWORD"
	request pierre GET "$url" && page_asks_consent && speaks fr
}

@test "languages: on a page that says what went wrong one is chosen, and the page comes again" {
	local url
	for url in "$ISSUER/elsewhere/%22%3Ca%20b" "$ISSUER/authorize?client_id=none&state=%26" \
	    "$ISSUER/join?link=none"; do
		request new GET "$url"
		assert_page 'value="it" lang="it">'
		choose new "$url" it
		assert_equal "$(http_header Location)" "$url"
		request new GET "$url" && speaks it
		rm -f "$BATS_TEST_TMPDIR"/cgi-jar-*
	done
	request new GET "$ISSUER/logout" && assert_page 'You are signed out'
	choose new "$ISSUER/logout" nl
	request new GET "$(http_header Location)" && speaks nl
}

@test "languages: another site's form chooses none, and what is none of ours chooses nothing" {
	local url
	url=$(authorize_url app)
	FORM_ORIGIN=https://evil.example choose new "$url" fr
	refute_header Set-Cookie
	request new POST "$url" -H "Origin: $(issuer_origin)" set_language=tlh
	refute_header Set-Cookie
	request new GET "$url" -H 'Cookie: latchkey-language=tlh' -H 'Accept-Language: de'
	speaks de
	# An app's own POST may have a parameter of that name.
	request new POST "$ISSUER/authorize" -H 'Origin: https://app.example' \
	    set_language=fr client_id=app redirect_uri="$CALLBACK" x=y
	refute_header Set-Cookie
}

@test "languages: the gate's pages speak the account's, and have no choice at their foot" {
	local cookie
	rm -r "$DATA"
	gate_store http://localhost:8080
	latchkey user set alice --language pl >/dev/null
	cookie=$(gate_cookie alice)
	cgi gate GET /closed '' '' "LATCHKEY_SITE=$SITE" HTTP_ACCEPT=text/html \
	    HTTP_ACCEPT_LANGUAGE=de "HTTP_COOKIE=$cookie; latchkey-language=fr" >/dev/null
	assert_status 403 && speaks pl
	refute_page set_language
	cgi gate GET /closed%2fx '' '' "LATCHKEY_SITE=$SITE" HTTP_ACCEPT=text/html \
	    HTTP_ACCEPT_LANGUAGE=de HTTP_COOKIE=latchkey-language=fr >/dev/null
	assert_status 400 && speaks de
}

@test "languages: the second step, and a one-time link, speak the account's" {
	local secret
	open_page pierre "$ISSUER/account/factors"
	log_in pierre
	submit pierre step=set_up
	secret=$(shown_secret)
	submit pierre step=confirm code="$(totp "$secret")"
	assert_status 200
	request phone GET "$(authorize_url app)" -H 'Accept-Language: de' && speaks de
	STAY=1 submit phone step=login username=pierre password="$PASSWORD"
	assert_page 'name="code"' && speaks fr
	refute_page set_language
	STAY=1 submit phone step=code code=123456
	assert_status 403 && speaks fr
	request new GET "$(latchkey user reset pierre 2>/dev/null)" -H 'Accept-Language: de'
	speaks fr
	request new GET "$(latchkey user reset alice 2>/dev/null)" -H 'Accept-Language: de'
	speaks de && assert_page 'value="fr" lang="fr">'
}

@test "languages: the account's page names them all" {
	request pierre GET "$ISSUER/account/profile"
	log_in pierre
	assert_page '<option value="ja" lang="ja">日本語</option>'
	assert_page '<option value="fr" lang="fr" selected>Français</option>'
}

@test "languages: what goes wrong is told in the browser's" {
	request - GET "$ISSUER/authorize?client_id=none" -H 'Accept-Language: de'
	assert_status 400 && speaks de
	request - GET "$ISSUER/elsewhere" -H 'Accept-Language: fr'
	assert_status 404 && speaks fr
	request - GET "$ISSUER/authorize?a=%" -H 'Accept-Language: es'
	assert_status 400 && speaks es
	request - GET "$ISSUER/logout?a=1&a=2&ui_locales=es" -H 'Accept-Language: de'
	assert_status 400 && speaks es
}

@test "languages: discovery tells which there are" {
	request - GET "$ISSUER/.well-known/openid-configuration"
	assert_equal "$(jq -r '.ui_locales_supported[]' "$(last body)" | sort | xargs)" \
	    "$(cd "$root/templates" && printf '%s\n' *.msg | sed 's/\.msg$//' |
		sort | xargs)"
}

@test "languages: a setting that is none is refused" {
	set_conf language tlh
	run latchkey check
	[[ $output == *'language cannot be "tlh": give one of en '* ]]
	set_conf language de-AT
	set_conf timezone ../../etc/passwd
	run latchkey check
	[[ $output == *'timezone cannot be "../../etc/passwd": give a time zone such as Europe/Berlin, or UTC'* ]]
	set_conf timezone Europe/Nowhere
	run latchkey check
	[[ $output == *'no time zone is called Europe/Nowhere'* ]]
}

# --- the files of sentences

# entries FILE: key, a tab and text, each on a line, of what is to be translated:
# no names of months, patterns of dates, or joints of a list.
entries() {
	sed -nE -e ':a' -e '/^#/d' -e '$!N' -e 's/\n[ \t]+/ /; ta' \
	    -e 'P' -e 'D' "$1" |
	    sed -nE 's/^([a-z][a-z0-9_.]*(\[[a-z]+\])?) = /\1\t/p' |
	    grep -vE '^(language|month|date|list)\.' | sort
}

@test "languages: at most one sentence in twenty is as in English" {
	local file same all
	for file in "$root"/templates/*.msg; do
		[[ $file != */en.msg ]] || continue
		all=$(entries "$file" | wc -l)
		same=$(comm -12 <(entries "$file") <(entries "$root/templates/en.msg"))
		(($(wc -l <<<"$same") * 20 <= all)) ||
		    fail "$file: as in English" "$same"
	done
}

@test "languages: quotation marks and apostrophes are typographic, and nothing is left of a draft" {
	run ! grep -nE "^[a-z][a-z0-9_.]*(\[[a-z]+\])? = .*(['\"\`]|\.\.\.)|TODO|FIXME|  $" \
	    "$root"/templates/*.msg
}
@test "languages: each has all sentences, with the places of the English ones" {
	local files=("$root"/templates/[!e]*.msg "$root"/templates/e[!n]*.msg)
	((${#files[@]} == 11))
	LC_ALL=C run -0 awk -v complete=1 -f "$root/templates/messages.awk" \
	    "$root/templates/en.msg" "${files[@]}" "$root"/templates/*.html
}

@test "languages: what the desk says of a refusal is in each what the command says" {
	latchkey user set pierre --group admins >/dev/null
	open_page pierre "$ISSUER/admin/people/add"
	log_in pierre
	submit pierre step=save person='Jean Paul' display= email= groups=
	assert_page '<small>Un nom d’utilisateur ne contient que des minuscules'
	submit pierre step=save person=jean display= email= groups='a"b'
	assert_page '<small>Un nom de groupe ne contient ni virgule ni guillemet.</small>'
}
