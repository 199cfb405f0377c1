// Package storetest opens stores for tests: on SQLite in a temporary folder and
// on a PostgreSQL server of the test binary's own.
package storetest
