// What openid-client and oauth4webapi make of pushed requests (RFC 9126) and of
// signed ones (RFC 9101).
//
//	requests.mjs ask LIBRARY ISSUER CLIENT_ID SECRET REDIRECT_URI KIND ALG KEY
//	requests.mjs answer LIBRARY ISSUER CLIENT_ID SECRET ASKED CALLBACK
//
// KIND is par, jar, or both; KEY a file (tests/assertion.py). `ask` prints JSON:
// where the browser goes (url), and what has to be remembered. `answer` takes that
// as ASKED, and the address that the app got; it prints the scope and the name.

import { readFileSync } from 'node:fs';

const [verb, library, issuer, clientId, secret, ...rest] = process.argv.slice(2);
const lib = await import(library);

const algorithms = {
	EdDSA: { name: 'Ed25519' },
	ES256: { name: 'ECDSA', namedCurve: 'P-256' },
	RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
	PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
};

async function privateKey(alg, file) {
	const pem = readFileSync(file, 'latin1').split(/-----[A-Z ]+-----/)[1];

	return { kid: alg, key: await crypto.subtle.importKey('pkcs8',
		Buffer.from(pem, 'base64'), algorithms[alg], false, ['sign']) };
}

const openidClient = {
	async provider() {
		return lib.discovery(new URL(issuer), clientId, {}, lib.ClientSecretBasic(secret),
			{ execute: [lib.allowInsecureRequests] });
	},

	async ask(parameters, kind, key) {
		const config = await this.provider();

		if (kind === 'par')
			return lib.buildAuthorizationUrlWithPAR(config, parameters);
		const signed = await lib.buildAuthorizationUrlWithJAR(config, parameters, key);
		return kind === 'jar' ? signed
			: lib.buildAuthorizationUrlWithPAR(config, signed.searchParams);
	},

	async answer(asked, callback) {
		const tokens = await lib.authorizationCodeGrant(await this.provider(), callback,
			{ pkceCodeVerifier: asked.verifier, expectedState: asked.state,
				expectedNonce: asked.nonce });

		return [tokens.scope, tokens.claims().name];
	},
};

const oauth4webapi = {
	client: { client_id: clientId },
	options: { [lib.allowInsecureRequests]: true },
	by: () => lib.ClientSecretBasic(secret),

	async provider() {
		const url = new URL(issuer);

		return lib.processDiscoveryResponse(url,
			await lib.discoveryRequest(url, this.options));
	},

	async ask(parameters, kind, key) {
		const server = await this.provider();
		const url = new URL(server.authorization_endpoint);

		if (kind !== 'par')
			parameters = new URLSearchParams({ client_id: clientId,
				request: await lib.issueRequestObject(server, this.client,
					new URLSearchParams(parameters), key) });
		if (kind !== 'jar') {
			const pushed = await lib.processPushedAuthorizationResponse(server,
				this.client, await lib.pushedAuthorizationRequest(server,
					this.client, this.by(), new URLSearchParams(parameters),
					this.options));
			parameters = { client_id: clientId, request_uri: pushed.request_uri };
		}
		url.search = new URLSearchParams(parameters);
		return url;
	},

	async answer(asked, callback) {
		const server = await this.provider();
		const answer = lib.validateAuthResponse(server, this.client, callback, asked.state);
		const tokens = await lib.processAuthorizationCodeResponse(server, this.client,
			await lib.authorizationCodeGrantRequest(server, this.client, this.by(),
				answer, asked.redirect_uri, asked.verifier, this.options),
			{ expectedNonce: asked.nonce, requireIdToken: true });

		return [tokens.scope, lib.getValidatedIdTokenClaims(tokens).name];
	},
};

const app = library === 'openid-client' ? openidClient : oauth4webapi;
const random = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32)))
	.toString('base64url');

async function ask(redirectUri, kind, alg, file) {
	const asked = { verifier: random(), state: random(), nonce: random(),
		redirect_uri: redirectUri };
	const digest = await crypto.subtle.digest('SHA-256', Buffer.from(asked.verifier));
	const parameters = { client_id: clientId, response_type: 'code',
		redirect_uri: redirectUri, scope: 'openid profile', state: asked.state,
		nonce: asked.nonce, code_challenge_method: 'S256',
		code_challenge: Buffer.from(digest).toString('base64url') };

	asked.url = (await app.ask(parameters, kind,
		kind === 'par' ? undefined : await privateKey(alg, file))).href;
	console.log(JSON.stringify(asked));
}

async function answer(asked, callback) {
	console.log((await app.answer(JSON.parse(asked), new URL(callback))).join(' | '));
}

await { ask, answer }[verb](...rest);
