// Package feed is the one follower of the change feed (design.md §4). A
// [Consumer] says how it reads everything and how it applies changes; the
// [Follower] loads it, wakes it, gathers what came meanwhile, tries again what
// failed and has it read everything again when it is too far behind. [Table] is
// what snapshots are made of that follow the feed.
//
// It imports store.
package feed
