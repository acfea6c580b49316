import { readParameter } from '../aws/parameters.ts';
import { type Check, failure, ok } from './check.ts';

/** The CDK's own stack holds the roles and the bucket with which it deploys. */
export const bootstrap: Check = {
  title: 'bootstrap',
  needs: ['ssm:GetParameter'],
  run: async ({ plan, region, signal }) => {
    const { version: needed, parameter } = plan.bootstrap;
    const value = await readParameter({ region }, parameter, { signal });
    const bootstrapIt = 'run `npx cdk bootstrap`';
    if (value === undefined) return [failure(`the CDK is not bootstrapped in ${region}`, bootstrapIt)];
    const version = Number(value);
    if (!(version >= needed)) {
      return [failure(`the bootstrap stack has version ${value}; ${needed} is needed`, bootstrapIt)];
    }
    return [ok(`version ${version}, ${needed} is needed`)];
  },
};
