import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { TestRuntime } from './start-test-runtime.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** An operation that the tenant role allows on a table. */
export interface TableGrant {
  /** Such as `GetItem`. */
  readonly operation: string;
  readonly tableName: string;
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: { readonly 'Fn::ImportValue': string };
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
  >;
}

const account = '000000000000';

/** A function, by the beginnings of the names of its own role and of the one that it takes on. */
export interface Actor {
  readonly stack: string;
  readonly own: string;
  readonly tenants: string;
}

export const actors = [
  { stack: 'OpenClaw-Api', own: 'FunctionRole', tenants: 'TenantRole' },
  { stack: 'OpenClaw-Jobs', own: 'WorkerRole', tenants: 'WorkerTenantRole' },
  { stack: 'OpenClaw-Jobs', own: 'SweeperRole', tenants: 'SweeperTenantRole' },
] as const satisfies readonly Actor[];

/** Takes on the roles of a deployment, as its functions do or with anything else. */
export class TenantSessions {
  readonly #deployment: TestRuntime;
  readonly #actor: Actor;

  /** @param actor - default: the API's function */
  constructor(deployment: TestRuntime, actor: Actor = actors[0]) {
    this.#deployment = deployment;
    this.#actor = actor;
  }

  roleArn(kind: 'own' | 'tenants'): string {
    const beginning = `${this.#actor.stack}-${this.#actor[kind]}`;
    const role = this.#deployment.runtime.accessReport().find((report) => report.role.startsWith(beginning));
    if (role === undefined) throw new Error(`there is no ${beginning}`);
    return `arn:aws:iam::${account}:role/${role.role}`;
  }

  /** The function's credentials. */
  ofFunction(): Promise<Credentials> {
    return this.assume({ roleArn: this.roleArn('own'), sessionName: 'function' });
  }

  /** Opens a session with the function's credentials. */
  async ofTenant(tenantId: string): Promise<Credentials> {
    const caller = await this.ofFunction();
    return this.assume({
      caller,
      roleArn: this.roleArn('tenants'),
      sessionName: tenantId,
      tags: { tenantId },
    });
  }

  /** @param options.caller - whose credentials are used. Default: the operator's */
  async assume(options: {
    readonly caller?: Credentials;
    readonly roleArn: string;
    readonly sessionName: string;
    readonly tags?: Readonly<Record<string, string>>;
  }): Promise<Credentials> {
    const { runtime } = this.#deployment;
    const client = new STSClient({
      endpoint: runtime.endpoints.sts,
      region: runtime.region,
      credentials: options.caller ?? { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    try {
      const { Credentials: given } = await client.send(
        new AssumeRoleCommand({
          RoleArn: options.roleArn,
          RoleSessionName: options.sessionName,
          Tags: Object.entries(options.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
        }),
      );
      return {
        accessKeyId: given?.AccessKeyId ?? '',
        secretAccessKey: given?.SecretAccessKey ?? '',
        sessionToken: given?.SessionToken ?? '',
      };
    } finally {
      client.destroy();
    }
  }
}

/** What a synthesized tenant role allows on tables, so that a grant that comes later is tested too. */
export async function tableGrants(
  deployment: TestRuntime,
  { stack, tenants }: Actor = actors[0],
): Promise<TableGrant[]> {
  const file = join(deployment.assemblyDirectory, `${stack}.template.json`);
  const { Resources } = JSON.parse(await readFile(file, 'utf8')) as Template;
  const statements = Object.entries(Resources)
    .filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith(tenants))
    .flatMap(([, { Properties }]) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement);
  return statements.flatMap(({ Action, Resource }) =>
    [Action].flat().flatMap((action) => {
      if (!action.startsWith('dynamodb:')) return [];
      const tableArn = exported(deployment, Resource['Fn::ImportValue'].split(':')[1] ?? '');
      return [
        { operation: action.slice('dynamodb:'.length), tableName: tableArn.slice(tableArn.indexOf('/') + 1) },
      ];
    }),
  );
}

/** What the data stack passes on to others under a name that begins so. */
export function exported({ runtime }: TestRuntime, beginning: string): string {
  const outputs = runtime.outputs['OpenClaw-Data'] ?? {};
  const found = Object.entries(outputs).find(([name]) => name.startsWith(beginning));
  if (found === undefined) throw new Error(`the data stack puts out no ${beginning}`);
  return found[1];
}
