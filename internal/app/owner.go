package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// ErrOwned says that a running process owns the data folder. [Call] reaches that process.
var ErrOwned = errors.New("the data folder belongs to a running portico")

// Run is the content of DATA/run.json: how other commands reach the process
// that owns the folder.
type Run struct {
	PID           int    `json:"pid"`
	ManagementURL string `json:"managementUrl,omitempty"` // where the management API listens; "": it is not served
	Certificate   string `json:"certificate,omitempty"`   // file with the certificate of the management API; "": it is served without TLS
	PortalURL     string `json:"portalUrl,omitempty"`     // where the portal listens
	PortalAddress string `json:"portalAddress,omitempty"` // as the outside sees it
}

// Owner holds the lock of a data folder. Only one process has it at a time, so
// that an embedded database has one writer and one set of caches.
type Owner struct {
	dir  string
	lock *flock.Flock
}

// Own creates the folder with mode 0700 if needed and takes its lock. It
// returns ErrOwned if another process has it.
func Own(dir string) (*Owner, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	if !ok {
		return nil, fmt.Errorf("%s: %w", dir, ErrOwned)
	}
	return &Owner{dir: dir, lock: lock}, nil
}

// Announce writes run.json.
func (o *Owner) Announce(run Run) error {
	data, err := json.Marshal(run)
	if err != nil {
		return err
	}
	path := filepath.Join(o.dir, "run.json")
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return fmt.Errorf("write run.json: %w", err)
	}
	return os.Rename(path+".new", path)
}

// Close removes run.json and releases the lock.
func (o *Owner) Close() error {
	if err := os.Remove(filepath.Join(o.dir, "run.json")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return errors.Join(err, o.lock.Unlock())
	}
	return o.lock.Unlock()
}

// readRun reads run.json of a folder that a running process owns.
func readRun(dir string) (Run, error) {
	var run Run
	data, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		return run, fmt.Errorf("the process that owns %s has not announced itself yet; try again: %w", dir, err)
	}
	if err := json.Unmarshal(data, &run); err != nil {
		return run, fmt.Errorf("read %s: %w", filepath.Join(dir, "run.json"), err)
	}
	return run, nil
}
