package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/portico-portal/portico/internal/apim"
)

// auditRow is a row of the audit log yet to be written.
type auditRow struct {
	seq           int64
	actor         Actor
	action        string
	outcome       Outcome
	key           apim.Key
	before, after json.RawMessage
}

// masked stands for a secret in the audit log.
const masked = "***"

// secretFields are masked wherever they occur, beside the secrets that the kinds declare.
var secretFields = map[string]bool{
	"password": true, "primarykey": true, "secondarykey": true, "clientsecret": true,
	"validationkey": true, "accesskey": true, "accesstoken": true, "refreshtoken": true, "secret": true,
}

// As makes another actor the author of the rest of the transaction.
func (tx *Tx) As(actor Actor) { tx.actor = actor }

// Outcome is what became of what an entry of the audit log is about.
type Outcome string

// The outcomes. All but the first are of what was refused.
const (
	Succeeded Outcome = "succeeded"
	Failed    Outcome = "failed"    // a proof of identity was wrong
	Throttled Outcome = "throttled" // there were too many attempts
	Denied    Outcome = "denied"    // who asked may not do it
)

// Outcomes are all of them.
var Outcomes = []Outcome{Succeeded, Failed, Throttled, Denied}

// AuditRefusal adds an entry about something that was not done.
func (tx *Tx) AuditRefusal(action string, outcome Outcome, ref apim.Ref, after json.RawMessage) error {
	if err := tx.Audit(action, ref, nil, after); err != nil {
		return err
	}
	tx.audits[len(tx.audits)-1].outcome = outcome
	return nil
}

// Audit adds an entry to the audit log. Put, Delete, Link and the like write their own.
func (tx *Tx) Audit(action string, ref apim.Ref, before, after json.RawMessage) error {
	seq, err := tx.draw()
	if err != nil {
		return err
	}
	hide := secretsOf(ref)
	tx.audits = append(tx.audits, auditRow{seq, tx.actor, action, Succeeded, ref.Key(), mask(before, hide), mask(after, hide)})
	return nil
}

// note is the content of an audit entry that is not a document's body.
func note(says any) json.RawMessage {
	raw, err := json.Marshal(says)
	if err != nil {
		panic(fmt.Sprintf("store: a note of the audit log: %v", err)) // texts and numbers can be encoded
	}
	return raw
}

// Found records findings in a resource's history.
func (tx *Tx) Found(ref apim.Ref, findings []apim.Finding) error {
	if len(findings) == 0 {
		return nil
	}
	return tx.Audit("findings", ref, nil, note(map[string]any{"findings": findings}))
}

// secretsOf is the lower-case fields of the ref's kind that are hidden.
func secretsOf(ref apim.Ref) map[string]bool {
	kind := ref.Kind()
	if kind == nil {
		return nil
	}
	fields := map[string]bool{}
	for _, f := range kind.Secrets {
		fields[strings.ToLower(f)] = true
	}
	return fields
}

// mask replaces the values of secret fields at any depth. JSON without any is
// returned unchanged.
func mask(raw json.RawMessage, hide map[string]bool) json.RawMessage {
	if raw == nil || !namesSecret(raw, hide) {
		return raw
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return json.RawMessage(`"` + masked + `"`)
	}
	out, err := json.Marshal(maskValue(v, hide))
	if err != nil {
		return json.RawMessage(`"` + masked + `"`)
	}
	return out
}

// namesSecret is a cheap first look: most bodies have no such name at all.
func namesSecret(raw json.RawMessage, hide map[string]bool) bool {
	if bytes.Contains(raw, []byte(`\u`)) {
		return true // names may contain escapes
	}
	folded := bytes.ToLower(raw)
	for _, set := range []map[string]bool{secretFields, hide} {
		for name := range set {
			if bytes.Contains(folded, []byte(`"`+name+`"`)) {
				return true
			}
		}
	}
	return false
}

func maskValue(v any, hide map[string]bool) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			folded := strings.ToLower(name)
			text, isText := value.(string)
			if isText && text != "" && secretFields[folded] || value != nil && value != any("") && hide[folded] {
				v[name] = masked
			} else {
				v[name] = maskValue(value, hide)
			}
		}
	case []any:
		for i := range v {
			v[i] = maskValue(v[i], hide)
		}
	}
	return v
}

// AuditQuery selects entries of the audit log; a zero field does not restrict.
type AuditQuery struct {
	// Resource is this and everything below it; of an API without a revision, the
	// same of all its revisions.
	Resource apim.Ref
	Actor    string
	Action   string
	Outcome  Outcome
	Address  string    // without a port
	Since    time.Time // and later
	Until    time.Time // before it
	After    int64     // only entries with a higher number
	Oldest   bool      // the oldest first, not the newest
	Skip     int
	Limit    int // 0: no limit
}

// where is the condition of a query on the audit log, with its arguments.
func (q AuditQuery) where(service string) (string, []any) {
	since := int64(math.MinInt64)
	if !q.Since.IsZero() {
		since = q.Since.UnixMicro()
	}
	span := treeOf(q.Resource)
	where, args := span.where("key"), append(span.args(service), q.Actor, since)
	if api := q.Resource.API(); api != "" && api == api.Alias() {
		revisions := api.Revision("").Key()
		below := literal.Replace(string(revisions)) + "%" + literal.Replace(string(q.Resource[len(api):].Key()))
		where = `(` + where + ` OR service = $1 AND key > $7 AND key < $8 AND (key LIKE $9 ESCAPE '\' OR key LIKE $10 ESCAPE '\'))`
		args = append(args, revisions, revisions+"\U0010ffff", below, below+"/%")
	}
	where += ` AND (actor = $5 OR $5 = '') AND at >= $6`
	and := func(condition string, value any) {
		args = append(args, value)
		where += " AND " + strings.ReplaceAll(condition, "?", "$"+strconv.Itoa(len(args)))
	}
	if q.Action != "" {
		and("action = ?", q.Action)
	}
	if q.Outcome != "" {
		and("outcome = ?", string(q.Outcome))
	}
	if q.Address != "" { // most have a port
		and(`(address = ? OR address LIKE ?||':%' OR address LIKE '['||?||']:%')`, q.Address)
	}
	if !q.Until.IsZero() {
		and("at < ?", q.Until.UnixMicro())
	}
	if q.After > 0 {
		and("seq > ?", q.After)
	}
	return where, args
}

// literal escapes what is special in a LIKE pattern.
var literal = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// CountAudit is the number of entries that a query selects, on all pages.
func (tx *Tx) CountAudit(q AuditQuery) (n int, err error) {
	where, args := q.where(tx.s.service)
	err = tx.one([]any{&n}, `SELECT count(*) FROM audit WHERE `+where, args...)
	return n, wrap(err, "count the audit log of %q", q.Resource)
}

// PruneAudit deletes the entries that are older than a time, and before those,
// to keep what anybody can cause small, the refusals that are older than a
// quarter of a year. The newest entry stays, so that no number is given twice.
func (s *Store) PruneAudit(ctx context.Context, before time.Time) error {
	refusals := s.Now().Add(-refusalRetention)
	for {
		more, err := Write(ctx, s, Actor{Name: System}, func(tx *Tx) (bool, error) {
			old, err := tx.strings(`SELECT seq FROM audit WHERE service = $1 AND (at < $2 OR at < $3 AND outcome <> 'succeeded')
				AND seq < (SELECT max(seq) FROM audit) ORDER BY seq LIMIT 1000`,
				s.service, before.UnixMicro(), refusals.UnixMicro())
			if err != nil || len(old) == 0 {
				return false, err
			}
			last, err := strconv.ParseInt(old[len(old)-1], 10, 64)
			if err != nil {
				return false, err
			}
			_, err = tx.exec(`DELETE FROM audit WHERE service = $1 AND seq <= $4 AND (at < $2 OR at < $3 AND outcome <> 'succeeded')`,
				s.service, before.UnixMicro(), refusals.UnixMicro(), last)
			return true, err
		})
		if err != nil || !more {
			return wrap(err, "prune the audit log")
		}
	}
}

const refusalRetention = 90 * 24 * time.Hour

// AuditLog reads entries, newest first unless the query says otherwise.
func (tx *Tx) AuditLog(q AuditQuery) ([]AuditEntry, error) {
	if q.Limit <= 0 {
		q.Limit = math.MaxInt32
	}
	where, args := q.where(tx.s.service)
	order := "DESC"
	if q.Oldest {
		order = "ASC"
	}
	all, err := collect(tx, func(rows *sql.Rows) (e AuditEntry, err error) {
		var at int64
		var before, after sql.NullString
		err = rows.Scan(&e.Seq, &at, &e.Actor.Name, &e.Actor.Address, &e.Actor.RequestID, &e.Action, &e.Outcome, &e.Key, &before, &after)
		e.At, e.Before, e.After = time.UnixMicro(at).UTC(), rawText(before), rawText(after)
		return e, err
	}, `SELECT seq, at, actor, address, request_id, action, outcome, key, before, after FROM audit
		WHERE `+where+fmt.Sprintf(` ORDER BY seq %s LIMIT $%d OFFSET $%d`, order, len(args)+1, len(args)+2), append(args, q.Limit, q.Skip)...)
	return all, wrap(err, "read the audit log of %q", q.Resource)
}

// ChangedByOthers reports whether anybody but the service itself has changed
// anything after the feed number seq; a person whose id is [System] comes from an
// address. It ignores people (their data and groups) and the deletion of
// everything, which makes a service new.
func (tx *Tx) ChangedByOthers(seq int64) (bool, error) {
	var n int
	err := tx.one([]any{&n}, `SELECT count(*) FROM (SELECT 1 FROM audit WHERE service = $1 AND seq > $2 AND (actor <> $3 OR address <> '') AND outcome = 'succeeded'
		AND NOT (key = '' AND action = 'delete') AND key NOT LIKE '/users/%' AND key NOT LIKE '/jobs/%' AND NOT (key LIKE '/groups/%' AND action IN ('link', 'unlink')) LIMIT 1) AS other`, tx.s.service, seq, System)
	return n > 0, wrap(err, "look for changes since %d", seq)
}

// printable makes foreign text storable: it replaces NUL and bytes that are not
// UTF-8 by U+FFFD.
func printable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// isText reports whether both engines can store s.
func isText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }
