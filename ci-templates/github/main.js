'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const program = require('./program.js');
const runner = require('./runner.js');

/** The inputs that are berth's own settings, and the variables for them: everybody on the machine sees arguments. */
const SETTINGS = {
  'docker-config': 'BERTH_DOCKER_CONFIG',
  'inherit': 'BERTH_INHERIT',
  'login': 'BERTH_LOGIN',
  'login-to-registry': 'BERTH_LOGIN_TO_REGISTRY',
  'oidc': 'BERTH_OIDC',
  'registry-token': 'GITHUB_TOKEN',
  'ttl': 'BERTH_TTL',
  'verify': 'BERTH_VERIFY',
};

/** The outputs, and the variables of the job that they repeat. */
const OUTPUTS = { 'job': 'BERTH_JOB', 'docker-config': 'DOCKER_CONFIG', 'repo': 'BERTH_REPO' };

async function main() {
  if (process.platform !== 'linux') throw new runner.ActionError('berth runs on Linux only');
  const berth = await provide();
  runner.keepForPost('berth', berth);
  await giveDirectory(berth);

  // What the job has set itself, berth does not set again.
  const variables = { ...process.env, ...runner.exported() };
  runner.keepForPost('job', variables.BERTH_JOB);
  for (const [output, variable] of Object.entries(OUTPUTS)) runner.setOutput(output, variables[variable] ?? '');
}

/**
 * Makes sure that the program is there, and that later steps find it.
 *
 * @returns {Promise<string>} Its path.
 */
async function provide() {
  const version = runner.input('version');
  const found = program.installed(version);
  if (found) {
    console.log(`berth ${version} is on this runner, in ${path.dirname(found)}`);
    return found;
  }
  const archive = program.archive(
    { version, releases: runner.input('releases'), sha256: runner.input('sha256') }, process.env);
  // The job's own: in a cache that jobs share, one could leave a program for the next.
  const directory = fs.mkdtempSync(path.join(process.env.RUNNER_TEMP, 'berth-program-'));
  runner.keepForPost('program', directory);
  console.log(`berth ${version} from ${program.shown(archive.url)}`);
  const berth = await program.install(archive, directory);
  runner.addToPath(path.dirname(berth));
  return berth;
}

/**
 * Has berth make the job's directory, and set the variables of the steps that follow.
 *
 * @param {string} berth
 */
async function giveDirectory(berth) {
  const system = runner.input('system');
  const words = ['ci-env', '--shell', 'github', ...(system ? [system] : [])];
  if (runner.flag('explain')) words.push('--explain');

  const { status, output, errors } = await run(berth, words, { ...runner.environment(), ...settings() });
  // First the masks: what comes after them may be asked to repeat a secret.
  const masks = output.split('\n').filter((line) => line.startsWith('::add-mask::'));
  process.stdout.write(masks.map((line) => `${line}\n`).join(''));
  if (status !== 0) throw new runner.ActionError(errors.trim() || `berth ci-env ended with ${status}`);
  process.stdout.write(runner.quotation(errors));
}

/**
 * The variables for the inputs that are given.
 *
 * @returns {Record<string, string>}
 */
function settings() {
  const given = Object.entries(SETTINGS).map(([name, variable]) => [variable, runner.input(name)]);
  const debug = process.env.RUNNER_DEBUG === '1' ? { BERTH_VERBOSE: '1' } : {};
  return { ...debug, ...Object.fromEntries(given.filter(([, value]) => value)) };
}

/**
 * Runs a program to its end. Where the job is cancelled meanwhile, so is the program, which then leaves nothing behind.
 *
 * @param {string} file
 * @param {string[]} words
 * @param {Record<string, string>} env
 * @returns {Promise<{ status: number | string, output: string, errors: string }>}
 */
function run(file, words, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const written = { output: '', errors: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => { written.output += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { written.errors += text; });
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
    child.on('error', (error) => reject(new runner.ActionError(`${file} cannot be run: ${error.message}`)));
    child.on('close', (code, signal) => resolve({ status: code ?? signal, ...written }));
  });
}

main().catch(runner.fail);
