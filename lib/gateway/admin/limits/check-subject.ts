import type { LimitRule } from '../../../policy/index.ts';
import { Projects } from '../../../tenancy/projects.ts';
import { TenancyError } from '../../../tenancy/tenancy-error.ts';
import type { AdminServices } from '../admin-services.ts';

/**
 * Checks that what a new limit is for exists: one for something misspelt would limit nothing.
 *
 * @throws TenancyError `invalid`
 */
export async function checkSubject(
  { configuration, documents, apiKeys }: AdminServices,
  tenantId: string,
  { level, subject, model }: LimitRule,
  ownProjectId: string,
): Promise<void> {
  const isKnownModel = (name: string) => Object.hasOwn(configuration.models, name);
  if (model !== undefined) {
    if (level === 'model') throw invalid("A limit of level 'model' names the model as its subject.", 'model');
    if (!isKnownModel(model)) throw invalid(`There is no model '${model}'.`, 'model');
  }
  if (subject === '*') return;
  switch (level) {
    case 'tenant':
      throw invalid("A limit of level 'tenant' is for the whole tenant and has no subject.", 'subject');
    case 'model':
      if (!isKnownModel(subject)) throw invalid(`There is no model '${subject}'.`, 'subject');
      return;
    case 'project':
      try {
        await new Projects(documents).get(tenantId, subject, ownProjectId);
      } catch (error) {
        if (!(error instanceof TenancyError)) throw error;
        throw invalid(`There is no project '${subject}'.`, 'subject');
      }
      return;
    case 'key':
      if ((await apiKeys.get(subject))?.tenantId !== tenantId) {
        throw invalid(`There is no API key '${subject}'.`, 'subject');
      }
      return;
    case 'user':
    // Names of users are the callers' own.
  }
}

function invalid(message: string, param: string): TenancyError {
  return new TenancyError('invalid', message, param);
}
