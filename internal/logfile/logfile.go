package logfile

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// File is a file to append to. It is safe for concurrent use.
type File struct {
	path string
	now  func() time.Time

	mu      sync.Mutex
	file    *os.File
	checked time.Time // when the name was last looked up
}

// Open opens a file for appending; a new one is readable by its owner only.
func Open(path string, now func() time.Time) (*File, error) {
	f := &File{path: path, now: now}
	return f, f.reopen()
}

func (f *File) reopen() error {
	file, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open a log: %w", err)
	}
	if f.file != nil {
		f.file.Close() //nolint:errcheck // it was written without a buffer
	}
	f.file, f.checked = file, f.now()
	return nil
}

// Write appends whole lines.
func (f *File) Write(lines []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now().Sub(f.checked) >= time.Second {
		if err := f.follow(); err != nil {
			return 0, err
		}
	}
	return f.file.Write(lines)
}

// follow opens the file anew if its name leads elsewhere: it was rotated.
func (f *File) follow() error {
	f.checked = f.now()
	mine, err := f.file.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(f.path)
	if err == nil && os.SameFile(mine, named) {
		return nil
	}
	return f.reopen()
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }
