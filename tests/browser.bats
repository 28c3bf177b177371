# Our pages as a browser shows them: Chromium, driven by tests/pages.py.

load helper

setup_file() {
	new_store
	APP_PORT=$(free_port)
	export APP_PORT
	set_conf provider_name 'The Adams family'
	add_user alice --name 'Alice Adams' --email alice@example.org
	add_client photos --name 'Photo Album' \
	    --redirect-uri "http://127.0.0.1:$APP_PORT/cb" \
	    --redirect-uri "http://localhost:$APP_PORT/welcome" \
	    --post-logout-redirect-uri "http://127.0.0.2:$APP_PORT/bye"
	add_client native --name Native --public --redirect-uri http://127.0.0.1/native
	add_client tv --name 'Living-room TV' --public --grant device_code
	add_client phone --name Phone --public --redirect-uri com.example.app:/cb
	add_client closed --name 'The Club' --group members \
	    --redirect-uri "http://127.0.0.1:$APP_PORT/cb"
	add_client wordy --redirect-uri "http://127.0.0.1:$APP_PORT/cb" \
	    --name "Eine-App-mit-einem-sehr-langen-Namen-ohne-jede-Pause und noch mehr" \
	    --scope openid --scope profile \
	    --scope https://api.example.org/a-permission-with-a-very-long-name-that-nobody-breaks
	start_server
}

teardown_file() {
	stop_all
}

walk() {
	SCREENSHOTS=$BATS_TEST_TMPDIR PYTHONDONTWRITEBYTECODE=1 \
	    timeout 120 /usr/bin/python3 "$root/tests/pages.py" \
	    "$ISSUER" "$APP_PORT" "$1" >&2
	[[ -z ${KEEP_SCREENSHOTS:-} ]] ||
	    cp "$BATS_TEST_TMPDIR"/*.png "$KEEP_SCREENSHOTS"
}

@test "browser: sign-in by typing and Enter, consent, and back to the app and on, at 360 and 1280 px" {
	walk flow
}

@test "browser: all of it works with scripts switched off" {
	walk no_scripts
}

@test "browser: an app renews in a frame by prompt=none and form_post, and nothing else of ours is in a frame" {
	walk silent_renewal
}

@test "browser: a person allows a device by its link, and denies one whose code is typed" {
	walk device
}

@test "browser: all of it works by keyboard, and the focus shows" {
	walk keyboard
}

@test "browser: no way back to an app is blocked: any loopback port, private scheme, form, sign-out" {
	walk ways_back
}

@test "browser: a form of another site reaches the sign-in page, and a code where one is signed in" {
	walk cross_site
}

@test "browser: every page can be read at 320 px and up, in light and dark, and pressed by a finger" {
	walk looks
}
