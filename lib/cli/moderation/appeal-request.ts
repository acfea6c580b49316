import { type ApiOptions, type ApiSources, connect, path } from '../api-client.ts';

/**
 * `openclaw moderation appeal`, for whoever sent the request.
 *
 * @throws CommandError where there is nothing to appeal against
 */
export async function appealRequest(
  job: string,
  options: ApiOptions & { readonly text: string },
  sources?: ApiSources,
): Promise<void> {
  const api = await connect(options, sources);
  const { status } = await api.post<{ status: string }>(path`/openclaw/jobs/${job}/appeal`, {
    text: options.text,
  });
  process.stdout.write(`${job}\t${status}\n`);
}
