package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
)

// RotateKey encrypts all secrets of a service again: with a new key that
// replaces the one in the key file or, if earlier keys are given, with the key
// in use. It returns the file of the new key, or "". No other process may run
// the service meanwhile unless it has all the keys. An interrupted rotation
// loses nothing; it continues when RotateKey is called again or the service is
// started.
func RotateKey(ctx context.Context, opt Options) (file string, err error) {
	if err := exists(opt.Store); err != nil {
		return "", err
	}
	given := len(opt.Store.OldSecretKey) > 0
	if !opt.Store.Embedded() && !given {
		return "", errors.New("with --database the new key is given: start every replica with --secret-key-file NEW --old-secret-key-file OLD, " +
			"then run this command with the same flags, then start them without the old key")
	}
	if !given {
		if file, err = beginRotation(opt); err != nil {
			return "", err
		}
	}
	a, err := Open(ctx, opt) // which finishes a rotation that was begun
	if err != nil {
		return "", err
	}
	return file, errors.Join(a.reencrypt(ctx), a.Close())
}

// beginRotation writes the next key, while no other process owns the data.
func beginRotation(opt Options) (string, error) {
	owner, err := Own(opt.Store.Data)
	if err != nil {
		return "", err
	}
	return opt.Store.KeyFile(), errors.Join(opt.Store.BeginRotation(rand.Read), owner.Close())
}

// endRotation finishes a rotation: all secrets are encrypted with the next key,
// which then replaces the previous one.
func (a *App) endRotation(ctx context.Context) error {
	if !a.opt.Store.Rotating() {
		return nil
	}
	if err := a.reencrypt(ctx); err != nil {
		return err
	}
	return a.opt.Store.EndRotation()
}

func (a *App) reencrypt(ctx context.Context) error {
	err := a.Store.Reencrypt(ctx, func(done int) { a.opt.Logger.InfoContext(ctx, "secrets encrypted with the new key", "number", done) })
	if err != nil {
		return fmt.Errorf("%w; nothing is lost: run portico keys rotate again", err)
	}
	return nil
}
