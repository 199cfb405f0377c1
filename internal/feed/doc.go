// Package feed is the one follower of the change feed (design.md §4). A
// [Consumer] says how it loads everything and how it applies changes; the
// [Follower] loads it, wakes it, batches changes, retries what failed, and
// reloads it when it is too far behind. [Table] is a map for snapshots that
// follow the feed.
//
// It imports store.
package feed
