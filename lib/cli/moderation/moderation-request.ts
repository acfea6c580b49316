/** A held request, as far as commands print it. */
export interface ModerationRequest {
  readonly id: string;
  readonly status: string;
  readonly model: string;
  readonly project_id: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly moderation: { readonly categories: readonly string[] } | null;
  readonly claim: { readonly by: { readonly key_id: string }; readonly expires_at: number } | null;
}

/** One line about a request, in columns that a tab separates. */
export function describeRequest(request: ModerationRequest): string {
  const { id, status, model, project_id: projectId, created_at: createdAt, moderation, claim } = request;
  return [
    id,
    status,
    (moderation?.categories ?? []).join(','),
    projectId,
    model,
    timeOf(createdAt),
    claim ? `claimed by ${claim.by.key_id} until ${timeOf(claim.expires_at)}` : '',
  ]
    .join('\t')
    .trimEnd();
}

function timeOf(epochSeconds: number): string {
  return new Date(epochSeconds * 1_000).toISOString().replace('.000', '');
}
