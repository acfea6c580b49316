import { newRequestId } from './request-id.ts';

const form = /^job_[0-9a-f]{32}$/;

/** A new job id: `job_` and a UUID version 7 without hyphens, so that ids sort by the time at which they were made. */
export function newJobId(nowMs: number = Date.now()): string {
  return `job_${newRequestId(nowMs).slice('req_'.length)}`;
}

export function isJobId(text: string): boolean {
  return form.test(text);
}
