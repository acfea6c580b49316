#!/usr/bin/env node
// Node runs TypeScript from anywhere but node_modules, for which the published package has it compiled.
const isInstalled = import.meta.url.includes('/node_modules/');
await import(isInstalled ? '../dist/bin/openclaw.js' : './openclaw.ts');
