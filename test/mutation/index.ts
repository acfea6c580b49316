import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfiguration } from '../../lib/config/load-configuration.ts';
import type { RoleReport } from '../../lib/local/index.ts';
import { createApp } from '../../lib/stacks/create-app.ts';
import { deployments } from './deployments.ts';
import { startFakeModelServices } from './fake-model-services.ts';
import { type Mutant, mutantsOf, type Template } from './mutants.ts';
import { runScenario, type ScenarioOptions } from './scenario.ts';
import { survivorReason } from './survivors.ts';

// Validation takes seconds and has tests of its own.
process.env.CDK_VALIDATION = 'false';

/**
 * Takes each grant, variable, event source and key permission out of the templates, one at a time, and looks whether the
 * deployment still works on this machine. One that does is a permission that nobody needs, or that nothing tests.
 *
 * `node test/mutation/index.ts [part of a mutant's title]`; `--unproven` writes the list of grants that nothing in the
 * scenario uses. With MUTATION_MINUTES, mutants are taken in a random order until that time is over.
 */
async function main(only: string | undefined): Promise<void> {
  const upstream = await startFakeModelServices();
  const results: Result[] = [];
  try {
    for (const [name, { configuration, models }] of Object.entries(deployments(upstream.url))) {
      const directory = await mkdtemp(join(tmpdir(), 'openclaw-mutation-'));
      try {
        const outdir = join(directory, 'cdk.out');
        const parsed = parseConfiguration(configuration, `${name}.config.ts`);
        createApp(parsed, { outdir }).synth();
        const scenario: ScenarioOptions = {
          assemblyDirectory: outdir,
          models,
          silos: parsed.tenants.silos,
          environmentName: parsed.environment,
          environment: {
            AWS_ACCESS_KEY_ID: 'operator',
            AWS_SECRET_ACCESS_KEY: 'operator',
            AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: upstream.url,
            AWS_ENDPOINT_URL_BEDROCK_RUNTIME: upstream.url,
            UPSTREAM_OPENAI_API_KEY: 'sk-fake',
          },
        };
        results.push(...(await mutate(name, scenario, only)));
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    }
  } finally {
    await upstream.stop();
  }
  await compareUnproven(only === '--unproven');
  report(results);
}

interface Result {
  readonly deployment: string;
  readonly mutant: Mutant;
  /** Why the suite failed; undefined where it did not. */
  readonly killedBy: string | undefined;
}

async function mutate(deployment: string, scenario: ScenarioOptions, only?: string): Promise<Result[]> {
  const unharmed = await runScenario(scenario);
  if (unharmed.failures.length > 0) {
    throw new Error(`${deployment} does not work as it is:\n${unharmed.failures.join('\n')}`);
  }
  noteUnused(deployment, unharmed.roles);
  const { assemblyDirectory } = scenario;
  const results: Result[] = [];
  for (const [stack, template] of await readTemplates(assemblyDirectory)) {
    const mutants = [...mutantsOf(stack, template)];
    if (endsAtMs !== undefined) mutants.sort(() => Math.random() - 0.5);
    for (const mutant of mutants) {
      if (only !== undefined && !mutant.title.includes(only)) continue;
      if (unused.has(`${deployment}: ${mutant.title}`)) continue;
      if (endsAtMs !== undefined && Date.now() > endsAtMs) {
        leftOut += 1;
        continue;
      }
      const mutated = `${assemblyDirectory}.mutant`;
      await cp(assemblyDirectory, mutated, { recursive: true });
      await writeFile(join(mutated, `${stack}.template.json`), JSON.stringify(mutant.template));
      const { failures } = await runScenario({ ...scenario, assemblyDirectory: mutated });
      await rm(mutated, { recursive: true });
      const [killedBy] = failures;
      results.push({ deployment, mutant, killedBy });
      const verdict = killedBy === undefined ? 'SURVIVED' : 'killed  ';
      console.log(`${verdict} ${deployment}: ${mutant.kind} ${mutant.title}`);
    }
  }
  return results;
}

/** Grants that nothing in the scenario uses, as titles of the mutants that would be without them. */
const unused = new Set<string>();
const unprovenFile = new URL('unproven.txt', import.meta.url);
const minutes = process.env.MUTATION_MINUTES;
const endsAtMs = minutes === undefined ? undefined : Date.now() + Number(minutes) * 60_000;
let leftOut = 0;

/**
 * What functions are granted and the scenario does not use is a grant too many, or one that nothing proves yet. Those are
 * listed, so that no other one comes to them unseen, and so that each is taken off when something uses it.
 */
async function compareUnproven(write: boolean): Promise<void> {
  const found = [...unused].toSorted();
  if (write) return await writeFile(unprovenFile, `${found.join('\n')}\n`);
  const listed = (await readFile(unprovenFile, 'utf8')).split('\n').filter(Boolean);
  for (const title of found) {
    if (listed.includes(title)) continue;
    console.log(`UNUSED   ${title}`);
    process.exitCode = 1;
  }
  for (const title of listed) {
    if (unused.has(title)) continue;
    console.log(`is used by now; take it off ${unprovenFile.pathname.split('/').at(-1)}: ${title}`);
    process.exitCode = 1;
  }
  console.log(
    `${found.length} grants are used by nothing in the scenario; ${listed.length} are listed as such`,
  );
}

function noteUnused(deployment: string, roles: readonly RoleReport[]): void {
  for (const { assumedBy, granted } of roles) {
    // Lambda takes on the role of a function, and a function that of tenants, which no service does.
    if (assumedBy.length > 0 && !assumedBy.includes('lambda.amazonaws.com')) continue;
    for (const { action, policy, statement, used } of granted) {
      if (used) continue;
      unused.add(`${deployment}: ${policy}: "${action}" of statement ${statement}`);
    }
  }
}

async function readTemplates(directory: string): Promise<[string, Template][]> {
  const manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { type: string; properties?: { templateFile?: string } }>;
  };
  const stacks = Object.entries(manifest.artifacts).filter(
    ([, { type }]) => type === 'aws:cloudformation:stack',
  );
  return Promise.all(
    stacks.map(async ([name, { properties }]): Promise<[string, Template]> => {
      const file = join(directory, properties?.templateFile ?? '');
      return [name, JSON.parse(await readFile(file, 'utf8')) as Template];
    }),
  );
}

function report(results: readonly Result[]): void {
  const survivors = results.filter(({ killedBy }) => killedBy === undefined);
  const excused = survivors.filter(({ mutant }) => survivorReason(mutant) !== undefined);
  const unexcused = survivors.filter(({ mutant }) => survivorReason(mutant) === undefined);
  for (const { deployment, mutant } of excused) {
    console.log(`not measured here, ${deployment}: ${mutant.title}: ${survivorReason(mutant)}`);
  }
  for (const { deployment, mutant } of unexcused)
    console.log(`SURVIVED ${deployment}: ${mutant.kind} ${mutant.title}`);
  const killed = results.length - survivors.length;
  console.log(
    `${killed} of ${results.length - excused.length} mutants killed; ${excused.length} not measured here, ` +
      `${leftOut} left out for want of time`,
  );
  if (unexcused.length > 0) process.exitCode = 1;
}

await main(process.argv[2]);
