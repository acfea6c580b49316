// What Lambda's runtime does with a bundle, as little as it takes: this file's own time counts as the function's.
// JavaScript, because stripping types would add some milliseconds that no deployed function spends.
import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const { BENCH_BUNDLE, BENCH_EVENT } = process.env;
const pieces = [];
let status = 0;

globalThis.awslambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: {
    from(stream, { statusCode }) {
      status = statusCode;
      return stream;
    },
  },
};

const { handler } = await import(pathToFileURL(BENCH_BUNDLE).href);
const loadedMs = performance.now();
const stream = new Writable({
  write(piece, _encoding, callback) {
    pieces.push(piece);
    callback();
  },
  final(callback) {
    const body = Buffer.concat(pieces).toString().slice(0, 300);
    writeSync(1, JSON.stringify({ status, loadedMs, answeredMs: performance.now(), body }));
    callback();
  },
});
await handler(JSON.parse(BENCH_EVENT), stream, { awsRequestId: 'bench' });
// The handler has written its records; pooled connections would keep the process.
process.exit();
