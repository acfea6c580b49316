import type { StackFixture } from './write-assembly.ts';

/**
 * A function that counts in a table: `POST /count/{name}` adds one and answers the new count, `GET /count/{name}` answers
 * it, `GET /secret` answers its secret, and `GET /slow` answers after a while.
 *
 * @param greeting - what `GET /` answers, to tell versions of the code apart
 */
function code(greeting: string): string {
  return `
    const { COUNTS_TABLE, SECRET_ARN, AWS_REGION, AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_SECRETS_MANAGER } = process.env;
    const call = async (endpoint, version, target, body) => {
      const answer = await fetch(endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-' + version,
          'x-amz-target': target,
          'x-amz-date': '20260101T000000Z',
          'x-amz-security-token': process.env.AWS_SESSION_TOKEN,
          authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/' + AWS_REGION + '/s/aws4_request, SignedHeaders=host, Signature=0',
        },
        body: JSON.stringify(body),
      });
      return answer.json();
    };
    const dynamodb = (operation, body) =>
      call(AWS_ENDPOINT_URL_DYNAMODB, '1.0', 'DynamoDB_20120810.' + operation, { TableName: COUNTS_TABLE, ...body });
    export async function handler(event) {
      const [, first, name] = event.path.split('/');
      const reply = (body) => ({ statusCode: 200, body: String(body) });
      if (first === 'slow') {
        await new Promise((resolve) => setTimeout(resolve, 600));
        return reply(${JSON.stringify(greeting)});
      }
      if (first === 'secret') {
        const { SecretString } = await call(AWS_ENDPOINT_URL_SECRETS_MANAGER, '1.1', 'secretsmanager.GetSecretValue', { SecretId: SECRET_ARN });
        return reply(SecretString);
      }
      if (first !== 'count') return reply(${JSON.stringify(greeting)});
      const Key = { name: { S: name } };
      if (event.httpMethod === 'GET') {
        const { Item } = await dynamodb('GetItem', { Key });
        return reply(Item?.count.N ?? 0);
      }
      const { Attributes } = await dynamodb('UpdateItem', {
        Key,
        UpdateExpression: 'ADD #count :one',
        ExpressionAttributeNames: { '#count': 'count' },
        ExpressionAttributeValues: { ':one': { N: '1' } },
        ReturnValues: 'ALL_NEW',
      });
      return reply(Attributes.count.N);
    }
  `;
}

/** The stacks of an app that counts: its table and secret, and the API over them. */
export function countingApp(greeting = 'hello'): Readonly<Record<string, StackFixture>> {
  const key = `${Buffer.from(greeting).toString('hex')}.zip`;
  return {
    'Counting-Api': {
      dependsOn: ['Counting-Data'],
      assets: { [key]: { 'index.mjs': code(greeting) } },
      template: {
        Parameters: {
          BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/version' },
        },
        Resources: {
          Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trustIn('lambda') } },
          RolePolicy: { Type: 'AWS::IAM::Policy', Properties: policyOf({ Ref: 'Role' }) },
          Permission: {
            Type: 'AWS::Lambda::Permission',
            Properties: {
              Action: 'lambda:InvokeFunction',
              FunctionName: { 'Fn::GetAtt': ['Function', 'Arn'] },
              Principal: 'apigateway.amazonaws.com',
            },
          },
          Function: {
            Type: 'AWS::Lambda::Function',
            Properties: {
              Code: { S3Bucket: { 'Fn::Join': ['-', ['assets', { Ref: 'AWS::AccountId' }]] }, S3Key: key },
              Handler: 'index.handler',
              Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
              Timeout: 10,
              Environment: {
                Variables: {
                  COUNTS_TABLE: { 'Fn::ImportValue': 'Counting:Table' },
                  SECRET_ARN: { 'Fn::ImportValue': 'Counting:Secret' },
                },
              },
            },
          },
          Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'counting' } },
          Proxy: {
            Type: 'AWS::ApiGateway::Resource',
            Properties: {
              ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
              PathPart: '{proxy+}',
              RestApiId: { Ref: 'Api' },
            },
          },
          ProxyMethod: {
            Type: 'AWS::ApiGateway::Method',
            Properties: method({ Ref: 'Proxy' }),
          },
          RootMethod: {
            Type: 'AWS::ApiGateway::Method',
            Properties: method({ 'Fn::GetAtt': ['Api', 'RootResourceId'] }),
          },
          Deployment: { Type: 'AWS::ApiGateway::Deployment', Properties: { RestApiId: { Ref: 'Api' } } },
          Stage: {
            Type: 'AWS::ApiGateway::Stage',
            Properties: {
              RestApiId: { Ref: 'Api' },
              DeploymentId: { Ref: 'Deployment' },
              StageName: 'prod',
            },
          },
        },
        Outputs: {
          Url: {
            Value: {
              'Fn::Join': [
                '',
                [
                  'https://',
                  { Ref: 'Api' },
                  '.execute-api.',
                  { Ref: 'AWS::Region' },
                  '.',
                  { Ref: 'AWS::URLSuffix' },
                  '/',
                  { Ref: 'Stage' },
                  '/',
                ],
              ],
            },
          },
        },
      },
    },
    'Counting-Data': {
      template: {
        Resources: {
          Counts: {
            Type: 'AWS::DynamoDB::Table',
            Properties: {
              KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
              AttributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
              BillingMode: 'PAY_PER_REQUEST',
              SSESpecification: { SSEEnabled: true },
            },
          },
          Secret: {
            Type: 'AWS::SecretsManager::Secret',
            Properties: {
              GenerateSecretString: {
                SecretStringTemplate: '{"kept":"yes"}',
                GenerateStringKey: 'generated',
              },
            },
            Metadata: { 'openclaw:localValuesFrom': ['FIRST_KEY', 'SECOND_KEY'] },
          },
        },
        Outputs: {
          TableName: { Value: { Ref: 'Counts' }, Export: { Name: 'Counting:Table' } },
          TableArn: { Value: { 'Fn::GetAtt': ['Counts', 'Arn'] }, Export: { Name: 'Counting:TableArn' } },
          SecretArn: { Value: { Ref: 'Secret' }, Export: { Name: 'Counting:Secret' } },
        },
      },
    },
  };
}

/** A role's trust in a service. */
export function trustIn(service: string) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: `${service}.amazonaws.com` },
        Action: 'sts:AssumeRole',
      },
    ],
  };
}

/** What the function needs, and no more. */
function policyOf(role: { readonly Ref: string }) {
  return {
    PolicyName: 'counting',
    Roles: [role],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
          Resource: { 'Fn::ImportValue': 'Counting:TableArn' },
        },
        {
          Effect: 'Allow',
          Action: 'secretsmanager:GetSecretValue',
          Resource: { 'Fn::ImportValue': 'Counting:Secret' },
        },
        { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' },
      ],
    },
  };
}

function method(resourceId: { readonly [key: string]: string | readonly string[] }) {
  return {
    HttpMethod: 'ANY',
    ResourceId: resourceId,
    RestApiId: { Ref: 'Api' },
    Integration: {
      Type: 'AWS_PROXY',
      IntegrationHttpMethod: 'POST',
      Uri: {
        'Fn::Join': [
          '',
          [
            'arn:',
            { Ref: 'AWS::Partition' },
            ':apigateway:',
            { Ref: 'AWS::Region' },
            ':lambda:path/2015-03-31/functions/',
            { 'Fn::GetAtt': ['Function', 'Arn'] },
            '/invocations',
          ],
        ],
      },
    },
  };
}
