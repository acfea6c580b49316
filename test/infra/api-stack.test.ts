import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from './synthesize.ts';

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}

/** What the function's own role may do: pairs of action and the (serialized) resource. */
function permissions(template: Template, role = 'FunctionRole'): { action: string; resource: string }[] {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
    id.startsWith(role),
  );
  const statements: Statement[] = policies.flatMap(
    ([, policy]) => policy.Properties.PolicyDocument.Statement,
  );
  return statements.flatMap(({ Action, Resource }) =>
    [Action].flat().map((action) => ({ action, resource: JSON.stringify(Resource) })),
  );
}

describe('the API stack', () => {
  let template: Template;
  beforeAll(() => {
    template = synthesize({
      providers: {
        builtin: { kind: 'openclaw-extract' },
        hosted: { kind: 'openai', apiKeys: ['UPSTREAM_OPENAI_API_KEY'] },
      },
    }).template('OpenClaw-Api');
  });

  it('lets the function read the providers’ keys only where a provider takes one', () => {
    const withoutKeys = synthesize().template('OpenClaw-Api');
    expect(JSON.stringify(permissions(withoutKeys))).not.toContain('ProviderKeys');
    expect(JSON.stringify(permissions(template))).toContain('ProviderKeys');
  });

  it('runs the function on Node 24 and arm64 with one vCPU, as long as API Gateway waits', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 1769,
      Timeout: 900,
    });
  });

  it('writes logs to a group of its own, under our key, for a month', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      LoggingConfig: { LogFormat: 'Text', LogGroup: { Ref: Match.stringLikeRegexp('^FunctionLogs') } },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 30,
      KmsKeyId: Match.anyValue(),
    });
  });

  it.each([
    [
      'API_KEYS_TABLE',
      ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      'ApiKeys',
    ],
    ['API_KEY_PEPPER_SECRET', ['secretsmanager:GetSecretValue'], 'ApiKeyPepper'],
    ['PROVIDER_KEYS_SECRET', ['secretsmanager:GetSecretValue'], 'ProviderKeys'],
  ])('gives the function %s and, on what it names, exactly %j', (variable, actions, resource) => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { [variable]: { 'Fn::ImportValue': Match.stringLikeRegexp(resource) } } },
    });
    const granted = permissions(template).filter((permission) => permission.resource.includes(resource));
    expect(granted.map(({ action }) => action)).toEqual(actions);
  });

  it.each([
    ['REQUESTS_TABLE', 'Requests'],
    ['RATE_LIMITS_TABLE', 'RateLimits'],
    ['TENANCY_TABLE', 'Tenancy'],
    ['REPLIES_TABLE', 'Replies'],
    ['JOBS_TABLE', 'Jobs'],
    ['OBJECTS_BUCKET', 'Objects'],
  ])('gives the function %s, but on what it names only what the tenant role may', (variable, resource) => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { [variable]: { 'Fn::ImportValue': Match.stringLikeRegexp(resource) } } },
    });
    const inData = ({ resource: granted }: { resource: string }) =>
      granted.includes('OpenClaw-Data') && granted.includes(resource);
    expect(permissions(template).filter(inData)).toEqual([]);
    expect(permissions(template, 'TenantRole').filter(inData)).not.toEqual([]);
  });

  it('lets the function’s own role use the key only through the services that hold the data', () => {
    const [policy] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
      id.startsWith('FunctionRole'),
    );
    const statements: (Statement & { Condition?: { StringEquals?: object } })[] =
      policy?.[1].Properties.PolicyDocument.Statement;
    const onKeys = statements.filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
    expect(onKeys).toHaveLength(3);
    for (const { Condition } of onKeys) expect(Condition?.StringEquals).toHaveProperty('kms:ViaService');
  });

  it('may call the models that AWS serves for this configuration', () => {
    const withBedrock = synthesize({
      providers: { bedrock: { kind: 'bedrock' } },
      models: { nova: { targets: [{ provider: 'bedrock', model: 'amazon.nova-lite-v1:0' }] } },
    }).template('OpenClaw-Api');
    const onModel = permissions(withBedrock).filter(({ resource }) =>
      resource.includes('foundation-model/amazon.nova'),
    );
    expect(onModel.map(({ action }) => action)).toEqual([
      'bedrock:InvokeModel',
      'bedrock:InvokeModelWithResponseStream',
    ]);
  });

  it('allows nothing on all resources', () => {
    expect(permissions(template).filter(({ resource }) => resource.includes('*'))).toEqual([]);
  });

  it('streams every path and method through the function for up to 15 minutes', () => {
    template.resourceCountIs('AWS::ApiGateway::Method', 2);
    template.allResourcesProperties('AWS::ApiGateway::Method', {
      HttpMethod: 'ANY',
      Integration: {
        Type: 'AWS_PROXY',
        ResponseTransferMode: 'STREAM',
        TimeoutInMillis: 900_000,
        Uri: { 'Fn::Join': ['', Match.arrayWith(['/response-streaming-invocations'])] },
      },
    });
    template.hasResourceProperties('AWS::ApiGateway::Resource', { PathPart: '{proxy+}' });
  });

  it('is regional and refuses TLS below 1.2', () => {
    template.hasResourceProperties('AWS::ApiGateway::RestApi', {
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: Match.stringLikeRegexp('TLS13_1_2'),
      EndpointAccessMode: 'BASIC',
    });
  });

  it('throttles the stage and logs each access as JSON', () => {
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      StageName: 'prod',
      MethodSettings: [
        Match.objectLike({ ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000, DataTraceEnabled: false }),
      ],
    });
    const [stage] = Object.values(template.findResources('AWS::ApiGateway::Stage'));
    const line = JSON.parse(stage?.Properties.AccessLogSetting.Format);
    expect(line).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
  });

  it('keeps keys out of the access log', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGateway::Stage'));
    expect(stage?.Properties.AccessLogSetting.Format).not.toMatch(/apiKey|header|authori[sz]|querystring/i);
  });

  it.each([
    ['DEFAULT_4XX', undefined, 'invalid_request_error', null],
    ['DEFAULT_5XX', undefined, 'server_error', null],
    ['REQUEST_TOO_LARGE', '413', 'invalid_request_error', 'request_too_large'],
    ['MISSING_AUTHENTICATION_TOKEN', '404', 'invalid_request_error', 'not_found'],
    ['THROTTLED', '429', 'rate_limit_error', 'rate_limit_exceeded'],
    ['INTEGRATION_TIMEOUT', '504', 'server_error', 'timeout'],
    ['INTEGRATION_FAILURE', '502', 'server_error', 'internal_error'],
  ])("answers %s in OpenAI's error shape", (responseType, status, type, code) => {
    const [response] = Object.values(
      template.findResources('AWS::ApiGateway::GatewayResponse', {
        Properties: { ResponseType: responseType },
      }),
    );
    expect(response?.Properties.StatusCode).toBe(status);
    const template4xx: string = response?.Properties.ResponseTemplates['application/json'];
    // API Gateway puts a quoted string in the variable's place.
    const body = JSON.parse(template4xx.replace('$context.error.messageString', '"Forbidden"'));
    expect(body).toEqual({ error: { message: expect.any(String), type, param: null, code } });
  });

  it('tells a throttled caller when to come back', () => {
    template.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: 'THROTTLED',
      ResponseParameters: { 'gatewayresponse.header.retry-after': "'1'" },
    });
  });

  it('puts out one URL', () => {
    expect(Object.keys(template.toJSON().Outputs)).toEqual(['Url']);
  });
});
