// Package process tests the program as its operator meets it: real processes
// that are started, talked to over HTTP, killed and started again.
package process
