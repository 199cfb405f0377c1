package clients

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	sdk "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/apimanagement/armapimanagement/v3"
)

func contentTypes(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewContentTypeClient()
	return lifecycle{
		name: "contentTypes", ids: []string{"page", "layout"}, unpaged: true,
		sent: func(id string) any {
			return sdk.ContentTypeContract{Properties: &sdk.ContentTypeContractProperties{ID: to.Ptr(id), Name: to.Ptr("Type " + id), Description: to.Ptr("d"),
				Version: to.Ptr("1.0.0"), Schema: map[string]any{"properties": map[string]any{"en_us": map[string]any{"type": "object"}}}}}
		},
		put: func(id string, body any) (any, error) {
			return c.CreateOrUpdate(ctx, group, service, id, body.(sdk.ContentTypeContract), nil)
		},
		get: func(id string) (any, error) { return c.Get(ctx, group, service, id, nil) },
		list: func(*string, *int32) ([]string, int, error) {
			return pages(ctx, c.NewListByServicePager(group, service, nil), func(r sdk.ContentTypeClientListByServiceResponse) []*string {
				return names(r.Value, func(a *sdk.ContentTypeContract) *string { return a.Name })
			})
		},
		remove: func(id, etag string) error { return failed(c.Delete(ctx, group, service, id, etag, nil)) },
	}
}

func contentItems(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewContentItemClient()
	return lifecycle{
		name: "contentTypes/contentItems", ids: []string{"home", "about"}, unpaged: true,
		sent: func(id string) any {
			return sdk.ContentItemContract{Properties: map[string]any{
				"en_us": map[string]any{"title": "Page " + id, "permalink": "/" + id, "nothing": nil}, "unknown": []any{1.5, "x", map[string]any{}}}}
		},
		put: func(id string, body any) (any, error) {
			return c.CreateOrUpdate(ctx, group, service, "parent", id, body.(sdk.ContentItemContract), nil)
		},
		get:  func(id string) (any, error) { return c.Get(ctx, group, service, "parent", id, nil) },
		head: func(id string) (any, error) { return c.GetEntityTag(ctx, group, service, "parent", id, nil) },
		list: func(*string, *int32) ([]string, int, error) {
			return pages(ctx, c.NewListByServicePager(group, service, "parent", nil), func(r sdk.ContentItemClientListByServiceResponse) []*string {
				return names(r.Value, func(a *sdk.ContentItemContract) *string { return a.Name })
			})
		},
		remove: func(id, etag string) error {
			return failed(c.Delete(ctx, group, service, "parent", id, etag, nil))
		},
	}
}

func portalRevisions(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewPortalRevisionClient()
	return lifecycle{
		name: "portalRevisions", ids: []string{"20260101000000", "20260102000000"},
		sent: func(id string) any {
			return sdk.PortalRevisionContract{Properties: &sdk.PortalRevisionContractProperties{Description: to.Ptr("of " + id), IsCurrent: to.Ptr(false)}}
		},
		put: func(id string, body any) (any, error) {
			p, err := c.BeginCreateOrUpdate(ctx, group, service, id, body.(sdk.PortalRevisionContract), nil)
			return done(ctx, p, err)
		},
		get:  func(id string) (any, error) { return c.Get(ctx, group, service, id, nil) },
		head: func(id string) (any, error) { return c.GetEntityTag(ctx, group, service, id, nil) },
		update: func(id, etag string) (any, error) {
			p, err := c.BeginUpdate(ctx, group, service, id, etag, sdk.PortalRevisionContract{Properties: &sdk.PortalRevisionContractProperties{Description: to.Ptr("new")}}, nil)
			return done(ctx, p, err)
		},
		after: map[string]any{"description": "new"},
		list: func(filter *string, top *int32) ([]string, int, error) {
			return pages(ctx, c.NewListByServicePager(group, service, &sdk.PortalRevisionClientListByServiceOptions{Filter: filter, Top: top}),
				func(r sdk.PortalRevisionClientListByServiceResponse) []*string {
					return names(r.Value, func(a *sdk.PortalRevisionContract) *string { return a.Name })
				})
		},
		filter: "description eq 'new' and isCurrent ne true",
	}
}

func tenantAccess(ctx context.Context, f *sdk.ClientFactory) lifecycle {
	c := f.NewTenantAccessClient()
	return lifecycle{
		name: "tenant", ids: []string{"access"}, hidden: []string{"primaryKey", "secondaryKey"}, unpaged: true,
		sent: func(string) any {
			return sdk.AccessInformationCreateParameters{Properties: &sdk.AccessInformationCreateParameterProperties{Enabled: to.Ptr(true), PrincipalID: to.Ptr("principal")}}
		},
		put: func(id string, body any) (any, error) {
			return c.Create(ctx, group, service, sdk.AccessIDName(id), "*", body.(sdk.AccessInformationCreateParameters), nil)
		},
		get:  func(id string) (any, error) { return c.Get(ctx, group, service, sdk.AccessIDName(id), nil) },
		head: func(id string) (any, error) { return c.GetEntityTag(ctx, group, service, sdk.AccessIDName(id), nil) },
		update: func(id, etag string) (any, error) {
			return c.Update(ctx, group, service, sdk.AccessIDName(id), etag, sdk.AccessInformationUpdateParameters{Properties: &sdk.AccessInformationUpdateParameterProperties{Enabled: to.Ptr(true)}}, nil)
		},
		list: func(*string, *int32) ([]string, int, error) {
			return pages(ctx, c.NewListByServicePager(group, service, nil), func(r sdk.TenantAccessClientListByServiceResponse) []*string {
				return names(r.Value, func(a *sdk.AccessInformationContract) *string { return a.Name })
			})
		},
	}
}

// policies are the four scopes; each has the one policy.
func policies(ctx context.Context, f *sdk.ClientFactory) []lifecycle {
	const id = sdk.PolicyIDNamePolicy
	sent := func(string) any {
		return sdk.PolicyContract{Properties: &sdk.PolicyContractProperties{Format: to.Ptr(sdk.PolicyContentFormatXML),
			Value: to.Ptr("<policies>\r\n  <inbound>\r\n    <base />\r\n    <set-header name=\"x\" exists-action=\"override\">\r\n      <value>a &amp; b</value>\r\n    </set-header>\r\n  </inbound>\r\n</policies>")}}
	}
	listed := func(items []*sdk.PolicyContract, err error) ([]string, int, error) {
		var all []string
		for _, p := range items {
			all = append(all, *p.Name)
		}
		return all, 1, err
	}
	policy := func(name string) lifecycle {
		return lifecycle{name: name, ids: []string{"policy"}, sent: sent, unpaged: true}
	}

	global, c := policy("policies"), f.NewPolicyClient()
	global.put = func(_ string, b any) (any, error) {
		return c.CreateOrUpdate(ctx, group, service, id, b.(sdk.PolicyContract), nil)
	}
	global.get = func(string) (any, error) { return c.Get(ctx, group, service, id, nil) }
	global.head = func(string) (any, error) { return c.GetEntityTag(ctx, group, service, id, nil) }
	global.list = func(*string, *int32) ([]string, int, error) {
		return pages(ctx, c.NewListByServicePager(group, service, nil), func(r sdk.PolicyClientListByServiceResponse) []*string {
			return names(r.Value, func(p *sdk.PolicyContract) *string { return p.Name })
		})
	}
	global.remove = func(_, etag string) error { return failed(c.Delete(ctx, group, service, id, etag, nil)) }

	product, pc := policy("products/policies"), f.NewProductPolicyClient()
	product.put = func(_ string, b any) (any, error) {
		return pc.CreateOrUpdate(ctx, group, service, "parent", id, b.(sdk.PolicyContract), nil)
	}
	product.get = func(string) (any, error) { return pc.Get(ctx, group, service, "parent", id, nil) }
	product.head = func(string) (any, error) { return pc.GetEntityTag(ctx, group, service, "parent", id, nil) }
	product.list = func(*string, *int32) ([]string, int, error) {
		return pages(ctx, pc.NewListByProductPager(group, service, "parent", nil), func(r sdk.ProductPolicyClientListByProductResponse) []*string {
			return names(r.Value, func(p *sdk.PolicyContract) *string { return p.Name })
		})
	}
	product.remove = func(_, etag string) error {
		return failed(pc.Delete(ctx, group, service, "parent", id, etag, nil))
	}

	api, ac := policy("apis/policies"), f.NewAPIPolicyClient()
	api.put = func(_ string, b any) (any, error) {
		return ac.CreateOrUpdate(ctx, group, service, "parent", id, b.(sdk.PolicyContract), nil)
	}
	api.get = func(string) (any, error) { return ac.Get(ctx, group, service, "parent", id, nil) }
	api.head = func(string) (any, error) { return ac.GetEntityTag(ctx, group, service, "parent", id, nil) }
	api.list = func(*string, *int32) ([]string, int, error) {
		r, err := ac.ListByAPI(ctx, group, service, "parent", nil)
		return listed(r.Value, err)
	}
	api.remove = func(_, etag string) error {
		return failed(ac.Delete(ctx, group, service, "parent", id, etag, nil))
	}

	operation, oc := policy("apis/operations/policies"), f.NewAPIOperationPolicyClient()
	operation.put = func(_ string, b any) (any, error) {
		return oc.CreateOrUpdate(ctx, group, service, "parent", "parent", id, b.(sdk.PolicyContract), nil)
	}
	operation.get = func(string) (any, error) { return oc.Get(ctx, group, service, "parent", "parent", id, nil) }
	operation.head = func(string) (any, error) { return oc.GetEntityTag(ctx, group, service, "parent", "parent", id, nil) }
	operation.list = func(*string, *int32) ([]string, int, error) {
		r, err := oc.ListByOperation(ctx, group, service, "parent", "parent", nil)
		return listed(r.Value, err)
	}
	operation.remove = func(_, etag string) error {
		return failed(oc.Delete(ctx, group, service, "parent", "parent", id, etag, nil))
	}
	return []lifecycle{global, product, api, operation}
}
