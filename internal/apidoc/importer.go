package apidoc

import (
	"context"
	"fmt"
	"sync"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/store"
)

// Import is a description to be stored as an API.
type Import struct {
	Home        apim.Ref // the workspace, "" for the service
	APIID       string   // "x", or "x;rev=2" for one revision
	Path        string   // on the gateway
	DisplayName string   // "": API's, else the description's title
	ServiceURL  string   // "": API's, else the description's server
	Products    []string
	Data        []byte
	Format      Format
	Selector    Selector  // of a WSDL document
	API         *apim.API // other fields of a management PUT, without defaults; those not empty win over the description's

	// Admit, if set, may refuse inside the transaction: an ETag condition. old is
	// the revision's document, nil when it is new.
	Admit func(old *store.Document) error

	// TranslateRequiredQuery as in Options; the management API's own default is RequiredInTemplate.
	TranslateRequiredQuery string
}

// Result is what an import did.
type Result struct {
	API        apim.Ref // /apis/x, or the revision's ref when that was named
	Revision   apim.Ref // what was written
	Created    bool
	Operations int
	Warnings   []apim.Finding
}

// Importer stores descriptions as APIs, one at a time, for their memory.
type Importer struct {
	Store *store.Store
	Blobs blob.Store

	once sync.Once
	turn chan struct{}
}

// Import reads a description and stores it in one transaction: the API's
// revision with its operations and schemas, tags, products' links. An API that
// exists is updated in place (apim-rest.md §3.2): operations are matched by
// resource name, a new one takes the policy of an old one with its method and
// template, the others are deleted. The API keeps its products, policies and
// what the description does not say. Errors are *apim.InvalidError,
// apim.ErrTooLarge, and *apim.ConflictError where another API has the address.
func (im *Importer) Import(ctx context.Context, actor store.Actor, in Import) (*Result, error) {
	switch in.Format {
	case "", OpenAPI, OpenAPIJSON, SwaggerJSON, WADL, WSDL, OData, GRPC, GraphQL:
	default:
		return nil, apim.Invalid("format", fmt.Sprintf("format must be openapi, openapi+json, swagger-json, wadl-xml, wsdl, odata, grpc or graphql; it is %q.", in.Format))
	}
	done, err := im.wait(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	d, err := readAny(ctx, &in)
	if err != nil {
		return nil, err
	}
	media := originalMedia[in.Format]
	if media == "" {
		media = "application/yaml"
		if Detect(in.Data) != OpenAPI {
			media = "application/json"
		}
	}
	if d.Extra.Original, err = im.Blobs.PutHashed(ctx, media, in.Data); err != nil {
		return nil, fmt.Errorf("keep the original of API %s: %w", in.APIID, err)
	}
	d.Original = nil
	prepared := prepare(d)
	var result *Result
	err = im.Store.Update(ctx, actor, func(tx *store.Tx) error {
		w := &writer{tx: tx, in: in, d: d, prepared: prepared, result: &Result{Operations: len(d.Operations), Warnings: d.Warnings}}
		result = w.result
		return w.write()
	})
	if err != nil {
		return nil, fmt.Errorf("import API %s: %w", in.APIID, err)
	}
	return result, nil
}

// originalMedia are the media types of descriptions as given.
var originalMedia = map[Format]string{
	WADL: "application/vnd.sun.wadl+xml", WSDL: "application/wsdl+xml", OData: "application/xml", GRPC: "text/plain; charset=utf-8", GraphQL: "text/plain; charset=utf-8",
}

// wait takes the turn of this import; done ends it.
func (im *Importer) wait(ctx context.Context) (done func(), err error) {
	im.once.Do(func() { im.turn = make(chan struct{}, 1) })
	select {
	case im.turn <- struct{}{}:
		return func() { <-im.turn }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for another import: %w", ctx.Err())
	}
}
