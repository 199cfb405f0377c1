package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
)

// PutSchemaParts replaces the definitions of one schema resource of an API
// revision; the names keep their case.
func (tx *Tx) PutSchemaParts(api apim.Ref, schemaID apim.Name, parts map[string]json.RawMessage) error {
	if err := checkRef(api); err != nil {
		return err
	}
	_, err := tx.exec(`DELETE FROM schema_part WHERE service = $1 AND api = $2 AND schema = $3`,
		tx.s.service, api, schemaID)
	if err != nil {
		return fmt.Errorf("replace the parts of schema %s of %s: %w", schemaID, api, err)
	}
	rows := make([][]any, 0, len(parts))
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if !isText(name) || !isJSON(parts[name]) {
			return apim.Invalid("schemas/"+name, "Not JSON in UTF-8.")
		}
		rows = append(rows, []any{tx.s.service, api, name, schemaID, string(parts[name])})
	}
	err = tx.insert("schema_part", "service, api, name, schema, body", "", rows)
	return wrap(err, "store the parts of schema %s of %s", schemaID, api)
}

// SchemaParts reads named definitions of an API revision; missing ones are left
// out. If two schemas define a name, the first schema by id counts.
func (tx *Tx) SchemaParts(api apim.Ref, names []string) (map[string]json.RawMessage, error) {
	parts := make(map[string]json.RawMessage, len(names))
	err := chunks(names, func(piece []string) error {
		args := []any{tx.s.service, api}
		for _, name := range piece {
			args = append(args, name)
		}
		return tx.each(func(rows *sql.Rows) error {
			var name, body string
			err := rows.Scan(&name, &body)
			if parts[name] == nil {
				parts[name] = json.RawMessage(body)
			}
			return err
		}, `SELECT name, body FROM schema_part WHERE service = $1 AND api = $2 AND name IN (`+
			placeholders(3, len(piece))+`) ORDER BY name, schema`, args...)
	})
	return parts, wrap(err, "read schema parts of %s", api)
}

// SchemaPartNames are the names of all definitions of an API revision, ordered.
func (tx *Tx) SchemaPartNames(api apim.Ref) ([]string, error) {
	names, err := tx.strings(`SELECT DISTINCT name FROM schema_part WHERE service = $1 AND api = $2 ORDER BY name`,
		tx.s.service, api)
	return names, wrap(err, "read schema part names of %s", api)
}
