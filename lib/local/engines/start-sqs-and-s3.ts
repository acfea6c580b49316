import { startFauxqs } from 'fauxqs';
import type { Engine } from './engine.ts';
import { LOOPBACK } from './loopback-only.ts';

/**
 * Starts SQS and S3 over one SQLite file. Objects stay in it too, rather than in files of their own, because fauxqs writes
 * an object's file and its description one after the other: a kill in between would leave neither the old object nor the
 * new one.
 *
 * @param directory - made where it is missing
 */
export async function startSqsAndS3(directory: string, region: string): Promise<Engine> {
  const server = await startFauxqs({ port: 0, logger: false, dataDir: directory, defaultRegion: region });
  return { endpoint: `http://${LOOPBACK}:${server.port}`, stop: () => server.stop() };
}
