# Every sentence that a person sees comes from templates/en.msg. The programs
# in build/test/marked have each text in brackets: what stands outside of them
# is from elsewhere.

load helper

# keys: those of en.msg, without the form of a plural.
keys() {
	sed -nE 's/^([a-z][a-z0-9_.]*)(\[[a-z]+\])? = .*/\1/p' \
	    "$root/templates/en.msg" | sort -u
}

generate() {	# FILE...
	LC_ALL=C awk -f "$root/templates/messages.awk" "$@"
}

@test "messages: each is used, by a template or by the code" {
	local used
	used=$(
		grep -oh '{{t:[^}]*}}' "$root"/templates/*.html | sed 's/^{{t://; s/}}$//'
		grep -ohE '"[a-z_]+(\.[a-z_]+)*"' "$root"/lib/*/*.c "$root"/cgi-bin/*.c |
		    tr -d '"'
		for page in "$root"/templates/*.html; do
			page=${page##*/} && echo "${page%.html}.title"
		done
		sed -nE 's/^\tX\(\w+, .*"(\w+)"\).*/\1/p; s/^\t    "(\w+)"\).*/\1/p' \
		    "$root/lib/base/reason.h" |
		    sed 's/.*/reason.&\nreason.&.title\nreason.&.link/'
		sed -nE 's/.*= \{"([a-z_]+)",.*/error.\1\nerror.\1.title/p' \
		    "$root/lib/base/err.c"
		grep -A1 'scopes_known\[\] =' "$root/lib/domain/scope.c" |
		    grep -oE '"[a-z_]+"' | tr -d '"' | sed 's/^/scope./'
	)
	[[ -z $(comm -23 <(keys) <(sort -u <<<"$used")) ]] ||
	    fail "not used" "$(comm -23 <(keys) <(sort -u <<<"$used"))"
}

@test "messages: a mistake in a file of them stops the build" {
	local d=$BATS_TEST_TMPDIR
	printf 'a = one {x}\nb[one] = {n} day\nb[other] = {n} days\n' >"$d/en.msg"
	printf 'b[other] = {n} Tage\na = eins {x}\n' >"$d/de.msg"
	printf '{{t:a}} {{t:b}}' >"$d/page.html"
	run -0 generate "$d/en.msg" "$d/de.msg" "$d/page.html"
	[[ $output == *'{"a", "one {x}"},'*'{"b[one]", "{n} day"}'* ]]
	[[ $output == *'{"a", "eins {x}"}'*'{"de", of_de, 2}'* ]]
	local line
	while IFS='|' read -r line told; do
		cp "$d/de.msg" "$d/fr.msg"
		printf '%b\n' "$line" >>"$d/fr.msg"
		run -1 generate "$d/en.msg" "$d/fr.msg" "$d/page.html"
		[[ $output == *"$told"* ]] || fail "$line" "$output"
	done <<-'END'
		a = again {x}|a is there twice
		c = more|en has no c
		no sentence|neither `key = text'
		A = b|neither `key = text'
		c = an {open|a brace without the other
		c = a {Place}|{Place} is no place
		c[some] = x|neither `key = text'
	END
	printf 'a = eins\nb[other] = {n}\n' >"$d/de.msg"
	run -1 generate "$d/en.msg" "$d/de.msg"
	[[ $output == *'de has other places in a'* ]]
	printf 'b[other] = {n}\n' >"$d/de.msg"
	run -1 generate "$d/en.msg" "$d/de.msg"
	[[ $output == *'de has no a'* ]]
	printf '{{t:none}}' >"$d/page.html"
	run -1 generate "$d/en.msg" "$d/page.html"
	[[ $output == *'no text is called none'* ]]
}

@test "messages: what has places stands between tags, never in one" {
	local placed tag
	placed=$(sed -nE 's/^([a-z0-9_.]+)(\[[a-z]+\])? = .*\{.*/\1/p' \
	    "$root/templates/en.msg" | paste -sd'|')
	# In a tag <bdi> would be no element.
	tag=$(cat "$root"/templates/*.html | tr '\n' ' ' | grep -oE '<[^>]*>' |
	    grep -E "\{\{t:($placed)\}\}" || true)
	[[ -z $tag ]] || fail "in a tag" "$tag"
	grep -q '<title>[^<]*{{t:' "$root"/templates/*.html && fail "in the title"
	true
}
