/** Whether the limits allow a request cannot be told now: their store does not answer. */
export class LimitsUnavailable extends Error {
  override readonly name = 'LimitsUnavailable';
}
