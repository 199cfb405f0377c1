package app

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/config"
	"github.com/portico-portal/portico/internal/job"
	"github.com/portico-portal/portico/internal/limit"
	"github.com/portico-portal/portico/internal/mail"
	"github.com/portico-portal/portico/internal/management"
	"github.com/portico-portal/portico/internal/outbound"
	"github.com/portico-portal/portico/internal/provision"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/postgres"
	"github.com/portico-portal/portico/internal/store/sqlite"
	"github.com/portico-portal/portico/internal/subscription"
)

// Options are what every command needs to open a service.
type Options struct {
	Store   config.Store
	Logger  *slog.Logger
	Version string
	Now     func() time.Time
}

// App is an opened service: its store and the domain services over it.
type App struct {
	Store         *store.Store
	Blobs         blob.Store
	APIs          *apis.Service
	Accounts      *account.Service
	Subscriptions *subscription.Service
	Publisher     *publish.Service
	Provision     *provision.Service

	opt      Options
	mail     *mail.Service      // nil: no mail is sent
	limiter  *limit.Limiter     // nil: not served
	backends *outbound.Backends // what the gateway may call
	workers  *job.Owner         // owns all goroutines except those of requests and the store
	owner    *Owner             // nil with a database server, which has many clients
	key      []byte
}

// Open opens a service, and creates it if it does not exist. ErrOwned means
// that another process owns the embedded database.
func Open(ctx context.Context, opt Options) (*App, error) {
	a := &App{opt: opt, workers: job.NewOwner(ctx, opt.Logger)}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context) (err error) {
	if a.opt.Store.Embedded() {
		if a.owner, err = Own(a.opt.Store.Data); err != nil {
			return err
		}
	}
	if a.Store, a.key, err = openStore(ctx, a.opt); err != nil {
		return err
	}
	if err := a.unlessUnwritable(ctx, "the replacement of the encryption key waits", a.endRotation(ctx)); err != nil {
		return err
	}
	if err := os.MkdirAll(a.opt.Store.BlobFolder(), 0o700); err != nil {
		return fmt.Errorf("make blob folder: %w", err)
	}
	if a.Blobs, err = blob.Folder(a.opt.Store.BlobFolder()); err != nil {
		return err
	}
	a.Accounts, a.Subscriptions = account.New(a.Store), subscription.New(a.Store)
	a.APIs = &apis.Service{Store: a.Store, Blobs: a.Blobs}
	a.Publisher = &publish.Service{Store: a.Store, Media: a.Blobs}
	a.Provision = &provision.Service{Store: a.Store, Publisher: a.Publisher}
	if err := a.unlessUnwritable(ctx, "what every service has is not completed", a.provision(ctx)); err != nil {
		return err
	}
	return a.opt.Store.KeepKey()
}

// unlessUnwritable lets an existing service start although nothing can be
// stored: what the start would have written waits for a later one.
func (a *App) unlessUnwritable(ctx context.Context, what string, err error) error {
	if !apim.Unwritable(err) {
		return err
	}
	exists, failure := (&provision.Service{Store: a.Store}).Done(ctx)
	if failure != nil || !exists {
		return errors.Join(err, failure)
	}
	a.opt.Logger.WarnContext(ctx, what+"; start again when there is room", "error", err)
	return nil
}

// provision creates what every service has, and the first contents of a new one.
func (a *App) provision(ctx context.Context) error {
	if err := a.Provision.Run(ctx); err != nil {
		return err
	}
	return a.Store.Update(ctx, store.Actor{Name: store.System}, management.Provision)
}

// erase returns a function that deletes everything and provisions the service
// as at its first start, with its portal at the given address.
func (a *App) erase(portal string) func(context.Context, store.Actor) error {
	return func(ctx context.Context, actor store.Actor) error {
		return a.Provision.Erase(ctx, actor, portal, management.Provision)
	}
}

// openStore opens the database that the settings name.
func openStore(ctx context.Context, opt Options) (s *store.Store, key []byte, err error) {
	st := opt.Store
	key, old, err := st.Keys(rand.Read)
	if err != nil {
		return nil, nil, err
	}
	options := store.Options{Service: st.Service, Key: key, OldKeys: old, Now: opt.Now, Rand: rand.Reader, Logger: opt.Logger, Create: st.MayBegin}
	if st.Embedded() {
		s, err = sqlite.Open(ctx, st.DatabaseFile(), options)
	} else {
		s, err = postgres.Open(ctx, st.Database, options)
	}
	return s, key, err
}

// Close waits for the workers, closes the store and releases the data folder.
func (a *App) Close() error {
	err := a.workers.Stop()
	if a.Store != nil {
		err = errors.Join(err, a.Store.Close())
	}
	if a.owner != nil {
		err = errors.Join(err, a.owner.Close())
	}
	return err
}

// linkKey signs short-lived links. It is derived from the encryption key, so
// all replicas have the same.
func (a *App) linkKey() ([]byte, error) {
	return hkdf.Key(sha256.New, a.key, nil, "portico export links", 32)
}

// accountsOf opens the accounts of an existing service, also while another
// process owns the data.
func accountsOf(ctx context.Context, opt Options) (accounts *account.Service, done func() error, err error) {
	if err := exists(opt.Store); err != nil {
		return nil, nil, err
	}
	s, _, err := openStore(ctx, opt)
	if err != nil {
		return nil, nil, err
	}
	return account.New(s), s.Close, nil
}

// exists fails if the embedded database does not exist yet.
func exists(st config.Store) error {
	if !st.Embedded() {
		return nil
	}
	if _, err := os.Stat(st.DatabaseFile()); err != nil {
		return fmt.Errorf("there is no service in %s yet; start it with: portico serve --data %s", st.Data, st.Data)
	}
	return nil
}

// MintToken makes the value of an Authorization header for a user, or for the
// service itself if user is empty. It works while another process owns the
// data.
func MintToken(ctx context.Context, opt Options, user string, lifetime time.Duration) (string, error) {
	accounts, done, err := accountsOf(ctx, opt)
	if err != nil {
		return "", err
	}
	defer done()
	var token string
	switch {
	case strings.HasPrefix(user, account.TokenPrefix):
		token, err = accounts.MintNamed(ctx, user, opt.Now().Add(lifetime))
	case user == "":
		token, err = accounts.MintAdmin(ctx, lifetime)
	default:
		token, err = accounts.MintToken(ctx, apim.Name(user), "primary", opt.Now().Add(lifetime))
	}
	return account.Authorization(token), err
}
