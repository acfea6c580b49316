import { relative, sep } from 'node:path';

export interface ReadyMessageOptions {
  /** With `/v1`. */
  readonly baseUrl: string;
  /** Absolute path of the file that holds the URL and the keys. */
  readonly environmentFile: string;
  /** A model that the configuration names. */
  readonly model: string;
  /** How long the start took. */
  readonly startedInMs: number;
}

/** What `openclaw dev` prints when the API answers: where it is, and how to call it from a shell and from a program. */
export function readyMessage({ baseUrl, environmentFile, model, startedInMs }: ReadyMessageOptions): string {
  return `
OpenClaw is ready at ${baseUrl} (${(startedInMs / 1000).toFixed(1)} s). Ctrl-C stops it.

  source ${quote(shorten(environmentFile))}

  curl $OPENAI_BASE_URL/chat/completions \\
    -H "authorization: Bearer $OPENAI_API_KEY" -H 'content-type: application/json' \\
    -d '{"model":"${model}","messages":[{"role":"user","content":"The library opens at nine. When does the library open?"}]}'

  import OpenAI from 'openai';
  const client = new OpenAI(); // takes OPENAI_BASE_URL and OPENAI_API_KEY from the environment
  const messages = [{ role: 'user', content: 'The library opens at nine. When does the library open?' }];
  const completion = await client.chat.completions.create({ model: '${model}', messages });
  console.log(completion.choices[0].message.content);
`;
}

/** Relative to the working directory where it lies below it. */
function shorten(path: string): string {
  const shorter = relative(process.cwd(), path);
  return shorter.startsWith('..') || shorter.startsWith(sep) ? path : shorter;
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
