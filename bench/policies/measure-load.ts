import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { loadCedar } from '../../lib/policy/access/cedar.ts';

export interface LoadFigures {
  readonly importMs: number;
  readonly memoryMib: number;
  readonly wasmBytes: number;
  readonly compressedBytes: number;
}

/** What loading the engine costs a process, once. To be called before anything else has loaded it. */
export async function measureLoad(): Promise<LoadFigures> {
  const before = process.memoryUsage().rss;
  const start = performance.now();
  await loadCedar();
  const importMs = performance.now() - start;
  const memoryMib = (process.memoryUsage().rss - before) / 1_024 ** 2;
  const module = createRequire(import.meta.url).resolve('@cedar-policy/cedar-wasm/nodejs');
  const wasm = readFileSync(module.replace(/cedar_wasm\.js$/, 'cedar_wasm_bg.wasm'));
  return { importMs, memoryMib, wasmBytes: wasm.length, compressedBytes: gzipSync(wasm).length };
}
