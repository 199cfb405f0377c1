package account

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	costs "github.com/portico-portal/portico/internal/cost"
	"pgregory.net/rapid"
)

// The key of apim-rest.md §1.8: bytes 0 to 63 in base64, used as text.
const vectorKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="

const (
	uidVector     = "uid=integration&ex=2030-01-01T00:00:00.0000000Z&sn=fiJKsBRHp9M4Vn51D+AGSPV5/Go77Sd7nUF25GrMmJdKdXdvndFdiapM/uB6a5JpD8P9RDdfH2MQamEl83lRGA=="
	compactVector = "user-1&203001010000&SdBsOWymhlpFV3+jP8Ny+Q95W/dNpzfENHITtOZ8J3ejiaBKUQJ24+hGkMXGRRWdElQ2hifIgZu+kJU7A8b23g=="
)

func TestMintedTokensEqualTheVectorsOfTheReference(t *testing.T) {
	t.Parallel()
	year2030 := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	if got := MintUID("integration", year2030, vectorKey); got != uidVector {
		t.Errorf("uid form:\n got %s\nwant %s", got, uidVector)
	}
	if got := MintCompact("user-1", year2030.Add(24*time.Second), vectorKey); got != compactVector {
		t.Errorf("compact form:\n got %s\nwant %s", got, compactVector)
	}
	if !strings.HasSuffix(compactVector, "==") || len(compactVector)-strings.LastIndex(compactVector, "&")-1 != 88 {
		t.Error("portals need a signature of 88 characters that ends in ==")
	}
}

func TestEverySpellingOfATokenIsRead(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, id string }{
		"uid form in a header":                      {"SharedAccessSignature " + uidVector, "integration"},
		"uid form alone":                            {uidVector, "integration"},
		"uid form with percent-encoding":            {"SharedAccessSignature uid=integration&ex=2030-01-01T00%3A00%3A00.0000000Z&sn=" + strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(uidVector[strings.Index(uidVector, "sn=")+3:]), "integration"},
		"compact form in a header":                  {"SharedAccessSignature " + compactVector, "user-1"},
		"compact form alone":                        {compactVector, "user-1"},
		"compact form with percent-encoding":        {strings.NewReplacer("&", "%26", "+", "%2B", "/", "%2F", "=", "%3D").Replace(compactVector), "user-1"},
		"extended form in a header":                 {`SharedAccessSignature token="` + compactVector + `",refresh="true"`, "user-1"},
		"extended form without refresh":             {`SharedAccessSignature token="` + compactVector + `"`, "user-1"},
		"extended form without the scheme":          {Extended(compactVector), "user-1"},
		"scheme in lower case, spaces at the sides": {"  sharedaccesssignature   " + compactVector + " ", "user-1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token, err := ParseToken(test.text)
			if err != nil {
				t.Fatalf("a client would be refused: %v", err)
			}
			if string(token.ID) != test.id || token.Expires.Year() != 2030 || !token.SignedBy(vectorKey) {
				t.Errorf("got %+v, signed: %v", token, token.SignedBy(vectorKey))
			}
			if token.SignedBy(vectorKey+"x") || token.SignedBy("") {
				t.Error("a token is taken for genuine under a wrong key")
			}
		})
	}
}

func TestBrokenTokensAreUnauthorized(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":                        "",
		"the scheme alone":               "SharedAccessSignature",
		"another scheme":                 "Bearer a.b.c",
		"Basic":                          "Basic dXNlcjpwYXNz",
		"two parts":                      "user-1&203001010000",
		"four parts":                     compactVector + "&more",
		"no id":                          compactVector[len("user-1"):],
		"an expiry that is no time":      strings.Replace(compactVector, "203001010000", "203013010000", 1),
		"an ISO expiry in compact form":  strings.Replace(compactVector, "203001010000", "2030-01-01T00:00:00Z", 1),
		"a short signature":              "user-1&203001010000&c2hvcnQ=",
		"a signature that is not base64": "user-1&203001010000&" + strings.Repeat("*", 88),
		"an open quote":                  `SharedAccessSignature token="` + compactVector,
		"text after the quote":           `SharedAccessSignature token="` + compactVector + `"x`,
		"uid twice":                      "uid=1&" + uidVector,
		"no signature":                   "uid=1&ex=2030-01-01T00:00:00.0000000Z",
		"broken percent-encoding":        "uid=%zz&ex=2030-01-01T00:00:00.0000000Z&sn=x",
		"a megabyte":                     strings.Repeat("a", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if token, err := ParseToken(text); !errors.Is(err, apim.ErrUnauthorized) {
				t.Errorf("ParseToken = %+v, %v; want ErrUnauthorized", token, err)
			}
		})
	}
}

func TestMintedTokensAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[A-Za-z0-9_-]{1,80}`).Draw(t, "id")
		key := rapid.StringN(1, 90, -1).Draw(t, "key")
		expires := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "expires"), 0).UTC()
		compact := MintCompact(id, expires, key)
		for _, text := range []string{compact, Extended(compact), MintUID(id, expires, key)} {
			token, err := ParseToken("SharedAccessSignature " + text)
			if err != nil {
				t.Fatal(err)
			}
			if string(token.ID) != id || !token.SignedBy(key) || expires.Sub(token.Expires) >= time.Minute || token.Expires.After(expires) {
				t.Fatalf("%q was read as %+v", text, token)
			}
		}
	})
}

func FuzzParseToken(f *testing.F) {
	for _, seed := range []string{uidVector, compactVector, "SharedAccessSignature " + Extended(compactVector), `token="`, "uid=&ex=&sn=", "&&"} {
		f.Add(seed)
	}
	forged := base64.StdEncoding.EncodeToString(make([]byte, 64))
	f.Add("1&203001010000&" + forged)
	f.Fuzz(func(t *testing.T, text string) {
		defer costs.Bound(t, len(text))()
		token, err := ParseToken(text)
		if err != nil {
			if !errors.Is(err, apim.ErrUnauthorized) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		if token.ID == "" || token.SignedBy("a key nobody has") {
			t.Fatalf("%q was taken for %+v", text, token)
		}
	})
}
