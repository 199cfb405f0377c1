package gate

// The limits. What a parser needs for each token is measured by test/cost; the
// product of both is what one import may take.
//
//	parser     at most            memory for each     together
//	GraphQL    400,000 tokens     about 0.7 KB        280 MB
//	proto      400,000 tokens     about 0.7 KB        280 MB
//	XML        1,000,000 parts    about 0.3 KB        300 MB
//	JSON       6,000,000 parts    about 0.1 KB        600 MB (apidoc)
//	YAML       1,000,000 parts    about 0.7 KB        700 MB (apidoc)
const (
	// Depth is how deep brackets, elements and lists may stand in one another.
	Depth = 100

	graphQLTokens  = 400_000
	graphQLMembers = 2_000     // fields, arguments or values of one definition: the parser compares each with each
	graphQLChecks  = 4_000_000 // comparisons of fields with those of interfaces, of uses of directives with what is declared

	protoDepth   = 32 // as protoc has it
	protoTokens  = 400_000
	protoName    = 200       // bytes of one name
	protoNames   = 128 << 20 // bytes of all names with the names around them, which are kept so
	protoLine    = 400_000   // tokens of a line times its bytes: places are counted from the start of their line
	protoImports = 200

	xmlParts = 1_000_000 // tags and attributes, by their signs
)
