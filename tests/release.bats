# What a release says of itself; full/release.bats makes one, twice.

load helper

setup() {
	cd "$root" || return
}

@test "release: the list of what is linked in has each library, its package and its licence" {
	local to=$BATS_TEST_TMPDIR/to name
	[[ -z ${SAN:-} ]] || skip 'a sanitized build is linked with more'
	make -s -o all install BUILD="$LATCHKEY_BUILD" DESTDIR="$to" >/dev/null
	SOURCE_DATE_EPOCH=1700000000 conf/sbom.py "$to" 1.2.3 >"$BATS_TEST_TMPDIR/list"
	assert_equal "$(jq -r '.bomFormat, .specVersion, .metadata.timestamp,
	    .metadata.component.version' "$BATS_TEST_TMPDIR/list" | tr '\n' ' ')" \
	    'CycloneDX 1.5 2023-11-14T22:13:20Z 1.2.3 '
	jq -e 'all(.components[] | select(.type == "library"); .purl and .version and .licenses[0].expression and
	    all(.components[]; (.hashes[0].content | length) == 64))' \
	    "$BATS_TEST_TMPDIR/list" >/dev/null
	jq -r '.components[].components[]?.name' "$BATS_TEST_TMPDIR/list" |
	    sort >"$BATS_TEST_TMPDIR/names"
	for name in $(readelf -dW "$to"/usr/local/{bin,lib/latchkey,lib/latchkey/cgi-bin}/* \
	    2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u |
	    grep -v liblatchkey); do
		grep -Fqx "$name" "$BATS_TEST_TMPDIR/names" || fail "not there: $name"
	done
	for name in libqrencode.so libcurl.so libcrypto.so liboath.so libpq.so; do
		assert_equal "$(jq -r --arg name "$name" '.components[] |
		    select(.components[0].name // "" | startswith($name)) | .scope' \
		    "$BATS_TEST_TMPDIR/list")" optional
	done
	assert_equal "$(jq '[.components[] | select(.type == "data")] | length' \
	    "$BATS_TEST_TMPDIR/list")" 2
}

# Each library that the Makefile links is one of debian/copyright, and of the list.
@test "release: debian/copyright has the licence of each library that is built with" {
	local package source
	for package in $(conf/packages.sh --list build deb | grep '^lib.*-dev$'); do
		source=$(dpkg-query -W -f '${source:Package}' "$package")
		grep -q "^  $source: " debian/copyright || fail "no licence of $source"
	done
}
