import { execFileSync } from 'node:child_process';

/** How often the script's `once` runs. */
const times = 4_000;

/**
 * How many bytes of what comes and goes are kept although nothing refers to it: a small collection is to free them.
 * V8 frees less where something old still points to what is no longer used.
 *
 * @param script - a module's text that defines `once(i)`; what it makes is to be about 4 kB and of no use afterwards
 */
export function bytesKept(script: string): number {
  const measured = `${script}
    for (let i = 0; i < 200; i++) once(i);
    globalThis.gc();
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    for (let i = 200; i < ${200 + times}; i++) {
      once(i);
      if (i % 500 === 0) globalThis.gc({ type: 'minor' });
    }
    globalThis.gc({ type: 'minor' });
    globalThis.gc({ type: 'minor' });
    console.log(process.memoryUsage().heapUsed - before);`;
  const flags = ['--expose-gc', '--no-warnings', '--input-type=module-typescript'];
  return Number(execFileSync(process.execPath, [...flags, '--eval', measured], { encoding: 'utf8' }));
}

/** All that came and went is about sixteen million bytes. */
export const fewBytes = 4e6;
