// An app with next-auth, as its recipe has it (auth.mjs beside this file), but with
// Express in the place of Next.js:
//
//	next_auth.mjs PORT

import express from 'express';
import cookies from 'cookie-parser';
import handle from './auth.mjs';

const app = express();

app.use(cookies(), express.urlencoded({ extended: false }));
app.use('/api/auth', (request, response) => {
	const nextauth = request.path.split('/').filter((part) => part !== '');

	request.query = { ...request.query, nextauth };
	handle(request, response);
});
app.get('/', (request, response) => response.end('the app'));
app.listen(Number(process.argv[2]), '127.0.0.1');
