// Package postgres opens a store on PostgreSQL, for services of several
// replicas: serializable updates that are run again when they collide, feed
// numbers drawn under a lock held to commit, notifications between replicas
// (design.md §4).
package postgres
