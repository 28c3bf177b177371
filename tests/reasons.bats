# One list of words: what the code gives as the reason of a refusal (a row of
# base/reason.h), as a line of the log or of the audit, is what the manuals list
# and the pages know. reasons.py finds them; no program runs.

load helper

# Pages show these with the sentence for every request that an app got wrong:
# what to do about it is for the app's developer, who has the word.
app_errors="acr_unmet client_mismatch code_challenge_malformed
code_challenge_method_unsupported code_challenge_missing dpop_jkt_malformed
grant_type_not_allowed
id_token_hint_invalid max_age_malformed nonce_too_long nothing_granted
parameter_repeated person_declined prompt_none prompt_none_with_others
prompt_unknown registration_unsupported request_too_long request_unsupported
request_not_pushed request_not_signed
request_object_algorithm request_object_audience request_object_client
request_object_malformed request_object_signature request_object_time
request_object_type request_twice request_uri_forged request_uri_unsupported resource_unknown response_mode_unsupported response_type_missing
response_type_unsupported scope_malformed scope_not_allowed scope_too_long
state_too_long"

# Pages of their own, or the sentence for the status.
own_pages="logout_client_unnamed method_not_allowed no_such_page server_error
sign_in sign_in_line_full factor_wait factor_required"

# The gate answers these to programs, by 401 or JSON, or sends the browser on.
gate_answers="app_password_wrong audience claims client_removed dpop_algorithm
dpop_key certificate_expired certificate_malformed certificate_mismatch
certificate_missing certificate_not_told dpop_malformed dpop_missing dpop_nonce dpop_request dpop_scheme
dpop_signature dpop_time dpop_token family_ended
issuer not_a_jwt not_an_access_token scope_missing signature token_abandoned
target_not_allowed token_expired token_revoked restored sign_in_overtaken code_expired
code_reused session_ended factor_missing sign_in_old"

# ... and these with its last sentence: the sign-in did not go through.
gate_sign_in="client_mismatch code_forged code_missing code_verifier_missing
code_verifier_unexpected code_verifier_wrong issuer_mismatch no_such_page
parameter_repeated redirect_uri_mismatch resource_not_granted server_error"

# Lines for the administrator; no answer has them.
log_only='answer_not_sendable|client_document_not_read|client_documents_full|client_keys_not_fetched|slot_unusable|template_error|template_unusable|.* .*'

setup_file() {
	/usr/bin/python3 "$BATS_TEST_DIRNAME/reasons.py" "$BATS_TEST_DIRNAME/.." \
	    reasons emitted told events listed shown >"$BATS_FILE_TMPDIR/lists"
}

list() {	# NAME
	sed -n "s/^$1 //p" "$BATS_FILE_TMPDIR/lists"
}

# search TREE: what is emitted and told there.
search() {
	/usr/bin/python3 "$root/tests/reasons.py" "$1" emitted told
}

# same WHAT A B: the lists A and B have the same lines.
same() {
	diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") || fail "$1"
}

# of PROGRAM...: the words of emitted() that a page or answer of these can have.
of() {
	local IFS='|'
	list emitted | sed -nE "s/^($*) //p" |
	    grep -vxE "$log_only" | sort -u
}

# unshown PROGRAM...: those of them without a sentence.
unshown() {
	comm -23 <(of "$@") <(list shown)
}

words() {
	tr -s ' \n' '\n' <<<"$*" | sed '/^$/d' | sort -u
}

@test "reasons: each is in the manual of the program that gives it, and each in a manual is given" {
	same "< the code gives it, > the manual lists it" \
	    "$(list emitted)" "$(list told)"
}

@test "reasons: latchkey(8) lists every line of the audit" {
	same "< the code writes it, > the manual lists it" \
	    "$(list events)" "$(list listed)"
}

@test "reasons: each that a person can meet has its sentence" {
	same "< give it one in en.msg, or a place in a list above; > is no more" \
	    "$(unshown authorize logout)" "$(words "$app_errors" "$own_pages")"
	same "< give it one in en.msg, or a place in a list above; > is no more" \
	    "$(unshown gate)" "$(words "$gate_answers" "$gate_sign_in")"
	same "> no page has this reason" "$(list shown)" \
	    "$(comm -12 <(list shown) <(of authorize logout gate account admin device))"
}

@test "reasons: one thing has one word" {
	local words twice
	words=$(list emitted | sed 's/^[a-z]* //' | sort -u)
	# The same parts in another order, or in the plural.
	twice=$(/usr/bin/python3 -c 'import collections, re, sys
seen = collections.defaultdict(list)
for word in sys.stdin.read().splitlines():
    parts = sorted(p.rstrip("s") for p in re.split("[_ ]", word))
    seen[tuple(parts)].append(word)
print(*(w for w in seen.values() if len(w) > 1))' <<<"$words")
	[[ -z $twice ]] || fail "two words: $twice"
	# What is not there is missing; what is there twice is repeated or twice.
	! grep -E '_(absent|lacking|duplicate|doubled|bad|illegal)$' <<<"$words" ||
	    fail "another word is in use for this"
}

@test "reasons: each row of the table has its name's word and is given" {
	same "< a row, > the name in small letters" "$(list reasons)" \
	    "$(sed -nE 's/^	X\((\w+),.*/\L\1/p' "$root/lib/base/reason.h" |
		sort)"
	same "< a row, > a row that is given" "$(list reasons)" \
	    "$(comm -12 <(list reasons) \
		<(list emitted | cut -d' ' -f2- | sort -u))"
}

@test "reasons: a new one is found however it is given" {
	local tree=$BATS_TEST_TMPDIR/tree found
	mkdir "$tree"
	cp -r "$root"/{lib,cgi-bin,bin,templates} "$tree"
	(($(list emitted | wc -l) >= 300))
	sed -i "/^#define REASONS/r /dev/stdin" "$tree/lib/base/reason.h" < <(
		for name in GIVEN EITHER OR SET RETURNED ASKED TOLD_OF COMMENT; do
			printf '\tX(NEW_%s, VARIES, "new_%s") \\\n' "$name" "${name,,}"
		done)
	cat >>"$tree/cgi-bin/token.c" <<-'C'
		enum { A, B };
		static enum reason
		choose(bool b)
		{
			if (b)
				return REASON_NEW_RETURNED;
			return REASON_NONE;
		}
		static void
		add(struct call *c, enum err e, enum reason *reason)
		{
			if (e == A)
				e = refused(REASON_NEW_GIVEN, reason);
			e = refused_as(
			    B, e == A ? REASON_NEW_EITHER : REASON_NEW_OR, reason);
			*reason = REASON_NEW_SET; /* REASON_NEW_COMMENT */
			if (choose(*reason == REASON_NEW_ASKED) == REASON_NONE)
				call_log_refusal(c, e, REASON_NEW_TOLD_OF, NULL);
			call_log_event(c, "new_event", NULL);
			log_note("new line", "reason", "new_pair", NULL);
		}
		static void (*const table[])(struct call *c, enum err e,
		    enum reason *reason) = {add};
	C
	sed -i 's/server_run("token"/server_run(table == NULL ? NULL : "token"/' \
	    "$tree/cgi-bin/token.c"
	sed -i 's/^\.It Sy code_reused$/&, new_told/' "$tree/cgi-bin/token.8"
	found=$(search "$tree" | sed -n 's/^[a-z]* token new/new/p')
	same "found" "$found" "$(printf '%s\n' "new line" new_either \
	    new_event new_given new_or new_pair new_returned new_set \
	    new_told_of new_told)"
}

@test "reasons: what the command says of a value that cannot be has its words at the desk" {
	run -0 /usr/bin/python3 "$root/tests/refusals.py" "$root"
	assert_equal "$output" ''
}
