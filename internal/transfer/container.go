package transfer

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Container is a service's media, by the address that the service hands out
// (portal-wire.md §3.9).
type Container struct {
	service *Service
	url     *url.URL // with the signature in the query
}

// Medium is a file of the container.
type Medium struct {
	Name, ContentType string
	Size              int64
}

// Container asks the service for the address of its media.
func (s *Service) Container(ctx context.Context) (*Container, error) {
	data, err := s.call(ctx, http.MethodPost, s.address("/portalconfigs/default/listMediaContentSecrets"), s.headers(), nil)
	if err != nil {
		return nil, err
	}
	var told struct {
		ContainerSasURL string
		Properties      struct{ ContainerSasURL string }
	}
	if err := json.Unmarshal(data, &told); err != nil {
		return nil, fmt.Errorf("the address of the media is not understood: %w", err)
	}
	if told.ContainerSasURL == "" {
		told.ContainerSasURL = told.Properties.ContainerSasURL
	}
	u, err := url.Parse(told.ContainerSasURL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("the service names no address of its media")
	}
	return &Container{s, u}, nil
}

// at is the address of a blob, or of the container with more of a query.
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

// escaped is a blob's name in an address: its slashes part it, nothing else does.
func escaped(blob string) string {
	parts := strings.Split(blob, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}

// List lists the files, by name.
func (c *Container) List(ctx context.Context) ([]Medium, error) {
	var all []Medium
	for marker := ""; ; {
		data, err := c.service.call(ctx, http.MethodGet, c.at("", "restype=container&comp=list&marker="+url.QueryEscape(marker)), nil, nil)
		if err != nil {
			return nil, err
		}
		var page struct {
			Blobs []struct {
				Name       string
				Properties struct {
					ContentType string `xml:"Content-Type"`
					Size        int64  `xml:"Content-Length"`
				}
			} `xml:"Blobs>Blob"`
			NextMarker string
		}
		if err := xml.Unmarshal(data, &page); err != nil {
			return nil, fmt.Errorf("the list of media is not understood: %w", err)
		}
		for _, b := range page.Blobs {
			all = append(all, Medium{strings.TrimLeft(b.Name, "/"), b.Properties.ContentType, b.Properties.Size})
		}
		if page.NextMarker == "" || page.NextMarker == marker {
			return all, nil
		}
		marker = page.NextMarker
	}
}

// Get reads a file.
func (c *Container) Get(ctx context.Context, blob string) ([]byte, error) {
	return c.service.call(ctx, http.MethodGet, c.at(blob, ""), nil, nil)
}

// Put writes a file.
func (c *Container) Put(ctx context.Context, blob, contentType string, content []byte) error {
	if contentType == "" {
		contentType = http.DetectContentType(content)
	}
	h := http.Header{"X-Ms-Blob-Type": {"BlockBlob"}, "X-Ms-Blob-Content-Type": {contentType}, "X-Ms-Version": {"2021-08-06"}}
	_, err := c.service.call(ctx, http.MethodPut, c.at(blob, ""), h, content)
	return err
}

// Delete deletes a file.
func (c *Container) Delete(ctx context.Context, blob string) error {
	_, err := c.service.call(ctx, http.MethodDelete, c.at(blob, ""), nil, nil)
	return err
}
