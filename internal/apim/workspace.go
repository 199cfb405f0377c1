package apim

// Workspace is a part of the service with its own APIs, products and people who manage it.
type Workspace struct {
	DisplayName string `json:"displayName"`
	Description string `json:"description,omitempty"`
}

// Validate checks the name.
func (w *Workspace) Validate(v *Violations) {
	v.Text("displayName", w.DisplayName, 100)
	v.Length("description", w.Description, 1000)
}

// Workspaces is the kind of /workspaces.
var Workspaces = &Kind{
	Path: workspaces, Verbs: CRUD, New: func() Resource { return new(Workspace) }, Filter: nameFilter,
}

// APILink is the API at the other side of an association with a name.
type APILink struct {
	APIID string `json:"apiId"` // resource id
}

// Validate requires the id.
func (l *APILink) Validate(v *Violations) { v.Required("apiId", l.APIID) }

// ProductAPILinks is the kind of /products/apiLinks.
var ProductAPILinks = &Kind{
	Path: "products/apiLinks", Verbs: Get | Put | Delete, New: func() Resource { return new(APILink) }, Workspace: true,
	Filter: Fields{"name", "apiId"}, Refs: []string{"apiId"},
	LinkNames: &LinkNames{Name: ProductAPI, Field: "apiId", To: "apis"},
}

// TagAPILinks is the kind of /tags/apiLinks.
var TagAPILinks = &Kind{
	Path: "tags/apiLinks", Verbs: Get | Put | Delete, New: func() Resource { return new(APILink) }, Workspace: true,
	Filter: Fields{"name", "apiId"}, Refs: []string{"apiId"},
	LinkNames: &LinkNames{Name: TagLink, Field: "apiId", To: "apis", Reverse: true},
}

// GroupLink is the group at the other side of an association with a name.
type GroupLink struct {
	GroupID string `json:"groupId"` // resource id
}

// Validate requires the id.
func (l *GroupLink) Validate(v *Violations) { v.Required("groupId", l.GroupID) }

// ProductGroupLinks is the kind of /products/groupLinks.
var ProductGroupLinks = &Kind{
	Path: "products/groupLinks", Verbs: Get | Put | Delete, New: func() Resource { return new(GroupLink) }, Workspace: true,
	Filter: Fields{"name", "groupId"}, Refs: []string{"groupId"},
	LinkNames: &LinkNames{Name: ProductGroup, Field: "groupId", To: "groups"},
}

// OperationLink is the operation at the other side of an association with a name.
type OperationLink struct {
	OperationID string `json:"operationId"` // resource id
}

// Validate requires the id.
func (l *OperationLink) Validate(v *Violations) { v.Required("operationId", l.OperationID) }

// TagOperationLinks is the kind of /tags/operationLinks.
var TagOperationLinks = &Kind{
	Path: "tags/operationLinks", Verbs: Get | Put | Delete, New: func() Resource { return new(OperationLink) }, Workspace: true,
	Filter: Fields{"name", "operationId"}, Refs: []string{"operationId"},
	LinkNames: &LinkNames{Name: TagLink, Field: "operationId", To: "apis/operations", Reverse: true},
}

// ProductLink is the product at the other side of an association with a name.
type ProductLink struct {
	ProductID string `json:"productId"` // resource id
}

// Validate requires the id.
func (l *ProductLink) Validate(v *Violations) { v.Required("productId", l.ProductID) }

// TagProductLinks is the kind of /tags/productLinks.
var TagProductLinks = &Kind{
	Path: "tags/productLinks", Verbs: Get | Put | Delete, New: func() Resource { return new(ProductLink) }, Workspace: true,
	Filter: Fields{"name", "productId"}, Refs: []string{"productId"},
	LinkNames: &LinkNames{Name: TagLink, Field: "productId", To: "products", Reverse: true},
}
