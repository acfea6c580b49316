package openclaw.permissions

import rego.v1

as_array(value) := value if is_array(value)

as_array(value) := [value] if not is_array(value)

documented := {
	"AWS::IAM::Policy",
	"AWS::IAM::ManagedPolicy",
	"AWS::IAM::RolePolicy",
	"AWS::S3::BucketPolicy",
	"AWS::SQS::QueuePolicy",
	"AWS::SNS::TopicPolicy",
}

# What is allowed anywhere in the template: the resource that says so, and the statement.
allowed contains [name, statement] if {
	some name, resource in input.resources
	resource.resourceType in documented
	some statement in as_array(resource.properties.PolicyDocument.Statement)
	statement.Effect == "Allow"
}

allowed contains [name, statement] if {
	some name in resources_of_type("AWS::IAM::Role")
	some policy in input.resources[name].properties.Policies
	some statement in as_array(policy.PolicyDocument.Statement)
	statement.Effect == "Allow"
}

# One service's all, or all of all.
every_action(action) if action == "*"

every_action(action) if endswith(action, ":*")

violation contains v if {
	some [name, statement] in allowed
	some action in as_array(statement.Action)
	every_action(action)
	v := make_diag_at("OpenClaw-Iam-Action", "ERROR", name, "Properties", sprintf("the action %s allows more than anything needs: name the operations", [action]))
}

violation contains v if {
	some [name, statement] in allowed
	statement.NotAction
	v := make_diag_at("OpenClaw-Iam-Action", "ERROR", name, "Properties", "NotAction allows what nobody has thought of: name the operations")
}

# Keys of AWS, OpenAI and Anthropic, Google, GitHub, Slack; this platform's own; private keys and JSON web tokens.
secret_value := `^(AKIA|ASIA)[0-9A-Z]{16}$|^sk-[\w-]{16,}$|^AIza[\w-]{35}$|^gh[pousr]_\w{20,}$|^xox[abposr]-[\w-]{10,}$|^oc_[a-z0-9]+_[\w-]{16,}$|-----BEGIN [A-Z ]*PRIVATE KEY-----|^eyJ[\w-]+\.eyJ[\w-]+\.`

secret_name := `(?i)(SECRET|PASSWORD|PASSPHRASE|TOKEN|API_?KEY|PRIVATE_?KEY)$`

secret(_, value) if regex.match(secret_value, value)

# A name or ARN tells where a secret is; it comes as a reference, or begins like one.
secret(variable, value) if {
	regex.match(secret_name, variable)
	value != ""
	not startswith(value, "arn:")
}

violation contains v if {
	some name in resources_of_type("AWS::Lambda::Function")
	some variable, value in input.resources[name].properties.Environment.Variables
	is_string(value)
	secret(variable, value)
	v := make_diag_at("OpenClaw-Secret-Variable", "ERROR", name, sprintf("Properties.Environment.Variables.%s", [variable]), sprintf("the variable %s looks like a secret, which everyone who may read the function or the template sees: keep it in Secrets Manager and read it at run time", [variable]))
}

# A dynamic reference keeps a secret out of the template, not out of the function's settings.
violation contains v if {
	some name in resources_of_type("AWS::Lambda::Function")
	some path in input.resources[name].secretsmanagerRefPaths
	contains(path, "Environment")
	v := make_diag_at("OpenClaw-Secret-Variable", "ERROR", name, path, "the variable gets the value of a secret, which everyone who may read the function sees: give it the secret's ARN and read it at run time")
}
