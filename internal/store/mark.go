package store

import (
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// Mark is the time that is kept under a name; zero if there is none. A mark is
// forgotten some time after it has passed.
func (tx *Tx) Mark(name string) (time.Time, error) {
	var until int64
	err := tx.one([]any{&until}, `SELECT until FROM mark WHERE service = $1 AND name = $2`, tx.s.service, name)
	if err != nil {
		return time.Time{}, apim.IfAbsent(wrap(err, "read mark %s", name), nil)
	}
	return time.UnixMicro(until).UTC(), nil
}

// SetMark keeps a time under a name; a time that has passed removes the mark. It
// appears in neither feed nor audit log.
func (tx *Tx) SetMark(name string, until time.Time) error {
	if !until.After(tx.now) {
		_, err := tx.exec(`DELETE FROM mark WHERE service = $1 AND name = $2`, tx.s.service, name)
		return wrap(err, "remove mark %s", name)
	}
	_, err := tx.exec(`INSERT INTO mark (service, name, until) VALUES ($1, $2, $3)
		ON CONFLICT (service, name) DO UPDATE SET until = excluded.until`, tx.s.service, name, until.UnixMicro())
	return wrap(err, "store mark %s", name)
}
