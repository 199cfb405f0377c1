package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/config"
	"github.com/portico-portal/portico/internal/server"
	"github.com/portico-portal/portico/internal/store"
)

const maxDescription = 64 << 20 // bytes; design: the limit of a description

type importCommand struct {
	config.Store  `embed:""`
	Description   string   `arg:"" name:"file|url" help:"OpenAPI 3 or Swagger 2 description, JSON or YAML; - for standard input."`
	Path          string   `help:"Path of the API on the gateway." required:"" placeholder:"PATH"`
	API           string   `name:"api" help:"Id of the API; default: from --path." placeholder:"ID"`
	Name          string   `help:"Display name; default: the description's title." placeholder:"NAME"`
	Product       []string `help:"Product to add the API to; may be repeated." placeholder:"ID"`
	ServiceURL    string   `name:"service-url" help:"Backend; default: the description's server." placeholder:"URL"`
	ManagementURL string   `help:"Import into a running server at this address." placeholder:"URL"`
	Token         string   `help:"Authorization for --management-url; see portico token." placeholder:"TOKEN"`
}

// Run imports through the running server if there is one, else into the store itself.
func (c *importCommand) Run(ctx context.Context, s streams) error {
	data, err := c.read(ctx)
	if err != nil {
		return err
	}
	if c.API == "" {
		c.API = idFromPath(c.Path)
	}
	c.Store.Data = orDefault(c.Store.Data, config.DefaultData)
	if c.ManagementURL != "" {
		if c.Token == "" {
			return errors.New("--management-url needs --token; print one with: portico token")
		}
		return c.remote(ctx, s, &managementClient{base: strings.TrimRight(c.ManagementURL, "/"), token: c.Token}, data)
	}
	opt := app.Options{Store: c.Store, Logger: logger(s.err), Version: version, Now: time.Now}
	service, err := app.Open(ctx, opt)
	if errors.Is(err, app.ErrOwned) {
		client, err := runningServer(ctx, opt)
		if err != nil {
			return err
		}
		return c.remote(ctx, s, client, data)
	}
	if err != nil {
		return err
	}
	defer service.Close()
	return c.local(ctx, s, service, data)
}

// runningServer is a client of the process that owns --data, with a token of one minute.
func runningServer(ctx context.Context, opt app.Options) (*managementClient, error) {
	running, err := app.ReadRun(opt.Store.Data)
	if err != nil {
		return nil, err
	}
	token, err := app.MintToken(ctx, opt, "", time.Minute)
	if err != nil {
		return nil, err
	}
	client := &managementClient{base: running.ManagementURL, token: token}
	if own, err := os.ReadFile(filepath.Join(opt.Store.Data, server.CertificateFile)); err == nil {
		client.roots = x509.NewCertPool()
		client.roots.AppendCertsFromPEM(own)
	}
	return client, nil
}

func (c *importCommand) local(ctx context.Context, s streams, service *app.App, data []byte) error {
	result, err := service.Importer.Import(ctx, store.Actor{Name: "command line"}, apidoc.Import{
		APIID: c.API, Path: c.Path, DisplayName: c.Name, ServiceURL: c.ServiceURL, Products: c.Product, Data: data,
	})
	if err != nil {
		return c.explain(err)
	}
	for _, w := range result.Warnings {
		fmt.Fprintf(s.err, "warning: %s: %s\n", w.Path, w.Message)
	}
	c.done(s, result.Created, fmt.Sprintf("%d operations", result.Operations))
	return nil
}

func (c *importCommand) remote(ctx context.Context, s streams, client *managementClient, data []byte) error {
	properties := map[string]any{"format": string(apidoc.Detect(data)), "value": string(data), "path": c.Path, "translateRequiredQueryParameters": "query"}
	if c.Name != "" {
		properties["displayName"] = c.Name
	}
	if c.ServiceURL != "" {
		properties["serviceUrl"] = c.ServiceURL
	}
	if err := client.put(ctx, "/apis/"+segment(c.API), properties, nil); err != nil {
		return err
	}
	for _, product := range c.Product {
		if err := client.put(ctx, "/products/"+segment(product)+"/apis/"+segment(c.API), nil, nil); err != nil {
			return fmt.Errorf("the API is imported, but not added to product %s: %w", product, err)
		}
	}
	c.done(s, true, "the description")
	return nil
}

func (c *importCommand) done(s streams, created bool, what string) {
	verb := "Updated"
	if created {
		verb = "Imported"
	}
	fmt.Fprintf(s.out, "%s %s as API %s at /%s.\n", verb, what, c.API, strings.Trim(c.Path, "/"))
	if len(c.Product) == 0 {
		fmt.Fprintf(s.out, "Next: add it to a product, so that people see it: --product ID\n")
	}
}

// explain names the description in front of each finding.
func (c *importCommand) explain(err error) error {
	var invalid *apim.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	lines := []string{c.Description + " was not imported:"}
	for _, v := range invalid.Violations {
		lines = append(lines, "  "+v.Target+": "+v.Message)
	}
	return errors.New(strings.Join(lines, "\n"))
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

// fetch gets a description by URL. The operator names the URL on this very
// machine's command line, so private addresses are as good as any.
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

// idFromPath makes an API id of a gateway path: its segments joined by dashes.
func idFromPath(p string) string {
	p = strings.Trim(path.Clean("/"+p), "/")
	return strings.ToLower(strings.ReplaceAll(p, "/", "-"))
}
