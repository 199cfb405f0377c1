package transfer

import (
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/portico-portal/portico/internal/client"
)

// Container holds a service's media, at the address that the service gives out
// (portal-wire.md §3.9).
type Container struct {
	service *client.Client
	url     *url.URL // with the signature in its query; nil: not asked for yet
}

// NewContainer is the container of a service.
func NewContainer(service *client.Client) *Container { return &Container{service: service} }

func (c *Container) open(ctx context.Context) error {
	var told struct {
		ContainerSasURL string
		Properties      struct{ ContainerSasURL string }
	}
	if err := c.service.Post(ctx, "/portalconfigs/default/listMediaContentSecrets", &told); err != nil {
		return fmt.Errorf("ask for the address of the media: %w", err)
	}
	if told.ContainerSasURL == "" {
		told.ContainerSasURL = told.Properties.ContainerSasURL
	}
	u, err := url.Parse(told.ContainerSasURL)
	if err != nil || u.Host == "" {
		return fmt.Errorf("the service gives no address for its media")
	}
	c.url = u
	return nil
}

// call sends a request to a blob, or to the container, and asks for a new
// address when the signature has expired.
func (c *Container) call(ctx context.Context, method, blob, query string, header http.Header, body []byte) ([]byte, error) {
	if c.url == nil {
		if err := c.open(ctx); err != nil {
			return nil, err
		}
	}
	a, err := c.service.Send(ctx, method, c.at(blob, query), header, body)
	if client.HasStatus(err, http.StatusForbidden) {
		if err := c.open(ctx); err != nil {
			return nil, err
		}
		a, err = c.service.Send(ctx, method, c.at(blob, query), header, body)
	}
	if err != nil {
		return nil, err
	}
	return a.Body, nil
}

// at is the address of a blob, or of the container with an additional query.
func (c *Container) at(blob, query string) string {
	u := *c.url
	if blob != "" {
		u.RawPath = strings.TrimSuffix(u.EscapedPath(), "/") + "/" + escaped(blob)
		u.Path = strings.TrimSuffix(u.Path, "/") + "/" + blob
	}
	if query != "" {
		u.RawQuery = query + "&" + u.RawQuery
	}
	return u.String()
}

// escaped is a blob's name as a URL path; only its slashes separate segments.
func escaped(blob string) string {
	parts := strings.Split(blob, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}

// List lists the files by name.
func (c *Container) List(ctx context.Context) ([]Medium, error) {
	var all []Medium
	for marker := ""; ; {
		data, err := c.call(ctx, http.MethodGet, "", "restype=container&comp=list&marker="+url.QueryEscape(marker), nil, nil)
		if err != nil {
			return nil, err
		}
		var page struct {
			Blobs []struct {
				Name       string
				Properties struct {
					ContentType string `xml:"Content-Type"`
				}
			} `xml:"Blobs>Blob"`
			NextMarker string
		}
		if err := xml.Unmarshal(data, &page); err != nil {
			return nil, fmt.Errorf("the list of media is not understood: %w", err)
		}
		for _, b := range page.Blobs {
			all = append(all, Medium{strings.TrimLeft(b.Name, "/"), b.Properties.ContentType})
		}
		if page.NextMarker == "" || page.NextMarker == marker {
			return all, nil
		}
		marker = page.NextMarker
	}
}

// Get reads a file.
func (c *Container) Get(ctx context.Context, blob string) ([]byte, error) {
	return c.call(ctx, http.MethodGet, blob, "", nil, nil)
}

// Put writes a file.
func (c *Container) Put(ctx context.Context, m Medium, content []byte) error {
	contentType := cmp.Or(m.ContentType, http.DetectContentType(content))
	h := http.Header{"X-Ms-Blob-Type": {"BlockBlob"}, "X-Ms-Blob-Content-Type": {contentType}, "X-Ms-Version": {"2021-08-06"}}
	_, err := c.call(ctx, http.MethodPut, m.Name, "", h, content)
	return err
}

// Delete deletes a file.
func (c *Container) Delete(ctx context.Context, blob string) error {
	_, err := c.call(ctx, http.MethodDelete, blob, "", nil, nil)
	return err
}
