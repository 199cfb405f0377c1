package transfer

import (
	"context"
	"net/http"
	"net/url"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/client"
)

// Items reads all content items of all content types.
func Items(ctx context.Context, c *client.Client) ([]Item, error) {
	types, err := client.List[struct{ ID string }](ctx, c, "/contentTypes")
	if err != nil {
		return nil, err
	}
	var items []Item
	for _, t := range types {
		id := string(apim.Ref(t.ID).Name())
		list, err := client.List[Item](ctx, c, "/contentTypes/"+url.PathEscape(id)+"/contentItems?$top=100")
		if err != nil {
			return nil, err
		}
		for _, it := range list {
			it.ID = string(apim.ParseRef(it.ID)) // the short form
			items = append(items, it)
		}
	}
	return items, nil
}

// put writes an item, whether or not it exists.
func put(ctx context.Context, c *client.Client, it Item) error {
	body, err := client.Body(it.Properties)
	if err != nil {
		return err
	}
	r := client.Request{Method: http.MethodPut, Path: it.path(), Header: http.Header{"If-Match": {"*"}}, Body: body}
	_, err = c.Do(ctx, r)
	if client.HasStatus(err, http.StatusPreconditionFailed) { // it does not exist yet
		r.Header = nil
		_, err = c.Do(ctx, r)
	}
	return err
}

// path is the item's address below the service.
func (it Item) path() string {
	contentType, name, _ := it.parts()
	return "/contentTypes/" + url.PathEscape(contentType) + "/contentItems/" + url.PathEscape(name)
}
