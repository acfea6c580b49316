import { useAdministration } from './administration.ts';
import type { Use } from './deployment-in-use.ts';
import { useIdempotency } from './idempotency.ts';
import { useLimitsAndBudgets } from './limits-and-budgets.ts';
import { useModels } from './models.ts';
import { useModeration } from './moderation.ts';
import { useUsage } from './usage.ts';

export type { DeploymentInUse, Use } from './deployment-in-use.ts';

/** All that users do. What is granted to a function and used by none of these is a grant too many. */
export const uses: readonly Use[] = [
  useAdministration,
  useModels,
  useLimitsAndBudgets,
  useIdempotency,
  useModeration,
  useUsage,
];
