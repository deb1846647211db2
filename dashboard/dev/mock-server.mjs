// Serves the built dashboard with the tests' made-up API behind it, under the headers it has in production:
//   npm run build && npm run mock -- --port 5180 --scenario normal
// Scenarios: those of src/test/sync-sample.ts. Sign in with /#token=a-valid-token as the operator, or by a button as one of
// the people of src/test/people.ts: the issuer's page asks who you are.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { getResponse } from 'msw';
import { runnerImport } from 'vite';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '5180' }, scenario: { type: 'string', default: 'normal' } },
});
const load = (path) => runnerImport(fileURLToPath(new URL(path, import.meta.url)));
const { module } = await load('../src/test/fake-api.ts');
const { persons } = (await load('../src/test/people.ts')).module;
const api = new module.FakeApi(Date.now, values.scenario);
// Exports and erasures go on with every look at them.
api.privacy.moves = true;
const handlers = api.handlers();

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

function sendFile(path, response) {
  let file = join(dist, normalize(path));
  if (!file.startsWith(dist) || !existsSync(file) || statSync(file).isDirectory())
    file = join(dist, 'index.html');
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  });
  createReadStream(file).pipe(response);
}

/** In the issuer's place: a page that asks who is there, and the way back from it. */
function signIn(url, response) {
  const back = url.searchParams.get('return_to') ?? '/';
  const as = url.searchParams.get('as');
  if (as === null) {
    const link = (key, words) => {
      const query = new URLSearchParams({ as: key, return_to: back });
      return `<li><a href="${url.pathname}?${query.toString().replaceAll('&', '&amp;')}">${words}</a></li>`;
    };
    const people = Object.entries(persons).map(([key, { name }]) => link(key, `${name}, ${key}`));
    response.writeHead(200, { 'content-type': TYPES['.html'] });
    response.end(
      `<h1>Who are you?</h1><ul>${people.join('')}${link('stale', 'Ada Moreau, admin, signed in a while ago')}${link('nobody', 'Say no')}</ul>`,
    );
    return;
  }
  if (as === 'nobody') {
    const words = 'You were not signed in: the issuer sent you back without an answer. Try again.';
    const coded = Buffer.from(JSON.stringify({ words })).toString('base64url');
    const cookie = `__Host-plumbline-sign-in-outcome=${coded}; Path=/; Max-Age=60; Secure; SameSite=Strict`;
    response.writeHead(303, { location: '/', 'set-cookie': cookie });
    response.end();
    return;
  }
  api.isFresh = as !== 'stale';
  const key = as === 'stale' ? 'admin' : as;
  response.writeHead(303, {
    location: back,
    'set-cookie': `__Host-plumbline-session=${key}; Path=/; Secure; HttpOnly; SameSite=Lax`,
  });
  response.end();
}

const server = createServer((incoming, outgoing) => {
  void (async () => {
    const url = new URL(incoming.url, `http://${incoming.headers.host}`);
    if (url.pathname.startsWith('/auth/sign-in/')) return signIn(url, outgoing);
    if (!url.pathname.startsWith('/api/') && !url.pathname.startsWith('/auth/'))
      return sendFile(url.pathname, outgoing);
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = new Request(url, {
      method: incoming.method,
      headers: {
        authorization: incoming.headers.authorization ?? '',
        cookie: incoming.headers.cookie ?? '',
      },
      body: chunks.length === 0 ? null : Buffer.concat(chunks),
    });
    const answer = await getResponse(handlers, request);
    outgoing.writeHead(answer?.status ?? 404, Object.fromEntries(answer?.headers ?? []));
    outgoing.end(answer === undefined ? '' : await answer.text());
  })();
});
server.listen(Number(values.port), '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}/#token=${module.TOKEN}\n`);
});
