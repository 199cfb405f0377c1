package apim

// Workspace is a part of the service with its own APIs, products and people who manage it.
type Workspace struct {
	DisplayName string `json:"displayName"`
	Description string `json:"description,omitempty"`
}

// Default does nothing.
func (w *Workspace) Default() {}

// Validate checks the name.
func (w *Workspace) Validate(v *Violations) {
	if v.Required("displayName", w.DisplayName) {
		v.Length("displayName", w.DisplayName, 100)
	}
	v.Length("description", w.Description, 1000)
}

// APILink is the API at the other side of an association with a name.
type APILink struct {
	APIID string `json:"apiId"`
}

// Default does nothing.
func (l *APILink) Default() {}

// Validate wants the id.
func (l *APILink) Validate(v *Violations) { v.Required("apiId", l.APIID) }

// GroupLink is the group at the other side of an association with a name.
type GroupLink struct {
	GroupID string `json:"groupId"`
}

// Default does nothing.
func (l *GroupLink) Default() {}

// Validate wants the id.
func (l *GroupLink) Validate(v *Violations) { v.Required("groupId", l.GroupID) }

// OperationLink is the operation at the other side of an association with a name.
type OperationLink struct {
	OperationID string `json:"operationId"`
}

// Default does nothing.
func (l *OperationLink) Default() {}

// Validate wants the id.
func (l *OperationLink) Validate(v *Violations) { v.Required("operationId", l.OperationID) }

// ProductLink is the product at the other side of an association with a name.
type ProductLink struct {
	ProductID string `json:"productId"`
}

// Default does nothing.
func (l *ProductLink) Default() {}

// Validate wants the id.
func (l *ProductLink) Validate(v *Violations) { v.Required("productId", l.ProductID) }
