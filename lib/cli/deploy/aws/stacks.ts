import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
  type Stack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { type CallOptions, clientOptions, type Location, sendOptions } from './client-options.ts';

/** A stack as CloudFormation has it. */
export interface DeployedStack {
  readonly name: string;
  /** `CREATE_COMPLETE`, `UPDATE_ROLLBACK_FAILED`, … */
  readonly status: string;
  readonly statusReason: string | undefined;
  readonly updatedAt: Date | undefined;
  readonly terminationProtection: boolean;
  /** As last looked for: `IN_SYNC`, `DRIFTED`, `NOT_CHECKED`, … */
  readonly drift: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** A resource of a stack: what it is called in the template and in the account. */
export interface DeployedResource {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
}

/** The stack of a name; undefined where there is none. */
export async function readStack(
  location: Location,
  name: string,
  options: CallOptions,
): Promise<DeployedStack | undefined> {
  return withClient(location, async (client) => {
    try {
      const { Stacks: stacks = [] } = await client.send(
        new DescribeStacksCommand({ StackName: name }),
        sendOptions(options),
      );
      const [stack] = stacks;
      return stack === undefined ? undefined : fromAws(name, stack);
    } catch (error) {
      if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
      throw error;
    }
  });
}

/** The template that a stack was last deployed with, as text. */
export async function readTemplate(location: Location, name: string, options: CallOptions): Promise<string> {
  return withClient(location, async (client) => {
    const { TemplateBody: body = '' } = await client.send(
      new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
      sendOptions(options),
    );
    return body;
  });
}

/** What a stack consists of. */
export async function listResources(
  location: Location,
  name: string,
  options: CallOptions,
): Promise<DeployedResource[]> {
  return withClient(location, async (client) => {
    const resources: DeployedResource[] = [];
    const pages = paginateListStackResources({ client }, { StackName: name }, sendOptions(options));
    for await (const { StackResourceSummaries: summaries = [] } of pages) {
      for (const summary of summaries) {
        resources.push({
          logicalId: summary.LogicalResourceId ?? '',
          physicalId: summary.PhysicalResourceId ?? '',
          type: summary.ResourceType ?? '',
        });
      }
    }
    return resources;
  });
}

/** Allows a stack to be deleted. */
export async function endTerminationProtection(
  location: Location,
  name: string,
  options: CallOptions,
): Promise<void> {
  await withClient(location, (client) =>
    client.send(
      new UpdateTerminationProtectionCommand({ StackName: name, EnableTerminationProtection: false }),
      sendOptions(options),
    ),
  );
}

async function withClient<T>(
  location: Location,
  use: (client: CloudFormationClient) => Promise<T>,
): Promise<T> {
  const client = new CloudFormationClient(clientOptions(location));
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

function fromAws(name: string, stack: Stack): DeployedStack {
  const outputs = (stack.Outputs ?? []).flatMap(({ OutputKey: key, OutputValue: value }) =>
    key === undefined || value === undefined ? [] : [[key, value] as const],
  );
  return {
    name,
    status: stack.StackStatus ?? 'unknown',
    statusReason: stack.StackStatusReason,
    updatedAt: stack.LastUpdatedTime ?? stack.CreationTime,
    terminationProtection: stack.EnableTerminationProtection ?? false,
    drift: stack.DriftInformation?.StackDriftStatus ?? 'NOT_CHECKED',
    outputs: Object.fromEntries(outputs),
  };
}
