import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../lib/config/load-configuration.ts';
import { isSiloDeclared, siloKeyAlias, siloQueueName } from '../../../lib/config/silos.ts';

const parse = (silos: readonly unknown[]) =>
  parseConfiguration({ tenants: { silos: silos as string[] } }, 'test.config.ts');

describe('the tenants of a configuration', () => {
  it('are no silos unless they are named', () => {
    const configuration = parse(['vault']);
    expect(isSiloDeclared(configuration, 'vault')).toBe(true);
    expect(isSiloDeclared(configuration, 'acme')).toBe(false);
    expect(isSiloDeclared(parseConfiguration({}, 'test.config.ts'), 'vault')).toBe(false);
  });

  it.each([
    ['an upper-case letter', ['Vault']],
    ['too short an id', ['ab']],
    ['too long an id', ['a'.repeat(41)]],
    ['a hyphen at the end', ['vault-']],
    ['a character of paths', ['va/ult']],
    ['the reserved tenant', ['platform']],
    ['the same tenant twice', ['vault', 'vault']],
    ['too many', Array.from({ length: 101 }, (_, index) => `tenant-${index}`)],
    ['a number', [7]],
  ])('may not have %s', (_, silos) => {
    expect(() => parse(silos)).toThrow(/tenants\.silos/);
  });

  it('have queues whose names SQS takes, however long the names are', () => {
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    expect(siloQueueName('n'.repeat(32), 'a'.repeat(40))).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
  });

  it('have keys whose aliases KMS takes, however long the names are', () => {
    const alias = siloKeyAlias('n'.repeat(32), 'a'.repeat(40));
    // https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
    expect(alias).toMatch(/^alias\/[a-zA-Z0-9/_-]{1,250}$/);
    expect(alias).not.toMatch(/^alias\/aws\//);
  });
});
