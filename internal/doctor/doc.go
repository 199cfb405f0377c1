// Package doctor examines a service for what keeps it from working. Each check
// is a file that says what it looks at, what the result means, and how to fix
// it. Checks change nothing.
//
// It imports address, apim, store, job and policy.
package doctor
