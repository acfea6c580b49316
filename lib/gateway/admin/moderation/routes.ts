import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { jobRoutes } from './job-routes.ts';
import { reviewRoutes } from './review-routes.ts';
import { settingRoutes } from './setting-routes.ts';

/** Jobs for those who asked for them, and the moderation queue for those who review it. */
export function moderationRoutes(services: AdminServices): readonly Route[] {
  return [...jobRoutes(services), ...reviewRoutes(services), ...settingRoutes(services)];
}
