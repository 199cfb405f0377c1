package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/client"
)

const maxDescription = 64 << 20 // bytes; the limit for a description (design.md §4)

type importCommand struct {
	connection  `embed:""`
	Description string   `arg:"" name:"file|url" help:"OpenAPI 3 or Swagger 2 description, JSON or YAML; - for standard input."`
	Path        string   `help:"Path of the API on the gateway." required:"" placeholder:"PATH"`
	API         string   `name:"api" help:"Id of the API; default: from --path." placeholder:"ID"`
	Name        string   `help:"Display name; default: the description's title." placeholder:"NAME"`
	Product     []string `help:"Product to add the API to; may be repeated." placeholder:"ID"`
	ServiceURL  string   `name:"service-url" help:"Backend; default: the description's server." placeholder:"URL"`
}

// Run reads the description and imports it.
func (c *importCommand) Run(ctx context.Context, s streams) error {
	data, err := c.read(ctx)
	if err != nil {
		return err
	}
	if c.API = cmp.Or(c.API, idFromPath(c.Path)); c.API == "" {
		return fmt.Errorf("no id follows from the path %q: name the API with --api", c.Path)
	}
	return c.with(ctx, s, func(api *client.Client) error { return c.put(ctx, s, api, data) })
}

// put writes the API and adds it to its products. A product that does not exist
// fails the import before anything is written.
func (c *importCommand) put(ctx context.Context, s streams, api *client.Client, data []byte) error {
	for _, product := range c.Product {
		if err := findProduct(ctx, api, product); err != nil {
			return err
		}
	}
	body, err := client.Body(c.properties(data))
	if err != nil {
		return err
	}
	at := "/apis/" + segment(c.API)
	answer, err := api.Do(ctx, client.Request{Method: http.MethodPut, Path: at, Body: body})
	if err != nil {
		return fmt.Errorf("%s was not imported: %w", c.Description, err)
	}
	for _, product := range c.Product {
		if err := api.Put(ctx, "/products/"+segment(product)+at, nil, nil); err != nil {
			return fmt.Errorf("the API is imported, but not added to product %s: %w", product, err)
		}
	}
	var operations struct{ Count int }
	if err := api.Get(ctx, at+"/operations?$top=1", &operations); err != nil {
		return err
	}
	c.done(s, answer.Status == http.StatusCreated, operations.Count)
	return nil
}

// properties are the properties of the API in the PUT that imports its description.
func (c *importCommand) properties(data []byte) map[string]any {
	properties := map[string]any{"format": string(apidoc.Detect(data)), "value": string(data), "path": c.Path, "translateRequiredQueryParameters": "query"}
	if c.Name != "" {
		properties["displayName"] = c.Name
	}
	if c.ServiceURL != "" {
		properties["serviceUrl"] = c.ServiceURL
	}
	return properties
}

func (c *importCommand) done(s streams, created bool, operations int) {
	verb := "Updated"
	if created {
		verb = "Imported"
	}
	fmt.Fprintf(s.out, "%s %s as API %s at /%s.\n", verb, counted(operations, "operation"), c.API, strings.Trim(c.Path, "/"))
	if len(c.Product) == 0 {
		fmt.Fprintf(s.out, "Next: add it to a product, so that people see it: repeat the command with --product ID\n")
	}
}

func (c *importCommand) read(ctx context.Context) ([]byte, error) {
	switch {
	case c.Description == "-":
		return limited(os.Stdin, "standard input")
	case strings.HasPrefix(c.Description, "http://"), strings.HasPrefix(c.Description, "https://"):
		return c.fetch(ctx)
	}
	f, err := os.Open(c.Description)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return limited(f, c.Description)
}

// fetch gets a description by URL. Private addresses are allowed: the operator
// typed the URL on this machine's command line.
func (c *importCommand) fetch(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Description, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch the description: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch the description: %s answered %s", c.Description, res.Status)
	}
	return limited(res.Body, c.Description)
}

func limited(r io.Reader, name string) ([]byte, error) {
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r, maxDescription+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if n > maxDescription {
		return nil, fmt.Errorf("%s is larger than %d MB, the limit of a description", name, maxDescription>>20)
	}
	return b.Bytes(), nil
}

// idFromPath makes an API id from a gateway path: its segments joined by hyphens.
func idFromPath(p string) string {
	p = strings.Trim(path.Clean("/"+p), "/")
	return strings.ToLower(strings.ReplaceAll(p, "/", "-"))
}
