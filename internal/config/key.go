package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// KeyFile is where the encryption key lies.
func (s *Store) KeyFile() string {
	if s.SecretKeyFile != "" {
		return s.SecretKeyFile
	}
	return filepath.Join(s.Data, "secret.key")
}

// firstKeyFile is where the key of a new service lies until its database is
// complete: a key in KeyFile belongs to a database that exists.
func (s *Store) firstKeyFile() string { return s.KeyFile() + ".first" }

// KeepKey gives the key of a new service its place, once the database is complete.
func (s *Store) KeepKey() error {
	if s.SecretKeyFile != "" || !s.Embedded() {
		return nil
	}
	err := os.Rename(s.firstKeyFile(), s.KeyFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil // not a first start
	}
	if err != nil {
		return fmt.Errorf("keep the encryption key: %w", err)
	}
	return syncFolder(s.KeyFile())
}

// EarlierLife names what remains of a service that had a database: "" when
// nothing does, and an empty database may become a new service's.
func (s *Store) EarlierLife() (what string, err error) {
	if s.Embedded() && s.SecretKeyFile == "" {
		if file := s.KeyFile(); exists(file) {
			return "the encryption key " + file, nil
		}
	}
	if s.Embedded() {
		if file := RunFile(s.Data); exists(file) {
			return file + " of a service that ran here", nil
		}
	}
	err = filepath.WalkDir(s.BlobFolder(), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			what = "the blobs in " + s.BlobFolder()
			return filepath.SkipAll
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return what, err
}

// Keys reads the encryption keys of 32 bytes each: the one in use, and earlier
// ones that are only read with. For an embedded database that does not exist
// yet it writes a new one, mode 0600, from random.
func (s *Store) Keys(random func([]byte) (int, error)) (key []byte, old [][]byte, err error) {
	if key, err = s.key(random); err != nil {
		return nil, nil, err
	}
	for _, path := range s.OldSecretKey {
		k, err := readKey(path)
		if err != nil {
			return nil, nil, fmt.Errorf("--old-secret-key-file: %w", err)
		}
		old = append(old, k)
	}
	if !s.Rotating() {
		return key, old, nil
	}
	next, err := readKey(s.nextKeyFile())
	return next, append(old, key), err
}

// key reads the key file, or writes a new one.
func (s *Store) key(random func([]byte) (int, error)) ([]byte, error) {
	if s.SecretKeyFile == "" && !s.Embedded() {
		return nil, errors.New("--database needs --secret-key-file: a file with 32 random bytes in base64 (openssl rand -base64 32)")
	}
	path := s.KeyFile()
	places := []string{path}
	if s.SecretKeyFile == "" { // another process may move it from the one to the other now
		places = []string{path, s.firstKeyFile(), path}
	}
	for _, place := range places {
		if key, err := readKey(place); !errors.Is(err, os.ErrNotExist) {
			return key, err
		}
	}
	if s.SecretKeyFile != "" {
		return nil, fmt.Errorf("--secret-key-file: %s does not exist", path)
	}
	if exists(s.DatabaseFile()) {
		return nil, fmt.Errorf("the encryption key %s is missing but the database exists; restore the file or name it with --secret-key-file", path)
	}
	if err := s.MayBegin(); err != nil {
		return nil, err
	}
	return makeKey(s.firstKeyFile(), random)
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// MayBegin refuses to take an empty database for a first start while something
// remains of an earlier life.
func (s *Store) MayBegin() error {
	remains, err := s.EarlierLife()
	if err != nil {
		return fmt.Errorf("look for what remains of an earlier service: %w", err)
	}
	if remains == "" {
		return nil
	}
	return fmt.Errorf("the database is empty or missing, but there is %s: restore the database from a copy, or move the data folder, its key and the blobs away to begin anew", remains)
}

// nextKeyFile is where the key that will replace the one in use is kept.
func (s *Store) nextKeyFile() string { return s.KeyFile() + ".new" }

// Rotating reports whether the key of an embedded database is being replaced:
// the next key exists, and both are needed until [Store.EndRotation].
func (s *Store) Rotating() bool {
	_, err := os.Stat(s.nextKeyFile())
	return s.Embedded() && err == nil
}

// BeginRotation writes the next key beside the one in use. An existing one is
// kept: it belongs to a rotation that was interrupted.
func (s *Store) BeginRotation(random func([]byte) (int, error)) error {
	_, err := makeKey(s.nextKeyFile(), random)
	return err
}

// EndRotation replaces the key in use by the next one, once no secret needs the old key.
func (s *Store) EndRotation() error {
	if err := os.Rename(s.nextKeyFile(), s.KeyFile()); err != nil {
		return fmt.Errorf("replace the encryption key: %w", err)
	}
	return syncFolder(s.KeyFile())
}

func readKey(path string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read encryption key: %w", err)
	}
	return decodeKey(path, raw)
}

func decodeKey(path string, raw []byte) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(raw)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%s must hold 32 bytes in base64; make one with: openssl rand -base64 32", path)
	}
	return key, nil
}

// makeKey writes a new key, unless another process has just written one: then
// that one counts.
func makeKey(path string, random func([]byte) (int, error)) ([]byte, error) {
	key := make([]byte, 32)
	if _, err := random(key); err != nil {
		return nil, fmt.Errorf("make encryption key: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".secret-*")
	if err != nil {
		return nil, fmt.Errorf("write encryption key: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return nil, fmt.Errorf("write encryption key: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("write encryption key: %w", err)
	}
	if err := syncFolder(path); err != nil {
		return nil, err
	}
	return readKey(path)
}

// syncFolder makes a new file name in the folder survive a power loss.
func syncFolder(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Exposed says which of the files that hold secrets other people on this machine
// may read, and what to do; none where the system has no such modes.
func (s *Store) Exposed() (warnings []string) {
	open := func(path string, bits fs.FileMode, mode string) {
		info, err := os.Stat(path)
		if err == nil && info.Mode().Perm()&bits != 0 {
			warnings = append(warnings, fmt.Sprintf("others may read %s (mode %04o): chmod %s %s", path, info.Mode().Perm(), mode, path))
		}
	}
	if s.SecretKeyFile != "" || s.Embedded() {
		open(s.KeyFile(), 0o077, "600")
	}
	if s.Embedded() {
		open(s.Data, 0o077, "700")
	}
	return warnings
}
