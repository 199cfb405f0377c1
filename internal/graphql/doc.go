// Package graphql reads schemas in the GraphQL schema definition language for
// everybody who needs one, behind a gate: the parser recurses, and compares the
// fields of a type with each other.
// It imports gate, and a parser of GraphQL.
package graphql
