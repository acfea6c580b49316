import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { SecretsManager } from '../../../lib/local/secrets-manager/secrets-manager.ts';
import { startSecretsManager } from '../../../lib/local/secrets-manager/start-secrets-manager.ts';
import { SecretEditor } from '../../../lib/storage/secret-editor.ts';
import { SecretStore } from '../../../lib/storage/secret-store.ts';
import { temporaryDirectory } from '../local/support/write-assembly.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:keys-abcdef';

afterEach(() => vi.useRealTimers());

async function startFixture() {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  let reads = 0;
  const secrets = await SecretsManager.open(join(await temporaryDirectory(), 'secrets.json'));
  await secrets.declare({ name: 'keys', arn, firstValue: () => 'first', localValues: {} });
  const server = await startSecretsManager(secrets, {
    authorize: ({ operation }) => {
      if (operation === 'GetSecretValue') reads += 1;
    },
  });
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await server.stop();
  });
  const { endpoint } = server;
  return {
    secrets,
    server,
    reads: () => reads,
    store: new SecretStore({ endpoint, region: 'us-east-1' }),
    newEditor: () => new SecretEditor(arn, { endpoint }),
  };
}

describe('a secret', () => {
  it('is remembered, until it is said to be out of date', async () => {
    const { store, secrets, reads } = await startFixture();
    expect(await store.read(arn)).toBe('first');
    await secrets.put('keys', { value: 'second' });
    expect(await store.read(arn)).toBe('first');
    expect(reads()).toBe(1);
    expect(await store.refresh(arn)).toBe('second');
    expect(await store.read(arn)).toBe('second');
    expect(reads()).toBe(2);
  });

  it('is read again once, however often it is said to be out of date, and later once more', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { store, secrets, reads } = await startFixture();
    await Promise.all(Array.from({ length: 20 }, () => store.refresh(arn)));
    await store.refresh(arn);
    expect(reads()).toBe(1);
    await secrets.put('keys', { value: 'second' });
    vi.setSystemTime(Date.now() + 2_000);
    expect(await store.refresh(arn)).toBe('second');
    expect(reads()).toBe(2);
  });

  it('stays as it is remembered where Secrets Manager does not answer', async () => {
    const { store, server } = await startFixture();
    await store.read(arn);
    await server.stop();
    expect(await store.refresh(arn)).toBe('first');
    expect(await store.read(arn)).toBe('first');
  });
});

describe('a secret that is edited', () => {
  it('is replaced, with the former value as the previous one', async () => {
    const { newEditor, secrets } = await startFixture();
    const editor = newEditor();
    expect(await editor.replace(await editor.read(), 'second')).toBe(true);
    expect(secrets.getVersion('keys').value).toBe('second');
    expect(secrets.getVersion('keys', { stage: 'AWSPREVIOUS' }).value).toBe('first');
  });

  it('by two at once takes the change of the one and tells the other', async () => {
    const { newEditor, secrets } = await startFixture();
    const [one, other] = [newEditor(), newEditor()];
    const [readByOne, readByOther] = [await one.read(), await other.read()];
    expect(await one.replace(readByOne, 'of one')).toBe(true);
    expect(await other.replace(readByOther, 'of the other')).toBe(false);
    expect(secrets.getVersion('keys').value).toBe('of one');
    expect(secrets.get('keys').versions.map(({ stages }) => stages)).toEqual([
      ['AWSPREVIOUS'],
      ['AWSCURRENT'],
      [],
    ]);
  });
});
