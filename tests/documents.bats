# README.md and doc/: short, linked, and true. Blocks that need a machine are run
# by tests/full/documents.bats, programs of developers.md by developers.bats.

load helper
load documents.bash

setup() {
	cd "$root" || return
}

@test "documents: README.md has at most 150 lines, and two pictures" {
	(($(wc -l <README.md) <= 150)) || fail "$(wc -l <README.md) lines"
	assert_equal "$(grep -o '!\[[^]]*\](doc/images/[a-z-]*\.png)' README.md | wc -l)" 2
}

@test "documents: README.md leads to each of them" {
	local file
	for file in doc/*.md CONTRIBUTING.md; do
		grep -Fq "]($file)" README.md || fail "README.md does not name $file"
	done
}

# anchors FILE: the names of its headings, as they are linked to.
anchors() {
	grep -E '^##* ' "$1" | sed 's/^#* //' | tr '[:upper:]' '[:lower:]' |
	    sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# links FILE: where its links lead; pictures as well.
links() {
	awk '/^```/ { inside = !inside } !inside' "$1" |
	    tr '\n' ' ' | grep -oE '\]\([^)]+\)' | sed 's/^](//; s/)$//'
}

# check_links FOLDER FILE...: each link leads to a file there, and a heading in it.
check_links() {
	local from=$1 file link path
	shift
	for file; do
		while read -r link; do
			[[ $link != http*://* ]] || continue
			path=$from/$file
			[[ $link = '#'* ]] || path=$from/$(dirname "$file")/${link%%#*}
			[[ -f $path ]] || fail "$file: no file at $link"
			[[ $link = *'#'* ]] || continue
			anchors "$path" | grep -Fqx "${link#*#}" ||
			    fail "$file: no heading at $link"
		done < <(links "$from/$file")
	done
}

@test "documents: every link leads to a file, and to a heading in it" {
	local -a files
	readarray -t files < <(documents)
	check_links "$root" "${files[@]}" CONTRIBUTING.md
}

@test "documents: installed, they are whole, and links work there too" {
	local to=$BATS_TEST_TMPDIR/to
	local -a files
	readarray -t files < <(documents)
	make -s -o all install BUILD="$LATCHKEY_BUILD" PREFIX=/opt/house DESTDIR="$to" \
	    >/dev/null
	check_links "$to/opt/house/share/doc/latchkey" "${files[@]}" CONTRIBUTING.md
	run ! grep -rn /usr/local/ "$to/opt/house/share/doc"
}

@test "documents: each block says what it is, and none is a command that no test runs" {
	local file line info
	while read -r file; do
		while read -r line; do
			info=$(sed -n "$((line - 1))s/^\`\`\`//p" "$file")
			case $file:$info in
			README.md:sh\ demo) assert_equal "$(block "$file" "$line")" 'make demo' ;;
			README.md:sh\ test) assert_equal "$(block "$file" "$line")" 'make test' ;;
			doc/developers.md:*\ flask | doc/developers.md:*\ express | \
			    doc/developers.md:*\ php | doc/developers.md:*\ go | \
			    doc/developers.md:*\ api | doc/developers.md:sh\ asks | \
			    doc/developers.md:sh\ pushes | doc/developers.md:sh\ shows-code | \
			    doc/developers.md:sh\ polls | doc/developers.md:sh\ registers) ;;
			*:sh\ root | *:sh\ root\ * | *:sh\ terminal | *:sh\ store | \
			    *:sh\ old | *:sh\ new | *:conf | *:text) ;;
			doc/two-machines.md:sh\ database | doc/two-machines.md:sh\ first | \
			    doc/two-machines.md:sh\ second) ;;
			doc/architecture.md:) ;;
			*) fail "$file:$line: '$info'" ;;
			esac
		done < <(blocks "$file")
	done < <(documents)
}

@test "documents: commands that need a store alone do what they say" {
	local file line
	new_store https://id.example.org
	add_user alice
	while read -r file; do
		while read -r line; do
			block "$file" "$line" >"$BATS_TEST_TMPDIR/block"
			LATCHKEY_DATA=$DATA PATH=$(programs)/bin:$PATH \
			    run bash -eu "$BATS_TEST_TMPDIR/block"
			[[ $status = 0 ]] || fail "$file:$line: $output"
		done < <(blocks "$file" 'sh store')
	done < <(documents)
}

@test "documents: settings that they show are read" {
	local file line
	while read -r file; do
		while read -r line; do
			rm -rf "$BATS_TEST_TMPDIR/data"
			new_store https://id.example.org
			block "$file" "$line" >>"$DATA/latchkey.conf"
			run latchkey user list
			[[ $status = 0 ]] || fail "$file:$line: $output"
		done < <(blocks "$file" conf)
	done < <(documents)
}

# cells FILE N: cell N of its tables' rows.
cells() {
	grep '^|' "$1" | awk -F ' \\| ' -v n="$2" '{ sub(/^\| /, ""); print $n }'
}

@test "documents: words of the log in troubleshooting.md are those of a program's manual" {
	local word
	for word in $({ cells doc/troubleshooting.md 2
	    sed -n '/^## When it is refused/,$p' doc/developers.md | grep '^|' |
		cut -d '|' -f 2; } | grep -oE '`[a-z_]+`' | tr -d '`' | sort -u); do
		grep -qE "^\.It Sy (.* )?$word( |,|$)" cgi-bin/*.8 bin/latchkey.8 ||
		    grep -qE "^\.Sy $word( |$)" cgi-bin/*.8 bin/latchkey.8 ||
		    grep -qE "\"$word\"" lib/base/err.c ||
		    fail "in no manual: $word"
	done
}

@test "documents: what troubleshooting.md quotes from pages is there" {
	local text sentences
	sentences=$(tr -s ' \n' '  ' <templates/en.msg)
	while read -r text; do
		[[ $sentences = *"${text//\"/}"* ]] || fail "on no page: $text"
	done < <(cells doc/troubleshooting.md 1 | grep -v 'the app says' |
	    grep -oE '"[^"]+"' | tr -d '"')
}
