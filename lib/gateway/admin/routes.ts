import type { Route } from '../route.ts';
import { adminKeysRoutes } from './admin-keys/routes.ts';
import type { AdminServices } from './admin-services.ts';
import { budgetsRoutes } from './budgets/routes.ts';
import { guardrailsRoutes } from './guardrails/routes.ts';
import { keysRoutes } from './keys/routes.ts';
import { limitsRoutes } from './limits/routes.ts';
import { membersRoutes } from './members/routes.ts';
import { moderationRoutes } from './moderation/routes.ts';
import { policiesRoutes } from './policies/routes.ts';
import { projectsRoutes } from './projects/routes.ts';
import { tenantsRoutes } from './tenants/routes.ts';
import { usageRoutes } from './usage/routes.ts';
import { usageCapsRoutes } from './usage-caps/routes.ts';
import { webhooksRoutes } from './webhooks/routes.ts';

/** The routes of the administration: OpenAI's under `/v1/organization`, our own under `/v1/openclaw`. */
export function adminRoutes(services: AdminServices): readonly Route[] {
  return [
    ...tenantsRoutes(services),
    ...projectsRoutes(services),
    ...keysRoutes(services),
    ...membersRoutes(services),
    ...adminKeysRoutes(services),
    ...limitsRoutes(services),
    ...budgetsRoutes(services),
    ...usageCapsRoutes(services),
    ...webhooksRoutes(services),
    ...policiesRoutes(services),
    ...guardrailsRoutes(services),
    ...moderationRoutes(services),
    ...usageRoutes(services),
  ];
}
