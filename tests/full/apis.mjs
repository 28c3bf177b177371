// An API that calls another (RFC 8693), and asks about a token with an answer that is
// signed (RFC 9701), as oauth4webapi makes it.
//
//	apis.mjs ISSUER CLIENT_ID SECRET TOKEN AUDIENCE
//
// Prints who acts in the new token, whether it is active, and what for.

import * as lib from 'oauth4webapi';

const [issuer, clientId, secret, token, audience] = process.argv.slice(2);
const options = { [lib.allowInsecureRequests]: true };
const client = { client_id: clientId }, by = lib.ClientSecretBasic(secret);
const url = new URL(issuer);
const server = await lib.processDiscoveryResponse(url,
	await lib.discoveryRequest(url, options));
const tokens = await lib.processGenericTokenEndpointResponse(server, client,
	await lib.genericTokenEndpointRequest(server, client, by,
		'urn:ietf:params:oauth:grant-type:token-exchange', new URLSearchParams({
			subject_token: token,
			subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
			audience }), options));
const { act } = JSON.parse(Buffer.from(tokens.access_token.split('.')[1], 'base64url'));
const answer = await lib.introspectionRequest(server, client, by, tokens.access_token,
	{ ...options, requestJwtResponse: true });
const told = await lib.processIntrospectionResponse(server, client, answer);
await lib.validateApplicationLevelSignature(server, answer, options);
console.log(act.sub, told.active, told.aud, told.act.sub);
