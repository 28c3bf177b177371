#!/bin/sh
# Makes a release in DIR: the sources, the Debian packages built from them, what is
# linked in (CycloneDX), and the sums of all of these. Two runs, anywhere and at any
# time, give the same bytes with the same compiler and libraries.
#
#	dist.sh DIR SOURCE...
#
# SOURCE are the files and folders of the top that belong to it.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
dir=$1
shift
version=$(dpkg-parsechangelog -l "$root/debian/changelog" -S Version)
SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l "$root/debian/changelog" -S Timestamp)
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
unset MAKEFLAGS MAKELEVEL MFLAGS
umask 022

# Files that git does not know are not released.
list() {
	if [ -e "$root/.git" ] && git -C "$root" rev-parse >/dev/null 2>&1; then
		git -C "$root" ls-files -z -- "$@"
	else
		(cd "$root" && find "$@" -type d -name __pycache__ -prune -o \
		    \( -type f -o -type l \) -print0)
	fi
}

name=latchkey-$version
rm -rf "$dir"
mkdir -p "$dir/work"
dir=$(cd "$dir" && pwd)
list "$@" >"$dir/work/list"
sort -z "$dir/work/list" |
    tar -C "$root" -cf "$dir/$name.tar" --no-recursion --format=gnu \
	--transform "s,^,$name/,S" --mtime="@$SOURCE_DATE_EPOCH" \
	--owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --null -T -
gzip -9n "$dir/$name.tar"

tar -xzf "$dir/$name.tar.gz" -C "$dir/work"
(cd "$dir/work/$name" && dpkg-buildpackage -us -uc -b >"$dir/work/said" 2>&1) ||
    { tail -n 40 "$dir/work/said" >&2; exit 1; }
debs=$(cd "$dir/work" &&
    echo latchkey_"$version"_*.deb latchkey-pgsql_"$version"_*.deb)
for deb in $debs; do
	mv "$dir/work/$deb" "$dir"
	dpkg-deb -x "$dir/$deb" "$dir/work/installed"
done
"$root/conf/sbom.py" "$dir/work/installed" "$version" \
    >"$dir/$name.cdx.json"
rm -rf "$dir/work"
cd "$dir"
# shellcheck disable=SC2086 # names of packages have no blanks
sha256sum "$name.tar.gz" $debs "$name.cdx.json" >SHA256SUMS
cat SHA256SUMS
