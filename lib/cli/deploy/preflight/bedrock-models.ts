import { inferenceProfileStatus, modelAvailability } from '../aws/bedrock-models.ts';
import { type Check, type Finding, ok, warning } from './check.ts';

/** Models of Bedrock that are sold by their vendors want an agreement, and not every region has every model. */
export const bedrockModels: Check = {
  title: 'Bedrock models',
  needs: ['bedrock:GetFoundationModelAvailability', 'bedrock:GetInferenceProfile'],
  run: ({ plan, region, signal }) => {
    const { models, providers } = plan.configuration;
    const wanted = new Map<string, { readonly model: string; readonly region: string }>();
    for (const target of Object.values(models).flatMap((alias) => alias.targets)) {
      const provider = providers[target.provider];
      // One with a URL of its own is not Bedrock's public endpoint.
      if (provider?.kind !== 'bedrock' || provider.baseUrl !== undefined) continue;
      const where = provider.region ?? region;
      wanted.set(`${where}/${target.model}`, { model: target.model, region: where });
    }
    return Promise.all([...wanted.values()].map((each) => look(each.model, each.region, signal)));
  },
};

async function look(model: string, region: string, signal: AbortSignal): Promise<Finding> {
  if (isProfile(model)) {
    const status = await inferenceProfileStatus({ region }, model, { signal });
    if (status === 'ACTIVE') return ok(`the inference profile ${model} is active`);
    return warning(
      `there is no active inference profile ${model} in ${region}`,
      `choose one of \`aws bedrock list-inference-profiles --region ${region}\``,
    );
  }
  const availability = await modelAvailability({ region }, model, { signal });
  if (availability === undefined || !availability.inRegion) {
    return warning(
      `Bedrock has no model ${model} in ${region}`,
      `choose one of \`aws bedrock list-foundation-models --region ${region}\``,
    );
  }
  if (!availability.authorised || !availability.agreed) {
    return warning(
      `the account has no access to ${model}`,
      `ask for it: https://${region}.console.aws.amazon.com/bedrock/home?region=${region}#/modelaccess`,
    );
  }
  return ok(`${model} is available`);
}

function isProfile(model: string): boolean {
  if (model.startsWith('arn:')) return model.includes('inference-profile/');
  return /^(us|us-gov|eu|apac|au|ca|jp|global)\./.test(model);
}
