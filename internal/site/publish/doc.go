// Package publish makes portal revisions: it snapshots the draft, checks it and
// makes it current in one transaction, so that readers see the old site or the
// new one, never a mixture (design.md §5). A revision pins the files that it
// shows. It also fills an empty service with the default site, publishes what is
// scheduled, tells what changed between two sites, puts the draft back to what a
// revision holds, and deletes old revisions.
package publish
