package transfer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	apiVersion = "2022-08-01"
	maxAnswer  = 256 << 20 // bytes
	retries    = 4
)

// Service is a service that speaks the management API.
type Service struct {
	Base   string // of the service: what comes before /contentTypes; without a slash at the end
	Token  string // the value of the Authorization header
	Client *http.Client
	// MaxAnswer is how large an answer may be, a medium among them, in bytes; 0: 256 MB.
	MaxAnswer int64
	// Wait waits before a call is tried again; nil: as long as it says.
	Wait func(ctx context.Context, d time.Duration) error
}

// CallError is an answer that is no success.
type CallError struct {
	Method, Path string
	Status       int
	Code         string // of the error body
	Message      string
}

// Error names the call, the status and what the service says.
func (e *CallError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s answers %d %s %s", e.Method, e.Path, e.Status, e.Code, e.Message))
}

// call sends a request, again while the service is busy, and reads the answer.
func (s *Service) call(ctx context.Context, method, address string, header http.Header, body []byte) ([]byte, error) {
	for try := 0; ; try++ {
		data, wait, err := s.once(ctx, method, address, header, body)
		if err == nil || wait == 0 || try == retries {
			return data, err
		}
		if err := s.wait(ctx, wait); err != nil {
			return nil, err
		}
	}
}

func (s *Service) wait(ctx context.Context, d time.Duration) error {
	if s.Wait != nil {
		return s.Wait(ctx, d)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// once sends a request; wait is how long to wait before it is worth another try, 0 never.
func (s *Service) once(ctx context.Context, method, address string, header http.Header, body []byte) (data []byte, wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	if header != nil {
		req.Header = header.Clone()
	}
	res, err := s.Client.Do(req)
	if err != nil {
		return nil, 0, fmt.Errorf("%s %s: %w", method, req.URL.Path, hideQuery(err))
	}
	defer res.Body.Close()
	most := s.MaxAnswer
	if most == 0 {
		most = maxAnswer
	}
	data, err = io.ReadAll(io.LimitReader(res.Body, most+1))
	if err != nil {
		return nil, 0, fmt.Errorf("%s %s: %w", method, req.URL.Path, err)
	}
	if int64(len(data)) > most {
		return nil, 0, fmt.Errorf("%s %s: the answer is larger than %d bytes", method, req.URL.Path, most)
	}
	if res.StatusCode < 300 {
		return data, 0, nil
	}
	failed := &CallError{Method: method, Path: req.URL.Path, Status: res.StatusCode}
	var told struct {
		Error struct{ Code, Message string }
	}
	if json.Unmarshal(data, &told) == nil {
		failed.Code, failed.Message = told.Error.Code, told.Error.Message
	}
	if res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500 && res.StatusCode != http.StatusNotImplemented {
		wait = time.Second
		if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 && n <= 60 {
			wait = time.Duration(n) * time.Second
		}
	}
	return nil, wait, failed
}

// hideQuery takes the address out of an error: its query may hold a signature.
func hideQuery(err error) error {
	if e, ok := err.(*url.Error); ok {
		return e.Err
	}
	return err
}

// headers are those of a call to the management API.
func (s *Service) headers(more ...string) http.Header {
	h := http.Header{"Authorization": {s.Token}, "Content-Type": {"application/json"}}
	for i := 0; i+1 < len(more); i += 2 {
		h.Set(more[i], more[i+1])
	}
	return h
}

func (s *Service) address(path string) string {
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	return s.Base + path + join + "api-version=" + apiVersion
}

// Items reads all content items, of every content type.
func (s *Service) Items(ctx context.Context) ([]Item, error) {
	types, err := pages[struct{ ID string }](ctx, s, s.address("/contentTypes"))
	if err != nil {
		return nil, err
	}
	var items []Item
	for _, t := range types {
		id := t.ID[strings.LastIndexByte(t.ID, '/')+1:]
		list, err := pages[Item](ctx, s, s.address("/contentTypes/"+url.PathEscape(id)+"/contentItems?$top=100"))
		if err != nil {
			return nil, err
		}
		for _, it := range list {
			if i := strings.Index(strings.ToLower(it.ID), "/contenttypes/"); i > 0 {
				it.ID = it.ID[i:] // the short form
			}
			items = append(items, it)
		}
	}
	return items, nil
}

// pages reads a list to its end.
func pages[T any](ctx context.Context, s *Service, address string) ([]T, error) {
	var all []T
	for seen := map[string]bool{}; address != "" && !seen[address]; {
		seen[address] = true
		data, err := s.call(ctx, http.MethodGet, address, s.headers(), nil)
		if err != nil {
			return nil, err
		}
		var page struct {
			Value    []T    `json:"value"`
			NextLink string `json:"nextLink"`
		}
		if err := json.Unmarshal(data, &page); err != nil {
			return nil, fmt.Errorf("a list of the service is not understood: %w", err)
		}
		all = append(all, page.Value...)
		if address = page.NextLink; len(page.Value) == 0 {
			break
		}
		if address != "" && !s.own(address) {
			return nil, fmt.Errorf("the service leads to the rest of a list at another host, %q: it is not followed, since the token would go there", address)
		}
	}
	return all, nil
}

// own tells whether an address is of the service's own host: the token goes nowhere else.
func (s *Service) own(address string) bool {
	base, err := url.Parse(s.Base)
	if err != nil {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && u.Host == base.Host && u.Scheme == base.Scheme
}

// Put writes an item over whatever is there.
func (s *Service) Put(ctx context.Context, it Item) error {
	body := append(append([]byte(`{"properties":`), it.Properties...), '}')
	_, err := s.call(ctx, http.MethodPut, s.address(it.path()), s.headers("If-Match", "*"), body)
	if e, ok := err.(*CallError); ok && e.Status == http.StatusPreconditionFailed { // there is none yet
		_, err = s.call(ctx, http.MethodPut, s.address(it.path()), s.headers(), body)
	}
	return err
}

// Delete deletes an item.
func (s *Service) Delete(ctx context.Context, id string) error {
	_, err := s.call(ctx, http.MethodDelete, s.address(Item{ID: id}.path()), s.headers("If-Match", "*"), nil)
	return err
}

// path is the item's address below the service.
func (it Item) path() string {
	contentType, name, _ := it.parts()
	return "/contentTypes/" + url.PathEscape(contentType) + "/contentItems/" + url.PathEscape(name)
}
