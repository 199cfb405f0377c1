package widget

import (
	"encoding/json"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
)

// Node is one node of a document tree as stored (portal-wire.md §3.3).
// Raw is the node's whole JSON object, so unknown fields survive.
type Node struct {
	Type  string
	Nodes []*Node
	Raw   json.RawMessage

	members map[string]json.RawMessage // of Raw, read once
}

// UnmarshalJSON reads type and nodes and keeps the rest in Raw.
func (n *Node) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &n.members); err != nil {
		return err
	}
	n.Raw = slices.Clone(data)
	if raw := n.members["type"]; len(raw) > 0 {
		if err := json.Unmarshal(raw, &n.Type); err != nil {
			return err
		}
	}
	if raw := n.members["nodes"]; len(raw) > 0 {
		if err := json.Unmarshal(raw, &n.Nodes); err != nil {
			return err
		}
	}
	n.Nodes = slices.DeleteFunc(n.Nodes, func(c *Node) bool { return c == nil })
	return nil
}

// MarshalJSON writes the node as it was read.
func (n *Node) MarshalJSON() ([]byte, error) {
	if n.Raw != nil {
		return n.Raw, nil
	}
	return json.Marshal(struct {
		Type  string  `json:"type,omitempty"`
		Nodes []*Node `json:"nodes,omitempty"`
	}{n.Type, n.Nodes})
}

// decode reads the node's own properties into v; fields v does not have are left alone.
func (n *Node) decode(v any) error {
	if len(n.Raw) == 0 {
		return nil
	}
	return json.Unmarshal(n.Raw, v)
}

// Rule says who sees a node. Both stored spellings are read: `{"roles":[...]}`
// and `{"type":"group","allow":[...]}`. The zero Rule admits everyone.
type Rule struct {
	groups []apim.PublicID // keys; empty: everyone
	anyone bool            // named "everyone"
}

// Nobody admits nobody but administrators: it stands for a rule that is not understood.
var Nobody = Rule{groups: []apim.PublicID{"\x00"}}

// ParseRule reads a node's or a page's security member. Null, absent and empty admit everyone.
func ParseRule(raw json.RawMessage) (Rule, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return Rule{}, nil
	}
	var s struct {
		Roles []string        `json:"roles"`
		Type  string          `json:"type"`
		Allow json.RawMessage `json:"allow"`
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return Rule{}, err
	}
	names := s.Roles
	if len(s.Allow) > 0 && string(s.Allow) != "null" {
		var allow []string
		if err := json.Unmarshal(s.Allow, &allow); err != nil {
			return Rule{}, err
		}
		names = append(names, allow...)
	}
	var r Rule
	for _, name := range names {
		group := apim.ParseRef(name).PublicID().Key()
		switch group {
		case "everyone":
			r.anyone = true
		case "anonymous":
			group = apim.Guests
		case "authenticated":
			group = apim.Developers
		}
		r.groups = append(r.groups, group)
	}
	return r, nil
}

// Groups are the keys of the groups the rule names; the audience of a page depends on them.
func (r Rule) Groups() []apim.PublicID {
	if r.anyone {
		return nil
	}
	return r.groups
}

// NamesGuests reports whether the rule says by name that guests are admitted.
func (r Rule) NamesGuests() bool { return r.anyone || slices.Contains(r.groups, apim.Guests) }

// Admits reports whether the visitor may see what the rule guards. Guests are
// in the group guests only; a signed-in user never is, also an administrator.
func (r Rule) Admits(v catalog.Visitor) bool {
	if r.anyone || len(r.groups) == 0 {
		return true
	}
	signedIn := v.UserID != ""
	for _, g := range r.groups {
		switch {
		case g == apim.Guests:
			if !signedIn {
				return true
			}
		case g == apim.Developers && signedIn, signedIn && v.Admin, slices.Contains(v.Groups, g):
			return true
		}
	}
	return false
}
