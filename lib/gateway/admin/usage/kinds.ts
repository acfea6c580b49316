/** What results can be grouped by. */
export type Grouping =
  | 'project_id'
  | 'user_id'
  | 'api_key_id'
  | 'model'
  | 'batch'
  | 'service_tier'
  | 'api_source'
  | 'size'
  | 'source'
  | 'vector_store_id'
  | 'context_level'
  | 'line_item';

/** What results can be narrowed to, beside those parameters that every kind has. */
export type Filter =
  | 'project_ids'
  | 'user_ids'
  | 'api_key_ids'
  | 'models'
  | 'line_items'
  | 'batch'
  | 'sizes'
  | 'sources'
  | 'vector_store_ids'
  | 'context_levels';

/** One kind of usage in OpenAI's API: `GET /v1/organization/usage/<path>`. */
export interface UsageKind {
  readonly path: string;
  /** In `object`: `organization.usage.<object>.result`. */
  readonly object: string;
  /** The operation whose records count. Absent: nothing here does such a thing, so nothing was used. */
  readonly operation?: string;
  readonly groupings: readonly Grouping[];
  readonly filters: readonly Filter[];
}

const who: readonly Grouping[] = ['project_id', 'user_id', 'api_key_id'];
const whose: readonly Filter[] = ['project_ids', 'user_ids', 'api_key_ids'];
const byModel = { groupings: [...who, 'model'], filters: [...whose, 'models'] } as const;
const byProject = { groupings: ['project_id'], filters: ['project_ids'] } as const;
const likeCompletions = {
  groupings: [...byModel.groupings, 'batch', 'service_tier', 'api_source'],
  filters: [...byModel.filters, 'batch'],
} as const;

export const usageKinds: readonly UsageKind[] = [
  { path: 'completions', object: 'completions', operation: 'chat', ...likeCompletions },
  { path: 'decisions', object: 'decisions', ...likeCompletions },
  { path: 'embeddings', object: 'embeddings', operation: 'embeddings', ...byModel },
  { path: 'moderations', object: 'moderations', operation: 'moderations', ...byModel },
  {
    path: 'images',
    object: 'images',
    groupings: [...byModel.groupings, 'size', 'source'],
    filters: [...byModel.filters, 'sizes', 'sources'],
  },
  { path: 'audio_speeches', object: 'audio_speeches', ...byModel },
  { path: 'audio_transcriptions', object: 'audio_transcriptions', ...byModel },
  { path: 'vector_stores', object: 'vector_stores', ...byProject },
  { path: 'code_interpreter_sessions', object: 'code_interpreter_sessions', ...byProject },
  {
    path: 'file_search_calls',
    object: 'file_searches',
    groupings: [...who, 'vector_store_id'],
    filters: [...whose, 'vector_store_ids'],
  },
  {
    path: 'web_search_calls',
    object: 'web_searches',
    groupings: [...byModel.groupings, 'context_level', 'api_source'],
    filters: [...byModel.filters, 'context_levels'],
  },
];
