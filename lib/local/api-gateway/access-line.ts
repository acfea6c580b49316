import type { Exchange } from './exchange.ts';
import { sourceIp } from './proxy-event.ts';

/** What the access log says of a finished request. Headers and query stay out, because either may carry a key. */
export function accessLine({ request, response, path, ids, problem }: Exchange): string {
  const status = response.headersSent ? response.statusCode : '-';
  const ending = response.writableFinished ? '' : ' cut';
  const reason = problem === undefined ? '' : ` (${problem})`;
  const milliseconds = Date.now() - ids.timeMs;
  return `${sourceIp(request)} ${request.method} ${path} ${status}${ending} ${milliseconds} ms ${ids.requestId}${reason}`;
}
