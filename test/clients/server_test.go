package clients

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	sdk "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/apimanagement/armapimanagement/v3"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/management"
	"github.com/portico-portal/portico/internal/provision"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
	"github.com/portico-portal/portico/internal/subscription"
)

const (
	group   = "rg"
	service = "portico"
)

// serve runs a management API over TLS on a temporary store and returns the SDK's clients for it.
func serve(t *testing.T) *sdk.ClientFactory {
	t.Helper()
	f, _ := serveURL(t)
	return f
}

// serveURL also returns the server.
func serveURL(t *testing.T) (*sdk.ClientFactory, *httptest.Server) {
	t.Helper()
	s := storetest.Open(t)
	for _, step := range []func(*store.Tx) error{account.FirstStart{}.Provision, management.Provision} {
		if err := s.Update(t.Context(), store.Actor{Name: store.System}, step); err != nil {
			t.Fatal(err)
		}
	}
	accounts := account.New(s)
	blobs, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h, err := management.New(management.Config{
		Store: s, Accounts: accounts, Subscriptions: subscription.New(s),
		APIs: &apis.Service{Store: s, Blobs: blobs}, Publisher: &publish.Service{Store: s}, FirstContents: &provision.Service{Store: s},
		Service: management.Service{Name: service, GatewayURL: "https://gateway", PortalURL: "https://portal"},
		LinkKey: bytes.Repeat([]byte{1}, 32),
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewTLSServer(h)
	t.Cleanup(srv.Close)
	token, err := accounts.MintAdmin(t.Context(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return factory(t, srv, account.Authorization(token)), srv
}

// factory sets the SDK up as apim-rest.md §6.1 says.
func factory(t *testing.T, srv *httptest.Server, token string) *sdk.ClientFactory {
	t.Helper()
	opt := &arm.ClientOptions{DisableRPRegistration: true}
	opt.Cloud = cloud.Configuration{ActiveDirectoryAuthorityHost: "https://x", Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
		cloud.ResourceManager: {Endpoint: srv.URL, Audience: "https://portico.local"},
	}}
	opt.Transport = srv.Client()
	opt.Retry = policy.RetryOptions{MaxRetries: -1}
	opt.PerRetryPolicies = []policy.Policy{sharedAccess(token)}
	f, err := sdk.NewClientFactory("sub", noCredential{}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// sharedAccess replaces the bearer token that the SDK sends by a shared access token.
type sharedAccess string

func (s sharedAccess) Do(r *policy.Request) (*http.Response, error) {
	r.Raw().Header.Set("Authorization", string(s))
	return r.Next()
}

type noCredential struct{}

func (noCredential) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "unused", ExpiresOn: time.Now().Add(time.Hour)}, nil
}
