// Tokens that are bound to a key: what openid-client and oauth4webapi make of a
// provider.
//
//	dpop.mjs LIBRARY ISSUER CLIENT_ID CALLBACK VERIFIER ALG
//
// LIBRARY is openid-client or oauth4webapi, CALLBACK the address that a public
// client got a code at, ALG what it makes its key for. It redeems the code, asks
// userinfo, refreshes and asks again, and tries the token without its key; prints
// the token_type of both tokens, the person, and the error.

const [library, issuer, clientId, callback, verifier, alg] = process.argv.slice(2);
const lib = await import(library);
const here = new URL(callback), redirectUri = here.origin + here.pathname;

async function without(token) {
	const answer = await fetch(`${issuer}/userinfo`,
		{ headers: { authorization: `Bearer ${token}` } });

	return answer.headers.get('www-authenticate').match(/error="([^"]*)"/)[1];
}

async function byOpenidClient() {
	const config = await lib.discovery(new URL(issuer), clientId, {}, lib.None(),
		{ execute: [lib.allowInsecureRequests] });
	const DPoP = lib.getDPoPHandle(config, await lib.randomDPoPKeyPair(alg));
	const first = await lib.authorizationCodeGrant(config, here,
		{ pkceCodeVerifier: verifier, expectedState: lib.skipStateCheck,
			expectedNonce: undefined }, undefined, { DPoP });
	const ask = async (token) => (await lib.fetchUserInfo(config, token,
		lib.skipSubjectCheck, { DPoP })).preferred_username;
	const before = await ask(first.access_token);
	const second = await lib.refreshTokenGrant(config, first.refresh_token, undefined,
		{ DPoP });

	return [first.token_type, second.token_type, before,
		await ask(second.access_token), await without(second.access_token)];
}

async function byOauth4webapi() {
	const options = { [lib.allowInsecureRequests]: true };
	const url = new URL(issuer), client = { client_id: clientId };
	const server = await lib.processDiscoveryResponse(url,
		await lib.discoveryRequest(url, options));
	const DPoP = lib.DPoP(client, await lib.generateKeyPair(alg));
	const by = lib.None();
	const again = async (request) => {
		try {
			return await request();
		} catch (e) {
			if (!lib.isDPoPNonceError(e))
				throw e;
			return await request();
		}
	};
	const params = lib.validateAuthResponse(server, client, here, lib.skipStateCheck);
	const first = await again(async () =>
		lib.processAuthorizationCodeResponse(server, client,
			await lib.authorizationCodeGrantRequest(server, client, by, params,
				redirectUri, verifier, { DPoP, ...options })));
	const ask = (token) => again(async () => (await lib.processUserInfoResponse(server,
		client, lib.skipSubjectCheck,
		await lib.userInfoRequest(server, client, token, { DPoP, ...options })))
		.preferred_username);
	const before = await ask(first.access_token);
	const second = await again(async () => lib.processRefreshTokenResponse(server, client,
		await lib.refreshTokenGrantRequest(server, client, by, first.refresh_token,
			{ DPoP, ...options })));

	return [first.token_type, second.token_type, before,
		await ask(second.access_token), await without(second.access_token)];
}

console.log((await (library === 'openid-client' ? byOpenidClient : byOauth4webapi)())
	.join(' '));
