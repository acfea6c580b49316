import { describe, expect, it } from 'vitest';
import { bedrockRuntime } from '../../../../lib/local/aws-forwarder/model-services.ts';

const scope = { partition: 'aws', region: 'eu-west-1', accountId: '111122223333' };
const checksOf = (url: string) =>
  bedrockRuntime.checks(
    { method: 'POST', url, headers: {} },
    scope as Parameters<typeof bedrockRuntime.checks>[1],
  );

describe('a guardrail of Bedrock', () => {
  it.each([
    ['abc123', 'arn:aws:bedrock:eu-west-1:111122223333:guardrail/abc123'],
    [
      encodeURIComponent('arn:aws:bedrock:us-west-2:444455556666:guardrail/xyz'),
      'arn:aws:bedrock:us-west-2:444455556666:guardrail/xyz',
    ],
  ])('%s wants the permission to apply it', (id, resource) => {
    expect(checksOf(`/guardrail/${id}/version/DRAFT/apply`)).toEqual([
      { action: 'bedrock:ApplyGuardrail', resource },
    ]);
  });

  it.each(['/guardrail/abc/version/1/remove', '/guardrail/abc/apply', '/guardrails'])(
    'is nothing else that is known here: %s',
    (url) => {
      expect(checksOf(url)).toBeUndefined();
    },
  );
});
