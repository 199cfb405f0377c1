// Package access decides what a caller of the management API may do: actions
// such as Microsoft.ApiManagement/service/apis/write, granted by roles that are
// assigned at a scope (apim-rest.md part 5). What no assignment grants is
// denied.
//
// The built-in roles are in role.go; custom ones and assignments are stored, read
// by [Roles] and served by package management.
//
// It imports store and apim. Package account finds out who the caller is.
package access
