import type { Mutant } from './mutants.ts';

/**
 * Why a permission cannot be of use on one machine.
 *
 * @returns undefined for every other, which must not survive
 */
export function survivorReason({ title }: Mutant): string | undefined {
  return reasons.find(([pattern]) => pattern.test(title))?.[1];
}

const reasons: readonly (readonly [RegExp, string])[] = [
  [
    /RestApiANYApiPermission\w+ \(AWS::Lambda::Permission\)$/,
    'the permission for all paths, which CDK gives to the proxy resource, covers the root too; CDK gives one to each method',
  ],
  [
    /^OpenClaw-Models\.Model\w+RoleDefaultPolicy\w+: "kms:Decrypt"/,
    "the key of the bucket with the model's files is none of the deployment's: whether the bucket uses it, no template says",
  ],
];
