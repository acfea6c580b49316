import { afterEach, describe, expect, it, vi } from 'vitest';
import { endpointOf, regionOf } from '../../../../lib/storage/aws/service-location.ts';

afterEach(() => void vi.unstubAllEnvs());

describe('the address of a service', () => {
  it.each([
    ['us-east-1', 'https://dynamodb.us-east-1.amazonaws.com/'],
    ['us-gov-west-1', 'https://dynamodb.us-gov-west-1.amazonaws.com/'],
    ['cn-north-1', 'https://dynamodb.cn-north-1.amazonaws.com.cn/'],
    ['eusc-de-east-1', 'https://dynamodb.eusc-de-east-1.amazonaws.eu/'],
    ['us-iso-east-1', 'https://dynamodb.us-iso-east-1.c2s.ic.gov/'],
  ])('in %s is %s', (region, expected) => {
    expect(endpointOf('dynamodb', { region }).href).toBe(expected);
  });

  it('is the one for FIPS where the environment asks for it', () => {
    vi.stubEnv('AWS_USE_FIPS_ENDPOINT', 'true');
    expect(endpointOf('sts', { region: 'us-east-2' }).href).toBe('https://sts-fips.us-east-2.amazonaws.com/');
  });

  it('is what is given, then that of the service in the environment, then that of all', () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    expect(endpointOf('secretsmanager', {}).port).toBe('1');
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', 'http://127.0.0.1:2');
    expect(endpointOf('secretsmanager', {}).port).toBe('2');
    expect(endpointOf('dynamodb', {}).port).toBe('1');
    expect(endpointOf('secretsmanager', { endpoint: 'http://127.0.0.1:3' }).port).toBe('3');
  });

  it('depends on a region', () => {
    vi.stubEnv('AWS_REGION', undefined);
    expect(() => endpointOf('dynamodb', {})).toThrow('set AWS_REGION');
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    expect(regionOf({})).toBe('eu-west-1');
    expect(regionOf({ region: 'eu-west-2' })).toBe('eu-west-2');
  });
});
