import { type ConfigurationInput, configurationSchema } from '../../../../lib/config/schema.ts';
import { createRouter } from '../../../../lib/models/routing/router.ts';
import type { RouteRequest } from '../../../../lib/models/routing/router-types.ts';
import {
  type ModelAnswer,
  type ModelCall,
  type StreamEvent,
  UpstreamError,
  type UpstreamErrorClass,
} from '../../../../lib/plugin/index.ts';

/** What a scripted target does with one call. */
export type Step =
  | 'ok'
  | UpstreamErrorClass
  | { readonly fails: UpstreamErrorClass; readonly retryAfterMs?: number; readonly afterMs?: number }
  | { readonly throws: Error }
  | { readonly answersAfterMs: number }
  | { readonly streams: readonly (string | UpstreamErrorClass)[] };

export const event = (text: string): StreamEvent => ({
  bytes: Buffer.from(text),
  hasContent: text !== '' && !text.startsWith('('),
  text,
  usageOnly: false,
});

/**
 * A router over targets that follow a script, on a clock that moves only when someone waits. Providers are named after
 * the part of the target before the slash.
 */
export function scriptedRouter(
  configuration: ConfigurationInput,
  scripts: Readonly<Record<string, readonly Step[]>>,
  options: {
    keys?: Readonly<Record<string, readonly string[]>>;
    /** What is stored, where it differs from what is remembered. */
    freshKeys?: Readonly<Record<string, readonly string[]>>;
    random?: () => number;
  } = {},
) {
  let nowMs = 1_000_000;
  const calls: string[] = [];
  const sleeps: number[] = [];
  const played = new Map<string, number>();
  const left: string[] = [];

  const play = async (provider: string, call: ModelCall): Promise<ModelAnswer> => {
    const name = `${provider}/${call.model}`;
    calls.push(call.apiKey === undefined ? name : `${name} ${call.apiKey}`);
    const script = scripts[name] ?? scripts[`${name} ${call.apiKey}`] ?? ['ok'];
    const position = played.get(name) ?? 0;
    if (scripts[name]) played.set(name, position + 1);
    const step = script[Math.min(position, script.length - 1)] ?? 'ok';
    if (step === 'ok') return answer;
    if (typeof step === 'string') throw new UpstreamError(step, `${name} failed`);
    if ('fails' in step) {
      nowMs += step.afterMs ?? 0;
      const { fails, ...wait } = step;
      throw new UpstreamError(
        fails,
        `${name} failed`,
        'retryAfterMs' in wait ? { retryAfterMs: wait.retryAfterMs ?? 0 } : {},
      );
    }
    if ('throws' in step) throw step.throws;
    if ('answersAfterMs' in step) {
      nowMs += step.answersAfterMs;
      return answer;
    }
    return { kind: 'stream', events: streamOf(name, step.streams) };
  };

  async function* streamOf(name: string, parts: readonly string[]): AsyncGenerator<StreamEvent> {
    let ended = false;
    try {
      for (const part of parts) {
        if (errorClasses.has(part)) throw new UpstreamError(part as UpstreamErrorClass, `${name} broke off`);
        yield event(part);
      }
      ended = true;
    } finally {
      if (!ended) left.push(name);
    }
  }

  const settings = configurationSchema.parse(configuration);
  const router = createRouter({
    configuration: settings,
    providers: async (name) => ({ format: 'passthrough', call: (call) => play(name, call) }),
    keys: async (name) => options.keys?.[name] ?? [],
    freshKeys: async (name) => (options.freshKeys ?? options.keys)?.[name] ?? [],
    clock: {
      now: () => nowMs,
      async sleep(ms) {
        sleeps.push(ms);
        nowMs += ms;
      },
    },
    random: options.random ?? (() => 0.5),
  });
  return {
    router,
    /** `provider/model` or `provider/model key`, in order. */
    calls,
    /** Waits, in milliseconds. */
    sleeps,
    /** Streams that did not come to their end. */
    left,
    advance(ms: number) {
      nowMs += ms;
    },
    route: (request: Partial<RouteRequest> = {}) =>
      router.route({
        alias: 'chat',
        operation: 'chat',
        body: { messages: [] },
        stream: false,
        signal: new AbortController().signal,
        ...request,
      }),
  };
}

/** A configuration with the alias `chat` on the given targets, each on a provider of its own. */
export function chatOn(
  targets: readonly string[],
  more: Omit<ConfigurationInput, 'models' | 'providers'> & {
    readonly strategy?: 'priority' | 'weighted' | 'least-latency' | 'lowest-cost';
    readonly target?: Readonly<Record<string, object>>;
    readonly apiKeys?: string[];
    readonly largerModel?: string;
    readonly models?: ConfigurationInput['models'];
  } = {},
): ConfigurationInput {
  const { strategy, target, apiKeys, largerModel, models, ...rest } = more;
  const names = [
    ...targets,
    ...Object.values(models ?? {}).flatMap((model) => model.targets.map((t) => `${t.provider}/${t.model}`)),
  ];
  return {
    ...rest,
    providers: Object.fromEntries(
      names.map((name) => [
        name.split('/')[0] ?? '',
        { kind: 'openai' as const, baseUrl: 'http://localhost:1/v1', ...(apiKeys ? { apiKeys } : {}) },
      ]),
    ),
    models: {
      chat: {
        targets: targets.map((name) => {
          const [provider = '', model = ''] = name.split('/');
          return { provider, model, ...target?.[name] };
        }),
        ...(strategy ? { strategy } : {}),
        ...(largerModel === undefined ? {} : { largerModel }),
      },
      ...models,
    },
  };
}

const answer: ModelAnswer = {
  kind: 'json',
  bytes: Buffer.from('{}'),
  usage: null,
  finishReasons: ['stop'],
  text: () => '',
};

const errorClasses = new Set<string>(['server', 'network', 'timeout', 'malformed', 'cut', 'cancelled']);
