# The words the tests are written in (`load helper`).
#
# The same verbs work in two ways: against plain CGI programs, started once a
# request, and, after start_server, through a real lighttpd with FastCGI. The
# answer to the last request is kept in files, so that assertions work after
# `run` and `$(...)` too; http_status, http_header and http_body give it back.

bats_require_minimum_version 1.5.0

root=${BATS_TEST_DIRNAME%/tests*}
: "${LATCHKEY_BUILD:=$root/build}"
PASSWORD='correct horse battery'
SECRET='a-client-secret-known-to-the-tests-only'
# What a client sends that authenticates by Basic, as far as it is known already.
declare -gA BASIC_OF=([app:$SECRET]=YXBwOmEtY2xpZW50LXNlY3JldC1rbm93bi10by10aGUtdGVzdHMtb25seQ==)
CALLBACK='http://127.0.0.1:9/cb'	# never contacted
# RFC 7636, appendix B
VERIFIER='dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
CHALLENGE='E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

# Bats runs a handler of its own before every line of a test. The verbs that
# run many lines do without it below themselves (set +T), which makes the tests
# three times as fast; failures are told all the same. A process costs more than
# a request: the verbs that each test runs many times start none that bash can
# do without.

# shellcheck disable=SC1090 # each is checked by itself
for words in "$root"/tests/helper/*.bash; do
	source "$words"
done
unset words
