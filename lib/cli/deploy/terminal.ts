import { createInterface } from 'node:readline/promises';
import type { CheckReport, Finding } from './preflight/index.ts';

const marks: Readonly<Record<Finding['status'], string>> = { ok: '✓', warning: '!', failure: '✗' };

/** Prints one line for the person at the terminal. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints what checks found, with the next step under each that needs one. */
export function printReports(reports: readonly CheckReport[]): void {
  for (const { title, findings } of reports) {
    for (const { status, message, nextStep } of findings) {
      print(`  ${marks[status]} ${title}: ${message}`);
      if (nextStep !== undefined) print(`      ${nextStep}`);
    }
  }
}

/** True where someone can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** Asks and gives the answer as typed, without the space around it. */
export async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}

/** Asks a question that only a yes affirms. */
export async function askYes(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(`${question} (y/N) `));
}
