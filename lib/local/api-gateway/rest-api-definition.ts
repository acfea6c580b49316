/** A REST API as the templates declare it. */
export interface RestApiDefinition {
  readonly apiId: string;
  readonly stageName: string;
  readonly accountId: string;
  readonly routes: readonly RestApiRoute[];
  readonly gatewayResponses: readonly GatewayResponseDefinition[];
  /** Content types whose bodies reach the function as base64; `*` + `/*` means all. */
  readonly binaryMediaTypes: readonly string[];
}

/** A method of a resource, answered by a function. */
export interface RestApiRoute {
  /** An HTTP method, or `ANY`. */
  readonly httpMethod: string;
  /** Such as `/`, `/v1/{proxy+}` or `/a/{id}`. */
  readonly resourcePath: string;
  readonly functionArn: string;
  readonly responseTransferMode: 'BUFFERED' | 'STREAM';
  /** The longest that the integration may take until its response is complete. */
  readonly timeoutMs: number;
}

/** What the API answers by itself in one case. */
export interface GatewayResponseDefinition {
  /**
   * Such as `DEFAULT_5XX`, `MISSING_AUTHENTICATION_TOKEN`, `INTEGRATION_TIMEOUT` or `REQUEST_TOO_LARGE`.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
   */
  readonly responseType: string;
  /** @default - the status that API Gateway gives the case */
  readonly statusCode?: number;
  /** A body by content type, in which `$context.…` variables are filled in. */
  readonly templates: Readonly<Record<string, string>>;
  /** A value by header name: `'text'` in single quotes, `context.…`, or plain text. */
  readonly headers: Readonly<Record<string, string>>;
}
