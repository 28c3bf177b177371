# The Debian packages of these sources (`load packages.bash`), made once for all
# files of a run.

# make_packages: sets PACKAGES to the folder that has them, and deb/ with what
# dpkg-buildpackage left.
make_packages() {
	export PACKAGES=$BATS_RUN_TMPDIR/packages
	mkdir -p "$PACKAGES"
	(
		flock 9
		[[ ! -e $PACKAGES/made ]] || exit 0
		unset MAKEFLAGS MFLAGS MAKELEVEL SAN RS256 CFLAGS LDFLAGS
		# shellcheck disable=SC2030 # for dpkg-buildpackage
		export DEB_BUILD_OPTIONS=noautodbgsym
		make -C "$root" deb BUILD="$PACKAGES" >"$PACKAGES/said" 2>&1 3>&- 9>&- ||
		    { tail -n 40 "$PACKAGES/said" >&2; exit 1; }
		touch "$PACKAGES/made"
	) 9>"$PACKAGES/lock"
}
