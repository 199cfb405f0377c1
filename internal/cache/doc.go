// Package cache keeps derived values in memory: bounded by bytes, made once for
// concurrent callers as long as one of them waits, and evicted by what they were
// made from.
//
// It imports routine only.
package cache
