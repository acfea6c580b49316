import { JsonFile } from '../data-directory/json-file.ts';
import { type RoleReport, reportAccess } from './access-report.ts';
import type { AccessTable } from './access-table.ts';
import type { UsedPermission } from './access-usage.ts';

/** Several uses come at once; one write is enough for them. */
const DELAY_MS = 200;

/** Keeps what roles are granted and have used in a file, over restarts, for `openclaw iam report`. */
export class AccessJournal {
  readonly #file: JsonFile<readonly RoleReport[]>;
  readonly #earlier: readonly RoleReport[];
  #timer: NodeJS.Timeout | undefined;
  #report: (() => readonly RoleReport[]) | undefined;

  private constructor(file: JsonFile<readonly RoleReport[]>, earlier: readonly RoleReport[]) {
    this.#file = file;
    this.#earlier = earlier;
  }

  /** @throws Error where the file is there but cannot be read */
  static async open(path: string): Promise<AccessJournal> {
    const file = new JsonFile<readonly RoleReport[]>(path);
    return new AccessJournal(file, (await file.read()) ?? []);
  }

  /** Reads the report that a runtime has kept, for a person to look at. */
  static async read(path: string): Promise<readonly RoleReport[] | undefined> {
    return new JsonFile<readonly RoleReport[]>(path).read();
  }

  /** Has the file written soon. */
  note(table: AccessTable, used: () => readonly UsedPermission[]): void {
    this.#report = () => reportAccess(table, [...this.#usedBefore(table), ...used()]);
    this.#timer ??= setTimeout(() => void this.flush(), DELAY_MS).unref();
  }

  /** Writes what there is to write. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const report = this.#report;
    if (report) await this.#file.write(report);
  }

  #usedBefore({ roles }: AccessTable): UsedPermission[] {
    const arns = new Map(roles.map(({ name, arn }) => [name, arn]));
    return this.#earlier.flatMap(({ role, granted }) =>
      granted.flatMap(({ used, ...permission }) =>
        used ? [{ roleArn: arns.get(role) ?? '', ...permission }] : [],
      ),
    );
  }
}
