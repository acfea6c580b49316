import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { type Finding, failure, ok, warning } from './preflight/check.ts';
import type { CheckReport } from './preflight/index.ts';

export interface MachineOptions {
  /** Folder of the local runtime's state. */
  readonly data: string;
  /** Port of the local runtime. */
  readonly port: number;
}

/** Asks this machine whether OpenClaw can run on it. It needs neither credentials nor a network. */
export async function checkMachine({ data, port }: MachineOptions): Promise<CheckReport[]> {
  return [
    { title: 'Node', findings: [checkNode()] },
    { title: 'data folder', findings: [await checkFolder(resolve(data))] },
    { title: 'port', findings: [await checkPort(port)] },
  ];
}

function checkNode(): Finding {
  const installed = packageJson.dependencies.node;
  if (process.versions.node === installed) return ok(`${process.version}, as tested`);
  return warning(
    `${process.version}; tests run on ${installed}`,
    'run it as `npx openclaw`, after `npm ci`, which finds the right one',
  );
}

async function checkFolder(folder: string): Promise<Finding> {
  try {
    if (!(await stat(folder)).isDirectory()) {
      return failure(`${folder} is not a folder`, 'name another with --data');
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return (await isWritable(dirname(folder)))
      ? ok(`${folder} will be made`)
      : failure(`${dirname(folder)} cannot be written to`, 'name another with --data');
  }
  if (await isWritable(folder)) return ok(folder);
  return failure(`${folder} cannot be written to`, 'name another with --data, or change its owner');
}

function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function checkPort(port: number): Promise<Finding> {
  const server = createServer();
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
    server.once('error', done);
    server.listen(port, '127.0.0.1', () => done(undefined));
  });
  if (problem === undefined) {
    await new Promise((closed) => server.close(closed));
    return ok(`${port} is free`);
  }
  return problem.code === 'EADDRINUSE'
    ? warning(`${port} is taken`, 'by a running `openclaw dev`, or choose another with --port')
    : failure(`${port} cannot be listened on: ${problem.message}`, 'choose another with --port');
}
