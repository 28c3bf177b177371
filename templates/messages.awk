# Makes the catalogues of base/message.h from message files, the first of which
# is English: awk -f messages.awk en.msg de.msg ... login.html ...
#
# Fails if a line is malformed, a key is there twice, or a template uses one that
# is not there. Where a language has no text for a key, or one with other places
# than English, the English text is taken, and a line says how many. With -v
# complete=1 that, and a text that English has not, are mistakes as well. With
# -v marked=1 each text is in brackets: a page that shows text outside of them
# has it from elsewhere.

function fail(what) {
	print FILENAME ":" FNR ": " what >"/dev/stderr"
	failed = 1
}

# What is wrong with a language other than English.
function lack(l, what) {
	if (complete) {
		print l ".msg: " what >"/dev/stderr"
		failed = 1
	}
	lacks[l]++
}

# Adds the places of TEXT to those of PLACES, a sorted list.
function add_places(places, text,	n, i, j, list, t, found) {
	n = split(places, found, " ")
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

function base_of(k) {
	sub(/\[.*/, "", k)
	return k
}

# The plural forms of a language (CLDR), for whole numbers below a million. The
# rule that chooses one is in base/message.c.
function forms_of(l) {
	if (l == "ar")
		return "zero one two few many other"
	if (l == "pl")
		return "one few many"
	return l == "ja" || l == "zh-Hans" ? "other" : "one other"
}

function keep(	base) {
	if (key == "")
		return
	if ((language, key) in text_of)
		fail(key " is there twice")
	text_of[language, key] = text
	base = base_of(key)
	if (key ~ /^language\./) {
		;
	} else if (language == english || complete) {
		is_base[base] = 1
		is_key[key] = 1
	} else {
		is_key_there[key] = 1
	}
	is_plural[language, base] = base != key
	places[language, base] = add_places(places[language, base], text)
	count[language]++
	key = ""
}

function c_string(s) {
	gsub(/[\\"?]/, "\\\\&", s)
	return "\"" s "\""
}

# Whether the texts of L for BASE can be used.
function is_usable(l, base) {
	return (l, base) in places && \
	    places[l, base] == places[english, base] && \
	    is_plural[l, base] == is_plural[english, base]
}

# The text of L for the key K: where there is none, its general form, and else
# that of English.
function find_text(l, k,	base, t) {
	base = base_of(k)
	if (!is_usable(l, base))
		l = english
	if ((l, k) in text_of)
		t = text_of[l, k]
	else if ((l, base "[other]") in text_of)
		t = text_of[l, base "[other]"]
	else
		t = text_of[l, base "[many]"]
	return marked ? "⟦" t "⟧" : t
}

function check_language(l,	k, n, i, forms) {
	for (k in is_base) {
		if (!((english, k) in places))
			lack(l, "en has no " k)
		else if (!((l, k) in places))
			lack(l, "no " k)
		else if (!is_usable(l, k))
			lack(l, "other places in " k)
		if (!is_plural[english, k])
			continue
		n = split(forms_of(l), forms, " ")
		for (i = 1; i <= n; i++)
			if ((l, k) in places &&
			    !((l, k "[" forms[i] "]") in text_of))
				lack(l, "no " k "[" forms[i] "]")
	}
	if (!((l, "language.name") in text_of) ||
	    text_of[l, "language.direction"] !~ /^(ltr|rtl)$/) {
		print l ".msg: no language.name, or language.direction" \
		    >"/dev/stderr"
		failed = 1
	}
	if (lacks[l] && !complete)
		print "  messages: " l " lacks " lacks[l] \
		    ", which are shown in English" >"/dev/stderr"
}

# Where the string S begins in the text that is printed.
function put_string(s,	at) {
	at = printed
	print "\t" c_string(s) " \"\\0\""
	printed += length(s) + 1
	return at
}

function put_numbers(name, numbers, n,	i) {
	print "static const uint32_t " name "[] = {"
	for (i = 1; i <= n; i++)
		print "\t" numbers[i] ","
	print "};\n"
}

FNR == 1 {
	keep()
	is_messages = FILENAME ~ /\.msg$/
	language = FILENAME
	gsub(/.*\/|\.msg$/, "", language)
	if (is_messages)
		languages[++language_count] = language
	english = languages[1]
}

!is_messages {
	line = $0
	while (match(line, /{{t:[^}]*}}/)) {
		name = substr(line, RSTART + 4, RLENGTH - 6)
		if (!(name in is_base))
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
	for (l = 1; l <= language_count; l++)
		check_language(languages[l])
	if (failed)
		exit 1
	for (k in is_key_there)
		if (base_of(k) in is_base)
			is_key[k] = 1
	# Sorted, so that a key can be searched for.
	for (k in is_key) {
		for (i = ++key_count; i > 1 && keys[i - 1] > k; i--)
			keys[i] = keys[i - 1]
		keys[i] = k
	}
	print "#include \"base/message.h\"\n"
	printed = 0
	print "static const char key_text[] ="
	for (i = 1; i <= key_count; i++)
		at[i] = put_string(keys[i])
	print "\t;\n"
	put_numbers("key_at", at, key_count)
	print "static const struct message_keys all_keys = {" \
	    key_count ", key_at, key_text};\n"
	for (l = 1; l <= language_count; l++) {
		language = languages[l]
		name = language
		gsub(/-/, "_", name)
		printed = 0
		print "static const char text_" name "[] ="
		for (i = 1; i <= key_count; i++)
			at[i] = put_string(find_text(language, keys[i]))
		print "\t;\n"
		put_numbers("at_" name, at, key_count)
	}
	print "const struct catalogue catalogues[] = {"
	for (l = 1; l <= language_count; l++) {
		language = languages[l]
		name = language
		gsub(/-/, "_", name)
		print "\t{\"" language "\", " \
		    c_string(text_of[language, "language.name"]) ", " \
		    (text_of[language, "language.direction"] == "rtl") \
		    ", &all_keys, at_" name ", text_" name "},"
	}
	print "\t{0},\n};"
}
