package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestPasswordsPeopleMayChoose(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, password string
		by             Chooser
		ok             bool
	}{
		{"several words", "four mild purple lamps", ByPerson, true},
		{"ten mixed characters", "xK9#mQ2$vL", ByPerson, true},
		{"other alphabets count by character", "пароль-лисица", ByPerson, true},
		{"nine characters", "xK9#mQ2$v", ByPerson, false},
		{"two hundred and fifty-seven characters", strings.Repeat("xK9#mQ2$vL", 26), ByPerson, false},
		{"a common one with digits", "Password123!", ByPerson, false},
		{"a common one in leet", "P4$$w0rd2024", ByPerson, false},
		{"a common one twice", "qwertyqwerty", ByPerson, false},
		{"a keyboard row", "qwertyuiop", ByPerson, false},
		{"counting", "1234567890", ByPerson, false},
		{"the alphabet backwards", "zyxwvutsrqp", ByPerson, false},
		{"the alphabet from the second letter", "bcdefghijklm", ByPerson, false},
		{"steps for three quarters", "abcdefghijmxp", ByPerson, false},
		{"steps for less", "abcdefghimxpz", ByPerson, true},
		{"four characters", "amzqamzqam", ByPerson, false},
		{"five characters", "amzqfamzqf", ByPerson, true},
		{"digits alone", "9173640258", ByPerson, false},
		{"as long as allowed", strings.Repeat("xK9#mQ2$", MaxPassword/8), ByPerson, true},
		{"one longer", strings.Repeat("xK9#mQ2$", MaxPassword/8) + "x", ByPerson, false},
		{"few characters", "aabbaabbaabb", ByPerson, false},
		{"the own address", "ada.lovelace@example.test", ByPerson, false},
		{"the own name with digits", "ada.lovelace99", ByPerson, false},
		{"a famous joke", "correcthorsebatterystaple", ByPerson, false},
		{"invalid UTF-8", "four mild \xff lamps", ByPerson, false},
		{"six characters of an administrator", "Pass12", ByAdministrator, true},
		{"five characters of an administrator", "Pass1", ByAdministrator, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := CheckPassword(test.password, "Ada.Lovelace@example.test", test.by)
			var invalid *apim.InvalidError
			if (err == nil) != test.ok || err != nil && !errors.As(err, &invalid) {
				t.Errorf("CheckPassword(%q) = %v, want it allowed: %v", test.password, err, test.ok)
			}
		})
	}
}

func TestAHashMatchesItsPasswordOnly(t *testing.T) {
	t.Parallel()
	h := newHasher(randomBytes, standardCost)
	encoded, err := h.hash(t.Context(), "Größe zählt")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(encoded, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("encoded as %s", encoded)
	}
	for password, want := range map[string]bool{
		"Größe zählt": true, "Gro\u0308ße za\u0308hlt": true, "größe zählt": false, "": false,
	} {
		if got, err := h.matches(t.Context(), encoded, password, false); got != want || err != nil {
			t.Errorf("%q matches: %v, %v", password, got, err)
		}
	}
	if ok, err := h.matches(t.Context(), "", "anything", false); ok || err != nil {
		t.Errorf("no stored password matches: %v, %v", ok, err)
	}
	again, err := h.hash(t.Context(), "Größe zählt")
	if err != nil || again == encoded {
		t.Errorf("two hashes of one password are equal: %v", err)
	}
}

func TestCorruptHashesAreErrorsNotPanics(t *testing.T) {
	t.Parallel()
	h := newHasher(randomBytes, standardCost)
	salt, sum := "c29tZXNhbHRzb21l", strings.Repeat("A", 43)
	for name, encoded := range map[string]string{
		"not a hash":        "password",
		"another algorithm": "$argon2i$v=19$m=19456,t=2,p=1$" + salt + "$" + sum,
		"another version":   "$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + sum,
		"no passes":         "$argon2id$v=19$m=19456,t=0,p=1$" + salt + "$" + sum,
		"all memory":        "$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + sum,
		"no threads":        "$argon2id$v=19$m=19456,t=2,p=0$" + salt + "$" + sum,
		"no sum":            "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$",
		"bad base64":        "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$*",
	} {
		if ok, err := h.matches(t.Context(), encoded, "password", false); ok || err == nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
}

// What a stored hash may demand and how long its parts may be, at the edges.
func TestWhichHashesAreReadable(t *testing.T) {
	t.Parallel()
	encoded := func(memory, passes, threads, salt, sum int) string {
		b64 := base64.RawStdEncoding
		return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", memory, passes, threads, b64.EncodeToString(make([]byte, salt)), b64.EncodeToString(make([]byte, sum)))
	}
	for text, want := range map[string]bool{
		encoded(19456, 2, 1, 16, 32): true, encoded(1<<20, 16, 16, 8, 16): true, encoded(1, 1, 1, 16, 128): true,
		encoded(1<<20+1, 2, 1, 16, 32): false, encoded(19456, 17, 1, 16, 32): false, encoded(19456, 2, 17, 16, 32): false,
		encoded(0, 2, 1, 16, 32): false, encoded(19456, 0, 1, 16, 32): false, encoded(19456, 2, 0, 16, 32): false,
		encoded(19456, 2, 1, 7, 32): false, encoded(19456, 2, 1, 16, 15): false, encoded(19456, 2, 1, 16, 129): false,
		"x" + encoded(19456, 2, 1, 16, 32): false, encoded(19456, 2, 1, 16, 32) + "$": false, encoded(19456, 2, 1, 16, 32)[1:]: false,
		strings.Replace(encoded(19456, 2, 1, 16, 32), "AAAA", "AA*A", 1): false, encoded(19456, 2, 1, 16, 32) + "*": false, "": false, "$$$$$": false,
		strings.Replace(encoded(19456, 2, 1, 16, 32), "argon2id", "argon2i", 1): false, strings.Replace(encoded(19456, 2, 1, 16, 32), "m=", "x=", 1): false,
	} {
		if _, _, _, err := decode(text); (err == nil) != want {
			t.Errorf("%s: %v, want it readable: %v", text, err, want)
		}
	}
}

func TestHashesWaitForACore(t *testing.T) {
	t.Parallel()
	h := newHasher(randomBytes, standardCost)
	for range runtime.GOMAXPROCS(0) {
		h.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := h.hash(ctx, "password"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with all cores busy: %v", err)
	}
}

// Strangers fill their queue, not the one of people who are known; whoever leaves
// gives up the place.
func TestFewWaitForACore(t *testing.T) {
	t.Parallel()
	h := newHasher(randomBytes, standardCost)
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	ctx, leave := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	for range maxQueue {
		waiting.Go(func() { h.matches(ctx, "", "password", false) })
	}
	for len(h.queues[0]) < maxQueue {
		runtime.Gosched()
	}
	var limited *LimitedError
	if _, err := h.matches(ctx, "", "password", false); !errors.As(err, &limited) || limited.RetryAfter <= 0 {
		t.Errorf("one more stranger: %v, want a refusal", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.matches(gone, "", "password", true); !errors.Is(err, context.Canceled) {
		t.Errorf("somebody known does not wait in a queue of their own: %v", err)
	}
	leave()
	waiting.Wait()
	if n := len(h.queues[0]) + len(h.queues[1]); n != 0 {
		t.Errorf("%d places are still taken by who left", n)
	}
}

func TestAnUnknownAccountCostsTheSameWork(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	a := New(s)
	u := &apim.User{FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.test"}
	if _, err := a.PutUser(t.Context(), store.Actor{}, "ada", u, "four mild purple lamps"); err != nil {
		t.Fatal(err)
	}
	for range runtime.GOMAXPROCS(0) {
		a.hasher.slots <- struct{}{} // whoever hashes now waits for ever
	}
	for _, email := range []string{"ada@example.test", "nobody@example.test", ""} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err := a.CheckCredentials(ctx, email, "a wrong password", Client{})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("for %q no password was hashed: %v", email, err)
		}
	}
}

func TestAddressesOfOneCustomerCountAsOne(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7:443": "192.0.2.7", "192.0.2.7": "192.0.2.7", "[2001:db8::1]:80": "2001:db8::/64",
		"2001:db8::ffff": "2001:db8::/64", "::ffff:192.0.2.7": "192.0.2.7", "fe80::1%eth0": "fe80::/64", "unix": "unix", "": "",
	} {
		if got := addressName(address); got != want {
			t.Errorf("addressName(%q) = %q, want %q", address, got, want)
		}
	}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}

func TestAttemptsBeyondThePaceAreSlowerAndSlower(t *testing.T) {
	t.Parallel()
	const step = 30 * time.Second
	for over, want := range map[time.Duration]time.Duration{
		-time.Second: 0, 0: 0, 1: firstDelay, step: firstDelay, step + 1: 2 * firstDelay, 2 * step: 2 * firstDelay, 2*step + 1: 4 * firstDelay,
		4*step + 1: lastDelay, time.Hour: lastDelay, 1 << 62: lastDelay,
	} {
		if got := delayOf(over); got != want {
			t.Errorf("%s beyond the pace: %s, want %s", over, got, want)
		}
	}
}

func TestTextsAreCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	for _, tt := range [][2]string{{"abc", "abc"}, {"abcd", "abc"}, {"abü", "ab"}, {"", ""}} {
		if got := clip(tt[0], 3); got != tt[1] {
			t.Errorf("%q is cut to %q, want %q", tt[0], got, tt[1])
		}
	}
}
