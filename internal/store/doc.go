// Package store keeps documents, links, secrets, schema parts, sessions, portal
// revisions, the audit log and the change feed in SQL, with the same statements
// on SQLite and PostgreSQL (design.md §4).
//
// [Store] is opened by store/sqlite or store/postgres. All reading happens in
// [Store.View], all writing in [Store.Update]; the transaction [Tx] composes.
//
// It imports apim and database/sql only; the engines live below it.
package store
