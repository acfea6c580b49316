import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AccessJournal } from '../../../../lib/local/access/access-journal.ts';
import { reportAccess } from '../../../../lib/local/access/access-report.ts';
import type { AccessTable } from '../../../../lib/local/access/access-table.ts';
import { temporaryDirectory } from '../support/write-assembly.ts';

const roleArn = 'arn:aws:iam::000000000000:role/function';

function trust(service: string) {
  return {
    name: 'trust',
    document: { Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }] },
  };
}

const table: AccessTable = {
  accountId: '000000000000',
  region: 'us-east-1',
  roles: [
    {
      arn: roleArn,
      name: 'function',
      id: 'AROA1',
      tags: {},
      trust: trust('lambda.amazonaws.com'),
      identity: [
        {
          name: 'Policy',
          document: {
            Statement: [
              {
                Sid: 'Items',
                Effect: 'Allow',
                Action: ['dynamodb:GetItem', 'dynamodb:Query'],
                Resource: '*',
              },
              { Effect: 'Deny', Action: 'dynamodb:Scan', Resource: '*' },
              { Effect: 'Allow', Action: 's3:Get*', Resource: '*' },
            ],
          },
        },
      ],
    },
  ],
  resources: [],
};
const getItem = { policy: 'Policy', statement: 'Items', action: 'dynamodb:GetItem' };
const getObject = { policy: 'Policy', statement: '2', action: 's3:Get*' };

describe('the report of a role', () => {
  it('lists each action that a policy allows, and whether a call has used it', () => {
    expect(reportAccess(table, [{ roleArn, ...getItem }])).toEqual([
      {
        role: 'function',
        assumedBy: ['lambda.amazonaws.com'],
        granted: [
          { ...getItem, used: true },
          { policy: 'Policy', statement: 'Items', action: 'dynamodb:Query', used: false },
          { ...getObject, used: false },
        ],
      },
    ]);
  });

  it('does not count what another role has used', () => {
    const [report] = reportAccess(table, [{ roleArn: 'arn:aws:iam::000000000000:role/other', ...getItem }]);
    expect(report?.granted.some(({ used }) => used)).toBe(false);
  });
});

describe('the journal of used permissions', () => {
  it('keeps what earlier runs have used', async () => {
    const file = join(await temporaryDirectory(), 'access-report.json');
    const first = await AccessJournal.open(file);
    first.note(table, () => [{ roleArn, ...getItem }]);
    await first.flush();
    const second = await AccessJournal.open(file);
    second.note(table, () => [{ roleArn, ...getObject }]);
    await second.flush();
    const [report] = (await AccessJournal.read(file)) ?? [];
    expect(report?.granted.filter(({ used }) => used)).toEqual([
      { ...getItem, used: true },
      { ...getObject, used: true },
    ]);
  });

  it('writes by itself soon after a use', async () => {
    const file = join(await temporaryDirectory(), 'access-report.json');
    const journal = await AccessJournal.open(file);
    journal.note(table, () => []);
    await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toContain('"role":"function"');
  });

  it('forgets what is granted no more', async () => {
    const file = join(await temporaryDirectory(), 'access-report.json');
    const first = await AccessJournal.open(file);
    first.note(table, () => [{ roleArn, ...getItem }]);
    await first.flush();
    const second = await AccessJournal.open(file);
    const [role] = table.roles;
    second.note({ ...table, roles: role ? [{ ...role, identity: [] }] : [] }, () => []);
    await second.flush();
    expect((await AccessJournal.read(file))?.[0]?.granted).toEqual([]);
  });
});
