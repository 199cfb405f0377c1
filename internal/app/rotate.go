package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
)

// RotateKey encrypts all secrets of a service again: with a new key that takes
// the place of the one in the key file, or, where earlier keys are given, with
// the one in use. It returns the file of the new key, or "". The service must not
// run beside it unless it has all the keys. Interrupted at any moment it has lost
// nothing, and goes on when it is called again or the service is started.
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
	a, err := Open(ctx, opt) // which ends a rotation that has begun
	if err != nil {
		return "", err
	}
	return file, errors.Join(a.reencrypt(ctx), a.Close())
}

// beginRotation makes the next key, while no other process has the data.
func beginRotation(opt Options) (string, error) {
	owner, err := Own(opt.Store.Data)
	if err != nil {
		return "", err
	}
	return opt.Store.KeyFile(), errors.Join(opt.Store.BeginRotation(rand.Read), owner.Close())
}

// endRotation ends a rotation that has begun: all secrets get the next key, which
// then takes the place of the one before.
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
