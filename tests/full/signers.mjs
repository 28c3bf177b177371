// Clients that sign: what openid-client and oauth4webapi make of a provider.
//
//	signers.mjs LIBRARY ISSUER CLIENT_ID METHOD ALG KEY
//
// LIBRARY is openid-client or oauth4webapi. METHOD is private_key_jwt, and KEY a
// file (tests/assertion.py), or client_secret_jwt, and KEY the secret. It gets a
// token for itself, asks about it, revokes it and asks again; prints whether it was
// active, before and after.

import { readFileSync } from 'node:fs';

const [library, issuer, clientId, method, alg, key] = process.argv.slice(2);
const lib = await import(library);

const algorithms = {
	EdDSA: { name: 'Ed25519' },
	ES256: { name: 'ECDSA', namedCurve: 'P-256' },
	RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
	PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
};

async function privateKey() {
	const pem = readFileSync(key, 'latin1').split(/-----[A-Z ]+-----/)[1];

	return { kid: alg, key: await crypto.subtle.importKey('pkcs8',
		Buffer.from(pem, 'base64'), algorithms[alg], false, ['sign']) };
}

async function authentication() {
	if (method === 'client_secret_jwt')
		return lib.ClientSecretJwt(key);
	return lib.PrivateKeyJwt(await privateKey());
}

async function byOpenidClient() {
	const config = await lib.discovery(new URL(issuer), clientId, {},
		await authentication(), { execute: [lib.allowInsecureRequests] });
	const ask = async (token) => (await lib.tokenIntrospection(config, token)).active;
	const { access_token: token } = await lib.clientCredentialsGrant(config);
	const before = await ask(token);

	await lib.tokenRevocation(config, token);
	return [before, await ask(token)];
}

async function byOauth4webapi() {
	const options = { [lib.allowInsecureRequests]: true };
	const url = new URL(issuer), client = { client_id: clientId };
	const server = await lib.processDiscoveryResponse(url,
		await lib.discoveryRequest(url, options));
	const by = await authentication();
	const ask = async (token) => (await lib.processIntrospectionResponse(server, client,
		await lib.introspectionRequest(server, client, by, token, options))).active;
	const { access_token: token } = await lib.processClientCredentialsResponse(server,
		client, await lib.clientCredentialsGrantRequest(server, client, by,
			new URLSearchParams(), options));
	const before = await ask(token);

	await lib.processRevocationResponse(
		await lib.revocationRequest(server, client, by, token, options));
	return [before, await ask(token)];
}

console.log((await (library === 'openid-client' ? byOpenidClient : byOauth4webapi)())
	.join(' '));
