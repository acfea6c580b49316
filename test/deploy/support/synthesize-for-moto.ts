import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type DeploymentPlan, readPlan } from '../../../lib/cli/deploy/deployment-plan.ts';
import { repositoryRoot } from '../../../lib/cli/repository-root.ts';
import { loadConfiguration } from '../../../lib/config/load-configuration.ts';
import { adaptAssembly, type Json, STAND_IN } from './adapt-assembly.ts';
import { leftOut, leftOutProperties } from './profile.ts';

export interface MotoPlan extends DeploymentPlan {
  /** Types of the app that are not deployed. */
  readonly leftOut: readonly string[];
}

/**
 * Synthesizes the app of a checkout and leaves out what moto cannot create.
 *
 * @param former - what is deployed; of it stays as it is what moto cannot change
 */
export async function synthesizeForMoto(
  checkout: string = repositoryRoot,
  former?: DeploymentPlan,
): Promise<MotoPlan> {
  const folder = await mkdtemp(join(tmpdir(), 'openclaw-moto-'));
  const directory = join(folder, 'synthesized');
  execFileSync(process.execPath, ['bin/app.ts'], {
    cwd: checkout,
    env: { ...process.env, CDK_OUTDIR: directory, CDK_VALIDATION: 'false' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const known = knownTypes();
  const types = await adaptAssembly({
    directory,
    outdir: join(folder, 'adapted'),
    leftOutProperties,
    unchangeable: (stack, logicalId, type) => {
      const template = former?.stacks.find(({ name }) => name === stack)?.template;
      return known.get(type) ? undefined : template?.Resources?.[logicalId];
    },
    keeps: (type) => known.has(type) && !(type in leftOut),
    substitute: async (stack, logicalId, { Type: type, Properties: properties }) => {
      if (type === 'AWS::SecretsManager::Secret') return makeSecret(`${stack}-${logicalId}`);
      // What points to an alias points to its function then.
      if (type === 'AWS::Lambda::Alias') return properties?.FunctionName as Json;
      return `${STAND_IN}${logicalId}`;
    },
  });
  const configuration = await loadConfiguration(join(repositoryRoot, 'openclaw.config.ts'));
  return { ...(await readPlan(join(folder, 'adapted'), configuration)), leftOut: types };
}

/** The virtual environment that moto runs in. */
export function virtualEnvironment(): string {
  const folder = process.env.OPENCLAW_TEST_VENV;
  if (folder === undefined) throw new Error('run these tests with `npm run test:deploy`, which starts moto');
  return folder;
}

/** The types that moto can create, and whether it can update one. */
function knownTypes(): Map<string, boolean> {
  const python = join(virtualEnvironment(), 'bin/python3');
  const text = execFileSync(python, [join(import.meta.dirname, 'moto-types.py')], { encoding: 'utf8' });
  return new Map(Object.entries(JSON.parse(text) as Record<string, boolean>));
}

/** What CloudFormation makes of a secret: its first value is generated. */
async function makeSecret(name: string): Promise<string> {
  const client = new SecretsManagerClient({});
  try {
    const { ARN: arn = '' } = await client
      .send(new DescribeSecretCommand({ SecretId: name }))
      .catch((error: unknown) => {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        return client.send(
          new CreateSecretCommand({ Name: name, SecretString: JSON.stringify({ generated: 'generated' }) }),
        );
      });
    return arn;
  } finally {
    client.destroy();
  }
}
