// Package store keeps documents, links, secrets, schema parts, sessions, portal
// revisions, the audit log and the change feed in SQL, with the same statements
// on SQLite and PostgreSQL (design.md §4).
//
// A [Store] is opened by store/sqlite or store/postgres, which bring an
// [Engine]. All reading happens in [Store.View], all writing in [Store.Update];
// the methods of the transaction [Tx] compose.
//
// Every write adds rows to the change feed and to the audit log of the same
// transaction. Feed numbers (seq) are in commit order: a consumer that has read
// up to n will never find a later row at or below n. Where one process writes
// (SQLite) a number is drawn at the write; elsewhere at the end of the
// transaction, under a lock held to commit, and until then Document.Seq is a
// negative stand-in.
//
// It imports apim and database/sql only; the engines lie below it.
package store
