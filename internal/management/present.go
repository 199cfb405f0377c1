package management

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// envelope shows a document to the caller: its id in the form of the request,
// references in it likewise. ref is the document's id as the client may see it.
func (c *call) envelope(kind *apim.Kind, ref apim.Ref, body json.RawMessage) (arm.Envelope, error) {
	e := arm.Envelope{ID: c.address.ID(ref), Type: kind.ARMType(), Name: ref.Name(), Properties: body}
	if kind.ShortID {
		e.ID = string(ref)
	}
	if !kind.Provisions && (len(kind.Refs) == 0 || !c.address.ARM()) {
		return e, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return e, fmt.Errorf("decode %s: %w", ref, err)
	}
	for _, name := range kind.Refs {
		var id string
		if json.Unmarshal(members[name], &id) == nil && strings.HasPrefix(id, "/") && c.address.ARM() {
			members[name], _ = json.Marshal(c.address.ID(apim.Ref(id))) // strings marshal always
		}
	}
	if kind.Provisions {
		members["provisioningState"] = json.RawMessage(`"Succeeded"`)
	}
	var err error
	e.Properties, err = json.Marshal(members)
	return e, err
}

// shown is a stored document's id as the client sees it: through the alias of
// an API's current revision when the request named no revision.
func (c *call) shown(doc *store.Document) apim.Ref {
	if _, revision := apim.SplitRevision(apiName(c.ref)); revision != "" {
		return doc.Ref
	}
	return aliasOf(doc.Ref)
}

// aliasOf takes ";rev=n" out of the API's name in a ref.
func aliasOf(ref apim.Ref) apim.Ref {
	name := apiName(ref)
	id, revision := apim.SplitRevision(name)
	if revision == "" {
		return ref
	}
	return apim.Ref(strings.Replace(string(ref), "/"+name, "/"+id, 1))
}

// apiName is the name of the API in a ref such as /apis/x;rev=2/operations/y, or "".
func apiName(ref apim.Ref) string {
	parts := strings.SplitN(string(ref), "/", 4)
	if len(parts) > 2 && strings.EqualFold(parts[1], "apis") {
		return parts[2]
	}
	return ""
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}
