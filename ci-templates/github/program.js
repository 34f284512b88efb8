'use strict';

// Where the program comes from: the runner's search path, or the archive of a release.

const { createHash } = require('node:crypto');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');

const { ActionError } = require('./runner.js');

const clients = { 'http:': require('node:http'), 'https:': require('node:https') };

/** How long a server may say nothing. */
const PATIENCE = 60_000;
/** How often a download is begun again, and after what time first. */
const RETRIES = 3;
const PAUSE = 1_000;
const REDIRECTS = 5;

/**
 * The berth of that version on the search path.
 *
 * @param {string} version
 * @returns {string | undefined} The path of the program.
 */
function installed(version) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(path.isAbsolute);
  const found = folders.map((folder) => path.join(folder, 'berth')).find((file) => fs.existsSync(file));
  if (!found) return undefined;
  const { stdout } = spawnSync(found, ['--version'], { encoding: 'utf8' });
  return stdout?.trim() === version ? found : undefined;
}

/**
 * What to download.
 *
 * @param {{ version: string, releases: string, sha256: string }} wanted The action's inputs.
 * @param {NodeJS.ProcessEnv} env Where the runner says which repository the action is from.
 * @returns {{ name: string, url: URL, checksums: string[] }} The archive, without `.tar.gz`; its address; what its
 *   checksum may be.
 */
function archive({ version, releases, sha256 }, env) {
  if (!/^[0-9A-Za-z][0-9A-Za-z.+~-]*$/.test(version)) throw new ActionError('the input version is not a version');
  const repository = env.GITHUB_ACTION_REPOSITORY;
  const directory = releases
    || (repository && `${env.GITHUB_SERVER_URL}/${repository}/releases/download/v${version}`);
  const checksums = sha256.toLowerCase().split(/\s+/).filter(Boolean);

  const missing = [!directory && 'releases', !checksums.length && 'sha256'].filter(Boolean);
  if (missing.length) {
    throw new ActionError(
      `berth ${version} is not on this runner, and to install it the action needs its input ${missing.join(' and ')}`,
      'releases names the directory that the archive is in, sha256 its checksum, as SHA256SUMS there has it');
  }
  if (!checksums.every((sum) => /^[0-9a-f]{64}$/.test(sum))) {
    throw new ActionError('the input sha256 has what is not a SHA-256 checksum', '64 digits, of 0-9 and a-f');
  }
  const name = `berth-${version}-linux-${os.machine()}`;
  if (!URL.canParse(directory)) throw new ActionError('the input releases is not an address');
  return { name, url: new URL(`${directory.replace(/\/+$/, '')}/${name}.tar.gz`), checksums };
}

/**
 * An address as people may see it: without a user and password.
 *
 * @param {URL} url
 * @returns {string}
 */
function shown(url) {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare.href;
}

/**
 * Downloads an archive, makes sure that it is the one that was meant, and unpacks it.
 *
 * @param {{ name: string, url: URL, checksums: string[] }} archive
 * @param {string} directory Where to; it has to be there.
 * @returns {Promise<string>} The path of the program.
 */
async function install({ name, url, checksums }, directory) {
  const file = path.join(directory, `${name}.tar.gz`);
  const checksum = await download(url, file);
  if (!checksums.includes(checksum)) {
    throw new ActionError(
      `${shown(url)} is not what sha256 names: its checksum is ${checksum}`,
      'do version and sha256 belong together? sha256 has to name an archive for each architecture of the runners');
  }
  const tar = spawnSync('tar', ['-xzf', file, '-C', directory], { encoding: 'utf8' });
  if (tar.status !== 0) {
    throw new ActionError(`${shown(url)} cannot be unpacked: ${tar.error?.message ?? tar.stderr.trim()}`);
  }
  fs.rmSync(file);
  return path.join(directory, name, 'bin', 'berth');
}

/**
 * Downloads a file, again where it broke off or the server was busy.
 *
 * @param {URL} url
 * @param {string} file
 * @param {number} [pause] How long to wait before the second time, in milliseconds.
 * @returns {Promise<string>} The file's SHA-256 checksum.
 */
async function download(url, file, pause = PAUSE) {
  for (let retry = 0; ; retry++) {
    try {
      const response = await get(url);
      const hash = createHash('sha256');
      await pipeline(response, async function* (chunks) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      }, fs.createWriteStream(file, { mode: 0o600 }));
      return hash.digest('hex');
    } catch (error) {
      if (error instanceof ActionError || retry === RETRIES) {
        throw new ActionError(
          `${shown(url)} cannot be downloaded: ${error.message}`,
          'is the address right, and may this runner reach it? Where it takes a proxy, https_proxy has to name that');
      }
      await sleep(pause * 2 ** retry);
    }
  }
}

/**
 * The answer of a server, or of the one that it sends to.
 *
 * @param {URL} url
 * @param {number} [redirects] How many more may be followed.
 * @returns {Promise<import('node:http').IncomingMessage>}
 */
async function get(url, redirects = REDIRECTS) {
  const response = await request(url);
  const status = response.statusCode;
  if (status === 200) return response;
  response.resume();
  const location = response.headers.location;
  if ([301, 302, 303, 307, 308].includes(status) && location) {
    if (redirects === 0) throw new ActionError(`more than ${REDIRECTS} redirects`);
    return get(redirected(url, location), redirects - 1);
  }
  const problem = `the server says ${status}`;
  throw status === 429 || status >= 500 ? new Error(problem) : new ActionError(problem);
}

/**
 * Where a redirect leads: never out of what is encrypted.
 *
 * @param {URL} url
 * @param {string} location
 * @returns {URL}
 */
function redirected(url, location) {
  const next = new URL(location, url);
  if (url.protocol === 'https:' && next.protocol !== 'https:') {
    throw new ActionError(`it is redirected to ${next.protocol}//${next.host}, which is not encrypted`);
  }
  return next;
}

/**
 * @param {URL} url
 * @returns {Promise<import('node:http').IncomingMessage>}
 */
function request(url) {
  const client = clients[url.protocol];
  if (!client) throw new ActionError('only http: and https: are known');
  return new Promise((resolve, reject) => {
    // The proxy of the runner's environment; Node has known how to since 24.5, and 22.21.
    const agent = new client.Agent({ proxyEnv: process.env });
    const options = { agent, headers: { 'user-agent': 'berth-action' }, timeout: PATIENCE };
    const asked = client.get(url, options, resolve);
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', reject);
  });
}

module.exports = { archive, download, install, installed, redirected, shown };
