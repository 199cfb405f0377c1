package clients

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	sdk "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/apimanagement/armapimanagement/v3"
)

const armPrefix = "/subscriptions/sub/resourceGroups/" + group + "/providers/Microsoft.ApiManagement/service/" + service

// pages follows a pager to its end.
func pages[R any](ctx context.Context, p *runtime.Pager[R], names func(R) []*string) (all []string, count int, err error) {
	for p.More() {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, count, err
		}
		count++
		for _, n := range names(page) {
			all = append(all, *n)
		}
	}
	return all, count, nil
}

// names lists the Name of each item.
func names[T any](items []*T, name func(*T) *string) []*string {
	all := make([]*string, len(items))
	for i, item := range items {
		all[i] = name(item)
	}
	return all
}

// done waits for a poller; the SDK polls where APIM may take long.
func done[R any](ctx context.Context, p *runtime.Poller[R], err error) (any, error) {
	if err != nil {
		return nil, err
	}
	answer, err := p.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: time.Second})
	return answer, err
}

func failed(_ any, err error) error { return err }

func apisOf(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewAPIClient()
	return lifecycle{
		name: "apis", ids: []string{"echo-api", "other-api", "third-api"},
		sent: func(id string) any {
			return sdk.APICreateOrUpdateParameter{Properties: &sdk.APICreateOrUpdateProperties{
				DisplayName: to.Ptr("The " + id), Path: to.Ptr("path/" + id), Description: to.Ptr("**text**"),
				ServiceURL: to.Ptr("https://backend.example/v1"), Protocols: to.SliceOfPtrs(sdk.ProtocolHTTPS, sdk.ProtocolHTTP),
				SubscriptionRequired: to.Ptr(false), TermsOfServiceURL: to.Ptr("https://terms.example"),
				Contact:                       &sdk.APIContactInformation{Name: to.Ptr("C"), Email: to.Ptr("c@example.com"), URL: to.Ptr("https://c.example")},
				License:                       &sdk.APILicenseInformation{Name: to.Ptr("MIT"), URL: to.Ptr("https://l.example")},
				SubscriptionKeyParameterNames: &sdk.SubscriptionKeyParameterNamesContract{Header: to.Ptr("x-key"), Query: to.Ptr("key")},
				APIRevision:                   to.Ptr("1"), APIRevisionDescription: to.Ptr("first"), IsCurrent: to.Ptr(true),
			}}
		},
		put: func(id string, body any) (any, error) {
			p, err := c.BeginCreateOrUpdate(ctx, group, service, id, body.(sdk.APICreateOrUpdateParameter), nil)
			return done(ctx, p, err)
		},
		get:  func(id string) (any, error) { return c.Get(ctx, group, service, id, nil) },
		head: func(id string) (any, error) { return c.GetEntityTag(ctx, group, service, id, nil) },
		update: func(id, etag string) (any, error) {
			return c.Update(ctx, group, service, id, etag, sdk.APIUpdateContract{Properties: &sdk.APIContractUpdateProperties{Description: to.Ptr("new")}}, nil)
		},
		after: map[string]any{"description": "new"},
		list: func(filter *string, top *int32) ([]string, int, error) {
			return pages(ctx, c.NewListByServicePager(group, service, &sdk.APIClientListByServiceOptions{Filter: filter, Top: top}),
				func(r sdk.APIClientListByServiceResponse) []*string {
					return names(r.Value, func(a *sdk.APIContract) *string { return a.Name })
				})
		},
		filter: "contains(properties/displayName,'ECHO') and isCurrent eq true",
		remove: func(id, etag string) error {
			p, err := c.BeginDelete(ctx, group, service, id, etag, nil)
			return failed(done(ctx, p, err))
		},
	}
}

func operations(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewAPIOperationClient()
	return lifecycle{
		name: "apis/operations", ids: []string{"get-thing", "put-thing", "drop-thing"},
		sent: func(id string) any {
			return sdk.OperationContract{Properties: &sdk.OperationContractProperties{
				DisplayName: to.Ptr("Op " + id), Method: to.Ptr("GET"), URLTemplate: to.Ptr("/" + id + "/{name}"), Description: to.Ptr("d"),
				TemplateParameters: []*sdk.ParameterContract{{Name: to.Ptr("name"), Type: to.Ptr("string"), Required: to.Ptr(true), Values: []*string{to.Ptr("a")}}},
				Request: &sdk.RequestContract{Description: to.Ptr("r"),
					QueryParameters: []*sdk.ParameterContract{{Name: to.Ptr("q"), Type: to.Ptr("integer"), DefaultValue: to.Ptr("1"), Description: to.Ptr("dq")}},
					Headers:         []*sdk.ParameterContract{{Name: to.Ptr("h"), Type: to.Ptr("string")}},
					Representations: []*sdk.RepresentationContract{{ContentType: to.Ptr("application/json"), SchemaID: to.Ptr("s"), TypeName: to.Ptr("T"),
						Examples: map[string]*sdk.ParameterExampleContract{"one": {Summary: to.Ptr("e"), Value: map[string]any{"a": 1.5}}}}},
				},
				Responses: []*sdk.ResponseContract{{StatusCode: to.Ptr[int32](200), Description: to.Ptr("ok"),
					Representations: []*sdk.RepresentationContract{{ContentType: to.Ptr("text/plain")}}}},
			}}
		},
		put: func(id string, body any) (any, error) {
			return c.CreateOrUpdate(ctx, group, service, "parent", id, body.(sdk.OperationContract), nil)
		},
		get:  func(id string) (any, error) { return c.Get(ctx, group, service, "parent", id, nil) },
		head: func(id string) (any, error) { return c.GetEntityTag(ctx, group, service, "parent", id, nil) },
		update: func(id, etag string) (any, error) {
			return c.Update(ctx, group, service, "parent", id, etag, sdk.OperationUpdateContract{Properties: &sdk.OperationUpdateContractProperties{DisplayName: to.Ptr("New")}}, nil)
		},
		after: map[string]any{"displayName": "New"},
		list: func(filter *string, top *int32) ([]string, int, error) {
			return pages(ctx, c.NewListByAPIPager(group, service, "parent", &sdk.APIOperationClientListByAPIOptions{Filter: filter, Top: top}),
				func(r sdk.APIOperationClientListByAPIResponse) []*string {
					return names(r.Value, func(a *sdk.OperationContract) *string { return a.Name })
				})
		},
		filter: "method eq 'GET' and startswith(urlTemplate,'/get-')",
		remove: func(id, etag string) error {
			return failed(c.Delete(ctx, group, service, "parent", id, etag, nil))
		},
	}
}

func schemas(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewAPISchemaClient()
	contentTypes := map[string]string{"components": "application/vnd.oai.openapi.components+json", "definitions": "application/vnd.ms-azure-apim.swagger.definitions+json"}
	return lifecycle{
		name: "apis/schemas", ids: []string{"components", "definitions"},
		sent: func(id string) any {
			doc := &sdk.SchemaDocumentProperties{Components: map[string]any{"schemas": map[string]any{"A": map[string]any{"type": "object"}}}}
			if id == "definitions" {
				doc = &sdk.SchemaDocumentProperties{Definitions: map[string]any{"B": map[string]any{"type": "string"}}}
			}
			return sdk.SchemaContract{Properties: &sdk.SchemaContractProperties{ContentType: to.Ptr(contentTypes[id]), Document: doc}}
		},
		put: func(id string, body any) (any, error) {
			p, err := c.BeginCreateOrUpdate(ctx, group, service, "parent", id, body.(sdk.SchemaContract), nil)
			return done(ctx, p, err)
		},
		get:  func(id string) (any, error) { return c.Get(ctx, group, service, "parent", id, nil) },
		head: func(id string) (any, error) { return c.GetEntityTag(ctx, group, service, "parent", id, nil) },
		list: func(filter *string, top *int32) ([]string, int, error) {
			return pages(ctx, c.NewListByAPIPager(group, service, "parent", &sdk.APISchemaClientListByAPIOptions{Filter: filter, Top: top}),
				func(r sdk.APISchemaClientListByAPIResponse) []*string {
					return names(r.Value, func(a *sdk.SchemaContract) *string { return a.Name })
				})
		},
		filter: "contains(contentType,'oai.openapi')",
		remove: func(id, etag string) error {
			return failed(c.Delete(ctx, group, service, "parent", id, etag, nil))
		},
	}
}

func versionSets(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewAPIVersionSetClient()
	return lifecycle{
		name: "apiVersionSets", ids: []string{"set-a", "set-b"},
		sent: func(id string) any {
			return sdk.APIVersionSetContract{Properties: &sdk.APIVersionSetContractProperties{DisplayName: to.Ptr("Set " + id),
				VersioningScheme: to.Ptr(sdk.VersioningSchemeHeader), VersionHeaderName: to.Ptr("x-version"), Description: to.Ptr("d")}}
		},
		put: func(id string, body any) (any, error) {
			return c.CreateOrUpdate(ctx, group, service, id, body.(sdk.APIVersionSetContract), nil)
		},
		get:  func(id string) (any, error) { return c.Get(ctx, group, service, id, nil) },
		head: func(id string) (any, error) { return c.GetEntityTag(ctx, group, service, id, nil) },
		update: func(id, etag string) (any, error) {
			return c.Update(ctx, group, service, id, etag, sdk.APIVersionSetUpdateParameters{Properties: &sdk.APIVersionSetUpdateParametersProperties{DisplayName: to.Ptr("New")}}, nil)
		},
		after: map[string]any{"displayName": "New"},
		list: func(filter *string, top *int32) ([]string, int, error) {
			return pages(ctx, c.NewListByServicePager(group, service, &sdk.APIVersionSetClientListByServiceOptions{Filter: filter, Top: top}),
				func(r sdk.APIVersionSetClientListByServiceResponse) []*string {
					return names(r.Value, func(a *sdk.APIVersionSetContract) *string { return a.Name })
				})
		},
		filter: "name eq 'set-a'",
		remove: func(id, etag string) error { return failed(c.Delete(ctx, group, service, id, etag, nil)) },
	}
}

func products(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewProductClient()
	return lifecycle{
		name: "products", ids: []string{"starter", "unlimited", "gold"},
		sent: func(id string) any {
			return sdk.ProductContract{Properties: &sdk.ProductContractProperties{DisplayName: to.Ptr("Product " + id), Description: to.Ptr("<b>d</b>"), Terms: to.Ptr("t"),
				SubscriptionRequired: to.Ptr(true), ApprovalRequired: to.Ptr(true), SubscriptionsLimit: to.Ptr[int32](3), State: to.Ptr(sdk.ProductStatePublished)}}
		},
		put: func(id string, body any) (any, error) {
			return c.CreateOrUpdate(ctx, group, service, id, body.(sdk.ProductContract), nil)
		},
		get:  func(id string) (any, error) { return c.Get(ctx, group, service, id, nil) },
		head: func(id string) (any, error) { return c.GetEntityTag(ctx, group, service, id, nil) },
		update: func(id, etag string) (any, error) {
			return c.Update(ctx, group, service, id, etag, sdk.ProductUpdateParameters{Properties: &sdk.ProductUpdateProperties{Terms: to.Ptr("new terms")}}, nil)
		},
		after: map[string]any{"terms": "new terms"},
		list: func(filter *string, top *int32) ([]string, int, error) {
			return pages(ctx, c.NewListByServicePager(group, service, &sdk.ProductClientListByServiceOptions{Filter: filter, Top: top}),
				func(r sdk.ProductClientListByServiceResponse) []*string {
					return names(r.Value, func(a *sdk.ProductContract) *string { return a.Name })
				})
		},
		filter: "state eq 'published' and endswith(displayName,'starter')",
		remove: func(id, etag string) error { return failed(c.Delete(ctx, group, service, id, etag, nil)) },
	}
}

func groups(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewGroupClient()
	return lifecycle{
		name: "groups", ids: []string{"partners", "testers"},
		sent: func(id string) any {
			return sdk.GroupCreateParameters{Properties: &sdk.GroupCreateParametersProperties{DisplayName: to.Ptr("Group " + id), Description: to.Ptr("d"),
				Type: to.Ptr(sdk.GroupTypeExternal), ExternalID: to.Ptr("aad://tenant/groups/" + id)}}
		},
		put: func(id string, body any) (any, error) {
			return c.CreateOrUpdate(ctx, group, service, id, body.(sdk.GroupCreateParameters), nil)
		},
		get:  func(id string) (any, error) { return c.Get(ctx, group, service, id, nil) },
		head: func(id string) (any, error) { return c.GetEntityTag(ctx, group, service, id, nil) },
		update: func(id, etag string) (any, error) {
			return c.Update(ctx, group, service, id, etag, sdk.GroupUpdateParameters{Properties: &sdk.GroupUpdateParametersProperties{Description: to.Ptr("new")}}, nil)
		},
		after: map[string]any{"description": "new"},
		list: func(filter *string, top *int32) ([]string, int, error) {
			return pages(ctx, c.NewListByServicePager(group, service, &sdk.GroupClientListByServiceOptions{Filter: filter, Top: top}),
				func(r sdk.GroupClientListByServiceResponse) []*string {
					return names(r.Value, func(a *sdk.GroupContract) *string { return a.Name })
				})
		},
		filter: "externalId eq 'aad://tenant/groups/partners'",
		remove: func(id, etag string) error { return failed(c.Delete(ctx, group, service, id, etag, nil)) },
	}
}

func users(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewUserClient()
	return lifecycle{
		name: "users", ids: []string{"ann", "bob", "cat"}, hidden: []string{"password"},
		sent: func(id string) any {
			return sdk.UserCreateParameters{Properties: &sdk.UserCreateParameterProperties{Email: to.Ptr(id + "@example.com"), FirstName: to.Ptr("F" + id), LastName: to.Ptr("L"),
				Note: to.Ptr("n"), Password: to.Ptr("a long secret of " + id), State: to.Ptr(sdk.UserStateActive)}}
		},
		put: func(id string, body any) (any, error) {
			return c.CreateOrUpdate(ctx, group, service, id, body.(sdk.UserCreateParameters), nil)
		},
		get:  func(id string) (any, error) { return c.Get(ctx, group, service, id, nil) },
		head: func(id string) (any, error) { return c.GetEntityTag(ctx, group, service, id, nil) },
		update: func(id, etag string) (any, error) {
			return c.Update(ctx, group, service, id, etag, sdk.UserUpdateParameters{Properties: &sdk.UserUpdateParametersProperties{Note: to.Ptr("new")}}, nil)
		},
		after: map[string]any{"note": "new"},
		list: func(filter *string, top *int32) ([]string, int, error) {
			return pages(ctx, c.NewListByServicePager(group, service, &sdk.UserClientListByServiceOptions{Filter: filter, Top: top}),
				func(r sdk.UserClientListByServiceResponse) []*string {
					return names(r.Value, func(a *sdk.UserContract) *string { return a.Name })
				})
		},
		filter: "email eq 'ann@example.com' and registrationDate ge 2020-01-01T00:00:00Z",
		remove: func(id, etag string) error {
			p, err := c.BeginDelete(ctx, group, service, id, etag, nil)
			return failed(done(ctx, p, err))
		},
	}
}

func subscriptions(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewSubscriptionClient()
	return lifecycle{
		name: "subscriptions", ids: []string{"first-sub", "second-sub"}, hidden: []string{"primaryKey", "secondaryKey"},
		sent: func(id string) any {
			return sdk.SubscriptionCreateParameters{Properties: &sdk.SubscriptionCreateParameterProperties{DisplayName: to.Ptr("Sub " + id), Scope: to.Ptr(armPrefix + "/products/parent"),
				OwnerID: to.Ptr(armPrefix + "/users/parent"), AllowTracing: to.Ptr(true), State: to.Ptr(sdk.SubscriptionStateActive),
				PrimaryKey: to.Ptr("primary-key-of-" + id), SecondaryKey: to.Ptr("secondary-key-of-" + id)}}
		},
		put: func(id string, body any) (any, error) {
			return c.CreateOrUpdate(ctx, group, service, id, body.(sdk.SubscriptionCreateParameters), nil)
		},
		get:  func(id string) (any, error) { return c.Get(ctx, group, service, id, nil) },
		head: func(id string) (any, error) { return c.GetEntityTag(ctx, group, service, id, nil) },
		update: func(id, etag string) (any, error) {
			return c.Update(ctx, group, service, id, etag, sdk.SubscriptionUpdateParameters{Properties: &sdk.SubscriptionUpdateParameterProperties{
				State: to.Ptr(sdk.SubscriptionStateSuspended), StateComment: to.Ptr("late")}}, nil)
		},
		after: map[string]any{"state": "suspended", "stateComment": "late"},
		list: func(filter *string, top *int32) ([]string, int, error) {
			return pages(ctx, c.NewListPager(group, service, &sdk.SubscriptionClientListOptions{Filter: filter, Top: top}),
				func(r sdk.SubscriptionClientListResponse) []*string {
					return names(r.Value, func(a *sdk.SubscriptionContract) *string { return a.Name })
				})
		},
		filter: "userId eq 'parent' and productId eq 'parent' and state eq 'suspended'",
		remove: func(id, etag string) error { return failed(c.Delete(ctx, group, service, id, etag, nil)) },
	}
}

func tags(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewTagClient()
	return lifecycle{
		name: "tags", ids: []string{"blue", "green", "red"},
		sent: func(id string) any {
			return sdk.TagCreateUpdateParameters{Properties: &sdk.TagContractProperties{DisplayName: to.Ptr("Tag " + id)}}
		},
		put: func(id string, body any) (any, error) {
			return c.CreateOrUpdate(ctx, group, service, id, body.(sdk.TagCreateUpdateParameters), nil)
		},
		get:  func(id string) (any, error) { return c.Get(ctx, group, service, id, nil) },
		head: func(id string) (any, error) { return c.GetEntityState(ctx, group, service, id, nil) },
		update: func(id, etag string) (any, error) {
			return c.Update(ctx, group, service, id, etag, sdk.TagCreateUpdateParameters{Properties: &sdk.TagContractProperties{DisplayName: to.Ptr("New " + id)}}, nil)
		},
		after: map[string]any{"displayName": "New blue"},
		list: func(filter *string, top *int32) ([]string, int, error) {
			return pages(ctx, c.NewListByServicePager(group, service, &sdk.TagClientListByServiceOptions{Filter: filter, Top: top}),
				func(r sdk.TagClientListByServiceResponse) []*string {
					return names(r.Value, func(a *sdk.TagContract) *string { return a.Name })
				})
		},
		filter: "substringof('blue',displayName)",
		remove: func(id, etag string) error { return failed(c.Delete(ctx, group, service, id, etag, nil)) },
	}
}

// TestKinds takes every kind that the SDK knows of this far through its life.
func TestKinds(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := serve(t)
	parents(ctx, t, f)
	kinds := []lifecycle{
		apisOf(ctx, f), operations(ctx, f), schemas(ctx, f), versionSets(ctx, f), products(ctx, f), groups(ctx, f), users(ctx, f),
		subscriptions(ctx, f), tags(ctx, f), contentTypes(ctx, f), contentItems(ctx, f), portalRevisions(ctx, f), tenantAccess(ctx, f),
	}
	for _, l := range append(kinds, policies(ctx, f)...) {
		t.Run(l.name, l.run)
	}
}

// parents makes what children, scopes and owners need.
func parents(ctx context.Context, t *testing.T, f *sdk.ClientFactory) {
	t.Helper()
	for _, l := range []lifecycle{apisOf(ctx, f), products(ctx, f), users(ctx, f), contentTypes(ctx, f), tags(ctx, f), groups(ctx, f)} {
		_, err := l.put("parent", l.sent("parent"))
		must(t, fmt.Sprintf("PUT %s/parent", l.name), err)
	}
	l := operations(ctx, f)
	_, err := l.put("parent", l.sent("parent"))
	must(t, "PUT operation parent", err)
}
