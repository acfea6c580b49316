import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRuntime, type TestRuntime } from './support/start-test-runtime.ts';

describe('an isolated deployment on one machine', () => {
  let deployment: TestRuntime;
  beforeAll(async () => {
    deployment = await startTestRuntime({
      region: 'eu-west-1',
      network: { mode: 'isolated' },
      residency: { regions: ['eu-west-1'] },
    });
  });
  afterAll(() => deployment?.stop());

  it('answers', async () => {
    const answer = await deployment.client.chat.completions.create({
      model: 'openclaw-extract',
      messages: [{ role: 'user', content: 'The sky is blue. What colour is the sky?' }],
    });
    expect(answer.choices[0]?.message.content).toContain('blue');
  });

  it('knows every resource of the network', () => {
    expect(deployment.logs.filter((line) => /EC2|NetworkFirewall|does not know/.test(line))).toEqual([]);
  });
});
