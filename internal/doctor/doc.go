// Package doctor examines a service: whether what it is for works, and if not,
// what mends it. Each check is a file: what it asks, what the answer means, what
// mends it. Checks change nothing.
//
// It imports address, apim, store, job and policy.
package doctor
