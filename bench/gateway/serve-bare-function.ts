import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRuntime } from '../../lib/local/index.ts';
import { synthesizeApp } from '../synthesize.ts';
import { serve } from './systems/child-server.ts';
import { runtimeUsage } from './systems/runtime-usage.ts';

const [upstreamOrigin = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'openclaw-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const runtime = await startRuntime({
  assemblyDirectory: synthesizeApp('bench/gateway/bare-function/app.ts', folder, {
    UPSTREAM_ORIGIN: upstreamOrigin,
  }),
  dataDirectory: join(folder, 'data'),
  port: 0,
  environment: { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
});

serve(runtime.url, { usage: () => runtimeUsage(runtime), stop: () => runtime.stop() });
