// Package search finds APIs, operations, schemas and products by the words of
// their names, paths, tags, parameters and descriptions (design.md §8), and the
// pages of a site by theirs.
//
// [Index] keeps an inverted index in the store's database: FTS5 on SQLite,
// tsvector on PostgreSQL, and a trigram table for typing errors on both. Text
// is split into tokens here, in Go, so that both index the same. The index
// follows the change feed; its position is stored beside it, so replicas share
// it and only one of them writes at a time.
//
// Every document has its words in three nested sets (name; name and path;
// everything), and its row id orders it: APIs, products, operations, schemas,
// short titles first. A query tries the sets one after the other, in row order,
// so a word that half of all operations contain costs no more than a rare one.
//
// The pages of a site are few, and what a visitor may read of them depends on
// rules inside them: [Pages] holds those of one audience in memory, and is made
// again with each published revision.
//
// It imports store, feed and apim.
package search
