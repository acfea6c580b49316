/** Something that happened to a resource while CloudFormation worked on its stack. */
export interface StackEvent {
  readonly stack: string;
  /** Resources done, and all that there are; undefined where the CDK does not count. */
  readonly progress: { readonly done: number; readonly of: number } | undefined;
  /** `CREATE_COMPLETE`, `UPDATE_FAILED`, … cut at 20 characters by the CDK. */
  readonly status: string;
  /** Such as `AWS::DynamoDB::Table`. */
  readonly type: string;
  /** Where the resource stands in the app, or its logical id. */
  readonly resource: string;
  readonly reason: string;
}

const line =
  /^(?<stack>[\w-]+) \| +(?:(?<done>\d+)\/(?<of>\d+)|\d+)? *\| [^|]+ \| (?<status>[A-Z_]+) *(?:\(skipped\) *)?\| (?<type>[\w:]+) +\| (?<resource>\S+)(?: \(\w+\))? ?(?<reason>.*)$/;

/** Reads one line of `cdk deploy --progress events`; undefined for a line that tells of no event. */
export function parseStackEvent(text: string): StackEvent | undefined {
  const groups = line.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { stack = '', done, of, status = '', type = '', resource = '', reason = '' } = groups;
  return {
    stack,
    progress: done === undefined || of === undefined ? undefined : { done: Number(done), of: Number(of) },
    status,
    type,
    resource,
    reason: reason.trim(),
  };
}
