package account

import (
	"context"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// maxSessions is how many sessions a user has; the next ends the one that was
// unused for longest.
const maxSessions = 50

// session reads a session that has not ended; apim.ErrUnauthorized for others.
func (s *Service) session(tx *store.Tx, id string) (*store.Session, error) {
	session, err := tx.Session(id)
	if err != nil {
		return nil, apim.IfAbsent(err, refuse("no such session"))
	}
	if s.ended(session, tx.Now()) {
		return nil, refuse("the session has ended")
	}
	return session, nil
}

// ended reports whether a session is past a limit, as it is set now.
func (s *Service) ended(session *store.Session, now time.Time) bool {
	return now.Sub(session.UsedAt) >= s.Sessions.Idle || now.Sub(session.CreatedAt) >= s.Sessions.Lifetime
}

// use records, every few minutes, that a session is used. A request is answered
// also if that cannot be written.
func (s *Service) use(ctx context.Context, id string, session *store.Session) {
	if s.store.Now().Sub(session.UsedAt) < min(5*time.Minute, s.Sessions.Idle/10) {
		return
	}
	err := s.store.Update(ctx, store.Actor{Name: store.System}, func(tx *store.Tx) error { return tx.UseSession(id) })
	if err != nil && ctx.Err() == nil {
		s.store.Logger().Warn("the use of a session was not recorded; it may end early", "error", err)
	}
}

// endOldest makes room for one more session.
func endOldest(tx *store.Tx, user apim.Name) error {
	all, err := tx.Sessions(user)
	for i := maxSessions - 1; err == nil && i < len(all); i++ {
		err = tx.EndSession(user, all[i].Handle)
	}
	return err
}

// SessionsOf lists the sessions of a user that have not ended, the last used first.
func (s *Service) SessionsOf(ctx context.Context, user apim.Name) ([]store.Session, error) {
	return store.Read(ctx, s.store, func(tx *store.Tx) (open []store.Session, err error) {
		all, err := tx.Sessions(user)
		for _, session := range all {
			if !s.ended(&session, tx.Now()) {
				open = append(open, session)
			}
		}
		return open, err
	})
}

// EndSession ends the session of a user that a handle names; none is not an error.
func (s *Service) EndSession(ctx context.Context, actor store.Actor, user apim.Name, handle string) error {
	return s.end(ctx, actor, user, func(tx *store.Tx) error { return tx.EndSession(user, handle) })
}

// EndSessions ends all sessions of a user but the one with the id except ("": all).
func (s *Service) EndSessions(ctx context.Context, actor store.Actor, user apim.Name, except string) error {
	return s.end(ctx, actor, user, func(tx *store.Tx) error { return tx.DeleteUserSessions(user, except) })
}

func (s *Service) end(ctx context.Context, actor store.Actor, user apim.Name, what func(tx *store.Tx) error) error {
	err := s.store.Update(ctx, actor, func(tx *store.Tx) error {
		if err := what(tx); err != nil {
			return err
		}
		return tx.Audit("endSessions", apim.UserRef(user), nil, nil)
	})
	s.visitors.clear()
	return err
}
