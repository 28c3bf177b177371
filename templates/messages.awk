# Makes the catalogues of http/message.h from message files, the first of which
# is English: awk -f messages.awk en.msg de.msg ... login.html ...
#
# Fails if a line is malformed, a key is there twice, a template uses one that
# is not there, or a language has other keys than English or other places in
# one. With -v marked=1 each text is in brackets: a page that shows text outside
# of them has it from elsewhere.

function fail(what) {
	print FILENAME ":" FNR ": " what >"/dev/stderr"
	failed = 1
}

# The places of TEXT, as a sorted list.
function places_of(text,	n, i, j, list, t) {
	n = 0
	while (match(text, /{[^{}]*}/)) {
		t = substr(text, RSTART + 1, RLENGTH - 2)
		if (t !~ /^[a-z_]+$/)
			fail("{" t "} is no place")
		for (i = n; i > 0 && found[i] > t; i--)
			found[i + 1] = found[i]
		found[i + 1] = t
		n++
		text = substr(text, 1, RSTART - 1) substr(text, RSTART + RLENGTH)
	}
	if (text ~ /[{}]/)
		fail("a brace without the other")
	list = ""
	for (j = 1; j <= n; j++)
		if (j == 1 || found[j] != found[j - 1])
			list = list " " found[j]
	return list
}

function keep(	base, i) {
	if (key == "")
		return
	if ((language, key) in text_of)
		fail(key " is there twice")
	base = key
	sub(/\[.*/, "", base)
	if (base == key || key ~ /\[other\]$/)
		places[language, base] = places_of(text)
	else if (places_of(text) != "" && places_of(text) !~ /^ [a-z]+$/)
		fail(key " has more places than one")
	is_key[base] = 1
	text_of[language, key] = text
	# Sorted, so that a key can be searched for.
	for (i = ++count[language]; i > 1 && keys[language, i - 1] > key; i--)
		keys[language, i] = keys[language, i - 1]
	keys[language, i] = key
	key = ""
}

function c_string(s) {
	gsub(/[\\"?]/, "\\\\&", s)
	return "\"" s "\""
}

FNR == 1 {
	keep()
	is_messages = FILENAME ~ /\.msg$/
	language = FILENAME
	gsub(/.*\/|\.msg$/, "", language)
	if (is_messages)
		languages[++language_count] = language
}

!is_messages {
	line = $0
	while (match(line, /{{t:[^}]*}}/)) {
		name = substr(line, RSTART + 4, RLENGTH - 6)
		if (!(name in is_key))
			fail("no text is called " name)
		line = substr(line, RSTART + RLENGTH)
	}
	next
}

/^#/ || /^$/ { keep(); next }

/^[ \t]/ {
	sub(/^[ \t]+/, "")
	if (key == "")
		fail("goes on with nothing")
	text = text " " $0
	next
}

/^[a-z][a-z0-9_.]*(\[(zero|one|two|few|many|other)\])? = ./ {
	keep()
	key = substr($0, 1, index($0, " = ") - 1)
	text = substr($0, index($0, " = ") + 3)
	next
}

{ fail("neither `key = text' nor a comment") }

END {
	keep()
	english = languages[1]
	for (l = 1; l <= language_count; l++)
		for (k in is_key) {
			if (!((languages[l], k) in places))
				fail(languages[l] " has no " k)
			else if (places[languages[l], k] != places[english, k])
				fail(languages[l] " has other places in " k)
		}
	if (failed)
		exit 1
	print "#include \"http/message.h\"\n"
	for (l = 1; l <= language_count; l++) {
		language = languages[l]
		print "static const struct message of_" language "[] = {"
		for (i = 1; i <= count[language]; i++) {
			k = keys[language, i]
			text = text_of[language, k]
			if (marked)
				text = "⟦" text "⟧"
			print "\t{" c_string(k) ", " c_string(text) "},"
		}
		print "};\n"
	}
	print "const struct catalogue catalogues[] = {"
	for (l = 1; l <= language_count; l++)
		print "\t{\"" languages[l] "\", of_" languages[l] ", " \
		    count[languages[l]] "},"
	print "\t{0},\n};"
}
