package openclaw.sagemaker

import rego.v1

# SageMaker takes no key for disks inside the machine, which its hardware encrypts.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html (KmsKeyId)
local_storage := `^ml\.(g4dn|g5|g5g|g6|g6e|gr6|g7e|p3dn|p4d|p4de|p5|p5e|p5en|p6-b200|trn1|trn1n|trn2|[cmri][5678][a-z]*d[a-z]*)\.`

encrypted(config) if config.properties.KmsKeyId

encrypted(config) if every variant in config.properties.ProductionVariants {
	regex.match(local_storage, variant.InstanceType)
}

isolated(config) if config.properties.EnableNetworkIsolation == true

isolated(config) if config.properties.VpcConfig

violation contains v if {
	some name in resources_of_type("AWS::SageMaker::EndpointConfig")
	not encrypted(input.resources[name])
	v := make_diag_at("OpenClaw-SageMaker-Encrypted", "ERROR", name, "Properties.KmsKeyId", "the endpoint's volumes need a KMS key (KmsKeyId)")
}

violation contains v if {
	some name in resources_of_type("AWS::SageMaker::EndpointConfig")
	not isolated(input.resources[name])
	v := make_diag_at("OpenClaw-SageMaker-Isolated", "ERROR", name, "Properties.EnableNetworkIsolation", "the endpoint's containers need network isolation (EnableNetworkIsolation) or a VPC (VpcConfig)")
}

violation contains v if {
	some name in resources_of_type("AWS::SageMaker::EndpointConfig")
	some i, variant in input.resources[name].properties.ProductionVariants
	not variant.ServerlessConfig
	not scales_to_zero(variant)
	v := make_diag_at("OpenClaw-SageMaker-ScaledToZero", "ERROR", name, sprintf("Properties.ProductionVariants.%d.ManagedInstanceScaling", [i]), "an idle endpoint must cost nothing: enable ManagedInstanceScaling with MinInstanceCount 0")
}

scales_to_zero(variant) if {
	variant.ManagedInstanceScaling.Status == "ENABLED"
	variant.ManagedInstanceScaling.MinInstanceCount == 0
}

# Target tracking cannot leave zero copies; this alarm wakes the first one.
# https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html
violation contains v if {
	some name in resources_of_type("AWS::SageMaker::InferenceComponent")
	not alarmed(input.resources[name].properties.InferenceComponentName)
	v := make_diag_at("OpenClaw-SageMaker-Alarmed", "ERROR", name, "Properties.InferenceComponentName", "the component needs an alarm on NoCapacityInvocationFailures with its InferenceComponentName, or it never leaves zero copies")
}

alarmed(component) if {
	some name in resources_of_type("AWS::CloudWatch::Alarm")
	alarm := input.resources[name].properties
	alarm.MetricName == "NoCapacityInvocationFailures"
	count(alarm.AlarmActions) > 0
	some dimension in alarm.Dimensions
	dimension.Name == "InferenceComponentName"
	dimension.Value == component
}
