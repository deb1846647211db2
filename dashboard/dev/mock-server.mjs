// Serves the built dashboard with the tests' made-up API behind it, under the headers it has in production:
//   npm run build && npm run mock -- --port 5180 --scenario normal
// Scenarios: those of src/test/fake-api.ts. Sign in with /#token=a-valid-token.
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
const { module } = await runnerImport(fileURLToPath(new URL('../src/test/fake-api.ts', import.meta.url)));
const api = new module.FakeApi(Date.now, values.scenario);
const handlers = api.handlers();

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

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

const server = createServer((incoming, outgoing) => {
  void (async () => {
    const url = new URL(incoming.url, `http://${incoming.headers.host}`);
    if (!url.pathname.startsWith('/api/')) return sendFile(url.pathname, outgoing);
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = new Request(url, {
      method: incoming.method,
      headers: { authorization: incoming.headers.authorization ?? '' },
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
