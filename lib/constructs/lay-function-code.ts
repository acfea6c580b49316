import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { bundleFunctionCode } from './bundle-function-code.ts';
import { repositoryRoot } from './repository-root.ts';

export interface FunctionCode {
  /** The module that exports `handler`, relative to the repository's root. */
  readonly entry: string;
  /** More files to lay beside `index.mjs`: content by name. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Lays a function's code into a folder. The published package has bundles where the repository has sources, so that
 * what is deployed from it is, byte for byte, what was tested when it was published.
 *
 * @throws Error with esbuild's messages where the sources do not compile
 */
export function layFunctionCode(code: FunctionCode, outputFolder: string): void {
  const folder = dirname(resolve(repositoryRoot, code.entry));
  if (existsSync(join(folder, 'index.mjs'))) cpSync(folder, outputFolder, { recursive: true });
  else bundleFunctionCode(code.entry, outputFolder);
  for (const [name, content] of Object.entries(code.files)) writeFileSync(join(outputFolder, name), content);
}
