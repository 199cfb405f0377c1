// Package routine is the one way to start a goroutine, beside the workers of
// package job: a panic in one becomes an error, which its owner is told. Without
// that it would end the process, and every surface with it.
//
// It imports the standard library and errgroup only.
package routine
