import { describe, expect, it } from 'vitest';
import {
  type Check,
  findTarget,
  preflightChecks,
  runChecks,
} from '../../../../../lib/cli/deploy/preflight/index.ts';
import { awsError, queryError, startFakeAws } from '../../../../support/fake-aws.ts';
import { makePlan } from '../support/make-plan.ts';

const bootstrap = preflightChecks.find(({ title }) => title === 'bootstrap') as Check;
const context = { plan: makePlan(), region: 'eu-west-1' };

const identity = {
  xml: '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/someone</Arn><UserId>U</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
};

describe('a check that cannot be made is a warning, which says', () => {
  it.each([
    [
      'what to grant where access is denied',
      awsError('AccessDeniedException', 'no'),
      { message: 'not checked: access was denied', nextStep: 'grant ssm:GetParameter to have it checked' },
    ],
    [
      'when to try again where calls are throttled',
      awsError('ThrottlingException', 'Rate exceeded'),
      { message: 'not checked: AWS answers no more calls for now', nextStep: 'try again in a minute' },
    ],
    [
      'what AWS said otherwise',
      awsError('InternalServerError', 'broken', 500),
      { message: 'not checked: broken' },
    ],
  ] as const)('%s', async (_, answer, finding) => {
    await startFakeAws({ 'ssm GetParameter': answer });
    expect(await runChecks([bootstrap], context)).toMatchObject([
      { title: 'bootstrap', findings: [{ status: 'warning', ...finding }] },
    ]);
  });

  it('that its time was up', async () => {
    await startFakeAws({ 'ssm GetParameter': 'never' });
    expect(await runChecks([bootstrap], context, 100)).toMatchObject([
      { findings: [{ status: 'warning', message: 'not checked: AWS did not answer in time' }] },
    ]);
  });
});

describe('the target of a deployment', () => {
  it('is the region of the configuration and the account of the credentials', async () => {
    await startFakeAws({ 'sts GetCallerIdentity': identity });
    expect(await findTarget({ account: undefined, region: 'eu-west-1' })).toEqual({
      region: 'eu-west-1',
      identity: { account: '111122223333', arn: 'arn:aws:iam::111122223333:user/someone' },
    });
  });

  it.each([
    [
      'another account than the configuration names',
      identity,
      '999999999999',
      /is for the account 999999999999, but/,
    ],
    [
      'expired credentials',
      queryError('ExpiredToken', 'The security token included in the request is expired', 403),
      undefined,
      /have expired: sign in again/,
    ],
    [
      'unknown credentials',
      queryError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403),
      undefined,
      /does not know the credentials/,
    ],
  ] as const)('is refused for %s', async (_, answer, account, message) => {
    await startFakeAws({ 'sts GetCallerIdentity': answer });
    await expect(findTarget({ account, region: 'eu-west-1' })).rejects.toThrow(message);
  });

  it('is refused for what is no region', async () => {
    await expect(findTarget({ account: undefined, region: 'europe' })).rejects.toThrow(
      'is not the name of a region',
    );
  });
});
