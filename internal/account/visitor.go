package account

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/store"
)

// AdministratorID is the id of the user created by provisioning, who is always
// an administrator.
const AdministratorID = apim.FirstAdministrator

// User is a stored user.
type User struct {
	ID apim.Name // as created
	*apim.User
}

// Visitor is a signed-in user with what decides visibility. It is shared and
// must not be changed.
type Visitor struct {
	User   *User
	Groups []apim.PublicID // keys, sorted; never guests
	Admin  bool            // user 1 or a member of administrators

	// MaySetPassword reports whether a one-time link began the session and
	// there is no password yet, so that a password can be set without giving
	// one.
	MaySetPassword bool

	// Maker is who asked the management API for the token that began the session;
	// nil: the person signed in. It limits what the session may do: see [Service.MayAct].
	Maker *access.Principal
}

// MayAct returns nil if the visitor may do what takes an action on the own user;
// in a session that a made token began: if the maker may do so too and, for a user
// who has further rights, may assign roles. Else the error is apim.ErrForbidden.
func (s *Service) MayAct(ctx context.Context, v *Visitor, action access.Action) error {
	if v.Maker == nil {
		return nil
	}
	own := apim.UserRef(v.User.ID)
	return s.store.View(ctx, func(tx *store.Tx) error {
		scope := apim.ScopeOf(own)
		empowered, err := s.roles.Empowers(tx, own)
		if err != nil {
			return err
		}
		if empowered {
			action, scope = access.AssignRoles, apim.ServiceScope()
		}
		return s.roles.Authorize(tx, *v.Maker, action, scope)
	})
}

// Visitor returns the visitor of a session. The error is apim.ErrUnauthorized
// if the session does not exist or has expired, or the user is no longer
// active.
func (s *Service) Visitor(ctx context.Context, sessionID string) (*Visitor, error) {
	if sessionID == "" {
		return nil, refuse("no session")
	}
	now := s.store.Now()
	key := sha256.Sum256([]byte(sessionID))
	v, generation := s.visitors.get(key, now)
	if v != nil {
		return v, nil
	}
	var session *store.Session
	v, err := store.Read(ctx, s.store, func(tx *store.Tx) (v *Visitor, err error) {
		if session, err = s.session(tx, sessionID); err != nil {
			return nil, err
		}
		v, err = visitor(tx, session.UserID)
		if err != nil {
			return nil, err
		}
		if v.Maker, err = s.maker(tx, parseMade(session.Made), session.UserID); err != nil {
			return nil, err
		}
		v.MaySetPassword, err = maySetPassword(tx, session)
		return v, err
	})
	if err != nil {
		return nil, err
	}
	s.use(ctx, sessionID, session)
	s.visitors.put(key, v, now, generation)
	return v, nil
}

func maySetPassword(tx *store.Tx, session *store.Session) (bool, error) {
	if !session.ByLink {
		return false, nil
	}
	password, err := apim.OrNone(tx.Password(apim.UserRef(session.UserID)))
	return password == "" && err == nil, err
}

// visitor reads an active user and their groups; apim.ErrUnauthorized for others.
func visitor(tx *store.Tx, userID apim.Name) (*Visitor, error) {
	u, err := getUser(tx, apim.UserRef(userID))
	if err != nil {
		return nil, apim.IfAbsent(err, refuse("no such user"))
	}
	if u.State != apim.UserActive {
		return nil, refuse("the user is not active")
	}
	links, err := tx.Backlinks(apim.GroupUser, apim.UserRef(u.ID))
	if err != nil {
		return nil, fmt.Errorf("read the groups of user %s: %w", u.ID, err)
	}
	groups := []apim.PublicID{apim.Developers}
	for _, ref := range links {
		if g := ref.PublicID().Key(); g != apim.Guests {
			groups = append(groups, g)
		}
	}
	slices.Sort(groups)
	groups = slices.Compact(groups)
	admin := u.ID == AdministratorID || slices.Contains(groups, apim.Administrators)
	return &Visitor{User: u, Groups: groups, Admin: admin}, nil
}

func getUser(tx *store.Tx, ref apim.Ref) (*User, error) {
	doc, err := tx.Get(ref)
	if err != nil {
		return nil, err
	}
	u := &User{ID: doc.Name, User: new(apim.User)}
	if err := doc.Decode(u.User); err != nil {
		return nil, err
	}
	u.Default()
	return u, nil
}

var _ feed.Consumer = (*Service)(nil)

// Load clears the cached visitors.
func (s *Service) Load(*store.Tx) error {
	s.visitors.clear()
	return nil
}

// deciding are the collections that decide about visitors.
var deciding = []string{"users", "groups", access.RoleAssignments, access.RoleDefinitions}

// Apply clears the cached visitors when users, groups or roles have changed, also in
// other processes, which would otherwise be noticed only after visitorLifetime.
func (s *Service) Apply(_ *store.Tx, changes []store.Change) error {
	for _, c := range changes {
		if kind := apim.Ref(c.Key).KindPath(); slices.ContainsFunc(deciding, func(of string) bool { return strings.HasPrefix(kind, of) }) {
			s.visitors.clear()
			break
		}
	}
	return nil
}

const (
	// visitorLifetime is how long a sign-out in another process may go
	// unnoticed, since sessions are not in the change feed.
	visitorLifetime = time.Second
	maxVisitors     = 10_000
)

// visitorCache spares most requests of signed-in visitors the database.
type visitorCache struct {
	mu         sync.Mutex
	generation int // number of clears: what was read before one is not cached after it
	entries    map[[sha256.Size]byte]visitorEntry
}

type visitorEntry struct {
	visitor *Visitor
	until   time.Time
}

func newVisitorCache() *visitorCache {
	return &visitorCache{entries: map[[sha256.Size]byte]visitorEntry{}}
}

func (c *visitorCache) get(key [sha256.Size]byte, now time.Time) (*Visitor, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok && now.Before(e.until) && e.until.Sub(now) <= visitorLifetime {
		return e.visitor, c.generation
	}
	return nil, c.generation
}

func (c *visitorCache) put(key [sha256.Size]byte, v *Visitor, now time.Time, generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation {
		return
	}
	if len(c.entries) >= maxVisitors {
		clear(c.entries)
	}
	c.entries[key] = visitorEntry{v, now.Add(visitorLifetime)}
}

func (c *visitorCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	clear(c.entries)
}
