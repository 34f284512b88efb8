'use strict';

// How an action and its runner speak with each other: variables, files named by variables, and commands in the log.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

const fs = require('node:fs');
const { randomUUID } = require('node:crypto');

/** What a person should read instead of a stack trace: what failed, and what to do. */
class ActionError extends Error {
  /**
   * @param {string} message What failed, and why.
   * @param {string} [hint] What to do.
   */
  constructor(message, hint) {
    super(hint ? `${message}\nhint: ${hint}` : message);
  }
}

/**
 * An input of the action; empty where it is not given.
 *
 * @param {string} name
 * @returns {string}
 */
function input(name) {
  return (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}

/**
 * Whether an input is true, in any of the spellings that YAML has for it.
 *
 * @param {string} name
 * @returns {boolean}
 */
function flag(name) {
  const value = input(name).toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(value)) return true;
  if (['false', 'no', 'off', '0', ''].includes(value)) return false;
  throw new ActionError(`the input ${name} is neither true nor false`);
}

/**
 * What `main` has kept for `post`; empty where it kept nothing.
 *
 * @param {string} name
 * @returns {string}
 */
function state(name) {
  return process.env[`STATE_${name}`] ?? '';
}

/**
 * The environment for programs: all but the inputs, of which some are secrets.
 *
 * @returns {Record<string, string>}
 */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('INPUT_')));
}

/**
 * The lines that set `name` in one of the runner's files. Nothing in the value can end it: the delimiter is random.
 *
 * @param {string} name
 * @param {string} value
 * @returns {string}
 */
function assignment(name, value) {
  const delimiter = `end-${randomUUID()}`;
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/**
 * The variables that a text of such lines sets.
 *
 * @param {string} text
 * @returns {Record<string, string>}
 */
function assignments(text) {
  const found = {};
  const lines = text.split('\n');
  for (let start = 0; start < lines.length; start++) {
    const [, name, delimiter] = /^([^=<]+)<<(.+)$/.exec(lines[start]) ?? [];
    const end = name ? lines.indexOf(delimiter, start + 1) : -1;
    if (end < 0) continue;
    found[name] = lines.slice(start + 1, end).join('\n');
    start = end;
  }
  return found;
}

/** @param {string} name @param {string} value */
function keepForPost(name, value) {
  fs.appendFileSync(process.env.GITHUB_STATE, assignment(name, value));
}

/** @param {string} name @param {string} value */
function setOutput(name, value) {
  fs.appendFileSync(process.env.GITHUB_OUTPUT, assignment(name, value));
}

/** @param {string} directory What later steps are to find programs in. */
function addToPath(directory) {
  fs.appendFileSync(process.env.GITHUB_PATH, `${directory}\n`);
}

/**
 * The variables that are set for later steps by now.
 *
 * @returns {Record<string, string>}
 */
function exported() {
  return assignments(fs.readFileSync(process.env.GITHUB_ENV, 'utf8'));
}

/**
 * A command to the runner. What it says cannot end it and begin another one.
 *
 * @param {'error' | 'warning'} command
 * @param {string} message
 * @returns {string}
 */
function annotation(command, message) {
  const text = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return `::${command} title=berth::${text}\n`;
}

/**
 * Text for the log in which the runner obeys no command: it may repeat the name of a branch, which anybody can choose.
 *
 * @param {string} text
 * @returns {string}
 */
function quotation(text) {
  if (!text.trim()) return '';
  const token = randomUUID();
  return `::stop-commands::${token}\n${text.trimEnd()}\n::${token}::\n`;
}

/** @param {string} message What a person should know although the job goes on. */
function warn(message) {
  process.stdout.write(annotation('warning', message));
}

/**
 * Makes the step fail, and tells why.
 *
 * @param {unknown} error
 */
function fail(error) {
  const isExpected = error instanceof ActionError;
  process.stdout.write(annotation('error', isExpected ? error.message : `unexpected: ${error?.stack ?? error}`));
  process.exitCode = 1;
}

module.exports = {
  ActionError, addToPath, annotation, assignment, assignments, environment, exported, fail, flag, input, keepForPost,
  quotation, setOutput, state, warn,
};
