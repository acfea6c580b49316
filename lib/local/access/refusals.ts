import { randomUUID } from 'node:crypto';
import type { AccessDenied } from './access-denied.ts';
import type { Refusal } from './guard-server.ts';

/** What JSON services call a denial. */
const jsonCodes: Readonly<Record<AccessDenied['code'], string>> = {
  AccessDenied: 'AccessDeniedException',
  ExpiredToken: 'ExpiredTokenException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
};

/** As DynamoDB, KMS, Secrets Manager and SQS refuse: by their JSON protocols. */
export function jsonRefusal({ code, message }: AccessDenied, version: '1.0' | '1.1'): Refusal {
  return {
    status: 400,
    headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-requestid': randomUUID() },
    body: JSON.stringify({
      __type: `com.amazon.coral.service#${jsonCodes[code]}`,
      Message: message,
      message,
    }),
  };
}

/** As SageMaker and Bedrock refuse: by their REST protocols. */
export function restJsonRefusal({ code, message }: AccessDenied): Refusal {
  return {
    status: 403,
    headers: {
      'content-type': 'application/json',
      'x-amzn-errortype': jsonCodes[code],
      'x-amzn-requestid': randomUUID(),
    },
    body: JSON.stringify({ Message: message, message }),
  };
}

/** As S3 refuses. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function s3Refusal({ code, message }: AccessDenied): Refusal {
  const requestId = randomUUID();
  return {
    status: 403,
    headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId },
    body:
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message><RequestId>${requestId}</RequestId></Error>`,
  };
}

/** As services with a query protocol refuse. */
export function queryRefusal({ code, message }: AccessDenied): Refusal {
  const requestId = randomUUID();
  return {
    status: 403,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body:
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>` +
      `<RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
