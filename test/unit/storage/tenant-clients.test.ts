import { describe, expect, it } from 'vitest';
import { createTenantClients } from '../../../lib/storage/tenant-clients.ts';
import { awsError, type FakeAnswer, queryError, startFakeAws } from '../../support/fake-aws.ts';

const roleArn = 'arn:aws:iam::111122223333:role/TenantRole';
const get = { TableName: 'T', Key: { partition: { S: 'acme' } } };

function session(accessKeyId: string, expiration = new Date(Date.now() + 3_600_000)): FakeAnswer {
  const fields = {
    AccessKeyId: accessKeyId,
    SecretAccessKey: 'secret',
    SessionToken: `token-${accessKeyId}`,
    Expiration: expiration.toISOString(),
  };
  const credentials = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  return {
    xml: `<AssumeRoleResponse><AssumeRoleResult><Credentials>${credentials.join('')}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  };
}

/** STS that gives each tenant an access key of its name, and DynamoDB that finds nothing. */
async function start(options: { readonly mostTenants?: number } = {}) {
  const asked: URLSearchParams[] = [];
  const { calls, callers } = await startFakeAws({
    'sts AssumeRole': (body) => {
      const input = new URLSearchParams(body);
      asked.push(input);
      return session(`ASIA${input.get('RoleSessionName')}`);
    },
    'dynamodb GetItem': { json: {} },
  });
  return {
    asked,
    calls,
    callers,
    tenants: createTenantClients({ roleArn, region: 'eu-west-1', sts: { region: 'eu-west-1' }, ...options }),
  };
}

describe('clients of tenants', () => {
  it('open one session per tenant, which carries the tenant as tag and name', async () => {
    const { asked, tenants } = await start();
    await Promise.all([
      tenants.clientFor('acme').getItem(get),
      tenants.clientFor('acme').getItem(get),
      tenants.clientFor('other').getItem(get),
    ]);
    await tenants.clientFor('acme').getItem(get);
    const inputs = asked.map((input) => Object.fromEntries(input));
    expect(
      inputs.sort((one, two) => String(one.RoleSessionName).localeCompare(String(two.RoleSessionName))),
    ).toEqual(
      ['acme', 'other'].map((tenantId) => ({
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: roleArn,
        RoleSessionName: tenantId,
        DurationSeconds: '3600',
        'Tags.member.1.Key': 'tenantId',
        'Tags.member.1.Value': tenantId,
      })),
    );
  });

  it('sign with the tenant’s credentials', async () => {
    const { tenants, calls, callers } = await start();
    for (const tenantId of ['acme', 'other', 'acme']) await tenants.clientFor(tenantId).getItem(get);
    expect(callers.filter((_caller, index) => calls[index] === 'dynamodb GetItem')).toEqual([
      'ASIAacme token-ASIAacme',
      'ASIAother token-ASIAother',
      'ASIAacme token-ASIAacme',
    ]);
    expect(tenants.clientFor('acme')).toBe(tenants.clientFor('acme'));
  });

  it('share the session with other services’ clients', async () => {
    const { calls, tenants } = await start();
    await tenants.clientFor('acme').getItem(get);
    expect(await tenants.credentialsFor('acme')()).toMatchObject({ accessKeyId: 'ASIAacme' });
    expect(calls.filter((call) => call === 'sts AssumeRole')).toHaveLength(1);
  });

  it('are kept for so many tenants, and made anew for those that were forgotten', async () => {
    const { calls, tenants } = await start({ mostTenants: 2 });
    for (const tenantId of ['aaa', 'bbb', 'aaa', 'ccc', 'aaa'])
      await tenants.clientFor(tenantId).getItem(get);
    expect(calls.filter((call) => call === 'sts AssumeRole')).toHaveLength(3);
    await tenants.clientFor('bbb').getItem(get);
    expect(calls.filter((call) => call === 'sts AssumeRole')).toHaveLength(4);
  });

  it.each(['', 'a', 'ACME', 'acme#x', 'acme/x', '*', 'a'.repeat(41), '../acme', 'acme '])(
    'are not made for "%s", which is no tenant’s id',
    async (tenantId) => {
      const { calls, tenants } = await start();
      expect(() => tenants.clientFor(tenantId)).toThrow('is no tenant’s id'.replace('’', "'"));
      expect(calls).toEqual([]);
    },
  );

  it('say what STS refused with, and ask again the next time', async () => {
    let refuses = true;
    await startFakeAws({
      'sts AssumeRole': () =>
        refuses ? queryError('AccessDenied', 'not authorized', 403) : session('ASIA1'),
      'dynamodb GetItem': { json: {} },
    });
    const tenants = createTenantClients({ roleArn, region: 'eu-west-1', sts: { region: 'eu-west-1' } });
    await expect(tenants.clientFor('acme').getItem(get)).rejects.toMatchObject({ name: 'AccessDenied' });
    refuses = false;
    await expect(tenants.clientFor('acme').getItem(get)).resolves.toBeDefined();
  });

  it('do not take credentials that are not whole', async () => {
    await startFakeAws({
      'sts AssumeRole': { xml: '<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>' },
    });
    const tenants = createTenantClients({ roleArn, region: 'eu-west-1', sts: { region: 'eu-west-1' } });
    await expect(tenants.clientFor('acme').getItem(get)).rejects.toThrow('no credentials for tenant acme');
  });

  it('pass on what the table refuses', async () => {
    await startFakeAws({
      'sts AssumeRole': session('ASIA1'),
      'dynamodb GetItem': awsError('AccessDeniedException', 'not yours'),
    });
    const tenants = createTenantClients({ roleArn, region: 'eu-west-1', sts: { region: 'eu-west-1' } });
    await expect(tenants.clientFor('acme').getItem(get)).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});
