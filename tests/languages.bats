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

@test "languages: the gate's pages speak the account's" {
	local cookie
	rm -r "$DATA"
	gate_store http://localhost:8080
	latchkey user set alice --language pl >/dev/null
	cookie=$(gate_cookie alice)
	cgi gate GET /closed '' '' "LATCHKEY_SITE=$SITE" HTTP_ACCEPT=text/html \
	    HTTP_ACCEPT_LANGUAGE=de "HTTP_COOKIE=$cookie" >/dev/null
	assert_status 403 && speaks pl
	cgi gate GET /closed%2fx '' '' "LATCHKEY_SITE=$SITE" HTTP_ACCEPT=text/html \
	    HTTP_ACCEPT_LANGUAGE=de >/dev/null
	assert_status 400 && speaks de
}

@test "languages: the second step, and a one-time link, speak the account's" {
	local secret
	open_page pierre "$ISSUER/account/factors"
	log_in pierre
	submit pierre step=set_up
	secret=$(http_body | sed -n 's/.*<code class="secret"[^>]*>\([^<]*\)<.*/\1/p')
	submit pierre step=confirm code="$(totp "$secret")"
	assert_status 200
	request phone GET "$(authorize_url app)" -H 'Accept-Language: de' && speaks de
	STAY=1 submit phone step=login username=pierre password="$PASSWORD"
	assert_page 'name="code"' && speaks fr
	STAY=1 submit phone step=code code=123456
	assert_status 403 && speaks fr
	request new GET "$(latchkey user reset pierre 2>/dev/null)" -H 'Accept-Language: de'
	speaks fr
	request new GET "$(latchkey user reset alice 2>/dev/null)" -H 'Accept-Language: de'
	speaks de
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
