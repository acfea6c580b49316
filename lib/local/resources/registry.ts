import { createAlarm } from './cloudwatch-alarm.ts';
import { createTable } from './dynamodb-table.ts';
import { createEventSourceMapping, createRule } from './event-sources.ts';
import { createManagedPolicy, createRole } from './iam.ts';
import { createKey, createKeyAlias } from './kms-key.ts';
import { createFunction } from './lambda-function.ts';
import { createAlias, createVersion } from './lambda-qualifiers.ts';
import { createLogGroup } from './log-group.ts';
import { nameOnly } from './named-only.ts';
import { createFirewall, createVpc, createVpcEndpoint, namedBy } from './network.ts';
import type { ResourceHandler } from './resource-handler.ts';
import { createApiDeployment, createApiResource, createApiStage, createRestApi } from './rest-api.ts';
import { createBucket } from './s3-bucket.ts';
import {
  createEndpoint,
  createEndpointConfig,
  createInferenceComponent,
  createModel,
  createScalableTarget,
} from './sagemaker.ts';
import { createSecret } from './secret.ts';
import { createTopic } from './sns-topic.ts';
import { createQueue } from './sqs-queue.ts';
import { createParameter } from './ssm-parameter.ts';
import { createUserPool } from './user-pool.ts';

/** How each type of resource is created. A type that is not here is named, left alone and warned of. */
export const resourceHandlers: ReadonlyMap<string, ResourceHandler> = new Map<string, ResourceHandler>([
  ['AWS::ApiGateway::Account', nameOnly],
  ['AWS::ApiGateway::BasePathMapping', nameOnly],
  ['AWS::ApiGateway::Deployment', createApiDeployment],
  ['AWS::ApiGateway::DomainName', namedBy('RegionalDomainName', 'RegionalHostedZoneId')],
  ['AWS::ApiGateway::GatewayResponse', nameOnly],
  ['AWS::ApiGateway::Method', nameOnly],
  ['AWS::ApiGateway::Resource', createApiResource],
  ['AWS::ApiGateway::RestApi', createRestApi],
  ['AWS::ApiGateway::Stage', createApiStage],
  ['AWS::ApplicationAutoScaling::ScalableTarget', createScalableTarget],
  ['AWS::ApplicationAutoScaling::ScalingPolicy', nameOnly],
  ['AWS::CDK::Metadata', nameOnly],
  ['AWS::CloudWatch::Alarm', createAlarm],
  ['AWS::CodeDeploy::Application', nameOnly],
  ['AWS::CodeDeploy::DeploymentGroup', nameOnly],
  ['AWS::Cognito::ManagedLoginBranding', nameOnly],
  ['AWS::Cognito::UserPool', createUserPool],
  ['AWS::Cognito::UserPoolClient', nameOnly],
  ['AWS::Cognito::UserPoolDomain', nameOnly],
  ['AWS::DynamoDB::Table', createTable],
  ['AWS::EC2::EIP', namedBy('AllocationId')],
  ['AWS::EC2::FlowLog', nameOnly],
  ['AWS::EC2::InternetGateway', namedBy('InternetGatewayId')],
  ['AWS::EC2::NatGateway', namedBy('NatGatewayId')],
  ['AWS::EC2::Route', nameOnly],
  ['AWS::EC2::RouteTable', namedBy('RouteTableId')],
  ['AWS::EC2::SecurityGroup', namedBy('GroupId')],
  ['AWS::EC2::SecurityGroupEgress', nameOnly],
  ['AWS::EC2::SecurityGroupIngress', nameOnly],
  ['AWS::EC2::Subnet', namedBy('SubnetId')],
  ['AWS::EC2::SubnetRouteTableAssociation', nameOnly],
  ['AWS::EC2::VPC', createVpc],
  ['AWS::EC2::VPCEndpoint', createVpcEndpoint],
  ['AWS::EC2::VPCGatewayAttachment', nameOnly],
  ['AWS::Events::Rule', createRule],
  ['AWS::IAM::ManagedPolicy', createManagedPolicy],
  ['AWS::IAM::Policy', nameOnly],
  ['AWS::IAM::Role', createRole],
  ['AWS::KMS::Alias', createKeyAlias],
  ['AWS::KMS::Key', createKey],
  ['AWS::Lambda::Alias', createAlias],
  ['AWS::Lambda::EventSourceMapping', createEventSourceMapping],
  ['AWS::Lambda::Function', createFunction],
  ['AWS::Lambda::Permission', nameOnly],
  ['AWS::Lambda::Version', createVersion],
  ['AWS::Logs::LogGroup', createLogGroup],
  ['AWS::NetworkFirewall::Firewall', createFirewall],
  ['AWS::NetworkFirewall::FirewallPolicy', namedBy('FirewallPolicyArn')],
  ['AWS::NetworkFirewall::LoggingConfiguration', nameOnly],
  ['AWS::NetworkFirewall::RuleGroup', namedBy('RuleGroupArn')],
  ['AWS::Route53::RecordSet', nameOnly],
  ['AWS::S3::Bucket', createBucket],
  ['AWS::S3::BucketPolicy', nameOnly],
  ['AWS::SageMaker::Endpoint', createEndpoint],
  ['AWS::SageMaker::EndpointConfig', createEndpointConfig],
  ['AWS::SageMaker::InferenceComponent', createInferenceComponent],
  ['AWS::SageMaker::Model', createModel],
  ['AWS::SecretsManager::ResourcePolicy', nameOnly],
  ['AWS::SecretsManager::Secret', createSecret],
  ['AWS::SNS::Subscription', nameOnly],
  ['AWS::SNS::Topic', createTopic],
  ['AWS::SNS::TopicPolicy', nameOnly],
  ['AWS::SQS::Queue', createQueue],
  ['AWS::SQS::QueuePolicy', nameOnly],
  ['AWS::SSM::Parameter', createParameter],
  ['AWS::WAFv2::LoggingConfiguration', nameOnly],
  ['AWS::WAFv2::WebACL', namedBy('Arn')],
  ['AWS::WAFv2::WebACLAssociation', nameOnly],
]);
