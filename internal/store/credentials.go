package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// credentialsField is the secret that holds what a kind declares secret inside its
// members (apim.Kind.Credentials): the texts by their place in the body, which
// has masks there.
const credentialsField = "credentials"

// sealCredentials moves the credentials in a document's body into its secret. A
// mask, which is what those see who may not read them, means what is stored.
func (tx *Tx) sealCredentials(d *Document) error {
	paths := credentialsOf(d.Kind)
	if paths == nil {
		return nil
	}
	body, values, err := splitCredentials(d.Body, paths)
	if err != nil {
		return fmt.Errorf("seal the credentials of %s: %w", d.Ref, err)
	}
	stored, err := tx.credentials(d.Ref)
	if err != nil {
		return err
	}
	for place, value := range values {
		if value == masked && stored[place] != "" {
			values[place] = stored[place]
		}
	}
	d.Body = body
	switch {
	case maps.Equal(values, stored):
		return nil
	case len(values) == 0:
		_, err = tx.exec(`DELETE FROM secret WHERE service = $1 AND key = $2 AND field = $3`, tx.s.service, d.Ref, credentialsField)
		return err
	}
	return tx.storeSecret(d.Ref, credentialsField, string(note(values)), nil)
}

// credentials are the stored credentials of a document, by place; none is empty.
func (tx *Tx) credentials(ref apim.Ref) (values map[string]string, err error) {
	text, err := apim.OrNone(tx.Secret(ref, credentialsField))
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &values)
	}
	return values, wrap(err, "credentials of %s", ref)
}

// WithCredentials is a document with its credentials in place of their masks, for
// those who may read them.
func (tx *Tx) WithCredentials(d *Document) (*Document, error) {
	paths := credentialsOf(d.Kind)
	if paths == nil {
		return d, nil
	}
	values, err := tx.credentials(d.Ref)
	if err != nil || len(values) == 0 {
		return d, err
	}
	body, err := walkCredentials(d.Body, paths, func(place, text string) string {
		if value, ok := values[place]; ok {
			return value
		}
		return text
	})
	whole := *d
	whole.Body = body
	return &whole, wrap(err, "open the credentials of %s", d.Ref)
}

func credentialsOf(kind string) []string {
	if k := apim.KindByPath(kind); k != nil {
		return k.Credentials
	}
	return nil
}

// splitCredentials masks the credentials of a body and returns them by place.
func splitCredentials(body json.RawMessage, paths []string) (json.RawMessage, map[string]string, error) {
	values := map[string]string{}
	body, err := walkCredentials(body, paths, func(place, text string) string {
		values[place] = text
		return masked
	})
	return body, values, err
}

// walkCredentials replaces the texts at and below the paths of a body.
func walkCredentials(body json.RawMessage, paths []string, replace func(place, text string) string) (json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	for _, path := range paths {
		v = replaceAt(v, strings.Split(path, "."), "", replace)
	}
	return json.Marshal(v)
}

// replaceAt replaces the texts below path, in which * is every member.
func replaceAt(v any, path []string, place string, replace func(place, text string) string) any {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if len(path) == 0 || path[0] == "*" || path[0] == name {
				v[name] = replaceAt(v[name], path[min(1, len(path)):], place+"/"+name, replace)
			}
		}
	case []any:
		for i := range v {
			v[i] = replaceAt(v[i], path, place+"/"+strconv.Itoa(i), replace)
		}
	case string:
		if len(path) == 0 && v != "" {
			return replace(place, v)
		}
	}
	return v
}

// metaSealed says for which declarations what was stored before them is sealed.
const metaSealed = "store.sealed"

// sealStored seals credentials that were stored, and masks those that were noted in
// the audit log, before their kinds declared them. Where the disk takes no writes
// it is left for the next start.
func (s *Store) sealStored(ctx context.Context) error {
	declared := ""
	for _, k := range apim.Kinds {
		if k.Credentials != nil {
			declared += k.Path + ":" + strings.Join(k.Credentials, ",") + ";"
		}
	}
	done, err := Read(ctx, s, func(tx *Tx) (string, error) { return tx.Meta(metaSealed) })
	if err != nil || done == declared {
		return err
	}
	err = s.UpdateAlone(ctx, Actor{Name: System}, func(tx *Tx) error {
		if s.Dialect() == "sqlite" { // what is replaced is overwritten, too
			if err := tx.Exec(`PRAGMA secure_delete = ON`); err != nil {
				return err
			}
		}
		for _, k := range apim.Kinds {
			if k.Credentials == nil {
				continue
			}
			if err := tx.sealKind(k); err != nil {
				return err
			}
		}
		return tx.SetMeta(metaSealed, declared)
	})
	if apim.Unwritable(err) {
		s.logger.WarnContext(ctx, "credentials that an earlier version stored are not sealed yet: the disk takes no writes", "error", err)
		return nil
	}
	return wrap(err, "seal what is stored")
}

func (tx *Tx) sealKind(kind *apim.Kind) error {
	docs, err := tx.ListAll(kind.Path)
	if err != nil {
		return err
	}
	for _, d := range docs {
		if err := tx.sealCredentials(d); err != nil {
			return err
		}
		if _, err := tx.exec(`UPDATE document SET body = $3 WHERE service = $1 AND key = $2`, tx.s.service, d.Key(), string(d.Body)); err != nil {
			return err
		}
	}
	return tx.maskNoted(kind)
}

// maskNoted masks the credentials of a kind in the audit log.
func (tx *Tx) maskNoted(kind *apim.Kind) error {
	type entry struct {
		seq           int64
		key           apim.Key
		before, after sql.NullString
	}
	all, err := collect(tx, func(rows *sql.Rows) (e entry, err error) {
		return e, rows.Scan(&e.seq, &e.key, &e.before, &e.after)
	}, `SELECT seq, key, before, after FROM audit WHERE service = $1 AND key LIKE $2`, tx.s.service, "%"+string(apim.Ref("").Child(kind.Path, "%").Key()))
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.key.Ref().Kind() != kind {
			continue
		}
		for _, text := range []*sql.NullString{&e.before, &e.after} {
			if hidden, _, err := splitCredentials(json.RawMessage(text.String), kind.Credentials); text.Valid && err == nil {
				text.String = string(hidden)
			}
		}
		if _, err := tx.exec(`UPDATE audit SET before = $3, after = $4 WHERE service = $1 AND seq = $2`, tx.s.service, e.seq, e.before, e.after); err != nil {
			return err
		}
	}
	return nil
}
