import { setTimeout as sleep } from 'node:timers/promises';
import { type CredentialsProvider, environmentCredentials } from './credentials.ts';
import { type HttpAnswer, type HttpLimits, postOverHttp } from './http-exchange.ts';
import { delayBeforeRetryMs, isTransient } from './retry.ts';
import { ServiceError } from './service-error.ts';
import { endpointOf, regionOf, type ServiceLocation, type ServiceName } from './service-location.ts';
import { signPost } from './sign-post.ts';

export interface ServiceDefinition {
  readonly service: ServiceName;
  /** How often one call is tried at most. */
  readonly maxAttempts: number;
  readonly limits: HttpLimits;
  /** Reads the error out of an answer that is none of success. */
  readonly readError: (answer: HttpAnswer) => ServiceError;
}

/** A clock that is wrong by more than this is not believed. */
const TOLERATED_SKEW_MS = 4 * 60_000;
const skewErrors = new Set([
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

/**
 * Calls one service of AWS with signed POST requests, and again where a call fails in passing. It does what a function
 * needs on the way of each request and no more: AWS's own SDK takes about 100 ms to load, in every cold start, and
 * several times the work for each call.
 */
export class ServiceClient {
  readonly #definition: ServiceDefinition;
  readonly #location: ServiceLocation;
  readonly #credentials: CredentialsProvider;
  #target: { readonly url: URL; readonly region: string } | undefined;
  /** What the service's clock is ahead of this one. */
  #clockOffsetMs = 0;

  constructor(definition: ServiceDefinition, location: ServiceLocation = {}) {
    this.#definition = definition;
    this.#location = location;
    const { credentials = environmentCredentials } = location;
    this.#credentials = typeof credentials === 'function' ? credentials : async () => credentials;
  }

  /**
   * Sends a request and returns the answer.
   *
   * @param headers - names in lower case
   * @throws ServiceError where the service refuses; Error with Node's `code` where it cannot be reached
   */
  async post(headers: Readonly<Record<string, string>>, body: string): Promise<HttpAnswer> {
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await this.#attempt(headers, body);
      } catch (error) {
        if (attempts >= this.#definition.maxAttempts) throw error;
        if (error instanceof ClockSkew) continue;
        if (!isTransient(error)) throw error;
        await sleep(delayBeforeRetryMs(attempts, error));
      }
    }
  }

  async #attempt(headers: Readonly<Record<string, string>>, body: string): Promise<HttpAnswer> {
    const { service, limits, readError } = this.#definition;
    const { url, region } = this.#whereTo();
    const time = new Date(Date.now() + this.#clockOffsetMs);
    const signed = signPost(
      { service, region, host: url.host, headers, body },
      await this.#credentials(),
      time,
    );
    const answer = await postOverHttp(url, signed, body, limits);
    if (answer.status < 300) return answer;
    const error = readError(answer);
    if (skewErrors.has(error.name) && this.#corrects(answer)) throw new ClockSkew(error);
    throw error;
  }

  #whereTo() {
    this.#target ??= {
      url: endpointOf(this.#definition.service, this.#location),
      region: regionOf(this.#location),
    };
    return this.#target;
  }

  /** Goes by the service's clock from now on, where this one is wrong. */
  #corrects({ headers: { date } }: HttpAnswer): boolean {
    const offsetMs = Date.parse(date ?? '') - Date.now();
    if (Number.isNaN(offsetMs) || Math.abs(offsetMs - this.#clockOffsetMs) <= TOLERATED_SKEW_MS) return false;
    this.#clockOffsetMs = offsetMs;
    return true;
  }
}

/** A request was refused for its time. */
class ClockSkew extends ServiceError {
  constructor({ name, message, status, details }: ServiceError) {
    super(name, message, status, details);
  }
}
