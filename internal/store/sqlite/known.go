package sqlite

import (
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/portico-portal/portico/internal/apim"
)

// known adds to an error of SQLite what it means for who asked: the disk is
// full, the file is read-only, or the disk fails.
func known(err error) error {
	var failure *driver.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Code() & 0xff { // without the extended code
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", apim.ErrFull, err)
	case sqlite3.SQLITE_READONLY:
		return fmt.Errorf("%w: %w", apim.ErrReadOnly, err)
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("%w: %w", apim.ErrUnavailable, err)
	}
	return err
}

// unwritable reports whether a file could not be opened for writing.
func unwritable(err error) bool { return apim.Unwritable(err) || errors.Is(err, apim.ErrUnavailable) }

// explained adds what to do about a file that is not a database, or not whole.
func explained(err error) error {
	var failure *driver.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("the file is damaged, cut short, or not a SQLite database; restore it from a copy: %w", err)
	}
	return err
}
