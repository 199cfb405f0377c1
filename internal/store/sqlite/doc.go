// Package sqlite opens a store on an embedded SQLite database: WAL,
// synchronous=FULL, a pool of readers and one writer that commits waiting
// updates in groups (design.md §4).
package sqlite
