import { describe, expect, it } from 'vitest';
import { approveHourlyCost } from '../../../../lib/cli/deploy/approve.ts';

const requireApproval = 'broadening' as const;
const hourly = (maxUsdPerHour: number, isIncomplete = false, networkUsdPerHour = 0) => ({
  resources: [],
  maxUsdPerHour,
  isIncomplete,
  networkUsdPerHour,
});

describe('what is billed by the hour', () => {
  it('wants no approval where there is none', async () => {
    await expect(approveHourlyCost(hourly(0), { requireApproval })).resolves.toBeUndefined();
  });

  it('is not approved by --yes alone', async () => {
    await expect(approveHourlyCost(hourly(1.41), { requireApproval, yes: true })).rejects.toThrow(
      'pass --yes --accept-hourly-usd 1.41',
    );
  });

  it('is approved up to the amount that is accepted', async () => {
    const options = { requireApproval, yes: true, acceptHourlyUsd: 1.5 };
    await expect(approveHourlyCost(hourly(1.41), options)).resolves.toBeUndefined();
    await expect(approveHourlyCost(hourly(1.51), options)).rejects.toThrow('is more than the 1.5');
  });

  it('counts the network, which is billed whether it is used or not', async () => {
    await expect(approveHourlyCost(hourly(0, false, 0.5), { requireApproval, yes: true })).rejects.toThrow(
      'pass --yes --accept-hourly-usd 0.5',
    );
    const options = { requireApproval, yes: true, acceptHourlyUsd: 1.5 };
    await expect(approveHourlyCost(hourly(1.41, false, 0.5), options)).rejects.toThrow(
      'is more than the 1.5',
    );
  });

  it('wants an approval where a price is not known', async () => {
    await expect(approveHourlyCost(hourly(0, true), { requireApproval, yes: true })).rejects.toThrow(
      'was not approved',
    );
  });
});
