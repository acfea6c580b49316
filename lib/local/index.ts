export { AccessJournal, type RoleReport } from './access/index.ts';
export { accessReportFile } from './data-directory/open-data-directory.ts';
export { JsonService } from './engines/json-service.ts';
export type { Runtime, RuntimeOptions } from './runtime.ts';
export { RuntimeError, type RuntimeErrorCode } from './runtime-error.ts';
export { startRuntime } from './start-runtime.ts';
