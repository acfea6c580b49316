import * as z from 'zod';
import { epochSeconds, idField, listOf, nameField, pageFields, unused } from '../tenants/fields.ts';

export const project = z
  .object({
    id: z.string(),
    object: z.literal('organization.project'),
    name: z.string(),
    status: z.enum(['active', 'archived']),
    created_at: epochSeconds,
    archived_at: epochSeconds.nullable(),
    external_key_id: z.null(),
  })
  .meta({ id: 'Project' });

export const projectList = listOf(project, 'ListProjectsResponse');

export const projectQuery = z.object({
  ...pageFields,
  include_archived: z.enum(['true', 'false']).optional(),
});

export const projectCreation = z
  .strictObject({ name: nameField, external_key_id: unused, geography: unused, residency: unused })
  .meta({ id: 'CreateProjectRequest' });

export const projectUpdate = z
  .strictObject({ name: nameField.nullable().optional(), external_key_id: unused, geography: unused })
  .meta({ id: 'UpdateProjectRequest' });

const responseCache = z.strictObject({
  ttl_seconds: z
    .number()
    .int()
    .min(1)
    .max(30 * 24 * 60 * 60)
    .describe('How long an answer is kept for the same request.'),
});

const dataClass = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,62}$/,
    'use up to 63 lower-case letters, digits and hyphens, starting with a letter',
  )
  .describe("The class of the project's data, for policies: for example `public` or `personal`.");

export const projectSettings = z
  .object({
    id: z.string(),
    object: z.literal('openclaw.project'),
    name: z.string(),
    status: z.enum(['active', 'archived']),
    created_at: epochSeconds,
    response_cache: responseCache.nullable(),
    data_class: z.string().nullable(),
  })
  .meta({ id: 'ProjectSettings' });

export const ownProjectCreation = z
  .strictObject({
    id: idField.describe('Up to 63 lower-case letters, digits, hyphens and underscores.'),
    name: nameField.optional().describe('Default: the id.'),
  })
  .meta({ id: 'CreateNamedProjectRequest' });

export const projectSettingsUpdate = z
  .strictObject({
    name: nameField.optional(),
    response_cache: responseCache.nullable().optional(),
    data_class: dataClass.nullable().optional(),
  })
  .meta({ id: 'UpdateProjectSettingsRequest' });
