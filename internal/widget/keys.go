package widget

// KeysAnswer is what a post to address.ConsoleKeys answers: the visitor's active
// subscriptions that open the API named by the form field api (all of them
// without it), with their keys. A guest gets SignedIn false and no keys, status 200.
type KeysAnswer struct {
	SignedIn bool     `json:"signedIn"`
	Keys     []KeyRow `json:"keys"`
}

// KeyRow is one subscription's keys.
type KeyRow struct {
	ID        string `json:"id"`      // the subscription's name
	Name      string `json:"name"`    // as its owner calls it
	Product   string `json:"product"` // display name; "" for other scopes
	Primary   string `json:"primary"`
	Secondary string `json:"secondary"`
}
