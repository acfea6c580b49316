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

/** Takes on the roles of a deployment, as its functions do or with anything else. */
export class TenantSessions {
  readonly #deployment: TestRuntime;

  constructor(deployment: TestRuntime) {
    this.#deployment = deployment;
  }

  roleArn(name: 'TenantRole' | 'FunctionRole'): string {
    const role = this.#deployment.runtime.accessReport().find((report) => report.role.includes(name));
    if (role === undefined) throw new Error(`there is no ${name}`);
    return `arn:aws:iam::${account}:role/${role.role}`;
  }

  /** The credentials of the API's function. */
  ofFunction(): Promise<Credentials> {
    return this.assume({ roleArn: this.roleArn('FunctionRole'), sessionName: 'function' });
  }

  /** Opens a session with the function's credentials. */
  async ofTenant(tenantId: string): Promise<Credentials> {
    const caller = await this.ofFunction();
    return this.assume({
      caller,
      roleArn: this.roleArn('TenantRole'),
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

/** What the synthesized tenant role allows on tables, so that a grant that comes later is tested too. */
export async function tableGrants(deployment: TestRuntime): Promise<TableGrant[]> {
  const file = join(deployment.assemblyDirectory, 'OpenClaw-Api.template.json');
  const { Resources } = JSON.parse(await readFile(file, 'utf8')) as Template;
  const statements = Object.entries(Resources)
    .filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith('TenantRole'))
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
