// A device without a browser (RFC 8628), as openid-client and oauth4webapi make one.
//
//	devices.mjs LIBRARY ISSUER CLIENT_ID
//
// Prints the user code, asks until the person has answered, and prints the name in the
// ID token and the granted scope.

const [library, issuer, clientId] = process.argv.slice(2);
const lib = await import(library);
const parameters = { scope: 'openid profile' };

async function byOpenidClient() {
	const config = await lib.discovery(new URL(issuer), clientId, undefined, lib.None(),
		{ execute: [lib.allowInsecureRequests] });
	const asked = await lib.initiateDeviceAuthorization(config, parameters);

	console.log(asked.user_code);
	const tokens = await lib.pollDeviceAuthorizationGrant(config, asked);
	return [tokens.claims().preferred_username, tokens.scope];
}

async function poll(server, client, by, asked, options) {
	for (let seconds = asked.interval; ;) {
		await new Promise((done) => setTimeout(done, seconds * 1000));
		const answer = await lib.deviceCodeGrantRequest(server, client, by,
			asked.device_code, options);
		try {
			return await lib.processDeviceCodeResponse(server, client, answer);
		} catch (error) {
			if (error.error === 'slow_down')
				seconds += 5;
			else if (error.error !== 'authorization_pending')
				throw error;
		}
	}
}

async function byOauth4webapi() {
	const options = { [lib.allowInsecureRequests]: true };
	const client = { client_id: clientId }, by = lib.None(), url = new URL(issuer);
	const server = await lib.processDiscoveryResponse(url,
		await lib.discoveryRequest(url, options));
	const asked = await lib.processDeviceAuthorizationResponse(server, client,
		await lib.deviceAuthorizationRequest(server, client, by,
			new URLSearchParams(parameters), options));

	console.log(asked.user_code);
	const tokens = await poll(server, client, by, asked, options);
	return [lib.getValidatedIdTokenClaims(tokens).preferred_username, tokens.scope];
}

console.log((await (library === 'openid-client' ? byOpenidClient : byOauth4webapi)())
	.join(' '));
