package openclaw.s3_vectors

import rego.v1

violation contains v if {
	some name in resources_of_type("AWS::S3Vectors::VectorBucket")
	not input.resources[name].properties.EncryptionConfiguration.KmsKeyArn
	v := make_diag_at("OpenClaw-S3Vectors-Encrypted", "ERROR", name, "Properties.EncryptionConfiguration", "the vector bucket needs a KMS key (EncryptionConfiguration.KmsKeyArn): embeddings give away the text that they are made of")
}

# An index without an encryption of its own has its bucket's.
violation contains v if {
	some name in resources_of_type("AWS::S3Vectors::Index")
	encryption := input.resources[name].properties.EncryptionConfiguration
	not encryption.KmsKeyArn
	v := make_diag_at("OpenClaw-S3Vectors-Encrypted", "ERROR", name, "Properties.EncryptionConfiguration", "the vector index needs a KMS key (EncryptionConfiguration.KmsKeyArn)")
}
