package apis_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/arm"
)

func TestLargeBodiesAreHeldOneAfterTheOther(t *testing.T) {
	t.Parallel()
	s := &apis.Service{Patience: 10 * time.Millisecond}
	ctx := t.Context()
	done, err := s.Hold(ctx, arm.MaxDescriptionBody)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Hold(ctx, 5<<20); !errors.Is(err, context.DeadlineExceeded) || arm.FromError(err).Status != 503 {
		t.Errorf("a second body is held beside the largest: %v", err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Hold(gone, -1); !errors.Is(err, context.Canceled) {
		t.Errorf("a client that left waits on: %v", err)
	}
	done()
	for range 4 {
		if _, err := s.Hold(ctx, 5<<20); err != nil {
			t.Errorf("smaller bodies are not held together: %v", err)
		}
	}
}

func TestAnImportThatWaitsTooLongIsTold(t *testing.T) {
	t.Parallel()
	s := &apis.Service{Patience: 10 * time.Millisecond}
	body := []byte(`{"path":"a","format":"openapi","value":"{\"openapi\":\"3.0.0\",\"info\":{},\"paths\":{\"/a\":{\"get\":{}}}}"}`)
	f := newFixture(t, nil)
	s.Blobs = f.Blobs
	first, err := s.Read(t.Context(), apis.Request{Ref: "/apis/a", Properties: body})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(t.Context(), apis.Request{Ref: "/apis/b", Properties: body}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("two descriptions are read at once: %v", err)
	}
	first.Close()
	second, err := s.Read(t.Context(), apis.Request{Ref: "/apis/b", Properties: body})
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
}
