import type { BudgetPeriod } from './budget.ts';

/** A stretch of the calendar, in UTC. */
export interface CalendarPeriod {
  /** Unique among all periods, for example `day-2026-11-23`; a week is named by its Monday. */
  readonly name: string;
  /** When it is over; undefined where it never is. */
  readonly endMs: number | undefined;
}

const dayMs = 86_400_000;

/** The period of a kind that a moment lies in. */
export function periodAt(period: BudgetPeriod, atMs: number): CalendarPeriod {
  const at = new Date(atMs);
  const midnightMs = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
  switch (period) {
    case 'day':
      return { name: `day-${dateOf(midnightMs)}`, endMs: midnightMs + dayMs };
    case 'week': {
      // Sunday is day 0, and the last of its week.
      const mondayMs = midnightMs - ((at.getUTCDay() + 6) % 7) * dayMs;
      return { name: `week-${dateOf(mondayMs)}`, endMs: mondayMs + 7 * dayMs };
    }
    case 'month':
      return {
        name: `month-${dateOf(midnightMs).slice(0, 7)}`,
        endMs: Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1),
      };
    case 'total':
      return { name: 'total', endMs: undefined };
  }
}

function dateOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
