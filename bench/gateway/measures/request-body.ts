/** What a caller asks: a short instruction and a question, about 700 bytes of JSON. */
export function requestBody(model: string, stream: boolean): string {
  return JSON.stringify({
    model,
    messages: [
      {
        role: 'system',
        content:
          'You answer questions about orders. Refunds: within thirty days of delivery, to the card that paid, five ' +
          'working days. Shipping: two to five days, free above fifty euros. Returns: the label is in the parcel. ' +
          'Warranty: two years on devices, none on consumables. Answer in at most two sentences and never promise a date.',
      },
      {
        role: 'user',
        content: 'My parcel came last Tuesday and one of the cups is broken. What can I do now?',
      },
    ],
    temperature: 0.2,
    max_completion_tokens: 200,
    ...(stream && { stream: true }),
  });
}
