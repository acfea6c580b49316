import type { Route } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { openDirectory } from '../tenants/directory.ts';
import { inviteRoutes } from './invite-routes.ts';
import { projectUserRoutes } from './project-user-routes.ts';
import { userRoutes } from './user-routes.ts';

/** The people of a tenant, as OpenAI has them: users, those of a project, and who is invited. */
export function membersRoutes(services: AdminServices): readonly Route[] {
  const directory = openDirectory(services);
  return [
    ...userRoutes(services, directory),
    ...projectUserRoutes(services, directory),
    ...inviteRoutes(services, directory),
  ];
}
