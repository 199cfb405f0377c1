package apidoc

import "github.com/portico-portal/portico/internal/apidoc/tree"

// The limits of a description.
const (
	maxDescription = 64 << 20  // bytes
	maxDepth       = 200       // of objects and arrays in one another
	maxAliases     = 1000      // uses of YAML aliases
	maxParts       = 6_000_000 // commas and braces of JSON, at most 100 bytes of memory each
	maxYAMLParts   = 1_000_000 // lines, commas and braces of YAML, about 700 bytes each
	maxExpanded    = 128 << 20 // bytes of YAML as JSON; bytes of operations with their references resolved
	maxOutline     = 32 << 20  // bytes of WSDL, WADL, OData or .proto in terms of OpenAPI, about 20 bytes of memory each
	outlinePerByte = 200       // of the description
	maxOperations  = 50_000
	maxSchemas     = 100_000
	maxParameters  = 1000 // of an operation
	maxMedia       = 100  // media types of a body
	maxPath        = 1000 // characters

	maxTags          = 5000 // in use in a description
	maxOperationTags = 100
	maxFindings      = 50 // listed; more are counted
	maxHops          = 20 // of a reference to a reference
	maxID            = 76 // characters of an operation's resource name, before a suffix (apim-rest.md §3.2)
	maxDisplayName   = 300
)

var treeLimits = tree.Limits{
	Bytes: maxDescription, Depth: maxDepth, Aliases: maxAliases, Parts: maxParts, YAMLParts: maxYAMLParts, Expanded: maxExpanded,
}
