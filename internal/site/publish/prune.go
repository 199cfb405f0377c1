package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/store"
)

// DeleteOlder deletes the portal revisions that were made before the revision
// name, and what only they held. The current revision and scheduled ones
// always stay. It returns the names of those deleted, the oldest first.
func (s *Service) DeleteOlder(ctx context.Context, actor store.Actor, name apim.Name) ([]apim.Name, error) {
	var deleted []apim.Name
	var files []string
	err := s.Store.Update(ctx, actor, func(tx *store.Tx) (err error) {
		deleted, files, err = deleteOlder(tx, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delete portal revisions older than %s: %w", name, err)
	}
	for _, hash := range files {
		if s.Media == nil {
			break
		}
		if err := s.Media.Delete(ctx, blob.HashedPrefix+hash); err != nil && !errors.Is(err, apim.ErrNotFound) {
			return deleted, fmt.Errorf("delete what only old portal revisions held: %w", err)
		}
	}
	return deleted, nil
}

// deleteOlder tells which revisions it deleted, and the hashes of the files that
// nothing holds any more.
func deleteOlder(tx *store.Tx, name apim.Name) (deleted []apim.Name, files []string, err error) {
	kept, err := get(tx, apim.PortalRevisionRef(name))
	if err != nil {
		return nil, nil, err
	}
	current, err := tx.CurrentPortalRevision()
	if err != nil {
		return nil, nil, err
	}
	old, err := revisions(tx, func(r revision) bool {
		return r.CreatedDateTime.Before(*kept.CreatedDateTime) && r.ScheduledDateTime == nil && !r.name.Same(current)
	})
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(old, func(a, b revision) int { return a.CreatedDateTime.Compare(*b.CreatedDateTime) })
	deleted = []apim.Name{}
	var held []string
	for _, r := range old {
		pins, err := tx.PinnedHashes(r.name)
		if err != nil {
			return nil, nil, err
		}
		held = append(held, pins...)
		if err := tx.DeleteRevisionItems(r.name); err != nil {
			return nil, nil, err
		}
		if err := tx.Delete(apim.PortalRevisionRef(r.name)); err != nil {
			return nil, nil, err
		}
		deleted = append(deleted, r.name)
	}
	if _, err := tx.SweepRevisionBodies(); err != nil {
		return nil, nil, err
	}
	files, err = unheld(tx, held)
	return deleted, files, err
}

// unheld are those of the hashes that no revision pins and that are no API's
// description, which is kept under its hash too.
func unheld(tx *store.Tx, hashes []string) ([]string, error) {
	kept, err := tx.PinnedHashes("")
	if err != nil {
		return nil, err
	}
	slices.Sort(hashes)
	var free []string
	for _, hash := range slices.Compact(hashes) {
		if _, pinned := slices.BinarySearch(kept, hash); pinned {
			continue
		}
		described, err := tx.APIMentions(blob.HashedPrefix + hash)
		if err != nil {
			return nil, err
		}
		if !described {
			free = append(free, hash)
		}
	}
	return free, nil
}
