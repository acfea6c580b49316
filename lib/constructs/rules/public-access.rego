package openclaw.public_access

import rego.v1

# The function of an alias, a version or itself.
function_of(name) := name if input.resources[name].resourceType == "AWS::Lambda::Function"

function_of(name) := target if {
	input.resources[name].resourceType in {"AWS::Lambda::Alias", "AWS::Lambda::Version"}
	target := input.resources[name].properties.FunctionName.__ref
}

# A route is authenticated by API Gateway, or leads to a function that can look up API keys and sees every header.
authenticated(method) if not method.properties.AuthorizationType in {"NONE"}

authenticated(method) if {
	method.properties.Integration.Type == "AWS_PROXY"
	some reference in method.outgoingRefs
	input.resources[function_of(reference.target)].properties.Environment.Variables.API_KEYS_TABLE
}

# Answers a browser's preflight request, which carries no credentials.
authenticated(method) if {
	method.properties.HttpMethod == "OPTIONS"
	method.properties.Integration.Type == "MOCK"
}

violation contains v if {
	some name in resources_of_type("AWS::ApiGateway::Method")
	not authenticated(input.resources[name])
	v := make_diag_at("OpenClaw-Public-Route", "ERROR", name, "Properties.AuthorizationType", "the route is open to anyone: give it an authorizer, or a function that looks up API keys (API_KEYS_TABLE)")
}

violation contains v if {
	some name in resources_of_type("AWS::ApiGatewayV2::Route")
	object.get(input.resources[name].properties, "AuthorizationType", "NONE") == "NONE"
	v := make_diag_at("OpenClaw-Public-Route", "ERROR", name, "Properties.AuthorizationType", "the route is open to anyone: give it an authorizer")
}

violation contains v if {
	some name in resources_of_type("AWS::ApiGateway::RestApi")
	api := input.resources[name].properties
	"PRIVATE" in api.EndpointConfiguration.Types
	not api.Policy
	v := make_diag_at("OpenClaw-Private-Policy", "ERROR", name, "Properties.Policy", "a private API needs a resource policy that names the VPC endpoints which may reach it")
}

violation contains v if {
	some name in resources_of_type("AWS::Lambda::Url")
	input.resources[name].properties.AuthType == "NONE"
	v := make_diag_at("OpenClaw-Public-Url", "ERROR", name, "Properties.AuthType", "the function URL is open to anyone: use AWS_IAM")
}
