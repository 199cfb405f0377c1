package process

import (
	"strings"
	"testing"
	"time"
)

func TestTheSiteIsPublishedComparedAndRestoredFromTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "serve", "--data", dir)
	c := p.client(t, "--data", dir)
	data := []string{"--data", dir}
	command := func(args ...string) string { return portico(t, append(args, data...)...) }
	if out := command("publish", "--check"); !strings.Contains(out, "can be published; 0 warnings") {
		t.Errorf("the check says %s", out)
	}
	c.must(t, "PUT", "/contentTypes/page/contentItems/news", map[string]any{
		"en_us": map[string]any{"title": "News", "permalink": "/news", "documentId": "contentTypes/document/contentItems/news"},
	})
	if out, code := run(t, append([]string{"publish", "--check"}, data...)...); code != 1 || !strings.Contains(out, "is missing") {
		t.Errorf("a page without its document: exit %d, %s", code, out)
	}
	c.must(t, "PUT", "/contentTypes/document/contentItems/news", map[string]any{"nodes": []any{}})
	if out := command("revisions", "diff"); !strings.Contains(out, "+ /contentTypes/page/contentItems/news") || !strings.Contains(out, "2 added") {
		t.Errorf("the diff says %s", out)
	}
	command("publish", "--name", "with-news", "--description", "News")
	if out := command("revisions", "list"); !strings.Contains(out, "with-news") || !strings.Contains(out, "current") {
		t.Errorf("the list says %s", out)
	}
	if out := command("publish", "--name", "later", "--at", "2130-01-01T09:00+01:00"); !strings.Contains(out, "will be published on") {
		t.Errorf("scheduling says %s", out)
	}
	if out := command("revisions", "list"); !strings.Contains(out, "from 21") {
		t.Errorf("the list does not tell what is scheduled: %s", out)
	}
	command("revisions", "schedule", "later", "--cancel")
	if out := command("revisions", "list"); strings.Contains(out, "from 21") {
		t.Errorf("the list tells what is not scheduled any more: %s", out)
	}
	if out, code := run(t, append([]string{"publish", "--at", "2020-01-01"}, data...)...); code != 1 || !strings.Contains(out, "must be in the future") {
		t.Errorf("a time that has passed: exit %d, %s", code, out)
	}
	if out, code := run(t, append([]string{"publish", "--at", "tomorrow"}, data...)...); code != 1 || !strings.Contains(out, `"tomorrow" is not a time`) {
		t.Errorf("no time: exit %d, %s", code, out)
	}
	soon := time.Now().Add(1500 * time.Millisecond).Format(time.RFC3339Nano)
	command("revisions", "schedule", "later", "--at", soon)
	published := func() bool {
		return strings.Contains(command("revisions", "show", "later", "--output", "json"), `"IsCurrent": true`)
	}
	for end := time.Now().Add(20 * time.Second); !published(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the server does not publish what is due")
		}
	}
	command("revisions", "restore", "initial")
	if out := command("revisions", "show", "initial", "--output", "json"); !strings.Contains(out, `"IsCurrent": true`) {
		t.Errorf("after going back: %s", out)
	}
	command("revisions", "restore", "initial", "--draft")
	if out := command("revisions", "prune", "--keep", "1"); !strings.Contains(out, "1 revision deleted") { // the newest and the current one
		t.Errorf("pruning says %s", out)
	}
	if out := command("revisions", "diff"); !strings.Contains(out, "0 added, 0 removed, 0 changed") {
		t.Errorf("after restoring the draft: %s", out)
	}
	if out, code := run(t, append([]string{"revisions", "restore", "none", "--draft"}, data...)...); code != 1 || !strings.Contains(out, "none") {
		t.Errorf("an unknown revision: exit %d, %s", code, out)
	}
}
