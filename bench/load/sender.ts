/** Sends always the same request to one system. */
export interface Sender {
  /**
   * Resolves when the whole answer has come.
   *
   * @param onData - is given each piece of the body as it comes
   * @throws UnexpectedAnswer where the answer is not a success
   */
  send(onData?: (piece: Buffer) => void): Promise<void>;
}

/** An answer that is not what was asked for. Its message has the status and the beginning of the body. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}
