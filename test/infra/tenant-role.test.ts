import { describe, expect, it } from 'vitest';
import { synthesize } from './synthesize.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: an IAM policy variable
const tag = '${aws:PrincipalTag/tenantId}';
const app = synthesize({ tenants: { silos: ['vault'] } });
const api = app.template('OpenClaw-Api');
const data = app.template('OpenClaw-Data');

function statementsOf(role: string): Statement[] {
  return Object.entries(api.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(role))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
}

const actionsOf = ({ Action }: Statement) => [Action].flat();
const of = (service: string) => (statement: Statement) =>
  actionsOf(statement).every((action) => action.startsWith(`${service}:`));

describe('the tenant role', () => {
  const [role] = Object.entries(api.findResources('AWS::IAM::Role')).filter(([id]) =>
    id.startsWith('TenantRole'),
  );
  const trust: Statement[] = role?.[1].Properties.AssumeRolePolicyDocument.Statement;

  it('is taken on by the function’s role alone, with the one tag and under the tenant’s name', () => {
    const oneTenant = {
      StringLike: { 'aws:RequestTag/tenantId': '?*' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['tenantId'] },
    };
    const Principal = { AWS: { 'Fn::GetAtt': [expect.stringMatching(/^FunctionRole/), 'Arn'] } };
    expect(trust).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal,
        Condition: {
          ...oneTenant,
          // biome-ignore lint/suspicious/noTemplateCurlyInString: an IAM policy variable
          StringEquals: { 'sts:RoleSessionName': '${aws:RequestTag/tenantId}' },
        },
      },
      { Effect: 'Allow', Action: 'sts:TagSession', Principal, Condition: oneTenant },
    ]);
  });

  it('lasts an hour at most', () => {
    expect(role?.[1].Properties.MaxSessionDuration).toBe(3_600);
  });

  it('reaches items only by keys that begin with the tag, and no item without naming its key', () => {
    const onTables = statementsOf('TenantRole').filter(of('dynamodb'));
    expect(onTables.length).toBeGreaterThan(3);
    for (const { Condition } of onTables) {
      expect(Condition).toEqual({
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [tag, `${tag}#*`] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      });
    }
  });

  it('reaches objects only under the tag', () => {
    const onObjects = statementsOf('TenantRole').filter(of('s3'));
    expect(onObjects).toHaveLength(1);
    expect(onObjects[0]?.Resource).toEqual({
      'Fn::Join': ['', [expect.anything(), `/tenants/${tag}/*`]],
    });
  });

  it('uses keys itself only with the tag as context, and for the rest through the services that hold the data', () => {
    const onKeys = statementsOf('TenantRole').filter(of('kms'));
    const through = onKeys.filter(({ Condition }) => Condition?.StringEquals?.['kms:ViaService']);
    const itself = onKeys.filter((statement) => !through.includes(statement));
    expect(through).toHaveLength(2);
    expect(itself.map(({ Condition }) => Condition)).toEqual([
      { StringEquals: { 'kms:EncryptionContext:tenantId': tag } },
      {
        StringEquals: { 'kms:EncryptionContext:tenantId': tag },
        'ForAnyValue:StringEquals': { 'kms:ResourceAliases': `alias/openclaw-tenant-${tag}` },
      },
    ]);
    for (const statement of itself) {
      expect(actionsOf(statement).sort()).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
    }
  });

  it('names each operation', () => {
    for (const action of statementsOf('TenantRole').flatMap(actionsOf)) expect(action).not.toContain('*');
  });

  it('takes on no other role', () => {
    expect(statementsOf('TenantRole').filter(of('sts'))).toEqual([]);
  });
});

describe('a silo', () => {
  const [keyId, key] =
    Object.entries(data.findResources('AWS::KMS::Key')).find(([id]) => id.includes('Silovault')) ?? [];

  it('has a key of its own, which outlives the stack and rotates', () => {
    expect(key).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { EnableKeyRotation: true },
    });
    data.hasResourceProperties('AWS::KMS::Alias', {
      AliasName: 'alias/openclaw-tenant-vault',
      TargetKeyId: { 'Fn::GetAtt': [keyId, 'Arn'] },
    });
  });

  it('has a key that refuses whoever has no session of the tenant', () => {
    const statements: Statement[] = key?.Properties.KeyPolicy.Statement;
    const denials = statements.filter(({ Effect }) => Effect === 'Deny');
    expect(denials).toEqual([
      expect.objectContaining({
        Principal: { AWS: '*' },
        Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
        Condition: { StringNotEquals: { 'aws:PrincipalTag/tenantId': 'vault' } },
      }),
    ]);
  });

  it('has a queue of its own, which feeds the workers and shares the dead letters', () => {
    const jobs = app.template('OpenClaw-Jobs');
    const [[queueId, queue] = []] = Object.entries(
      jobs.findResources('AWS::SQS::Queue', { Properties: { QueueName: 'openclaw-tenant-vault' } }),
    );
    const [[, shared] = []] = Object.entries(jobs.findResources('AWS::SQS::Queue')).filter(([id]) =>
      /^JobsQueue[0-9A-F]{8}$/.test(id),
    );
    expect(queue?.Properties).toEqual({ ...shared?.Properties, QueueName: 'openclaw-tenant-vault' });
    expect(queue?.Properties.RedrivePolicy).toBeDefined();
    const sources = Object.values(jobs.findResources('AWS::Lambda::EventSourceMapping'));
    expect(sources.map(({ Properties }) => Properties.EventSourceArn['Fn::GetAtt'][0])).toContain(queueId);
    expect(sources).toHaveLength(2);
  });

  it('may be told of jobs by the API, by the name of its queue', () => {
    const sending = statementsOf('FunctionRole').filter(of('sqs'));
    expect(sending).toHaveLength(1);
    expect(JSON.stringify(sending[0]?.Resource)).toContain(':openclaw-tenant-vault');
  });

  it('leaves nothing behind in the other stacks, so that it can be taken out of the configuration', () => {
    expect(JSON.stringify(api.toJSON())).not.toMatch(/Silovault/);
    for (const stack of ['OpenClaw-Data', 'OpenClaw-Jobs']) {
      expect(JSON.stringify(app.template(stack).toJSON().Outputs ?? {})).not.toMatch(/vault/);
    }
  });

  it('is nowhere where none is configured', () => {
    const without = synthesize();
    without.template('OpenClaw-Jobs').resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
    without.template('OpenClaw-Data').resourceCountIs('AWS::KMS::Key', 1);
    without.template('OpenClaw-Data').resourceCountIs('AWS::KMS::Alias', 0);
    expect(JSON.stringify(without.template('OpenClaw-Api').toJSON())).not.toContain('kms:ResourceAliases');
  });
});
