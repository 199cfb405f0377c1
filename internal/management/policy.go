package management

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/outbound"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/store"
)

// policyBehaviour is that of policies at all four scopes.
func policyBehaviour() behaviour {
	return behaviour{read: followPolicyLink, check: checkPolicy, show: showPolicy, get: rawPolicy}
}

// followPolicyLink fetches the document of a PUT in the format xml-link or rawxml-link.
func followPolicyLink(c *call, properties json.RawMessage) (json.RawMessage, error) {
	var sent struct {
		Value  string `json:"value"`
		Format string `json:"format"`
	}
	if err := arm.Unmarshal(properties, &sent); err != nil {
		return nil, err
	}
	format, ok := strings.CutSuffix(strings.ToLower(sent.Format), "-link")
	if !ok {
		return properties, nil
	}
	if c.Outbound == nil {
		return nil, apim.Invalid("format", "This instance fetches no links; put the document itself.")
	}
	document, err := outbound.Fetch(c.r.Context(), c.Outbound, "value", sent.Value, maxPolicyLink)
	if err != nil {
		return nil, err
	}
	return withMembers(properties, map[string]any{"value": string(document), "format": format})
}

// maxPolicyLink is the longest policy document, in bytes: that of Policy.Validate.
const maxPolicyLink = 256 << 10

// checkPolicy refuses documents that do not parse, with line and column.
func checkPolicy(w *write) error {
	var err error
	w.findings, err = parsePolicy(w.route.kind.Path, w.resource.(*apim.Policy))
	return err
}

// showPolicy answers in the format given by ?format=, by default xml; a PUT in
// the format that was sent.
func showPolicy(c *call, doc *store.Document) (json.RawMessage, error) {
	p, err := c.policy(doc)
	if err != nil {
		return nil, err
	}
	return json.Marshal(p)
}

func (c *call) policy(doc *store.Document) (*apim.Policy, error) {
	p := new(apim.Policy)
	if err := doc.Decode(p); err != nil {
		return nil, err
	}
	var err error
	if p.Value, p.Format, err = c.inFormat(p.Value, p.Format); err != nil {
		return nil, fmt.Errorf("convert %s: %w", doc.Ref, err)
	}
	return p, nil
}

// inFormat converts a document to the format given by ?format=, by default xml;
// a PUT answers in the format that was sent.
func (c *call) inFormat(value, format string) (converted, to string, err error) {
	if c.r.Method == http.MethodPut {
		return value, format, nil
	}
	to, ok := apim.Spelling(cmp.Or(c.query.Get("format"), policy.XML), policy.XML, policy.RawXML)
	if !ok {
		return "", "", apim.Invalid("format", fmt.Sprintf("format must be xml or rawxml; it is %q.", to))
	}
	converted, err = policy.Convert(value, format, to)
	return converted, to, err
}

// rawPolicy answers with the bare document if the client accepts XML and not
// JSON, or is the portal's editor, which sends ?format=rawxml (portal-wire.md
// §1.3).
func rawPolicy(c *call, doc *store.Document) (*answer, error) {
	editor := apim.Name(c.query.Get("format")).Same(policy.RawXML) && c.r.Header.Get("x-ms-apim-client") != ""
	if c.accepts("json") || !editor && !c.accepts("xml") {
		return nil, nil
	}
	p, err := c.policy(doc)
	if err != nil {
		return nil, err
	}
	media := "application/vnd.ms-azure-apim.policy+xml"
	if p.Format == policy.RawXML {
		media = "application/vnd.ms-azure-apim.policy.raw+xml"
	}
	return &answer{status: http.StatusOK, etag: doc.ETag, body: []byte(p.Value), media: media}, nil
}
