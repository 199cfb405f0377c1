package reference

import (
	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/widget/prose"
)

// consoleStart is what the console starts from; the island's TypeScript type
// Start mirrors it.
type consoleStart struct {
	API        apim.PublicID      `json:"api"`       // its public id
	Operation  apim.Name          `json:"operation"` // its id
	Method     string             `json:"method"`
	URL        string             `json:"url"`                 // with parameters in braces
	KeyHeader  string             `json:"keyHeader,omitempty"` // where the subscription key goes; "" of an open API
	KeyQuery   string             `json:"keyQuery,omitempty"`  // the same in the query
	Parameters []consoleParameter `json:"parameters"`
	Bodies     []sampleBody       `json:"bodies"` // one for each media type that the operation takes
	Keys       string             `json:"keys"`   // where the visitor's keys are asked for
	Access     string             `json:"access"` // where one gets a key
	SignIn     string             `json:"signIn"` // where guests go, leading back here
}

type consoleParameter struct {
	Name     string   `json:"name"`
	Place    string   `json:"place"` // path, query, header, cookie
	Type     string   `json:"type"`  // in words: "integer or null"
	Required bool     `json:"required,omitempty"`
	Values   []string `json:"values,omitempty"` // that it may have; none: any
	Value    string   `json:"value,omitempty"`  // to start with
	Hint     string   `json:"hint,omitempty"`   // what it means, in plain text
}

func (r *operation) consoleStart() consoleStart {
	s := consoleStart{
		API: r.API.ID, Operation: r.op.ID, Method: r.op.Method, URL: r.address(),
		Parameters: []consoleParameter{}, Bodies: r.sampleBodies(), Keys: address.ConsoleKeys,
		Access: address.Access(r.API.ID), SignIn: address.SignInFor(address.Console(r.API.ID, r.op.ID)),
	}
	if r.API.Props != nil && r.API.Props.NeedsSubscription() {
		s.KeyHeader, s.KeyQuery = r.API.Props.KeyNames()
	}
	for _, p := range r.called() {
		f := r.parameterField(p)
		c := consoleParameter{
			Name: p.Name, Place: p.place, Type: f.Type.String(), Required: p.Required, Values: f.Values,
			Hint: prose.Plain(string(f.Text), 160),
		}
		switch {
		case f.Example != "":
			c.Value = f.Example
		case f.Default != "" && p.Required:
			c.Value = f.Default
		case p.Required && len(f.Values) > 0:
			c.Value = f.Values[0]
		}
		s.Parameters = append(s.Parameters, c)
	}
	return s
}
