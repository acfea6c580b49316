/** Why a call to AWS gave no answer, as far as it matters to the person who made it. */
export type CallFailure =
  | 'no-credentials'
  | 'expired-credentials'
  | 'invalid-credentials'
  | 'access-denied'
  | 'throttled'
  | 'no-answer'
  | 'other';

/** Names of errors on the wire. Services do not agree on them. */
const names: readonly (readonly [RegExp, CallFailure])[] = [
  [/^CredentialsProviderError$/, 'no-credentials'],
  [/^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/, 'expired-credentials'],
  [
    /^(InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|AuthFailure)$/,
    'invalid-credentials',
  ],
  [/^(AccessDenied|AccessDeniedException|UnauthorizedOperation|NotAuthorized)$/, 'access-denied'],
  [
    /^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded)$/,
    'throttled',
  ],
  [/^(TimeoutError|AbortError|NetworkingError)$/, 'no-answer'],
];

const noConnection = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH)$/;

/** Sorts what the SDK threw. */
export function classifyFailure(error: unknown): CallFailure {
  if (!(error instanceof Error)) return 'other';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (noConnection.test(code)) return 'no-answer';
  return names.find(([pattern]) => pattern.test(error.name))?.[1] ?? 'other';
}
