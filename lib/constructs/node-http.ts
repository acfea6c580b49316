/**
 * Stands in for `import 'node:http'` in the functions' bundles. Importing that module reads every one of its exports,
 * WebSocket among them, which loads Node's whole fetch implementation: some 15 ms of every cold start. The module
 * object itself loads it only when it is asked for. Bundled code takes no more than these exports.
 */
const http = process.getBuiltinModule('node:http');

export const { Agent, request } = http;
export default http;
