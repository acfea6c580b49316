import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { App, Stack } from 'aws-cdk-lib/core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import cdk from '../../cdk.json' with { type: 'json' };
import { createProgram } from '../../lib/cli/program.ts';
import { temporaryFolder } from './synthesize.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly needs?: string;
  readonly if?: string;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

const readWorkflow = (file: string) => parse(readFileSync(file, 'utf8'), { version: '1.2' }) as Workflow;
const pipeline = readWorkflow('templates/pipeline/github.yml');
const release = readWorkflow('.github/workflows/release.yml');

/** What may be granted to a job besides reading the code, and why. */
const moreThanReading: Readonly<Record<string, readonly string[]>> = {
  // A token that AWS exchanges for credentials.
  diff: ['id-token'],
  staging: ['id-token'],
  production: ['id-token'],
  // A token that npm takes for a login and signs the provenance with; a release to attach files to.
  publish: ['contents', 'id-token'],
};

const jobs = Object.entries({ ...pipeline.jobs, ...release.jobs });

describe.each(jobs)('the job %s', (name, job) => {
  it('may do no more than it needs', () => {
    const writes = Object.entries(job.permissions).filter(([, access]) => access !== 'read');
    expect(writes.map(([scope]) => scope).sort()).toEqual(moreThanReading[name] ?? []);
  });

  it('runs actions of GitHub and AWS alone, each of a major version', () => {
    const actions = job.steps.flatMap(({ uses }) => uses ?? []);
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) expect(action).toMatch(/^(actions|aws-actions)\/[a-z-]+@v\d+$/);
  });

  it('leaves no token in the checked-out folder, and ends some time', () => {
    const checkout = job.steps.find(({ uses }) => uses?.startsWith('actions/checkout'));
    expect(checkout?.with).toMatchObject({ 'persist-credentials': false });
    expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
  });
});

describe.each([
  ['templates/pipeline/github.yml', pipeline],
  ['.github/workflows/release.yml', release],
])('%s', (file, workflow) => {
  it('grants nothing to a job that does not say so, and knows no secret', () => {
    expect(workflow.permissions).toEqual({});
    expect(readFileSync(file, 'utf8')).not.toMatch(/secrets\.|AKIA|ACCESS_KEY/);
  });
});

describe('the pipeline', () => {
  const commandsOf = (job: string) => pipeline.jobs[job]?.steps.flatMap(({ run }) => run ?? []) ?? [];

  it('validates before anything else, and without credentials', () => {
    expect(commandsOf('validate')).toContain('npx openclaw synth');
    expect(pipeline.jobs.validate?.needs).toBeUndefined();
    for (const job of ['diff', 'staging']) expect(pipeline.jobs[job]?.needs).toBe('validate');
  });

  it('only compares for a pull request, and not for one from a fork', () => {
    const { diff } = pipeline.jobs;
    expect(diff?.if).toContain("github.event_name == 'pull_request'");
    expect(diff?.if).toContain('head.repo.full_name == github.repository');
    expect(commandsOf('diff')).toEqual(['npm ci', 'npx openclaw deploy --dry-run']);
    expect(JSON.stringify(diff)).not.toContain('AWS_DEPLOY_ROLE_ARN');
  });

  it('deploys a push to main, to staging first', () => {
    expect(pipeline.on.push).toEqual({ branches: ['main'] });
    expect(pipeline.jobs.production?.needs).toBe('staging');
    for (const stage of ['staging', 'production']) {
      expect(pipeline.jobs[stage]).toMatchObject({ environment: stage, if: "github.event_name == 'push'" });
      expect(commandsOf(stage)).toEqual(['npm ci', 'npx openclaw deploy --yes']);
    }
  });

  it('calls openclaw by commands and options that there are', () => {
    const known = new Map(
      createProgram().commands.map((command) => [command.name(), command.options.map(({ long }) => long)]),
    );
    const calls = Object.keys(pipeline.jobs)
      .flatMap(commandsOf)
      .filter((call) => call.includes('openclaw'));
    for (const call of calls) {
      const [, command = '', ...options] = call.split(' ').slice(1);
      expect(known.get(command)).toEqual(expect.arrayContaining(options));
    }
  });
});

describe('docs/tasks/deploy-from-ci.md', () => {
  const document = readFileSync('docs/tasks/deploy-from-ci.md', 'utf8');

  it('tells of each variable that the workflow reads', () => {
    const workflow = readFileSync('templates/pipeline/github.yml', 'utf8');
    const read = [...workflow.matchAll(/vars\.(\w+)/g)].map(([, name]) => name);
    const told = [...document.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(told.sort()).toEqual([...new Set(read)].sort());
  });

  it('gives the roles’ template parameters that it has, and values that it takes', () => {
    const { Parameters: parameters } = parse(readFileSync('templates/pipeline/oidc-role.yaml', 'utf8'), {
      logLevel: 'silent',
    }) as { Parameters: Record<string, { AllowedPattern?: string; AllowedValues?: string[] }> };
    const given = [...document.matchAll(/\b(Repository|Environment|Provider)=([\w/-]+)/g)];
    expect(given).toHaveLength(3);
    for (const [, name = '', value = ''] of given) {
      const { AllowedPattern: pattern, AllowedValues: values } = parameters[name] ?? {};
      expect(values?.includes(value) ?? new RegExp(pattern ?? '^$').test(value)).toBe(true);
    }
  });
});

describe('the release', () => {
  const commands = release.jobs.publish?.steps.flatMap(({ run }) => run?.trim() ?? []) ?? [];

  it('is checked first, and is of a tagged version', () => {
    expect(release.jobs.publish?.needs).toBe('check');
    expect(release.jobs.check?.steps.map(({ run }) => run)).toContain('.ci/run');
    expect(release.on).toEqual({ push: { tags: ['v*'] } });
  });

  it('has provenance and a bill of materials', () => {
    expect(commands).toContain('npm publish --provenance --access public');
    expect(commands.indexOf('npm run sbom')).toBeGreaterThan(-1);
    expect(commands.at(-1)).toContain('./*.cdx.json');
  });
});

describe('the roles of the pipeline', () => {
  const outdir = temporaryFolder();
  let template: Template;
  beforeAll(() => {
    vi.stubEnv('CDK_VALIDATION', 'true');
    const app = new App({ outdir, context: cdk.context, analyticsReporting: false });
    const stack = new Stack(app, 'Pipeline');
    new CfnInclude(stack, 'Roles', { templateFile: 'templates/pipeline/oidc-role.yaml' });
    app.synth();
    vi.unstubAllEnvs();
    template = Template.fromJSON(JSON.parse(readFileSync(join(outdir, 'Pipeline.template.json'), 'utf8')));
  });

  it('follow the rules of CloudFormation Validate', () => {
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    expect(report.pluginReports.flatMap(({ violations }: { violations: unknown[] }) => violations)).toEqual(
      [],
    );
  });

  it.each([
    ['DeployRole', `repo:\${Repository}:environment:\${Environment}`],
    ['DiffRole', `repo:\${Repository}:pull_request`],
  ])('trust tokens for AWS of one repository alone: %s', (id, subject) => {
    const { Statement: statements } = template.toJSON().Resources[id].Properties.AssumeRolePolicyDocument;
    expect(statements).toHaveLength(1);
    expect(statements[0]).toMatchObject({ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity' });
    expect(statements[0].Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': { 'Fn::Sub': subject },
      },
    });
  });

  it.each([
    ['DeployRole', ['deploy', 'file-publishing', 'lookup']],
    ['DiffRole', ['lookup']],
  ])('may assume roles of the bootstrap stack and nothing else: %s', (id, roles) => {
    const { Policies: policies, ManagedPolicyArns: managed } = template.toJSON().Resources[id].Properties;
    expect(managed).toBeUndefined();
    const statements = policies.flatMap(
      ({ PolicyDocument }: { PolicyDocument: { Statement: unknown[] } }) => PolicyDocument.Statement,
    );
    const arns = roles.map((role) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/cdk-\${Qualifier}-${role}-role-\${AWS::AccountId}-\${AWS::Region}`,
    }));
    expect(statements).toEqual([
      { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: arns.length === 1 ? arns[0] : arns },
    ]);
  });

  it.each([
    ['my-org/my-repository', true],
    ['my-org@123/my.repository@456', true],
    ['my-org/*', false],
    ['*', false],
    ['my-org/my-repository:ref:refs/heads/main', false],
  ])('take %s for a repository: %s', (repository, isAccepted) => {
    const { AllowedPattern: pattern } = template.toJSON().Parameters.Repository;
    expect(new RegExp(pattern).test(repository)).toBe(isAccepted);
  });
});
