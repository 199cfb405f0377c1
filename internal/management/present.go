package management

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// envelope shows a document to the caller: its id in the form of the request,
// references in it likewise. ref is the document's id as the client may see it.
func (c *call) envelope(kind *apim.Kind, ref apim.Ref, body json.RawMessage) (arm.Envelope, error) {
	e := arm.Envelope{ID: c.address.ID(ref), Type: kind.ARMType(ref.Workspace() != ""), Name: ref.Name(), Properties: body}
	if kind.ShortID {
		e.ID = string(ref)
	}
	if c.address.ARM() && mentions(body, kind.Refs) {
		var err error
		if e.Properties, err = c.longRefs(kind, body); err != nil {
			return e, fmt.Errorf("decode %s: %w", ref, err)
		}
	}
	e.Properties = arm.Complete(e.Properties, kind.Always)
	return e, nil
}

// mentions reports whether a body may have one of the members, without decoding it.
func mentions(body json.RawMessage, members []string) bool {
	return slices.ContainsFunc(members, func(m string) bool { return bytes.Contains(body, []byte(`"`+m+`"`)) })
}

// longRefs brings the ids in properties into the form of the request.
func (c *call) longRefs(kind *apim.Kind, body json.RawMessage) (json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, err
	}
	for _, name := range kind.Refs {
		var id string
		if json.Unmarshal(members[name], &id) == nil && strings.HasPrefix(id, "/") {
			members[name], _ = json.Marshal(c.address.ID(apim.Ref(id))) // strings can always be encoded
		}
	}
	return json.Marshal(members)
}

// shown is a document's id as the client sees it: through the alias for an
// API's current revision, if the request named no revision.
func (c *call) shown(doc *store.Document) apim.Ref {
	if _, revision := apim.SplitRevision(c.ref.API().Name()); revision != "" {
		return doc.Ref
	}
	return doc.Ref.Alias()
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}
