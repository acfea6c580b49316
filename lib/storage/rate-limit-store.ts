import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { ClientFor } from './client-for.ts';

/** An amount of both things that a window limits. */
export interface RateAmount {
  readonly requests: number;
  readonly tokens: number;
}

/** The table of rate-limit windows: how much of each has been leased to the functions that serve it. */
export class RateLimitStore {
  readonly #clientFor: ClientFor;
  readonly #tableName: string;

  constructor(tableName: string, clientFor: ClientFor) {
    this.#tableName = tableName;
    this.#clientFor = clientFor;
  }

  /**
   * Leases a share of a window in one conditional write.
   *
   * @param subject - whose window it is: the tenant's id, `#`, and what of the tenant's
   * @returns what is leased of the window in all, this lease included; undefined where the limit forbids it.
   */
  async lease(
    subject: string,
    windowStartMs: number,
    share: RateAmount,
    limit: RateAmount,
  ): Promise<RateAmount | undefined> {
    try {
      const { Attributes: leased } = await this.#clientFor(subject.slice(0, subject.indexOf('#'))).send(
        new UpdateItemCommand({
          TableName: this.#tableName,
          Key: { partition: { S: subject }, sort: { S: new Date(windowStartMs).toISOString() } },
          UpdateExpression: 'ADD leasedRequests :requests, leasedTokens :tokens SET expiresAt = :expiresAt',
          // Condition expressions have no arithmetic: the bounds are computed here.
          ConditionExpression:
            'attribute_not_exists(leasedRequests) OR (leasedRequests <= :requestsBefore AND leasedTokens <= :tokensBefore)',
          ExpressionAttributeValues: {
            ':requests': { N: String(share.requests) },
            ':tokens': { N: String(share.tokens) },
            ':requestsBefore': { N: String(limit.requests - share.requests) },
            ':tokensBefore': { N: String(limit.tokens - share.tokens) },
            ':expiresAt': { N: String(Math.floor(windowStartMs / 1000) + 3_600) },
          },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return { requests: Number(leased?.leasedRequests?.N), tokens: Number(leased?.leasedTokens?.N) };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }
}
