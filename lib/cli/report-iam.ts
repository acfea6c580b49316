import { AccessJournal, accessReportFile, type RoleReport } from '../local/index.ts';
import { CommandError } from './command-error.ts';

export interface ReportIamOptions {
  /** Folder of the local runtime's state. */
  readonly data: string;
  /** Lists what is used, too. */
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Whose permissions the local runtime sees in use; with other roles services act that only AWS has. */
const FUNCTIONS = 'lambda.amazonaws.com';

/**
 * `openclaw iam report`: what the functions' roles are granted and no call has ever used, since the data folder was made.
 *
 * @throws CommandError where nothing has run yet
 */
export async function reportIam({ data, all = false, json = false }: ReportIamOptions): Promise<void> {
  const report = await AccessJournal.read(accessReportFile(data));
  if (report === undefined) {
    throw new CommandError(
      `${data} has no report: run \`openclaw dev\` and call the API, or name its folder with --data`,
    );
  }
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : describe(report, all));
}

function describe(report: readonly RoleReport[], all: boolean): string {
  const lines: string[] = [];
  for (const { role, assumedBy, granted } of report) {
    if (!assumedBy.includes(FUNCTIONS)) {
      lines.push(`${role}: for ${assumedBy.join(', ') || 'nobody'}, not measured here`);
      continue;
    }
    const used = granted.filter((grant) => grant.used);
    lines.push(`${role}: ${used.length} of ${granted.length} granted actions used`);
    for (const { action, policy, statement, used: isUsed } of granted) {
      if (isUsed && !all) continue;
      lines.push(`  ${isUsed ? 'used  ' : 'unused'}  ${action}  (${policy}, statement ${statement})`);
    }
  }
  return `${lines.join('\n')}\n`;
}
