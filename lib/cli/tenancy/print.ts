/** Prints lines for a person. */
export function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** Prints anything for a program. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Prints a table, its columns as wide as what is in them. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all) {
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

/** A time of the API's, as a person reads it. */
export function showTime(epochSeconds: number | null): string {
  if (epochSeconds === null) return '-';
  return new Date(epochSeconds * 1_000).toISOString().replace('.000Z', 'Z');
}
