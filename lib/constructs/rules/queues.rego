package openclaw.queues

import rego.v1

# What another queue moves its failed messages to.
is_dead_letter_queue(queue) if {
	some reference in queue.incomingRefs
	startswith(reference.sourcePath, "Properties.RedrivePolicy")
}

violation contains v if {
	some name in resources_of_type("AWS::SQS::Queue")
	queue := input.resources[name]
	not queue.properties.RedrivePolicy.deadLetterTargetArn
	not is_dead_letter_queue(queue)
	v := make_diag_at("OpenClaw-Queue-DeadLetters", "ERROR", name, "Properties.RedrivePolicy", "the queue needs a dead-letter queue, or a message that cannot be processed comes back until it expires")
}

requires_tls(name) if {
	some policy_name in resources_of_type("AWS::SQS::QueuePolicy")
	policy := input.resources[policy_name].properties
	some queue in policy.Queues
	queue.__ref == name
	some statement in policy.PolicyDocument.Statement
	statement.Effect == "Deny"
	statement.Action == "sqs:*"
	statement.Condition.Bool["aws:SecureTransport"] == "false"
}

violation contains v if {
	some name in resources_of_type("AWS::SQS::Queue")
	not requires_tls(name)
	v := make_diag_at("OpenClaw-Queue-Tls", "ERROR", name, "Properties", "the queue needs a policy that denies calls without TLS (enforceSSL)")
}
