import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { smokeTest } from '../../../../lib/cli/deploy/smoke-test.ts';

/** An API that answers a path with a status and a body; the health check turns well after some calls. */
async function startApi(answers: Readonly<Record<string, readonly [number, object]>>, unwellFor = 0) {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.url} ${request.headers.authorization ?? ''}`.trim());
    const known = answers[request.url ?? ''] ?? [404, {}];
    const [status, body] = calls.length <= unwellFor ? [503, {}] : known;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prod/`, calls };
}

const healthy = { '/prod/healthz': [200, { status: 'ok' }] } as const;
const completion = { choices: [{ message: { content: 'The library opens at nine.' } }] };
const model = 'openclaw-extract';

describe('the smoke test', () => {
  it('passes where the API is up', async () => {
    const { url } = await startApi(healthy);
    expect(await smokeTest({ url, model })).toEqual({
      passed: true,
      lines: [`GET ${url}healthz answers 200`],
    });
  });

  it('waits for an API that is not there at once', async () => {
    const { url, calls } = await startApi(healthy, 2);
    expect(await smokeTest({ url, model, patienceMs: 1_000 })).toMatchObject({ passed: true });
    expect(calls).toHaveLength(3);
  });

  it('fails where it stays unwell, saying what it answers', async () => {
    const { url } = await startApi({ '/prod/healthz': [403, {}] });
    expect(await smokeTest({ url, model, patienceMs: 0 })).toEqual({
      passed: false,
      lines: [`GET ${url}healthz answers 403`],
    });
  });

  it('fails where nothing listens, saying why', async () => {
    const { passed, lines } = await smokeTest({ url: 'http://127.0.0.1:1/', model, patienceMs: 0 });
    expect(passed).toBe(false);
    expect(lines[0]).toContain('does not answer: ');
  });

  it('with a key, asks a model too', async () => {
    const { url, calls } = await startApi({ ...healthy, '/prod/v1/chat/completions': [200, completion] });
    const { passed, lines } = await smokeTest({ url, model, apiKey: 'oc_dev_a_b' });
    expect(passed).toBe(true);
    expect(lines.at(-1)).toBe('a chat completion of openclaw-extract answers: The library opens at nine.');
    expect(calls.at(-1)).toBe('/prod/v1/chat/completions Bearer oc_dev_a_b');
  });

  it("fails with the API's own message where the model does not answer", async () => {
    const refusal = { error: { message: 'Incorrect API key provided' } };
    const { url } = await startApi({ ...healthy, '/prod/v1/chat/completions': [401, refusal] });
    expect(await smokeTest({ url, model, apiKey: 'oc_dev_a_b' })).toMatchObject({
      passed: false,
      lines: [
        expect.anything(),
        'a chat completion of openclaw-extract answers 401: Incorrect API key provided',
      ],
    });
  });
});
