package clients

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	sdk "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/apimanagement/armapimanagement/v3"
)

// association is what the SDK can do with one association collection.
type association struct {
	name   string
	add    func() (any, error)
	exists func() (bool, error)
	list   func() ([]string, int, error)
	remove func() error
}

func (a association) run(t *testing.T) {
	present := func(want bool) {
		t.Helper()
		got, err := a.exists()
		must(t, "HEAD", err)
		listed, _, err := a.list()
		must(t, "list", err)
		if got != want || slices.Contains(listed, "parent") != want {
			t.Errorf("exists %v, listed %v; want %v", got, listed, want)
		}
	}
	present(false)
	for range 2 {
		_, err := a.add()
		must(t, "PUT", err)
		present(true)
	}
	for range 2 {
		must(t, "DELETE", a.remove())
		present(false)
	}
}

// found turns the answers of HEAD methods, which differ, into one.
func found(success bool, err error) (bool, error) {
	var answer *azcore.ResponseError
	if errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound {
		return false, nil
	}
	return success, err
}

// TestAssociations adds, finds, lists and removes each association both ways round.
func TestAssociations(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := serve(t)
	parents(ctx, t, f)
	for _, a := range append(memberships(ctx, f), taggings(ctx, f)...) {
		t.Run(a.name, a.run)
	}
}

// p is the name that parents gives to all it makes.
const p = "parent"

func memberships(ctx context.Context, f *sdk.ClientFactory) []association {
	productAPI, productGroup, groupUser := f.NewProductAPIClient(), f.NewProductGroupClient(), f.NewGroupUserClient()
	return []association{
		{
			name: "products/apis",
			add:  func() (any, error) { return productAPI.CreateOrUpdate(ctx, group, service, p, p, nil) },
			exists: func() (bool, error) {
				r, err := productAPI.CheckEntityExists(ctx, group, service, p, p, nil)
				return found(r.Success, err)
			},
			list: func() ([]string, int, error) {
				return pages(ctx, f.NewAPIProductClient().NewListByApisPager(group, service, p, nil), func(r sdk.APIProductClientListByApisResponse) []*string {
					return names(r.Value, func(p *sdk.ProductContract) *string { return p.Name })
				})
			},
			remove: func() error { return failed(productAPI.Delete(ctx, group, service, p, p, nil)) },
		},
		{
			name: "products/groups",
			add:  func() (any, error) { return productGroup.CreateOrUpdate(ctx, group, service, p, p, nil) },
			exists: func() (bool, error) {
				r, err := productGroup.CheckEntityExists(ctx, group, service, p, p, nil)
				return found(r.Success, err)
			},
			list: func() ([]string, int, error) {
				return pages(ctx, productGroup.NewListByProductPager(group, service, p, nil), func(r sdk.ProductGroupClientListByProductResponse) []*string {
					return names(r.Value, func(g *sdk.GroupContract) *string { return g.Name })
				})
			},
			remove: func() error { return failed(productGroup.Delete(ctx, group, service, p, p, nil)) },
		},
		{
			name: "groups/users",
			add:  func() (any, error) { return groupUser.Create(ctx, group, service, p, p, nil) },
			exists: func() (bool, error) {
				r, err := groupUser.CheckEntityExists(ctx, group, service, p, p, nil)
				return found(r.Success, err)
			},
			list: func() ([]string, int, error) {
				return pages(ctx, f.NewUserGroupClient().NewListPager(group, service, p, nil), func(r sdk.UserGroupClientListResponse) []*string {
					return names(r.Value, func(g *sdk.GroupContract) *string { return g.Name })
				})
			},
			remove: func() error { return failed(groupUser.Delete(ctx, group, service, p, p, nil)) },
		},
	}
}

func taggings(ctx context.Context, f *sdk.ClientFactory) []association {
	tag := f.NewTagClient()
	tagNames := func(tags []*sdk.TagContract) []*string {
		return names(tags, func(t *sdk.TagContract) *string { return t.Name })
	}
	return []association{
		{
			name: "apis/tags",
			add:  func() (any, error) { return tag.AssignToAPI(ctx, group, service, p, p, nil) },
			exists: func() (bool, error) {
				r, err := tag.GetEntityStateByAPI(ctx, group, service, p, p, nil)
				return found(r.ETag != nil && *r.ETag != "", err)
			},
			list: func() ([]string, int, error) {
				return pages(ctx, tag.NewListByAPIPager(group, service, p, nil), func(r sdk.TagClientListByAPIResponse) []*string { return tagNames(r.Value) })
			},
			remove: func() error { return failed(tag.DetachFromAPI(ctx, group, service, p, p, nil)) },
		},
		{
			name: "apis/operations/tags",
			add:  func() (any, error) { return tag.AssignToOperation(ctx, group, service, p, p, p, nil) },
			exists: func() (bool, error) {
				r, err := tag.GetEntityStateByOperation(ctx, group, service, p, p, p, nil)
				return found(r.ETag != nil && *r.ETag != "", err)
			},
			list: func() ([]string, int, error) {
				return pages(ctx, tag.NewListByOperationPager(group, service, p, p, nil), func(r sdk.TagClientListByOperationResponse) []*string { return tagNames(r.Value) })
			},
			remove: func() error { return failed(tag.DetachFromOperation(ctx, group, service, p, p, p, nil)) },
		},
		{
			name: "products/tags",
			add:  func() (any, error) { return tag.AssignToProduct(ctx, group, service, p, p, nil) },
			exists: func() (bool, error) {
				r, err := tag.GetEntityStateByProduct(ctx, group, service, p, p, nil)
				return found(r.ETag != nil && *r.ETag != "", err)
			},
			list: func() ([]string, int, error) {
				return pages(ctx, tag.NewListByProductPager(group, service, p, nil), func(r sdk.TagClientListByProductResponse) []*string { return tagNames(r.Value) })
			},
			remove: func() error { return failed(tag.DetachFromProduct(ctx, group, service, p, p, nil)) },
		},
	}
}

// TestSecretsAndTokens reads and replaces keys, and calls with a minted user token.
func TestSecretsAndTokens(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f, srv := serveURL(t)
	parents(ctx, t, f)
	l := subscriptions(ctx, f)
	_, err := l.put("sub", l.sent("sub"))
	must(t, "PUT", err)
	c := f.NewSubscriptionClient()
	before, err := c.ListSecrets(ctx, group, service, "sub", nil)
	must(t, "listSecrets", err)
	if *before.PrimaryKey != "primary-key-of-sub" || before.ETag == nil {
		t.Errorf("keys %v", before)
	}
	_, err = c.RegenerateSecondaryKey(ctx, group, service, "sub", nil)
	must(t, "regenerate", err)
	after, err := c.ListSecrets(ctx, group, service, "sub", nil)
	must(t, "listSecrets", err)
	if *after.PrimaryKey != *before.PrimaryKey || *after.SecondaryKey == *before.SecondaryKey {
		t.Errorf("keys after regenerating %v", after)
	}
	owned, _, err := pages(ctx, f.NewUserSubscriptionClient().NewListPager(group, service, "parent", nil), func(r sdk.UserSubscriptionClientListResponse) []*string {
		return names(r.Value, func(s *sdk.SubscriptionContract) *string { return s.Name })
	})
	if err != nil || !slices.Equal(owned, []string{"sub"}) {
		t.Errorf("the user owns %v (%v)", owned, err)
	}
	_, err = f.NewUserSubscriptionClient().Get(ctx, group, service, "parent", "sub", nil)
	must(t, "the user's subscription", err)

	token, err := f.NewUserClient().GetSharedAccessToken(ctx, group, service, "1", sdk.UserTokenParameters{Properties: &sdk.UserTokenParameterProperties{
		KeyType: to.Ptr(sdk.KeyTypePrimary), Expiry: to.Ptr(time.Now().Add(time.Hour))}}, nil)
	must(t, "token", err)
	_, err = factory(t, srv, "SharedAccessSignature "+*token.Value).NewServiceClient().Get(ctx, group, service, nil)
	must(t, "GET of the service with the user's token", err)

	tenant := f.NewTenantAccessClient()
	secrets, err := tenant.ListSecrets(ctx, group, service, sdk.AccessIDNameAccess, nil)
	must(t, "listSecrets of tenant access", err)
	_, err = tenant.RegenerateSecondaryKey(ctx, group, service, sdk.AccessIDNameAccess, nil)
	must(t, "regenerate of tenant access", err)
	if again, err := tenant.ListSecrets(ctx, group, service, sdk.AccessIDNameAccess, nil); err != nil || *again.SecondaryKey == *secrets.SecondaryKey {
		t.Errorf("the key is the old one (%v)", err)
	}
}
