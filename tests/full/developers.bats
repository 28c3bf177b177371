# The programs of doc/developers.md with what npm brings, whose registry must be
# reachable, and with Debian's libraries for Go.

load ../helper
load ../documents.bash
load ../developers.bash
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() { begin_provider; }
teardown_file() { stop_all; }
teardown() { end_app; }

# npm_packages NAME...: in the app's folder.
npm_packages() {
	npm --prefix "$BATS_TEST_TMPDIR/app" install --ignore-scripts --no-audit \
	    --no-fund "$@" >"$BATS_TEST_TMPDIR/npm" 2>&1 ||
	    fail "$(<"$BATS_TEST_TMPDIR/npm")"
}

@test "developers: the app with Express signs people in" {
	program 'js express' hello.mjs
	npm_packages express@5 express-session@1 openid-client@6
	app_by node hello.mjs
	signs_people_in
}

@test "developers: the API in Node.js verifies access tokens, of either algorithm" {
	local alg
	program 'js api' api.mjs
	npm_packages express@5 jose@6
	# It fetches keys twice a minute at most: each algorithm has an API of its own.
	for alg in EdDSA RS256; do
		latchkey client set caller --alg $alg
		app_by node api.mjs
		checks_tokens
		end_app
	done
}

# As Debian has the libraries: in Debian 12, go-oidc is older than its name here.
@test "developers: the app in Go signs people in" {
	program 'go go' main.go
	export GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$BATS_FILE_TMPDIR/go
	cd "$BATS_TEST_TMPDIR/app" || return
	[[ -d $GOPATH/src/github.com/coreos/go-oidc/v3 ]] ||
	    sed -i 's,coreos/go-oidc/v3/oidc,coreos/go-oidc,' main.go
	go build -o hello main.go >"$BATS_TEST_TMPDIR/said" 2>&1 ||
	    fail "$(<"$BATS_TEST_TMPDIR/said")"
	latchkey client set hello --alg RS256
	app_by ./hello
	signs_people_in
}
