import { type App, Validations } from 'aws-cdk-lib/core';
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  type NagPack,
  NIST80053R5Checks,
  ServerlessChecks,
} from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../lib/config/load-configuration.ts';
import { createApp } from '../../lib/stacks/create-app.ts';
import { type ConfigurationName, configurationNames, configurations } from './configurations.ts';
import { STAND_INS, temporaryFolder } from './synthesize.ts';

const packs = [AwsSolutionsChecks, ServerlessChecks, NIST80053R5Checks, HIPAASecurityChecks];

/** A rule that a construct breaks. */
interface Finding {
  readonly rule: string;
  readonly construct: string;
}

interface Acknowledgement extends Finding {
  readonly reason: string;
}

function synthesizeApp(name: ConfigurationName): App {
  const app = createApp(parseConfiguration(configurations[name], `${name}.config.ts`), {
    outdir: temporaryFolder(),
    ...STAND_INS,
  });
  app.synth();
  return app;
}

function findings(app: App): Finding[] {
  return packs.flatMap((Pack) => run(new Pack(app), app));
}

/** What the packs would find if nothing were acknowledged. */
function allFindings(app: App): Finding[] {
  return packs.flatMap((Pack) => run(Object.assign(new Pack(app), { isAcknowledged: () => false }), app));
}

function run(pack: NagPack, app: App): Finding[] {
  return pack
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => ({ rule: ruleName, construct: constructPath ?? '' })),
    );
}

function acknowledgements(app: App): Acknowledgement[] {
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        // Those of CloudFormation Validate are its own.
        Object.entries<string>(data)
          .filter(([id]) => !id.startsWith('CloudFormation-Validate::'))
          .map(([id, reason]) => ({
            rule: id.replace(/^Annotation::/, ''),
            reason,
            construct: node.path,
          })),
      ),
  );
}

const apps = new Map(configurationNames.map((name) => [name, synthesizeApp(name)]));

describe('the rule packs AwsSolutions, Serverless, NIST 800-53 R5 and HIPAA', () => {
  it.each([...apps])('find nothing in the configuration %s that is not acknowledged', (name, app) => {
    expect(findings(app)).toEqual([]);
    const all = allFindings(app);
    const rules = new Set(all.map(({ rule }) => rule));
    console.log(`${name}: ${all.length} findings of ${rules.size} rules are acknowledged`);
    expect(all.length).toBeGreaterThan(0);
  });

  it('find each thing that is acknowledged, in one of the configurations', () => {
    const found = [...apps.values()].flatMap(allFindings);
    const idle = [...apps.values()]
      .flatMap(acknowledgements)
      .filter(
        ({ rule, construct }) =>
          !found.some(
            (finding) => finding.rule === rule && `${finding.construct}/`.startsWith(`${construct}/`),
          ),
      );
    expect(idle).toEqual([]);
  });

  it('are told a reason each time', () => {
    for (const app of apps.values()) {
      for (const { reason } of acknowledgements(app)) expect(reason.length).toBeGreaterThan(20);
    }
  });
});
