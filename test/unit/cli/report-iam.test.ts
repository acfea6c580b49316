import { writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIam } from '../../../lib/cli/report-iam.ts';
import { accessReportFile } from '../../../lib/local/index.ts';
import { temporaryDirectory } from '../local/support/write-assembly.ts';

const report = [
  {
    role: 'function',
    assumedBy: ['lambda.amazonaws.com'],
    granted: [
      { policy: 'P', statement: '0', action: 'dynamodb:GetItem', used: true },
      { policy: 'P', statement: '0', action: 'dynamodb:Query', used: false },
    ],
  },
  { role: 'rollout', assumedBy: ['codedeploy.amazonaws.com'], granted: [] },
];

async function dataWith(content: unknown): Promise<string> {
  const data = await temporaryDirectory();
  await writeFile(accessReportFile(data), JSON.stringify(content));
  return data;
}

async function printed(options: Parameters<typeof reportIam>[0]): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  await reportIam(options);
  return write.mock.calls.map(([text]) => String(text)).join('');
}

describe('openclaw iam report', () => {
  it('lists what is granted and never used', async () => {
    expect(await printed({ data: await dataWith(report) })).toBe(
      'function: 1 of 2 granted actions used\n' +
        '  unused  dynamodb:Query  (P, statement 0)\n' +
        'rollout: for codedeploy.amazonaws.com, not measured here\n',
    );
  });

  it('lists what is used too, when asked', async () => {
    expect(await printed({ data: await dataWith(report), all: true })).toContain(
      '  used    dynamodb:GetItem  (P, statement 0)\n',
    );
  });

  it('prints JSON for a program', async () => {
    expect(JSON.parse(await printed({ data: await dataWith(report), json: true }))).toEqual(report);
  });

  it('says what to do where nothing has run yet', async () => {
    const data = await temporaryDirectory();
    await expect(reportIam({ data })).rejects.toThrow(`${data} has no report: run \`openclaw dev\``);
  });
});
