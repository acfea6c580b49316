import { setTimeout as delay } from 'node:timers/promises';

export interface SmokeTestOptions {
  /** Where the API is, with a slash at the end. */
  readonly url: string;
  /** Makes a call to a model too. */
  readonly apiKey?: string;
  /** The model that is called. */
  readonly model: string;
  /** How long a new endpoint may take until it answers. @default 60 s */
  readonly patienceMs?: number;
}

/** What the live endpoint showed. */
export interface SmokeTestResult {
  readonly passed: boolean;
  /** What was seen, one line each. */
  readonly lines: readonly string[];
}

const REQUEST_MS = 30_000;

/** Calls the deployed API as a client does: first whether it is up, then, with a key, one real chat completion. */
export async function smokeTest(options: SmokeTestOptions): Promise<SmokeTestResult> {
  const health = await waitUntilHealthy(new URL('healthz', options.url), options.patienceMs ?? 60_000);
  if (!health.passed || options.apiKey === undefined) return health;
  const completion = await completeChat(options, options.apiKey);
  return { passed: completion.passed, lines: [...health.lines, ...completion.lines] };
}

/** A new name takes a while to be known everywhere, and a new stage to be served. */
async function waitUntilHealthy(url: URL, patienceMs: number): Promise<SmokeTestResult> {
  const giveUpAtMs = performance.now() + patienceMs;
  for (;;) {
    const seen = await attempt(url);
    if (seen === 200) return { passed: true, lines: [`GET ${url} answers 200`] };
    if (performance.now() >= giveUpAtMs) {
      return {
        passed: false,
        lines: [`GET ${url} ${typeof seen === 'number' ? `answers ${seen}` : `does not answer: ${seen}`}`],
      };
    }
    await delay(Math.min(2_000, patienceMs / 4));
  }
}

async function attempt(url: URL): Promise<number | string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_MS) });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    return describe(error);
  }
}

async function completeChat({ url, model }: SmokeTestOptions, apiKey: string): Promise<SmokeTestResult> {
  const what = `a chat completion of ${model}`;
  try {
    const response = await fetch(new URL('v1/chat/completions', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        messages: [{ role: 'user', content: 'The library opens at nine. When does the library open?' }],
      }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    const body = (await response.json()) as {
      readonly choices?: readonly { readonly message?: { readonly content?: string } }[];
      readonly error?: { readonly message?: string };
    };
    const answer = body.choices?.[0]?.message?.content;
    if (response.ok && answer) return { passed: true, lines: [`${what} answers: ${answer}`] };
    return {
      passed: false,
      lines: [`${what} answers ${response.status}: ${body.error?.message ?? 'no content'}`],
    };
  } catch (error) {
    return { passed: false, lines: [`${what} fails: ${describe(error)}`] };
  }
}

/** fetch hides the reason in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
