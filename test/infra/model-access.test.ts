import { App, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../lib/config/load-configuration.ts';
import type { ConfigurationInput } from '../../lib/config/schema.ts';
import { modelAccess } from '../../lib/constructs/model-access.ts';

type Providers = NonNullable<ConfigurationInput['providers']>;

/** The statements for one provider `p` with one alias that targets `model` there. */
function statements(provider: Providers[string], model = 'm') {
  return statementsOf({
    providers: { p: provider },
    models: { alias: { targets: [{ provider: 'p', model }] } },
  });
}

function statementsOf(input: ConfigurationInput) {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
  return modelAccess(stack, parseConfiguration(input, 'test.config.ts')).map((statement) => {
    const { Action, Resource, Condition } = stack.resolve(statement.toStatementJson());
    return { actions: [Action].flat(), resources: [Resource].flat().map(toArn), condition: Condition };
  });
}

/** Writes `arn:<partition>:…` as it will be in the usual partition. */
function toArn(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const [separator, parts] = (resource as { 'Fn::Join': [string, unknown[]] })['Fn::Join'];
  return parts.map((part) => (typeof part === 'string' ? part : 'aws')).join(separator);
}

const invokeEndpoint = ['sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointWithResponseStream'];
const invokeModel = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];

describe('access to SageMaker', () => {
  it('is to the endpoint, in lower case as its ARN has it, and to bearer tokens', () => {
    expect(statements({ kind: 'sagemaker', endpoint: 'Qwen-3' })).toEqual([
      {
        actions: ['sagemaker:InvokeEndpoint'],
        resources: ['arn:aws:sagemaker:eu-west-1:111122223333:endpoint/qwen-3'],
      },
      {
        actions: ['sagemaker:CallWithBearerToken'],
        resources: ['*'],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: an IAM policy variable
        condition: { StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } },
      },
    ]);
  });

  it('includes the inference component, in the region of the provider, and no token where none is used', () => {
    const provider = {
      kind: 'sagemaker',
      endpoint: 'e',
      inferenceComponent: 'Chat',
      protocol: 'invoke',
      region: 'us-east-1',
    } as const;
    expect(statements(provider)).toEqual([
      {
        actions: invokeEndpoint,
        resources: [
          'arn:aws:sagemaker:us-east-1:111122223333:endpoint/e',
          'arn:aws:sagemaker:us-east-1:111122223333:inference-component/Chat',
        ],
      },
    ]);
  });
});

describe('access to guardrails of Bedrock', () => {
  it('is to those that are configured, in their region or account, and to no other', () => {
    const bedrockGuardrails = {
      here: { id: 'abc123' },
      there: { id: 'def456', region: 'us-west-2', version: '3' },
      shared: { id: 'arn:aws:bedrock:eu-west-1:444455556666:guardrail/xyz' },
    };
    expect(statementsOf({ bedrockGuardrails })).toEqual([
      {
        actions: ['bedrock:ApplyGuardrail'],
        resources: [
          'arn:aws:bedrock:eu-west-1:111122223333:guardrail/abc123',
          'arn:aws:bedrock:us-west-2:111122223333:guardrail/def456',
          'arn:aws:bedrock:eu-west-1:444455556666:guardrail/xyz',
        ],
      },
    ]);
    expect(statementsOf({})).toEqual([]);
  });

  it.each(['Not an id', 'arn:aws:bedrock:eu-west-1:1:guardrail/x', ''])(
    'is refused for the id "%s"',
    (id) => {
      expect(() => statementsOf({ bedrockGuardrails: { here: { id } } })).toThrow(
        /bedrockGuardrails.here.id/,
      );
    },
  );
});

describe('access to Bedrock', () => {
  it('is to the model, in its region', () => {
    expect(statements({ kind: 'bedrock', region: 'us-west-2' }, 'amazon.nova-lite-v1:0')).toEqual([
      {
        actions: invokeModel,
        resources: ['arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-lite-v1:0'],
      },
    ]);
  });

  it('is to an inference profile, and through it to its model wherever it runs', () => {
    const profile = 'arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.anthropic.claude-4:0';
    expect(statements({ kind: 'bedrock' }, 'eu.anthropic.claude-4:0')).toEqual([
      { actions: invokeModel, resources: [profile] },
      {
        actions: invokeModel,
        resources: ['arn:aws:bedrock:*::foundation-model/anthropic.claude-4:0'],
        condition: { StringEquals: { 'bedrock:InferenceProfileArn': expect.anything() } },
      },
    ]);
  });

  it('is to an application inference profile by its ARN, and to any model, but only through it', () => {
    const profile = 'arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc';
    expect(statements({ kind: 'bedrock' }, profile)).toEqual([
      { actions: invokeModel, resources: [profile] },
      {
        actions: invokeModel,
        resources: ['arn:aws:bedrock:*::foundation-model/*'],
        condition: { StringEquals: { 'bedrock:InferenceProfileArn': profile } },
      },
    ]);
  });

  it('is to any other ARN as it stands', () => {
    const provisioned = 'arn:aws:bedrock:eu-west-1:111122223333:provisioned-model/abc';
    expect(statements({ kind: 'bedrock' }, provisioned)).toEqual([
      { actions: invokeModel, resources: [provisioned] },
    ]);
  });
});

describe('no access', () => {
  it.each<[string, ConfigurationInput]>([
    ['where AWS serves no model', {}],
    [
      'to a provider that no alias uses',
      {
        providers: {
          builtin: { kind: 'openclaw-extract' },
          p: { kind: 'bedrock' },
          q: { kind: 'sagemaker', endpoint: 'e' },
        },
      },
    ],
  ])('%s', (_, input) => {
    expect(statementsOf(input)).toEqual([]);
  });
});
