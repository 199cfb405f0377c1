package arm

import (
	"encoding/json"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
)

// StoredRefs brings the ids in properties into stored form. In a workspace, an
// id without one refers to the same workspace, except for users.
func StoredRefs(kind *apim.Kind, home apim.Ref, properties json.RawMessage) (json.RawMessage, error) {
	if len(kind.Refs) == 0 {
		return properties, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(properties, &members); err != nil {
		return nil, fmt.Errorf("decode properties: %w", err)
	}
	for _, name := range kind.Refs {
		var id string
		if json.Unmarshal(members[name], &id) == nil && id != "" {
			ref := apim.ParseRef(id)
			if home != "" && ref.Workspace() != "" && !ref.Home().Same(home) {
				return nil, apim.Invalid(name, fmt.Sprintf("%s names %s, which is in another workspace.", name, ref))
			}
			if k := ref.Kind(); home != "" && ref.Workspace() == "" && (k == nil || k.Workspace) {
				ref = home + ref
			}
			members[name], _ = json.Marshal(ref) // strings can always be encoded
		}
	}
	return json.Marshal(members)
}
