// An app with better-auth, as its recipe has it (auth.mjs beside this file):
//
//	better_auth.mjs PORT

import { createServer } from 'node:http';
import { toNodeHandler } from 'better-auth/node';
import { auth } from './auth.mjs';

const handle = toNodeHandler(auth);

createServer((request, response) => {
	if (request.url.startsWith('/api/auth/'))
		handle(request, response);
	else
		response.end('the app');
}).listen(Number(process.argv[2]), '127.0.0.1');
