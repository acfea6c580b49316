import type { Route } from '../route.ts';
import type { AdminServices } from './admin-services.ts';
import { moderationRoutes } from './moderation/routes.ts';

/** The routes of the administration: OpenAI's under `/v1/organization`, our own under `/v1/openclaw`. */
export function adminRoutes(services: AdminServices): readonly Route[] {
  return [...moderationRoutes(services)];
}
