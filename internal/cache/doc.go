// Package cache keeps derived values in memory: within a number of bytes, made
// once for concurrent callers, and thrown away by what they were made from.
//
// It imports the standard library only.
package cache
