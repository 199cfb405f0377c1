// Package store keeps documents, links, secrets, schema parts, sessions, portal
// revisions, the audit log and the change feed in SQL, with the same statements
// on SQLite and PostgreSQL (design.md §4).
//
// A [Store] is opened by store/sqlite or store/postgres, which provide an
// [Engine]. All reading happens in [Store.View], all writing in [Store.Update];
// the methods of the transaction [Tx] can be combined.
//
// Every write adds rows to the change feed and to the audit log in the same
// transaction. Feed numbers (seq) are in commit order: a consumer that has read
// up to n will never find a later row at or below n. With a single writer
// (SQLite) a number is drawn at the write; otherwise at the end of the
// transaction, under a lock held until the commit, and Document.Seq is a
// negative stand-in until then.
//
// It imports apim and database/sql only; the engines lie below it.
package store
