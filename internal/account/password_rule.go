package account

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/portico-portal/portico/internal/apim"
)

// Chooser is who chooses a password; the rules for people are stricter than for
// administrators (design.md §7).
type Chooser int

// The choosers.
const (
	ByPerson Chooser = iota
	ByAdministrator
)

// The shortest and longest password, in characters.
const (
	MinPasswordByPerson        = 10
	MinPasswordByAdministrator = 6
	MaxPassword                = 256
)

// The cores of common passwords, one a line: in lower case, without the digits
// and signs that people add at the ends.
//
//go:embed common_passwords.txt
var commonPasswords string

// CheckPassword checks whether a password may be chosen; email is the account's
// address. The error is an *apim.InvalidError with the target "password".
func CheckPassword(password, email string, by Chooser) error {
	shortest := MinPasswordByPerson
	if by == ByAdministrator {
		shortest = MinPasswordByAdministrator
	}
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return apim.Invalid("password", "password must be valid UTF-8 text.")
	case n < shortest:
		return apim.Invalid("password", fmt.Sprintf("password must have at least %d characters.", shortest))
	case n > MaxPassword:
		return apim.Invalid("password", fmt.Sprintf("password must have at most %d characters.", MaxPassword))
	case by == ByPerson && isGuessable(password, email):
		return apim.Invalid("password", "password is too easy to guess. Several words in a row are easy to remember and hard to guess.")
	}
	return nil
}

func isGuessable(password, email string) bool {
	lower := strings.ToLower(password)
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	if email != "" && (lower == strings.ToLower(email) || core(lower) == core(local)) {
		return true
	}
	return isMonotonous(lower) || isCommon(lower) || isCommon(unleet(lower))
}

// isMonotonous detects few different characters, and runs such as 1234567890 or zyxwvutsrq.
func isMonotonous(s string) bool {
	different := map[rune]bool{}
	steps, last := 0, rune(0)
	for _, r := range s {
		different[r] = true
		if d := r - last; d >= -1 && d <= 1 {
			steps++
		}
		last = r
	}
	return len(different) < 5 || steps*4 >= (utf8.RuneCountInString(s)-1)*3
}

// isCommon detects a common core, alone or repeated: "password1!", "qwertyqwerty".
func isCommon(s string) bool {
	c := core(s)
	for word := range strings.Lines(commonPasswords) {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		if c == word || s == word || (len(c) > len(word) && strings.Trim(strings.ReplaceAll(c, word, ""), "0123456789!?.-_ ") == "") {
			return true
		}
	}
	return false
}

// core is s without the characters at its ends that are not letters; s itself
// if nothing would be left.
func core(s string) string {
	c := strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	if c == "" {
		return s
	}
	return c
}

var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// unleet replaces the usual digits for letters, except at the end, where they
// are more often digits.
func unleet(s string) string {
	end := len(s)
	for end > 0 && !unicode.IsLetter(rune(s[end-1])) && s[end-1] < utf8.RuneSelf {
		end--
	}
	return leet.Replace(s[:end]) + s[end:]
}
