// Package apidoc reads API descriptions (OpenAPI 3.0 and 3.1, Swagger 2.0, in
// JSON or YAML) into the operations and schemas of package apim ([Read]), stores
// them below an API's revision ([Description.Write]) and writes OpenAPI again from
// what is stored ([Export]). The API itself is written by package apis.
// WADL, WSDL, OData metadata and .proto files are outlined in the terms of OpenAPI
// (outline.go, one file for each format) and then read as OpenAPI; GraphQL keeps its schema.
// [ExportAs] writes the other formats.
// Reference: apim-rest.md part 3; its limits on what is read do not apply here.
//
// Reading keeps what the wire model of an operation has no field for in
// apim.OperationExtra and [APIExtra], in the form of OpenAPI 3; a Swagger 2
// operation is rewritten to that form first (convert.go). References to
// parameters, responses, headers and the like are resolved; references to
// schemas stay, and recursion among schemas is legal. References to files and
// hosts are never followed. A schema that stands inline in a body becomes a
// definition whose name depends on the operation only, so that an operation
// comes out the same whatever else its description holds.
//
// The document is read by package tree rather than by a library's model of
// OpenAPI: schemas are stored as pieces of the text as written, which models do
// not keep; a place is known for every finding; and memory follows the text. As
// measured on two cores, libopenapi v0.42 models GitHub's description (6.9 MB) in
// 0.4 s with 222 MB of memory, and 16,500 operations (18 MB) in 2.9 s with 1.1 GB,
// without limits of depth and aliases and before anything is written. Here the
// first is parsed in 0.15 s and stored after 0.7 s with 130 MB, the second is
// stored after 2.6 s with 230 MB; in both cases that is the whole process.
//
// It imports apim, store, blob, apidoc/tree, gate, graphql, markdown, and a parser of Protocol Buffers.
package apidoc
