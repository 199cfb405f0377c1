package clients

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	sdk "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/apimanagement/armapimanagement/v3"
)

const description = `{"openapi":"3.0.3","info":{"title":"Pets","version":"1"},"servers":[{"url":"https://pets.example/v1"}],
"paths":{"/pets/{id}":{"get":{"operationId":"getPet","summary":"Get a pet","tags":["pets"],
"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],
"responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Pet"}}}}}}}},
"components":{"schemas":{"Pet":{"type":"object","properties":{"friend":{"$ref":"#/components/schemas/Pet"}}}}}}`

// TestImportAndExport puts a description, reads what it became and follows the link to it.
func TestImportAndExport(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f, srv := serveURL(t)
	p, err := f.NewAPIClient().BeginCreateOrUpdate(ctx, group, service, "pets", sdk.APICreateOrUpdateParameter{Properties: &sdk.APICreateOrUpdateProperties{
		Path: to.Ptr("pets"), Format: to.Ptr(sdk.ContentFormatOpenapi), Value: to.Ptr(description)}}, nil)
	_, err = done(ctx, p, err)
	must(t, "PUT with a description", err)
	api, err := f.NewAPIClient().Get(ctx, group, service, "pets", nil)
	must(t, "GET", err)
	if *api.Properties.DisplayName != "Pets" || *api.Properties.ServiceURL != "https://pets.example/v1" {
		t.Errorf("the API is %q at %q", *api.Properties.DisplayName, *api.Properties.ServiceURL)
	}
	op, err := f.NewAPIOperationClient().Get(ctx, group, service, "pets", "getpet", nil)
	must(t, "GET of the operation", err)
	if *op.Properties.URLTemplate != "/pets/{id}" || *op.Properties.DisplayName != "Get a pet" {
		t.Errorf("the operation is %q %q", *op.Properties.URLTemplate, *op.Properties.DisplayName)
	}
	export, err := f.NewAPIExportClient().Get(ctx, group, service, "pets", sdk.ExportFormatOpenapi, sdk.ExportAPITrue, nil)
	must(t, "export", err)
	answer, err := srv.Client().Get(*export.Value.Link)
	must(t, "GET of the link", err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(t, "read", err)
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(text), "/pets/{id}") || !strings.Contains(string(text), "https://gateway/pets") {
		t.Errorf("the link answers %d %.200s", answer.StatusCode, text)
	}
	forged, err := srv.Client().Get(strings.Replace(*export.Value.Link, "sig=", "sig=x", 1))
	must(t, "GET of a forged link", err)
	forged.Body.Close()
	if forged.StatusCode != http.StatusForbidden {
		t.Errorf("a forged link answers %d", forged.StatusCode)
	}
}
