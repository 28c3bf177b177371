# make dist, from two places, at two times, under other circumstances.

load ../helper

setup() {
	cd "$root" || return
	unset MAKEFLAGS MFLAGS MAKELEVEL SAN RS256 CFLAGS LDFLAGS
}

# release NAME COMMAND...: made from a copy of the sources.
release() {
	local place=$BATS_TEST_TMPDIR/$1
	shift
	mkdir -p "$place"
	tar -c --exclude=__pycache__ --exclude=./build --exclude=./.git . |
	    tar -x --no-same-owner -C "$place"
	find "$place" -exec touch -d "$DATE" {} +
	"$@" make -C "$place" dist >"$BATS_TEST_TMPDIR/said" 2>&1 ||
	    fail "$(tail -n 40 "$BATS_TEST_TMPDIR/said")"
}

@test "release: two builds give the same sources, package and list, byte by byte" {
	local file version arch
	version=$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
	arch=$(dpkg --print-architecture)
	DATE='2020-01-01' release one env TZ=Asia/Tokyo LANG=C.UTF-8
	DATE='2026-06-01' release another/and/deeper \
	    sh -c 'umask 077 && exec env TZ=America/Lima LC_ALL=C HOME=/nonexistent "$@"' sh
	cd "$BATS_TEST_TMPDIR/one/build/dist" || return
	sha256sum -c SHA256SUMS
	assert_equal "$(printf '%s\n' * | tr '\n' ' ')" \
	    "SHA256SUMS latchkey-$version.cdx.json latchkey-$version.tar.gz latchkey-pgsql_${version}_$arch.deb latchkey_${version}_$arch.deb "
	for file in *; do
		cmp "$file" "$BATS_TEST_TMPDIR/another/and/deeper/build/dist/$file"
	done
	[[ ! -e $root/.git ]] || diff <(git -C "$root" ls-files | sort) \
	    <(tar -tzf ./*.tar.gz | sed 's,^[^/]*/,,' | sort)
}
