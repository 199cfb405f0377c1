package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const clientTimeout = 5 * time.Minute // a large description takes a while

// managementClient calls the management API of a running process.
type managementClient struct {
	base  string         // without a slash at the end
	token string         // the value of the Authorization header
	roots *x509.CertPool // nil: the system's
}

// put sends properties to a path such as /apis/echo; answer, if not nil, receives the body.
func (c *managementClient) put(ctx context.Context, path string, properties, answer any) error {
	return c.send(ctx, http.MethodPut, path, properties, answer)
}

// get reads a path, which may have a query.
func (c *managementClient) get(ctx context.Context, path string, answer any) error {
	return c.send(ctx, http.MethodGet, path, nil, answer)
}

// delete deletes what a path names; it is no error when there is nothing.
func (c *managementClient) delete(ctx context.Context, path string) error {
	return c.send(ctx, http.MethodDelete, path, nil, nil)
}

func (c *managementClient) send(ctx context.Context, method, path string, properties, answer any) error {
	var body io.Reader
	if properties != nil {
		data, err := json.Marshal(map[string]any{"properties": properties})
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	ctx, cancel := context.WithTimeout(ctx, clientTimeout)
	defer cancel()
	path, query, _ := strings.Cut(path, "?")
	req, err := http.NewRequestWithContext(ctx, method, c.base+path+"?api-version=2024-05-01&"+query, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", c.token)
	req.Header.Set("Content-Type", "application/json")
	if method == http.MethodDelete || method == http.MethodPatch {
		req.Header.Set("If-Match", "*")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.roots, MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("call the management API: %w", err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, 64<<20))
	if err != nil {
		return fmt.Errorf("read the management API's answer: %w", err)
	}
	if res.StatusCode >= 300 {
		return armError(res.Status, data)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(data, answer)
}

// armError is the text of an ARM error body.
func armError(status string, data []byte) error {
	var body struct {
		Error struct {
			Message string
			Details []struct{ Target, Message string }
		}
	}
	if json.Unmarshal(data, &body) != nil || body.Error.Message == "" {
		return fmt.Errorf("the management API answered %s", status)
	}
	lines := []string{body.Error.Message}
	for _, d := range body.Error.Details {
		lines = append(lines, "  "+d.Target+": "+d.Message)
	}
	return fmt.Errorf("%s", strings.Join(lines, "\n"))
}

func segment(name string) string { return url.PathEscape(name) }
