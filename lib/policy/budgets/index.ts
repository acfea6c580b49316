export * from './budget.ts';
export { accountPrefix, type BudgetAccount, budgetAccount, subjectAt } from './budget-account.ts';
export { Budgets, type BudgetsOptions } from './budgets.ts';
export { type CalendarPeriod, periodAt } from './period.ts';
export { type BudgetSweepServices, sweepBudgets } from './sweep-budgets.ts';
