/**
 * The floors of the house: a file imports only from its own folder or a lower floor.
 * Domains on the same floor meet through each other's index.ts.
 */
const ground = 'config|plugin|storage|telemetry';
const domains = 'tenancy|policy|models|audit|jobs|documents|tuning';
const top = 'stacks|constructs|local|cli';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'ground-imports-only-ground',
      severity: 'error',
      from: { path: `^lib/(${ground})/` },
      to: { path: `^(lib/(${domains}|gateway|${top})|functions|bin)/` },
    },
    {
      name: 'domains-import-downwards',
      severity: 'error',
      from: { path: `^lib/(${domains})/` },
      to: { path: `^(lib/(gateway|${top})|functions|bin)/` },
    },
    {
      name: 'domains-meet-at-their-index',
      severity: 'error',
      from: { path: `^lib/(${domains})/` },
      to: { path: `^lib/(${domains})/`, pathNot: ['^lib/$1/', '^lib/[^/]+/index\\.ts$'] },
    },
    {
      name: 'gateway-imports-downwards',
      severity: 'error',
      from: { path: '^lib/gateway/' },
      to: { path: `^(lib/(${top})|functions|bin)/` },
    },
    {
      name: 'functions-import-downwards',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: `^(lib/(${top})|bin)/` },
    },
    {
      name: 'nothing-imports-bin',
      severity: 'error',
      from: { path: '^(lib|functions)/' },
      to: { path: '^bin/' },
    },
    {
      name: 'cdk-stays-in-stacks-and-constructs',
      severity: 'error',
      from: { path: '^(lib|functions|bin)/', pathNot: '^(lib/(stacks|constructs)/|bin/app\\.ts$)' },
      to: { path: 'node_modules/(aws-cdk-lib|constructs)/' },
    },
    {
      // The SageMaker runtime is an upstream that a provider talks to, not storage. What an operator asks an account before
      // and after a deployment is not storage either, and no function's bundle has it. Calls that leave one machine are signed with the SDK, too.
      name: 'aws-sdk-stays-in-storage',
      severity: 'error',
      from: {
        path: '^(lib|functions|bin)/',
        pathNot: '^lib/(storage|models/providers/sagemaker|cli/deploy/aws|local/aws-forwarder)/',
      },
      to: { path: 'node_modules/@aws-sdk/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
