/** Names an entity, as facts about policies do. */
export function entityKey({ type, id }: { readonly type: string; readonly id: string }): string {
  return `${type}::${id}`;
}
