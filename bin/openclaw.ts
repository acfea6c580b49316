#!/usr/bin/env node
const OLDEST_NODE = 24;

const version = Number(process.versions.node.split('.')[0]);
if (version < OLDEST_NODE) {
  console.error(
    `openclaw: this needs Node ${OLDEST_NODE} or later, not ${process.version}; ` +
      'run it with `npx openclaw` or `npm start`, which find the right one',
  );
  process.exit(1);
}
const { runProgram } = await import('../lib/cli/run-program.ts');
const code = await runProgram(process.argv);
// A pipe takes what was printed in its own time, and process.exit would cut it off.
for (const stream of [process.stdout, process.stderr]) {
  await new Promise<void>((flushed) => stream.write('', () => flushed()));
}
process.exit(code);
