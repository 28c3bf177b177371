# Home: the apps a person may use, with their names, icons and links; what the
# administrator makes the pages look like.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams' --group family
	add_user bob
	png >"$BATS_FILE_TMPDIR/icon.png"
	echo '<svg xmlns="http://www.w3.org/2000/svg"/>' >"$BATS_FILE_TMPDIR/icon.svg"
	add_client photos --name 'Photos <1>' --icon "$BATS_FILE_TMPDIR/icon.png" \
	    --link https://photos.example.org/start
	add_client notes --name 'notes' --link http://notes.lan/
	add_client family --name Family --group family \
	    --icon "$BATS_FILE_TMPDIR/icon.svg" --link https://family.example.org/
	add_client hidden --name Hidden --link ''
	save_store
}

setup() {
	fresh_store
}

teardown_file() {
	stop_all
}

png() {	# of one pixel
	base64 -d <<<'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
}

home() {	# PERSON
	open_page "$1" "$ISSUER/"
	[[ -z $(tags form | grep -c password || true) ]] || :
	grep -q 'name="password"' <(http_body) && log_in "$1"
	request "$1" GET "$ISSUER/"
	assert_status 200
}

@test "home: shows the apps that the person may use, by name, each with its link" {
	home alice
	assert_page 'Photos &lt;1&gt;'
	assert_equal "$(tags a | attribute href | head -n 3 | xargs)" \
	    'https://family.example.org/ http://notes.lan/ https://photos.example.org/start'
	refute_page Hidden
	home bob
	refute_page Family
	assert_page notes
}

@test "home: shows the sites with a name whose front page is for the person" {
	local site
	latchkey site add http://127.0.0.2:8081 --name Wiki >/dev/null
	latchkey site add http://127.0.0.2:8082 --name Films \
	    --rule '/ group:adults' --rule '/cartoons signed-in' >/dev/null
	latchkey site add http://127.0.0.2:8083 --name Office --group work >/dev/null
	latchkey site add http://127.0.0.2:8084 >/dev/null
	home alice
	assert_page '<a href="http://127.0.0.2:8081/">'
	assert_page 'Wiki</bdi>'
	for site in 8082 8083 8084; do
		refute_page ":$site"
	done
	latchkey user set alice --group adults --group work >/dev/null
	home alice
	assert_page '<a href="http://127.0.0.2:8082/">'
	assert_page '<a href="http://127.0.0.2:8083/">'
}

@test "home: a person for whom there is no app is told whom to ask" {
	local id
	for id in $(latchkey client list --json | jq -r '.[].client_id'); do
		latchkey client set "$id" --group others >/dev/null
	done
	home bob
	assert_page 'No app is set up for you yet. Ask the person'
}

@test "home: an icon is a picture under a policy that lets nothing in it run; it is kept by its address" {
	local url
	home alice
	url=$(tags img | attribute src | sed -n 1p)
	request - GET "$ISSUER$url"
	assert_status 200
	assert_header Content-Type '^image/svg\+xml$'
	assert_header Content-Security-Policy "^default-src 'none'; style-src 'unsafe-inline';.*; sandbox$"
	assert_header X-Content-Type-Options nosniff
	assert_header Cache-Control 'immutable'
	cmp "$(last body)" "$BATS_FILE_TMPDIR/icon.svg"
	url=$(home alice && tags img | attribute src | sed -n 2p)
	request - GET "$ISSUER$url"
	assert_header Content-Type '^image/png$'
	cmp "$(last body)" "$BATS_FILE_TMPDIR/icon.png"
	request - GET "$ISSUER${url%%\?*}"
	assert_header Cache-Control '^no-cache$'
	request - GET "$ISSUER/icon/none"
	assert_status 404
	# No icon: a letter.
	home alice
	assert_page '<bdi class="letter" aria-hidden="true">N</bdi>'
}

@test "home: an icon goes with its app, or when it is set to none" {
	latchkey client set family --icon '' >/dev/null
	request - GET "$ISSUER/icon/family"
	assert_status 404
	latchkey client del photos >/dev/null
	latchkey client add photos --redirect-uri "$CALLBACK" >/dev/null
	request - GET "$ISSUER/icon/photos"
	assert_status 404
}

@test "client: an icon that is no PNG or SVG, has a script in it or more than 64 KiB, or a link that is no address, is refused" {
	local d=$BATS_TEST_TMPDIR file
	echo '<svg onload="alert(1)"/>' >"$d/handler.svg"
	echo '<svg><script>alert(1)</script></svg>' >"$d/script.svg"
	echo 'GIF89a' >"$d/gif.png"
	{ echo '<svg/>'; head -c 65536 /dev/zero | tr '\0' ' '; } >"$d/big.svg"
	for file in handler.svg script.svg gif.png big.svg none.png; do
		run -1 latchkey client set notes --icon "$d/$file"
		[[ $output = *--icon* ]] || fail "$output"
	done
	for link in javascript:alert ftp://x/ 'https://x/"onclick' photos.example.org; do
		run -1 latchkey client set notes --link "$link"
		[[ $output = *--link* ]] || fail "$output"
	done
}

@test "client: a link comes from the recipe, or from the redirect URI; '' is none" {
	latchkey client add --app miniflux --url https://rss.example.org >/dev/null
	assert_equal "$(latchkey client show miniflux --json | field client_uri)" \
	    https://rss.example.org/
	latchkey client add a --redirect-uri https://a.example.org/x/cb >/dev/null
	assert_equal "$(latchkey client show a --json | field client_uri)" \
	    https://a.example.org/
	assert_equal "$(latchkey client show hidden --json | field client_uri)" ''
}

@test "pages: name, logo, colour and contact are the administrator's; a colour is one that can be read" {
	local page
	set_conf provider_name 'The <b>Adams</b> family'
	set_conf logo logo.svg
	set_conf accent_color '#ffff00'
	set_conf contact mum@example.org
	cp "$BATS_FILE_TMPDIR/icon.svg" "$DATA/logo.svg"
	chmod 600 "$DATA/logo.svg"
	request - GET "$ISSUER/"
	assert_page 'The &lt;b&gt;Adams&lt;/b&gt; family'
	assert_page '<img class="logo" src="/logo" alt=""'
	assert_page '<link rel="icon" href="/logo">'
	assert_page '--accent:#ffff00'
	! grep -q '^:root{--accent:#ffff00' "$(last body)" || fail 'on white'
	assert_page 'href="mailto:mum@example.org"'
	request - GET "$ISSUER/logo"
	assert_status 200
	assert_header Content-Security-Policy 'sandbox$'
	# One that cannot be used is told in the log.
	echo '<svg onload="x"/>' >"$DATA/logo.svg"
	request - GET "$ISSUER/logo"
	assert_status 404
	assert_logged 'logo_unusable file=.*logo.svg'
	set_conf contact https://example.org/help
	request - GET "$ISSUER/"
	assert_page 'href="https://example.org/help"'
	set_conf contact 'Mum, 555 0100'
	request - GET "$ISSUER/"
	assert_page '<bdi>Mum, 555 0100</bdi>'
	refute_page 'href="Mum'
}

@test "pages: a colour, logo or contact that could be something else is refused" {
	local name value kept
	kept=$(<"$DATA/latchkey.conf")
	while IFS='|' read -r name value; do
		printf '%s\n' "$kept" "$name = $value" >"$DATA/latchkey.conf"
		run -1 latchkey user list
		[[ $output = *"$name cannot be"* ]] || fail "$name=$value: $output"
	done <<-'END'
		accent_color|red
		accent_color|#fff
		accent_color|#0b615g
		accent_color|#0b6156;}
		accent_color|0b6156
		logo|../secret.key
		logo|/etc/passwd
		logo|secret.key
		logo|.hidden.svg
	END
}

@test "check: a logo that cannot be shown is told" {
	set_conf logo logo.svg
	run latchkey check
	[[ $output = *'logo: '*'is not there'* ]] || fail "$output"
}

@test "home: an administrator finds the desk in the account" {
	latchkey user set alice --group admins >/dev/null
	home alice
	request alice GET "$ISSUER/account"
	assert_page 'href="/admin"'
	home bob
	request bob GET "$ISSUER/account"
	refute_page 'href="/admin"'
}

@test "home: a wrong address leads home, and a provider that cannot be opened is told by a page of ours" {
	request - GET "$ISSUER/nothing"
	assert_status 404
	assert_page '<a href="/">Home</a>'
	hide_store
	request - GET "$ISSUER/"
	assert_status 503
	assert_header Content-Type '^text/html'
	assert_page 'The sign-in service is not available'
	assert_header Retry-After '^10$'
}

@test "home: the page to sign in has at most 20 KB, and asks for nothing but the favicon" {
	request - GET "$ISSUER/"
	page_asks_password
	(($(wc -c <"$(last body)") <= 20000))
	assert_equal "$(grep -oE '(src|href)="[^"]*"' "$(last body)")" \
	    'href="/favicon.svg"'
	request - GET "$ISSUER/favicon.svg"
	assert_status 200
	assert_header Content-Type '^image/svg\+xml$'
	# Where no page names one, a browser asks for this.
	request - GET "$ISSUER/favicon.ico"
	assert_status 200
	assert_header Content-Type '^image/png$'
	cmp "$(last body)" "$root/data/favicon.png"
}
