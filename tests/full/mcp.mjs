// An MCP server, and a client of it, as the SDK has them:
//
//	mcp.mjs serve PORT ISSUER
//	mcp.mjs behind-gate PORT
//	mcp.mjs start  SERVER CLIENT_ID REDIRECT_URI FILE
//	mcp.mjs finish SERVER CLIENT_ID REDIRECT_URI FILE URL
//
// CLIENT_ID may be token:TOKEN: the client then registers itself with that; or
// document:URL, where it says what it is.
// "behind-gate" knows nothing of OAuth: a web server says who asks. "start" prints where to send the browser, and keeps in FILE what goes with it;
// URL is where the browser came back to. "finish" calls a tool of the server, and
// prints what it said.

import { readFileSync, writeFileSync } from 'node:fs';
import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';

const [what, ...words] = process.argv.slice(2);

// --- the server ----------------------------------------------------------------

function serve(port, issuer) {
	const app = express(), site = `http://127.0.0.1:${port}`;
	const keys = createRemoteJWKSet(new URL(`${issuer}/jwks.json`));
	const about = `${site}/.well-known/oauth-protected-resource/mcp`;

	async function verifyAccessToken(token) {
		const { payload } = await jwtVerify(token, keys, {
			issuer, audience: `${site}/mcp`, typ: 'at+jwt' })
			.catch((e) => { throw new InvalidTokenError(e.message); });
		return { token, clientId: payload.client_id, expiresAt: payload.exp,
			scopes: payload.scope.split(' '),
			extra: { sub: payload.sub } };
	}

	app.get('/.well-known/oauth-protected-resource/mcp', (request, response) => {
		response.json({ resource: `${site}/mcp`,
			authorization_servers: [issuer] });
	});
	app.post('/mcp', express.json(), requireBearerAuth({
		verifier: { verifyAccessToken }, resourceMetadataUrl: about }),
	(request, response) => answer(request, response, request.auth.extra.sub));
	app.listen(Number(port), '127.0.0.1');
}

async function answer(request, response, who) {
	const server = new McpServer({ name: 'notes', version: '1' });
	const transport = new StreamableHTTPServerTransport({
		sessionIdGenerator: undefined });

	server.tool('who', 'Says who asks.', async () => ({
		content: [{ type: 'text', text: who }] }));
	await server.connect(transport);
	await transport.handleRequest(request, response, request.body);
}

function behindGate(port) {
	const app = express();

	app.post('/mcp', express.json(), (request, response) =>
		answer(request, response, request.get('Remote-User')));
	app.listen(Number(port), '127.0.0.1');
}

// --- the client ----------------------------------------------------------------

const initialToken = (clientId) => /^token:(.*)$/.exec(clientId)?.[1];

// The SDK has no place for an initial access token.
function fetchWith(token) {
	return (url, init = {}) => {
		const headers = new Headers(init.headers);

		if (init.method === 'POST' && new URL(url).pathname === '/register')
			headers.set('Authorization', `Bearer ${token}`);
		return fetch(url, { ...init, headers });
	};
}

function provider(clientId, redirectUrl, file) {
	const token = initialToken(clientId);
	const about = /^document:(.*)$/.exec(clientId)?.[1];
	const kept = what === 'start' ? {} : JSON.parse(readFileSync(file, 'utf8'));
	const keep = (name, value) => {
		kept[name] = value;
		writeFileSync(file, JSON.stringify(kept));
	};

	return {
		redirectUrl,
		clientMetadata: { redirect_uris: [redirectUrl],
			client_name: 'Assistant',
			grant_types: ['authorization_code', 'refresh_token'],
			response_types: ['code'],
			token_endpoint_auth_method: 'none',
			scope: 'openid profile offline_access' },
		...about && { clientMetadataUrl: about },
		clientInformation: () => token || about
			? kept.client : { client_id: clientId },
		...(token || about) && { saveClientInformation: (c) => keep('client', c) },
		tokens: () => kept.tokens,
		saveTokens: (tokens) => keep('tokens', tokens),
		codeVerifier: () => kept.verifier,
		saveCodeVerifier: (verifier) => keep('verifier', verifier),
		redirectToAuthorization: (url) => console.log(url.href),
	};
}

const transport = (url, authProvider, clientId) =>
	new StreamableHTTPClientTransport(url, { authProvider,
		fetch: fetchWith(initialToken(clientId)) });

async function connect(...options) {
	const client = new Client({ name: 'test', version: '1' });

	await client.connect(transport(...options));
	return client;
}

async function start(server, clientId, ...options) {
	await connect(new URL(server), provider(clientId, ...options), clientId).then(
		() => { throw new Error('it asked for no sign-in'); },
		(e) => { if (!(e instanceof UnauthorizedError)) throw e; });
}

async function finish(server, clientId, redirectUri, file, back) {
	const authProvider = provider(clientId, redirectUri, file);
	const url = new URL(server);

	await transport(url, authProvider, clientId)
		.finishAuth(new URL(back).searchParams.get('code'));
	const client = await connect(url, authProvider, clientId);
	const { content } = await client.callTool({ name: 'who' });
	console.log(content[0].text);
	await client.close();
}

await { serve, 'behind-gate': behindGate, start, finish }[what](...words);
