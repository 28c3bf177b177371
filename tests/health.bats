# /health: what a monitor asks every few seconds.

load helper

setup_file() {
	new_store https://id.example.org
	add_client app
	save_store
}

setup() {
	fresh_store
}

health() {	# [METHOD]
	run_cgi token "${1:-GET}" /health
}

@test "health: passes while store and keys can be read, tells nothing else, and is not kept" {
	health
	assert_equal "$(http_status)" 200
	assert_equal "$(http_body)" '{"status":"pass"}'
	assert_equal "$(http_header Cache-Control)" no-store
	health HEAD
	assert_equal "$(http_status) $(http_body)" '200 '
	health POST
	assert_equal "$(http_status)" 405
	run_cgi token GET /idp/healthy
	assert_equal "$(http_status)" 404
}

@test "health: fails with 503 when a key that signs cannot be read, and the log says which" {
	local key
	for key in "$DATA"/keys/*.pem; do
		mv "$key" "$key.away"
	done
	health
	assert_equal "$(http_status)" 503
	assert_equal "$(http_body)" '{"status":"fail"}'
	[[ -n $(http_header Retry-After) ]]
	assert_logged 'latchkey token: server_error cause=not_found'
	for key in "$DATA"/keys/*.pem.away; do
		mv "$key" "${key%.away}"
		chmod 644 "${key%.away}"
	done
	health
	assert_equal "$(http_status)" 503
	assert_logged 'server_error cause=permission'
	chmod 600 "$DATA"/keys/*.pem
	health
	assert_equal "$(http_status)" 200
}

@test "health: fails with 503 when the store or the settings cannot be read" {
	hide_store
	health
	assert_equal "$(http_status)" 503
	show_store
	echo 'nonsense = 1' >>"$DATA/latchkey.conf"
	health
	assert_equal "$(http_status)" 503
	sed -i /nonsense/d "$DATA/latchkey.conf"
	if on_pgsql; then
		sql_store 'alter table latchkey_rows rename to lost'
	else
		truncate -s 4096 "$DATA/store/data.mdb"
	fi
	health
	assert_equal "$(http_status)" 503
}

@test "health: needs a key of each algorithm in use" {
	add_client other --alg HS256
	health
	assert_equal "$(http_status)" 200
	latchkey check --offline --json | jq -e '.errors == 0 or (.findings | map(select(.level == "error")) | length == 0)' >/dev/null
}
