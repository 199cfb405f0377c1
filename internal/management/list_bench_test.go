package management

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// BenchmarkContainsOver10000APIs lists with a filter that few of 10,000 APIs match.
func BenchmarkContainsOver10000APIs(b *testing.B) {
	rows := make([]*row, 10_000)
	for i := range rows {
		ref := apim.RevisionRef(apim.Name(fmt.Sprintf("api-%05d", i)), "1")
		body := fmt.Sprintf(`{"displayName":"The API %d of many","path":"some/path/%d","isCurrent":true,"description":"What this API does, in a sentence or two of usual length."}`, i, i)
		rows[i] = newRow(apim.APIs, &store.Document{Ref: ref, Body: []byte(body)})
	}
	c := &call{handler: &handler{}, r: httptest.NewRequest(http.MethodGet, "/apis", nil)}
	filter, err := arm.ParseFilter("contains(displayName,'77') or contains(path,'77')", apim.APIs.Filter, false)
	if err != nil {
		b.Fatal(err)
	}
	l := listing{filter: filter}
	fields := func(r *row) arm.Record { return r.fields(apim.APIs) }
	selected(rows, l, fields) // decodes each row once
	b.ReportAllocs()
	for b.Loop() {
		found := selected(rows, l, fields)
		for _, r := range found[:100] {
			if _, err := c.item(apim.APIs, r); err != nil {
				b.Fatal(err)
			}
		}
	}
}
