import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfiguration } from '../../../lib/config/load-configuration.ts';
import { createApp } from '../../../lib/stacks/create-app.ts';
import { type ConfigurationName, configurations } from '../configurations.ts';
import { readResourceSchemas } from './resource-schemas.ts';
import { type StatefulResources, statefulResources, type Template } from './stateful-resources.ts';

/** The stateful resources of each configuration, as the app is now. */
export function presentResources(): Record<ConfigurationName, StatefulResources> {
  const schemas = readResourceSchemas();
  return {
    smallest: statefulResources(synthesizeTemplates('smallest'), schemas),
    everything: statefulResources(synthesizeTemplates('everything'), schemas),
    isolated: statefulResources(synthesizeTemplates('isolated'), schemas),
  };
}

function synthesizeTemplates(name: ConfigurationName): Record<string, Template> {
  const outdir = mkdtempSync(join(tmpdir(), 'openclaw-'));
  try {
    const app = createApp(parseConfiguration(configurations[name], `${name}.config.ts`), {
      outdir,
      apiEntry: 'test/fixtures/functions/greeting/handler.ts',
    });
    const templates = app
      .synth()
      .stacks.map(
        (stack) => [stack.stackName, JSON.parse(readFileSync(stack.templateFullPath, 'utf8'))] as const,
      );
    return Object.fromEntries(templates);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
