import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { serve } from './child-server.ts';
import { ownUsage } from './usage.ts';

// Portkey's own start script, which reads `--headless --port=…` from this process's arguments.
await import(
  pathToFileURL(createRequire(import.meta.url).resolve('@portkey-ai/gateway/build/start-server.js')).href
);
serve(undefined, { usage: ownUsage });
