import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { describe, expect, it } from 'vitest';
import { BearerTokenCache } from '../../../../../lib/models/providers/sagemaker/bearer-token-cache.ts';
import type { AwsCredentials } from '../../../../../lib/models/providers/sagemaker/credentials.ts';
import { signBearerToken } from '../../../../../lib/models/providers/sagemaker/sign-bearer-token.ts';

const { sha256 } = new SageMakerRuntimeClient({ region: 'eu-central-1' }).config;
const credentials: AwsCredentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'FwoGZXIvYXdzE//a+b==',
};

describe('a bearer token', () => {
  it("has the fields and the signature that AWS's own generator gives it", async () => {
    const token = await signBearerToken({
      region: 'eu-central-1',
      credentials,
      signingDate: new Date('2026-11-05T10:20:30Z'),
      expiresInSeconds: 3_600,
      sha256,
    });

    expect(token).toMatch(/^sagemaker-api-key-[A-Za-z0-9+/]+=*$/);
    const url = Buffer.from(token.replace('sagemaker-api-key-', ''), 'base64').toString();
    // What sagemaker-core 2.27.0 makes of the same credentials, region and time; the order of fields is free.
    const expected =
      'sagemaker.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256' +
      '&X-Amz-Credential=AKIDEXAMPLE%2F20261105%2Feu-central-1%2Fsagemaker%2Faws4_request' +
      '&X-Amz-Date=20261105T102030Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host' +
      '&X-Amz-Security-Token=FwoGZXIvYXdzE%2F%2Fa%2Bb%3D%3D' +
      '&X-Amz-Signature=21b704b56385ccb7c9634ec7e65360c2b8e721348ea789fc88cb9cdd210cd4f7&Version=1';
    expect(parts(url)).toEqual(parts(expected));
  });
});

const parts = (url: string) => [url.split('?')[0], url.split('?')[1]?.split('&').sort()];

describe('keeping a bearer token', () => {
  const minutes = 60_000;
  function cache(given: () => Promise<AwsCredentials> = async () => credentials) {
    const clock = { nowMs: Date.parse('2026-11-05T10:00:00Z') };
    let made = 0;
    const tokens = new BearerTokenCache({
      credentials: given,
      sign: async ({ accessKeyId }) => `${accessKeyId} ${++made}`,
      now: () => clock.nowMs,
    });
    return { tokens, clock };
  }

  it('makes one for calls that come at the same time', async () => {
    const { tokens } = cache();
    expect(await Promise.all([tokens.get(), tokens.get()])).toEqual(['AKIDEXAMPLE 1', 'AKIDEXAMPLE 1']);
  });

  it('makes another shortly before it expires', async () => {
    const { tokens, clock } = cache();
    await tokens.get();
    clock.nowMs += 54 * minutes;
    expect(await tokens.get()).toBe('AKIDEXAMPLE 1');
    clock.nowMs += 1 * minutes;
    expect(await tokens.get()).toBe('AKIDEXAMPLE 2');
  });

  it('makes another shortly before the credentials expire that signed it', async () => {
    let accessKeyId = 'first';
    const expiration = new Date('2026-11-05T10:20:00Z');
    const { tokens, clock } = cache(async () => ({ ...credentials, accessKeyId, expiration }));
    await tokens.get();
    accessKeyId = 'second';
    clock.nowMs += 14 * minutes;
    expect(await tokens.get()).toBe('first 1');
    clock.nowMs += 1 * minutes;
    expect(await tokens.get()).toBe('second 2');
  });

  it('makes another once it is dropped', async () => {
    const { tokens } = cache();
    await tokens.get();
    tokens.drop();
    expect(await tokens.get()).toBe('AKIDEXAMPLE 2');
  });

  it('does not keep a failure', async () => {
    let available = false;
    const { tokens } = cache(async () => {
      if (!available) throw new Error('none yet');
      return credentials;
    });
    await expect(tokens.get()).rejects.toThrow('none yet');
    available = true;
    expect(await tokens.get()).toBe('AKIDEXAMPLE 1');
  });
});
