import type { Runtime } from '../../../lib/local/index.ts';
import type { SystemUsage } from './system.ts';
import { ownUsage } from './usage.ts';

/** What this process has used, which runs a runtime, and the functions of it. */
export async function runtimeUsage(runtime: Runtime): Promise<SystemUsage> {
  const functions = Object.values(await runtime.functionCpu());
  const functionCpuMs = functions.reduce((sum, { userMs, systemMs }) => sum + userMs + systemMs, 0);
  return { ...ownUsage(), functionCpuMs };
}
