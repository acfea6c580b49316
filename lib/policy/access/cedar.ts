import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';

export type { Cedar };

let loading: Promise<typeof Cedar> | undefined;

/**
 * Loads Cedar's engine: 4 MB of WebAssembly, compiled in about 40 ms. Only what has a policy to decide by, or one to
 * check, waits for it.
 */
export function loadCedar(): Promise<typeof Cedar> {
  // A CommonJS module: bundled, all that it exports is its default.
  loading ??= import('@cedar-policy/cedar-wasm/nodejs').then(
    (module) => (module as unknown as { readonly default: typeof Cedar }).default,
  );
  return loading;
}
