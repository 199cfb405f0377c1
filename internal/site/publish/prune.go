package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// DeleteOlder deletes the portal revisions that were made before the revision
// name, and what only they held. The current revision always stays. It returns
// the names of those deleted, the oldest first.
func (s *Service) DeleteOlder(ctx context.Context, actor store.Actor, name string) ([]string, error) {
	var deleted []string
	err := s.Store.Update(ctx, actor, func(tx *store.Tx) (err error) {
		deleted, err = deleteOlder(tx, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delete portal revisions older than %s: %w", name, err)
	}
	return deleted, nil
}

func deleteOlder(tx *store.Tx, name string) ([]string, error) {
	kept, err := get(tx, revisionRef(name))
	if err != nil {
		return nil, err
	}
	current, err := tx.CurrentPortalRevision()
	if err != nil {
		return nil, err
	}
	docs, err := tx.ListAll(apim.PortalRevisions.Path)
	if err != nil {
		return nil, err
	}
	type dated struct {
		name string
		rev  apim.PortalRevision
	}
	var old []dated
	for _, d := range docs {
		r := dated{name: d.Ref.Name()}
		if err := json.Unmarshal(d.Body, &r.rev); err != nil {
			return nil, fmt.Errorf("%s: %w", d.Ref, err)
		}
		if r.rev.CreatedDateTime.Before(*kept.CreatedDateTime) && !strings.EqualFold(r.name, current) {
			old = append(old, r)
		}
	}
	slices.SortFunc(old, func(a, b dated) int { return a.rev.CreatedDateTime.Compare(*b.rev.CreatedDateTime) })
	deleted := []string{}
	for _, r := range old {
		if err := tx.DeleteRevisionItems(r.name); err != nil {
			return nil, err
		}
		if err := tx.Delete(revisionRef(r.name)); err != nil {
			return nil, err
		}
		deleted = append(deleted, r.name)
	}
	_, err = tx.SweepRevisionBodies()
	return deleted, err
}
