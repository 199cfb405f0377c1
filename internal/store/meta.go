package store

import (
	"github.com/portico-portal/portico/internal/apim"
)

// The names of the store's own meta values.
const (
	metaPortalRevision = "store.portal-revision" // name of the current portal revision
	metaWritable       = "store.writable"        // written to see whether that works
	metaPruned         = "store.pruned"          // highest feed number pruned
)

// Meta reads a named value of the service, "" if it was never set.
func (tx *Tx) Meta(name string) (string, error) {
	var value string
	err := tx.one([]any{&value}, `SELECT value FROM meta WHERE service = $1 AND name = $2`, tx.s.service, name)
	value, err = apim.OrNone(value, err)
	return value, wrap(err, "read meta value %s", name)
}

// SetMeta stores a named value of the service. It does not appear in feed or audit log.
func (tx *Tx) SetMeta(name, value string) error {
	_, err := tx.exec(`INSERT INTO meta (service, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (service, name) DO UPDATE SET value = excluded.value`, tx.s.service, name, value)
	return wrap(err, "store meta value %s", name)
}
