# Every form of our pages, with what people and their browsers send.

load helper

teardown() {
	stop_all
}

@test "forms: without cookies, with another token, a megabyte, letters of all sorts or twice: each answer is a page, and none a fault" {
	new_store
	add_user alice --name 'Alice Adams' --group admins
	add_user bob --name 'Bob Baker'
	add_client app --trusted
	start_server
	sign_in alice app >/dev/null
	sign_in bob app >/dev/null
	PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$root/tests/every_form.py" \
	    "$ISSUER" alice "$PASSWORD" >&2
	refute_logged 'template_error|died|signal|AddressSanitizer|runtime error'
}

@test "forms: a name of any script is shown, and a password of emoji signs in, composed or not" {
	local password='🗝️ café 東京 عائلة'
	new_store
	printf '%s\n' "$password" | latchkey user add zoe --password-stdin \
	    --name 'عائلة <b>東京</b> Zoë' >/dev/null
	add_client app
	open_page zoe "$(authorize_url app)"
	log_in zoe "$(/usr/bin/python3 -c 'import sys, unicodedata
print(unicodedata.normalize("NFD", sys.argv[1]))' "$password")"
	page_asks_consent
	assert_page 'عائلة &lt;b&gt;東京&lt;/b&gt; Zoë'
}
