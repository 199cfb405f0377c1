package server

import (
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

func TestBodiesOfStreamsThatDoNotComeAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	url, _ := startWith(t, &Server{}, Surface{Patience: 200 * time.Millisecond}, reader)
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{Protocols: protocols}}
	var all sync.WaitGroup
	for range 2 * maxStreams {
		all.Go(func() {
			body, never := io.Pipe()
			defer never.Close()
			res, err := client.Post(url+"/x", "text/plain", body)
			if err != nil {
				t.Errorf("a stream whose body does not come: %v", err)
				return
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusRequestTimeout || res.ProtoMajor != 2 {
				t.Errorf("a stream whose body does not come: %s %s, want 408", res.Proto, res.Status)
			}
		})
	}
	all.Wait()
	res, err := client.Get(url + "/x")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("afterwards: %v %v", res, err)
	}
	res.Body.Close()
}
