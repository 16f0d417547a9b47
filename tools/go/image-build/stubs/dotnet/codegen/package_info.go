// Package codegen stands in for the schema generator's settings, which a running provider never reads.
package codegen

// CSharpPackageInfo has the fields that pulumi-docker-build sets.
type CSharpPackageInfo struct {
	PackageReferences    map[string]string
	RespectSchemaVersion bool
}
