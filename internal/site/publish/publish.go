package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/store"
)

// The states of a portal revision.
const (
	Completed = "completed"
	Failed    = "failed"
)

// Bounds of statusDetails and of what it says of one finding, in bytes.
const (
	maxDetails = 64 << 10
	maxMessage = 1000
)

// Service publishes.
type Service struct {
	Store *store.Store
	Media Media // nil: files are not pinned
}

// Checked is the draft and what checking it found: the slow part of publishing,
// which comes before the transaction and changes nothing.
type Checked struct {
	items    []store.RevisionItem
	pins     []store.RevisionItem // the files
	findings []apim.Finding
}

// Revision is a portal revision to be made of the draft.
type Revision struct {
	Name                apim.Name
	Description, Author string
	// Current makes it the published site at once, At then; neither happens to one with errors.
	Current bool
	At      time.Time
}

// Publish makes the portal revision name from the draft. A draft with errors
// becomes a revision whose status is failed and which is not made current; its
// findings are in statusDetails. An existing name is a ConflictError.
func (s *Service) Publish(ctx context.Context, actor store.Actor, name apim.Name, description string, makeCurrent bool) (*apim.PortalRevision, error) {
	r := Revision{Name: name, Description: description, Author: actor.Name, Current: makeCurrent}
	if err := s.validate(r); err != nil {
		return nil, err
	}
	checked, err := s.Prepare(ctx)
	if err != nil {
		return nil, err
	}
	return store.Write(ctx, s.Store, actor, func(tx *store.Tx) (*apim.PortalRevision, error) {
		return s.PublishTx(tx, r, checked)
	})
}

// Prepare compiles the draft as the portal will, and keeps the present
// content of its files.
func (s *Service) Prepare(ctx context.Context) (*Checked, error) { return s.draft(ctx, s.pin) }

// draft is the draft as it stands now, checked; read pins a file or only looks at it.
func (s *Service) draft(ctx context.Context, read func(context.Context, string) (blob.Info, error)) (*Checked, error) {
	checked, err := store.Read(ctx, s.Store, s.take)
	if err != nil {
		return nil, fmt.Errorf("read the draft: %w", err)
	}
	if err := s.check(ctx, checked, read); err != nil {
		return nil, fmt.Errorf("check the draft: %w", err)
	}
	return checked, nil
}

// PublishTx stores a revision of the draft, and does what is planned with it. A
// draft that was edited since it was checked is checked again.
func (s *Service) PublishTx(tx *store.Tx, r Revision, checked *Checked) (*apim.PortalRevision, error) {
	if err := s.validate(r); err != nil {
		return nil, err
	}
	now, err := s.take(tx)
	if err != nil {
		return nil, fmt.Errorf("read the draft: %w", err)
	}
	if now.equal(checked) {
		now = checked
	} else if err := s.check(tx.Context(), now, s.pin); err != nil {
		return nil, fmt.Errorf("check the draft: %w", err)
	}
	made, err := s.write(tx, r, now)
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", r.Name, err)
	}
	return made, nil
}

func (s *Service) validate(r Revision) error {
	if err := checkName(r.Name, r.Description); err != nil || r.At.IsZero() {
		return err
	}
	return s.checkTime(r.At)
}

func checkName(name apim.Name, description string) error {
	if name == "" || len(name) > 256 || strings.ContainsAny(string(name), "/?#%&+*<>:\\ ") {
		return apim.Invalid("portalRevisionId", fmt.Sprintf("A portal revision is named by 1 to 256 characters without / ? # %% & + * < > : \\ or spaces; it is %q.", name))
	}
	if name.Same(Draft) || name.Same(Current) {
		return apim.Invalid("portalRevisionId", fmt.Sprintf("%q stands for the site as it is edited or published; name the portal revision otherwise.", name))
	}
	v := &apim.Violations{}
	(&apim.PortalRevision{Description: description}).Validate(v)
	return v.Err()
}

// take reads the draft.
func (s *Service) take(tx *store.Tx) (*Checked, error) {
	draft, err := site.Draft(tx)
	if err != nil {
		return nil, err
	}
	snap := &Checked{}
	for _, it := range draft {
		sum := sha256.Sum256(it.Body)
		snap.items = append(snap.items, store.RevisionItem{
			Key: it.Ref.Key(), Ref: it.Ref, Hash: hex.EncodeToString(sum[:]), Body: it.Body,
		})
	}
	return snap, nil
}

func (n *Checked) equal(m *Checked) bool {
	return slices.EqualFunc(n.items, m.items, func(a, b store.RevisionItem) bool { return a.Key == b.Key && a.Hash == b.Hash })
}

// check compiles the site as the portal will, and reads its files.
func (s *Service) check(ctx context.Context, n *Checked, read func(context.Context, string) (blob.Info, error)) error {
	st := n.site()
	n.findings = st.Check()
	if len(n.items) == 0 {
		n.findings = append(n.findings, apim.Finding{Severity: apim.SeverityError, Code: apim.FoundInContent, Message: "There is no content to publish."})
	}
	pins, missing, err := s.files(ctx, st, read)
	n.pins, n.findings = pins, append(n.findings, missing...)
	return err
}

func (n *Checked) site() *site.Site {
	items := make([]site.Item, len(n.items))
	for i, it := range n.items {
		items[i] = site.Item{Ref: it.Ref, Body: it.Body}
	}
	return site.Read(items, site.Options{})
}

// pin makes a file's present content stay.
func (s *Service) pin(ctx context.Context, name string) (blob.Info, error) {
	return s.Media.Pin(ctx, name)
}

// write stores the revision and does what is planned with it.
func (s *Service) write(tx *store.Tx, r Revision, n *Checked) (*apim.PortalRevision, error) {
	ref := apim.PortalRevisionRef(r.Name)
	switch _, err := tx.Get(ref); {
	case err == nil:
		return nil, &apim.ConflictError{Target: "portalRevisionId", Message: fmt.Sprintf("Portal revision %q exists already; publish under another name.", r.Name)}
	case !errors.Is(err, apim.ErrNotFound):
		return nil, err
	}
	now := s.Store.Now()
	rev := &apim.PortalRevision{
		Description: r.Description, Status: Completed, StatusDetails: details(n.findings),
		CreatedDateTime: &now, UpdatedDateTime: &now, Author: r.Author,
	}
	if apim.Failed(n.findings) {
		rev.Status = Failed
	}
	if err := put(tx, ref, rev); err != nil {
		return nil, err
	}
	if err := tx.PutRevisionItems(r.Name, slices.Concat(n.items, n.pins)); err != nil {
		return nil, err
	}
	switch {
	case rev.Status != Completed:
		return rev, nil
	case r.Current:
		return s.MakeCurrent(tx, r.Name)
	case !r.At.IsZero():
		return s.Schedule(tx, r.Name, r.At)
	}
	return rev, nil
}

// MakeCurrent makes an earlier revision the published site: it moves the row that
// says which one is, and the isCurrent of the two revisions concerned.
func (s *Service) MakeCurrent(tx *store.Tx, name apim.Name) (*apim.PortalRevision, error) {
	ref := apim.PortalRevisionRef(name)
	rev, err := get(tx, ref)
	if err != nil {
		return nil, err
	}
	if rev.Status != Completed {
		return nil, &apim.ConflictError{Target: "isCurrent", Message: fmt.Sprintf("Portal revision %q has errors and cannot be made current: %s", name, rev.StatusDetails)}
	}
	before, err := tx.CurrentPortalRevision()
	if err != nil {
		return nil, err
	}
	now := s.Store.Now()
	if before != "" && !before.Same(name) {
		old, err := get(tx, apim.PortalRevisionRef(before))
		if err != nil {
			return nil, err
		}
		old.IsCurrent, old.UpdatedDateTime = false, &now
		if err := put(tx, apim.PortalRevisionRef(before), old); err != nil {
			return nil, err
		}
	}
	scheduled := rev.ScheduledDateTime != nil
	rev.IsCurrent, rev.UpdatedDateTime, rev.ScheduledDateTime = true, &now, nil
	if err := put(tx, ref, rev); err != nil {
		return nil, err
	}
	if scheduled {
		if err := noteNext(tx); err != nil {
			return nil, err
		}
	}
	return rev, tx.SetCurrentPortalRevision(ref.Name())
}

// revision is a portal revision and its name.
type revision struct {
	name apim.Name
	apim.PortalRevision
}

// revisions are those that want admits.
func revisions(tx *store.Tx, want func(revision) bool) ([]revision, error) {
	docs, err := tx.ListAll(apim.PortalRevisions.Path)
	if err != nil {
		return nil, err
	}
	var list []revision
	for _, d := range docs {
		r := revision{name: d.Ref.Name()}
		if err := d.Decode(&r.PortalRevision); err != nil {
			return nil, err
		}
		if want(r) {
			list = append(list, r)
		}
	}
	return list, nil
}

func get(tx *store.Tx, ref apim.Ref) (*apim.PortalRevision, error) {
	d, err := tx.Get(ref)
	if err != nil {
		return nil, err
	}
	rev := new(apim.PortalRevision)
	if err := d.Decode(rev); err != nil {
		return nil, err
	}
	return rev, nil
}

func put(tx *store.Tx, ref apim.Ref, rev *apim.PortalRevision) error {
	body, err := json.Marshal(rev)
	if err != nil {
		return fmt.Errorf("%s: %w", ref, err)
	}
	return tx.Put(&store.Document{Ref: ref, Body: body})
}

// details lists the findings, one a line: severity, item, node, sentence.
func details(findings []apim.Finding) string {
	if len(findings) == 0 {
		return ""
	}
	errorCount := 0
	var b strings.Builder
	for _, f := range findings {
		if f.Severity == apim.SeverityError {
			errorCount++
		}
		line := string(f.Severity) + ": "
		if f.Target != "" {
			line += f.Target
			if f.Path != "" {
				line += " at " + f.Path
			}
			line += ": "
		}
		if len(f.Message) > maxMessage {
			f.Message = strings.ToValidUTF8(f.Message[:maxMessage], "") + "…"
		}
		if b.Len()+len(line)+len(f.Message) > maxDetails {
			b.WriteString("\n…")
			break
		}
		b.WriteString("\n" + line + f.Message)
	}
	return fmt.Sprintf("%d errors, %d warnings.", errorCount, len(findings)-errorCount) + b.String()
}
