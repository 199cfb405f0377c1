package apidoc

import (
	"context"
	"errors"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/store"
)

// Import is a description to be stored as an API.
type Import struct {
	APIID       string // "x", or "x;rev=2" for one revision
	Path        string // on the gateway
	DisplayName string // "": API's, else the description's title
	ServiceURL  string // "": API's, else the description's server
	Products    []string
	Data        []byte
	Format      Format
	API         *apim.API // other fields of a management PUT; those not empty win over the description's

	// TranslateRequiredQuery as in Options; the management API's own default is RequiredInTemplate.
	TranslateRequiredQuery string
}

// Result is what an import did.
type Result struct {
	API        apim.Ref // /apis/x, or the revision's ref when that was named
	Revision   apim.Ref // what was written
	Created    bool
	Operations int
	Warnings   []Finding
}

// Importer stores descriptions as APIs.
type Importer struct {
	Store *store.Store
	Blobs blob.Store
}

var errNotYet = errors.New("apidoc: not written yet")

// Import reads a description and stores it in one transaction.
func (im *Importer) Import(ctx context.Context, actor store.Actor, in Import) (*Result, error) {
	return nil, errNotYet
}

// Export writes the OpenAPI 3 description of a stored API.
func Export(ctx context.Context, tx *store.Tx, api apim.Ref, format Format) ([]byte, error) {
	return nil, errNotYet
}
