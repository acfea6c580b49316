import { DocumentConflict, type DocumentStore } from '../storage/document-store.ts';
import type { Job } from './job.ts';

/**
 * Records the steps of a job's review among the tenant's events, from the given one on. Each has its own place, so to
 * record it again changes nothing.
 */
export async function recordEvents(
  documents: Pick<DocumentStore, 'create'>,
  { tenantId, id, projectId, moderation }: Job,
  from: number,
): Promise<void> {
  for (const [index, event] of (moderation?.events ?? []).entries()) {
    if (index < from) continue;
    const place = `${new Date(event.atMs).toISOString()}#${id}#${String(index).padStart(3, '0')}`;
    await documents
      .create(tenantId, 'events', place, { ...event, jobId: id, projectId })
      .catch((error: unknown) => {
        if (!(error instanceof DocumentConflict)) throw error;
      });
  }
}
