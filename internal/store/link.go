package store

import (
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
)

// LinkRow is one association.
type LinkRow struct{ From, To apim.Key }

const linkColumns = `service, kind, from_key, to_key`

// Link links from to to and reports whether the link is new.
func (tx *Tx) Link(kind apim.LinkKind, from, to apim.Ref) (created bool, err error) {
	for _, ref := range []apim.Ref{from, to} {
		if err := checkRef(ref); err != nil {
			return false, err
		}
	}
	n, err := tx.exec(insertSQL("link", linkColumns, `ON CONFLICT DO NOTHING`, 1),
		tx.s.service, string(kind), from, to)
	if err != nil || n == 0 {
		return false, wrap(err, "link %s to %s", from, to)
	}
	return true, tx.linked("link", kind, from, to)
}

// LinkAll is Link for many; the audit log gets one row with their number.
func (tx *Tx) LinkAll(kind apim.LinkKind, links []LinkRow) error {
	rows := make([][]any, len(links))
	seen := map[apim.Key]bool{}
	for i, l := range links {
		if err := errors.Join(checkRef(l.From.Ref()), checkRef(l.To.Ref())); err != nil {
			return err
		}
		rows[i] = []any{tx.s.service, string(kind), l.From, l.To}
		if seen[l.From] {
			continue
		}
		seen[l.From] = true
		if _, err := tx.changed(l.From, string(kind), l.From, OpLink); err != nil {
			return err
		}
	}
	if len(links) == 0 {
		return nil
	}
	if err := tx.insert("link", linkColumns, `ON CONFLICT DO NOTHING`, rows); err != nil {
		return fmt.Errorf("link %d resources: %w", len(links), err)
	}
	return tx.Audit("link", links[0].From.Ref().Parent(), nil, note(map[string]any{"kind": kind, "links": len(links)}))
}

// Unlink removes a link and reports whether there was one.
func (tx *Tx) Unlink(kind apim.LinkKind, from, to apim.Ref) (removed bool, err error) {
	n, err := tx.exec(`DELETE FROM link WHERE service = $1 AND kind = $2 AND from_key = $3 AND to_key = $4`,
		tx.s.service, string(kind), from, to)
	if err != nil || n == 0 {
		return false, wrap(err, "unlink %s from %s", to, from)
	}
	return true, tx.linked("unlink", kind, from, to)
}

// linked records in feed and audit log that a link of from changed.
func (tx *Tx) linked(action string, kind apim.LinkKind, from, to apim.Ref) error {
	if _, err := tx.changed(from.Key(), string(kind), from.Key(), OpLink); err != nil {
		return err
	}
	entry := note(map[string]string{"kind": string(kind), "to": string(to.Key())})
	if action == "unlink" {
		return tx.Audit(action, from, entry, nil)
	}
	return tx.Audit(action, from, nil, entry)
}

// HasLink reports whether from is linked to to.
func (tx *Tx) HasLink(kind apim.LinkKind, from, to apim.Ref) (bool, error) {
	found, err := tx.strings(`SELECT to_key FROM link WHERE service = $1 AND kind = $2 AND from_key = $3 AND to_key = $4`,
		tx.s.service, string(kind), from, to)
	return len(found) > 0, wrap(err, "look for a link of %s", from)
}

// Links are the refs that from is linked to, in order.
func (tx *Tx) Links(kind apim.LinkKind, from apim.Ref) ([]apim.Ref, error) {
	return tx.refs(`SELECT to_key FROM link WHERE service = $1 AND kind = $2 AND from_key = $3 ORDER BY to_key`,
		tx.s.service, string(kind), from)
}

// Backlinks are the refs that are linked to to, in order.
func (tx *Tx) Backlinks(kind apim.LinkKind, to apim.Ref) ([]apim.Ref, error) {
	return tx.refs(`SELECT from_key FROM link WHERE service = $1 AND kind = $2 AND to_key = $3 ORDER BY from_key`,
		tx.s.service, string(kind), to)
}

func (tx *Tx) refs(query string, args ...any) ([]apim.Ref, error) {
	keys, err := tx.strings(query, args...)
	refs := make([]apim.Ref, len(keys))
	for i, k := range keys {
		refs[i] = apim.Ref(k)
	}
	return refs, wrap(err, "read links")
}

// AllLinks are all links of a kind, in order.
func (tx *Tx) AllLinks(kind apim.LinkKind) ([]LinkRow, error) {
	all, err := tx.linkRows(`TRUE`, kind)
	return all, wrap(err, "read all links %s", kind)
}

// ResolveAPI replaces a leading /apis/x, also in a workspace, by the ref of its
// current revision, spelled as created. Other refs, and those that name a
// revision, are returned unchanged. The error is apim.ErrNotFound if the API
// has no current revision.
func (tx *Tx) ResolveAPI(ref apim.Ref) (apim.Ref, error) {
	alias := ref.API()
	if alias == "" || alias.Alias() != alias {
		return ref, nil
	}
	found, err := tx.strings(`SELECT coalesce(d.path, l.to_key) FROM link l
		LEFT JOIN document d ON d.service = l.service AND d.key = l.to_key
		WHERE l.service = $1 AND l.kind = $2 AND l.from_key = $3`,
		tx.s.service, string(apim.CurrentRevision), alias)
	if err != nil {
		return "", fmt.Errorf("resolve %s: %w", ref, err)
	}
	if len(found) == 0 {
		return "", fmt.Errorf("%s: %w", alias, apim.ErrNotFound)
	}
	return apim.Ref(found[0] + string(ref[len(alias):])), nil
}

// wrap adds what was being done to an error; nil stays nil.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
