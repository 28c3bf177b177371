// What an app does with npm's openid-client, in two halves, with the browser's
// part between them:
//
//	openid_client.mjs start  ISSUER CLIENT_ID SECRET REDIRECT_URI FILE
//	openid_client.mjs finish ISSUER CLIENT_ID SECRET REDIRECT_URI FILE URL
//
// The first prints where to send the browser and keeps in FILE what goes with
// it; URL is where the browser came back to. The second prints what it learnt,
// as JSON.

import { readFileSync, writeFileSync } from 'node:fs';
import { webcrypto } from 'node:crypto';

// Node.js 18 has it, but not as a global.
globalThis.crypto ??= webcrypto;
const oidc = await import('openid-client');

const [half, issuer, id, secret, redirectUri, file, url] = process.argv.slice(2);
const options = issuer.startsWith('https:') ? {} :
	{ execute: [oidc.allowInsecureRequests] };
const config = await oidc.discovery(new URL(issuer), id, secret,
	oidc.ClientSecretBasic(secret), options);

// ID tokens come over TLS and need no signature then; ours is to be looked at.
oidc.enableNonRepudiationChecks(config);

async function start() {
	const verifier = oidc.randomPKCECodeVerifier();
	const state = oidc.randomState(), nonce = oidc.randomNonce();

	writeFileSync(file, JSON.stringify({ verifier, state, nonce }));
	console.log(oidc.buildAuthorizationUrl(config, {
		redirect_uri: redirectUri,
		scope: 'openid email groups offline_access',
		code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
		code_challenge_method: 'S256', state, nonce }).href);
}

async function finish() {
	const { verifier, state, nonce } = JSON.parse(readFileSync(file, 'utf8'));
	const first = await oidc.authorizationCodeGrant(config, new URL(url), {
		pkceCodeVerifier: verifier, expectedState: state,
		expectedNonce: nonce, idTokenExpected: true });
	const { sub } = first.claims();
	const userinfo = await oidc.fetchUserInfo(config, first.access_token, sub);
	const second = await oidc.refreshTokenGrant(config, first.refresh_token);
	const before = await oidc.tokenIntrospection(config, second.access_token);

	await oidc.tokenRevocation(config, second.refresh_token);
	const after = await oidc.tokenIntrospection(config, second.access_token);
	const refused = await oidc.refreshTokenGrant(config, second.refresh_token)
		.catch((e) => e.error);
	console.log(JSON.stringify({
		email: first.claims().email, groups: userinfo.groups,
		rotated: second.refresh_token !== first.refresh_token,
		before: before.active, after: after.active, refused,
		end_session: oidc.buildEndSessionUrl(config, {
			id_token_hint: second.id_token ?? first.id_token,
			post_logout_redirect_uri: 'https://app.example/bye' }).href }));
}

await { start, finish }[half]();
