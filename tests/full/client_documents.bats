# An assistant that says itself what it is, by the MCP SDK's own client.

load ../helper
load ../internet

setup_file() {
	local dir=$BATS_FILE_TMPDIR
	/usr/bin/python3 "$root/tests/certificate.py" "$dir/app" -1 1 app.test
	chmod 644 "$dir/app.pem"
	export RECEIVER_ROOT=$dir/served APP_PORT
	mkdir "$RECEIVER_ROOT"
	start_internet '11.0.0.1 app.test'
	serve_inside receiver "$root/tests/receiver.py" "$dir/app.pem" "$dir/app.key" 443 \
	    "$dir/requests" 11.0.0.1
	new_store
	set_conf ca_file "$dir/app.pem"
	set_conf client_documents app.test
	add_user alice
	APP_PORT=$(free_port)
	latchkey client add notes --name Notes --grant client_credentials \
	    --resource "http://127.0.0.1:$APP_PORT/mcp" >/dev/null
	start_server
}

teardown_file() {
	stop_all
	stop_internet
}

@test "mcp: a client that is not registered says what it is, and the person allows it (OAuth Client ID Metadata Document)" {
	local url=https://app.test/doc/assistant.json back=http://localhost:45681/callback \
	    site=http://127.0.0.1:$APP_PORT/mcp provider=$SERVER_PID sub
	from_npm mcp "@modelcontextprotocol/sdk@$(latchkey client apps --json |
	    jq -er '.[] | select(.name == "mcp") | .tried' | grep -o '[0-9.]*$')" jose@6
	cp "$root/tests/full/mcp.mjs" "$app"
	jq -n --arg id "$url" '{client_id: $id, client_name: "Assistant",
	    redirect_uris: ["http://localhost/callback"], token_endpoint_auth_method: "none",
	    grant_types: ["authorization_code", "refresh_token"], response_types: ["code"]}' \
	    >"$RECEIVER_ROOT/assistant.json"
	SERVER_LOG=$BATS_TEST_TMPDIR/app.log in_background \
	    node "$app/mcp.mjs" serve "$APP_PORT" "$ISSUER"
	SERVER_PID=$provider
	wait_for port_is_taken "$APP_PORT"
	mcp() {
		node "$app/mcp.mjs" "$1" "$site" "document:$url" "$back" \
		    "$BATS_TEST_TMPDIR/kept" "${@:2}"
	}
	open_page alice "$(mcp start)"
	page_asks_password
	assert_page 'app\.test'
	log_in alice
	while [[ $(http_status) = 303 ]]; do
		open_page alice "$(http_header Location)"
	done
	assert_page 'app\.test \(Assistant\).*unverified.*program on this device.*Notes'
	allow alice
	[[ $(http_header Location) = "$back"\?* ]]
	sub=$(latchkey user show alice --json | jq -r .sub)
	assert_equal "$(mcp finish "$(http_header Location)")" "$sub"
	latchkey client list --json | jq -e --arg id "$url" 'any(.client_id == $id and
	    .registered_by == "document" and .client_name == "app.test (Assistant)")'
}
