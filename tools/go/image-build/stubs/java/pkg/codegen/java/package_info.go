// Package java stands in for the schema generator's settings, which a running provider never reads.
package java

// PackageInfo has the fields that pulumi-docker-build sets.
type PackageInfo struct {
	BuildFiles                      string
	GradleNexusPublishPluginVersion string
	Dependencies                    map[string]string
}
