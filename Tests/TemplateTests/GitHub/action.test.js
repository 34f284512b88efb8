'use strict';

// The parts of GitHub's action that need no runner: node --test, run by GitHubActionTests.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');

const action = path.join(__dirname, '../../../ci-templates/github');
const program = require(path.join(action, 'program.js'));
const runner = require(path.join(action, 'runner.js'));

const sum = 'a'.repeat(64);
const github = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_ACTION_REPOSITORY: 'owner/berth' };
const machine = os.machine();

/** Serves what `answer` says while `use` runs, and counts the requests. */
async function serving(answer, use) {
  const asked = [];
  const server = http.createServer((request, response) => {
    asked.push(request.url);
    answer(request, response, asked.length);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'action-test-'));
  try {
    await use(new URL(`http://127.0.0.1:${server.address().port}/`), path.join(directory, 'file'), asked);
  } finally {
    server.closeAllConnections?.();
    server.close();
    fs.rmSync(directory, { recursive: true });
  }
}

const texts = ['', 'plain', 'two\nlines', 'ends\n', '=x', 'A<<B', 'A<<end-1\n', '::error::x', 'ü'];

for (const text of texts) {
  test(`a value comes through the runner's files as it is: ${JSON.stringify(text)}`, () => {
    const lines = runner.assignment('before', '1') + runner.assignment('name', text) + runner.assignment('after', '2');
    assert.deepEqual(runner.assignments(lines), { before: '1', name: text, after: '2' });
  });
}

test('what cannot be read in the runner\'s files sets nothing', () => {
  assert.deepEqual(runner.assignments('A=1\nB<<never\nends\n'), {});
});

test('no message can end its command and begin another', () => {
  const command = runner.annotation('error', '50%\r\n::add-path::/x');
  assert.equal(command, '::error title=berth::50%25%0D%0A::add-path::/x\n');
});

test('a quotation cannot be ended by what it quotes', () => {
  const quoted = () => runner.quotation('::error::x\n');
  const [, token] = /^::stop-commands::(\S+)\n::error::x\n::\1::\n$/.exec(quoted());
  assert.doesNotMatch(quoted(), new RegExp(token));
});

test('programs are not given the action\'s inputs', () => {
  process.env['INPUT_REGISTRY-TOKEN'] = 'secret';
  assert.equal(runner.input('registry-token'), 'secret');
  assert.equal('INPUT_REGISTRY-TOKEN' in runner.environment(), false);
  delete process.env['INPUT_REGISTRY-TOKEN'];
});

test('a flag is told by YAML\'s words, and nothing else', () => {
  for (const [text, value] of [['true', true], ['Yes', true], ['', false], ['off', false]]) {
    process.env.INPUT_EXPLAIN = text;
    assert.equal(runner.flag('explain'), value);
  }
  process.env.INPUT_EXPLAIN = 'maybe';
  assert.throws(() => runner.flag('explain'), /the input explain is neither true nor false/);
  delete process.env.INPUT_EXPLAIN;
});

test('the archive is that of the release in the action\'s repository', () => {
  const wanted = { version: '1.2.3', releases: '', sha256: ` ${sum}\n${sum} ` };
  const { name, url, checksums } = program.archive(wanted, github);
  assert.equal(name, `berth-1.2.3-linux-${machine}`);
  assert.equal(url.href, `https://github.com/owner/berth/releases/download/v1.2.3/${name}.tar.gz`);
  assert.deepEqual(checksums, [sum, sum]);
});

test('an address of one\'s own counts before the repository\'s', () => {
  const { url } = program.archive({ version: '1', releases: 'https://files.example.com/berth/', sha256: sum }, github);
  assert.equal(url.href, `https://files.example.com/berth/berth-1-linux-${machine}.tar.gz`);
});

for (const [wanted, env, complaint] of [
  [{ version: '1', releases: '', sha256: '' }, {}, /berth 1 is not on this runner.* its input releases and sha256\n/],
  [{ version: '1', releases: '', sha256: '' }, github, /its input sha256\n/],
  [{ version: '../1', releases: '', sha256: sum }, github, /the input version is not a version/],
  [{ version: '1', releases: '', sha256: 'abc' }, github, /not a SHA-256 checksum/],
  [{ version: '1', releases: 'files', sha256: sum }, github, /not an address/],
]) {
  test(`what is missing or wrong is named: ${complaint}`, () => {
    assert.throws(() => program.archive(wanted, env), complaint);
  });
}

test('an address is shown without its password', () => {
  assert.equal(program.shown(new URL('https://me:secret@example.com/a')), 'https://example.com/a');
  assert.equal(program.shown(new URL('https://example.com/a')), 'https://example.com/a');
});

test('a download follows redirects, and tells the checksum', () => serving((request, response) => {
  if (request.url === '/') response.writeHead(302, { location: '/there' }).end();
  else response.end('content');
}, async (url, file) => {
  assert.equal(await program.download(url, file), createHash('sha256').update('content').digest('hex'));
  assert.equal(fs.readFileSync(file, 'utf8'), 'content');
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
}));

test('a download that was refused or broke off is begun again', () => serving((request, response, count) => {
  if (count === 1) response.writeHead(503).end();
  else if (count === 2) response.writeHead(200, { 'content-length': 10 }).write('con', () => response.destroy());
  else response.end('content');
}, async (url, file, asked) => {
  await program.download(url, file, 0);
  assert.equal(fs.readFileSync(file, 'utf8'), 'content');
  assert.equal(asked.length, 3);
}));

test('what is not there is asked for once, and named', () => serving((request, response) => {
  response.writeHead(404).end();
}, async (url, file, asked) => {
  await assert.rejects(program.download(url, file, 0), /http:.* cannot be downloaded: the server says 404\nhint: /);
  assert.equal(asked.length, 1);
}));

test('redirects in a circle come to an end', () => serving((request, response) => {
  response.writeHead(302, { location: '/' }).end();
}, async (url, file, asked) => {
  await assert.rejects(program.download(url, file, 0), /more than 5 redirects/);
  assert.equal(asked.length, 6);
}));

test('a redirect stays encrypted', () => {
  const url = new URL('https://example.com/a/b');
  assert.equal(program.redirected(url, '../c').href, 'https://example.com/c');
  assert.throws(() => program.redirected(url, 'http://example.com/c'), /http:\/\/example.com, which is not encrypted/);
});

test('a download goes by the proxy that the runner\'s environment names', () => serving((request, response) => {
  response.end(request.url);
}, async (proxy, file, asked) => {
  process.env.http_proxy = proxy.href;
  try {
    await program.download(new URL('http://releases.invalid/berth'), file, 0);
  } finally {
    delete process.env.http_proxy;
  }
  assert.deepEqual(asked, ['http://releases.invalid/berth']);
}));
