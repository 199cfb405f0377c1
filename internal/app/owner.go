package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/gofrs/flock"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/config"
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
	// PortalCertificate is the same of the portal.
	PortalCertificate string `json:"portalCertificate,omitempty"`
	PortalAddress     string `json:"portalAddress,omitempty"` // as the outside sees it
}

// Owner holds the lock of a data folder. Only one process has it at a time, so
// that an embedded database has one writer and one set of caches.
type Owner struct {
	dir       string
	lock      *flock.Flock
	announced atomic.Bool // run.json is ours
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
	o.announced.Store(true)
	data, err := json.Marshal(run)
	if err != nil {
		return err
	}
	path := config.RunFile(o.dir)
	err = os.WriteFile(path+".new", data, 0o600)
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return fmt.Errorf("write run.json: %w", apim.DiskError(err))
	}
	return nil
}

// Close removes run.json, if this process wrote it, and releases the lock.
func (o *Owner) Close() error {
	if !o.announced.Load() {
		return o.lock.Unlock()
	}
	if err := os.Remove(config.RunFile(o.dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return errors.Join(err, o.lock.Unlock())
	}
	return o.lock.Unlock()
}

// readRun reads run.json of a folder that a running process owns.
func readRun(dir string) (Run, error) {
	var run Run
	data, err := os.ReadFile(config.RunFile(dir))
	if err != nil {
		return run, fmt.Errorf("the process that owns %s has not announced itself yet; try again: %w", dir, err)
	}
	if err := json.Unmarshal(data, &run); err != nil {
		return run, fmt.Errorf("read %s: %w", config.RunFile(dir), err)
	}
	return run, nil
}
