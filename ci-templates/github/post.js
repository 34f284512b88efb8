'use strict';

// Runs when the job ends, however it does, and never changes what came of it.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');

const runner = require('./runner.js');

const [berth, job, program] = ['berth', 'job', 'program'].map(runner.state);

if (job) {
  const { status, stderr, error } = spawnSync(berth, ['release', '--job', job], {
    encoding: 'utf8', env: runner.environment(), stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 0) {
    console.log(`berth has removed ${job}`);
  } else {
    const why = stderr?.trim() || error?.message;
    runner.warn(
      `the job's directory is still there: ${why}\n`
      + `hint: it has the job's credentials; remove ${job} on the runner, or run berth gc there`);
  }
}

if (program) {
  try {
    fs.rmSync(program, { recursive: true, force: true });
  } catch (error) {
    runner.warn(`the program is still there: ${error.message}\nhint: remove ${program} on the runner`);
  }
}
