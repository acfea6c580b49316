import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Configuration, ModelTarget, ProviderConfiguration } from '../config/schema.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import type { BundledFunction } from './bundled-function.ts';

type SageMakerProvider = Extract<ProviderConfiguration, { kind: 'sagemaker' }>;
type BedrockProvider = Extract<ProviderConfiguration, { kind: 'bedrock' }>;

/** Lets a function call the configured models that AWS serves. */
export function allowModels(handler: BundledFunction, configuration: Configuration): void {
  const statements = modelAccess(handler, configuration);
  for (const statement of statements) handler.addToRolePolicy(statement);
  if (handler.role === undefined) return;
  acknowledgeWildcards(
    handler.role,
    'A bearer token is made for no endpoint, and an inference profile chooses the region: a condition names the account or ' +
      'the profile',
    statements,
  );
}

/**
 * What a function must be allowed in order to call the configured models that AWS serves: the SageMaker endpoints and
 * Bedrock models that some alias has as a target, and no others; and the guardrails of Bedrock.
 *
 * @param scope - tells the partition, account and, where a provider names none, the region
 */
export function modelAccess(scope: Construct, configuration: Configuration): PolicyStatement[] {
  const targets = Object.values(configuration.models).flatMap((alias) => alias.targets);
  const models = Object.entries(configuration.providers).flatMap(([name, provider]) => {
    const models = new Set(targets.filter((target) => target.provider === name).map(({ model }) => model));
    if (models.size === 0) return [];
    if (provider.kind === 'sagemaker') return sageMakerAccess(scope, provider);
    if (provider.kind === 'bedrock')
      return [...models].flatMap((model) => bedrockAccess(scope, provider, model));
    return [];
  });
  return [...models, ...guardrailAccess(scope, configuration)];
}

/** The configured guardrails of Bedrock, which tenants may have their texts checked by. */
function guardrailAccess(scope: Construct, { bedrockGuardrails }: Configuration): PolicyStatement[] {
  const { partition, account, region: home } = Stack.of(scope);
  const resources = Object.values(bedrockGuardrails).map(({ id, region = home }) =>
    id.startsWith('arn:') ? id : `arn:${partition}:bedrock:${region}:${account}:guardrail/${id}`,
  );
  return resources.length === 0
    ? []
    : [new PolicyStatement({ actions: ['bedrock:ApplyGuardrail'], resources })];
}

function sageMakerAccess(scope: Construct, provider: SageMakerProvider): PolicyStatement[] {
  const { partition, account, region: home } = Stack.of(scope);
  const prefix = `arn:${partition}:sagemaker:${provider.region ?? home}:${account}`;
  // The ARN of an endpoint has its name in lower case, whatever the name; components keep theirs.
  const resources = [`${prefix}:endpoint/${provider.endpoint.toLowerCase()}`];
  if (provider.inferenceComponent !== undefined) {
    resources.push(`${prefix}:inference-component/${provider.inferenceComponent}`);
  }
  // The endpoint's own OpenAI API streams under the permission to invoke.
  const streaming = provider.protocol === 'invoke' ? ['sagemaker:InvokeEndpointWithResponseStream'] : [];
  const invoke = new PolicyStatement({
    actions: ['sagemaker:InvokeEndpoint', ...streaming],
    resources,
  });
  return provider.protocol === 'openai' ? [invoke, bearerTokens()] : [invoke];
}

/**
 * A bearer token is made for no endpoint in particular; what it can call is what the statement above allows. The same
 * condition as in AWS's own policy: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSageMakerJobRuntimeAccess.html
 */
function bearerTokens(): PolicyStatement {
  return new PolicyStatement({
    actions: ['sagemaker:CallWithBearerToken'],
    resources: ['*'],
    conditions: {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an IAM policy variable
      StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' },
    },
  });
}

/**
 * A model is named by its id (`anthropic.claude-…`), by that of an inference profile over several regions
 * (`eu.anthropic.claude-…`) or by an ARN. A profile is allowed itself, and the models behind it only through it.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
 */
function bedrockAccess(
  scope: Construct,
  provider: BedrockProvider,
  model: ModelTarget['model'],
): PolicyStatement[] {
  const { partition, account, region: home } = Stack.of(scope);
  const region = provider.region ?? home;
  const actions = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
  const profile = /^(us|us-gov|eu|apac|au|ca|jp|global)\.(.+)$/.exec(model);
  if (!model.startsWith('arn:') && profile === null) {
    return [
      new PolicyStatement({
        actions,
        resources: [`arn:${partition}:bedrock:${region}::foundation-model/${model}`],
      }),
    ];
  }
  if (model.startsWith('arn:') && !model.includes('inference-profile/')) {
    return [new PolicyStatement({ actions, resources: [model] })];
  }
  const arn = model.startsWith('arn:')
    ? model
    : `arn:${partition}:bedrock:${region}:${account}:inference-profile/${model}`;
  return [
    new PolicyStatement({ actions, resources: [arn] }),
    new PolicyStatement({
      actions,
      // The profile decides on the region, which is empty for a global one.
      resources: [`arn:${partition}:bedrock:*::foundation-model/${profile?.[2] ?? '*'}`],
      conditions: { StringEquals: { 'bedrock:InferenceProfileArn': arn } },
    }),
  ];
}
