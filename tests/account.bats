# Home, and the pages of the account: who is not signed in signs in there.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams' --email alice@example.org
	add_client app --trusted
	save_store
}

setup() {
	fresh_store
}

teardown_file() {
	stop_all
}

@test "account: a page of ours asks who is not signed in, and is then shown" {
	local page
	for page in / /account; do
		rm -f "$(tmpdir)/cgi-jar-alice"
		request alice GET "$ISSUER$page"
		assert_status 200
		page_asks_password
		submit alice step=login username=alice password=wrong
		assert_status 403
		page_asks_password
		STAY=1 submit alice step=login username=alice password="$PASSWORD"
		assert_status 303
		assert_header Location "^$ISSUER$page$"
		request alice GET "$ISSUER$page"
		assert_status 200
		assert_page 'Alice Adams'
	done
}

@test "account: signing out is a button of home, and ends the session" {
	sign_in alice app
	request alice GET "$ISSUER/"
	assert_page 'Alice Adams'
	submit alice step=logout
	assert_status 200
	assert_page 'You are signed out.*href="/">Sign in'
	request alice GET "$ISSUER/"
	page_asks_password
}

@test "account: what is not there is a page of ours" {
	request alice GET "$ISSUER/account/nothing"
	assert_status 404
	assert_page 'There is nothing at this address'
	request - GET "$ISSUER/nothing"
	assert_status 404
	assert_page 'There is nothing at this address'
}

@test "account: password managers are led to the page of the password" {
	request - GET "$ISSUER/.well-known/change-password"
	assert_status 303
	assert_header Location "^$ISSUER/account/password$"
}
