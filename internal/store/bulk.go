package store

import "github.com/portico-portal/portico/internal/apim"

// GetAll returns those documents of refs that exist, by key.
func (tx *Tx) GetAll(refs []apim.Ref) (map[apim.Key]*Document, error) {
	found := make(map[apim.Key]*Document, len(refs))
	err := chunks(keyArgs(refs), func(piece []any) error {
		docs, err := tx.documents(`service = $1 AND key IN (`+placeholders(2, len(piece))+`)`,
			append([]any{tx.s.service}, piece...)...)
		for _, d := range docs {
			found[d.Key()] = d
		}
		return err
	})
	return found, wrap(err, "get %d documents", len(refs))
}

// LinksOfAll returns, by key and in order, what each of refs is linked to.
func (tx *Tx) LinksOfAll(kind apim.LinkKind, refs []apim.Ref) (map[apim.Key][]apim.Ref, error) {
	found := map[apim.Key][]apim.Ref{}
	err := chunks(keyArgs(refs), func(piece []any) error {
		links, err := tx.linkRows(`from_key IN (`+placeholders(3, len(piece))+`)`, kind, piece...)
		for _, l := range links {
			found[l.From] = append(found[l.From], l.To.Ref())
		}
		return err
	})
	return found, wrap(err, "read links %s of %d resources", kind, len(refs))
}

func keyArgs(refs []apim.Ref) []any {
	keys := make([]any, len(refs))
	for i, ref := range refs {
		keys[i] = ref
	}
	return keys
}
