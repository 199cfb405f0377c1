package management

import (
	"crypto/sha1" //nolint:gosec // a thumbprint is a name, not a protection
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"strings"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/portico-portal/portico/internal/apim"
)

// readCertificate fills in what can be read from a certificate. Its data is
// base64 of PKCS #12 with a password, PEM, or DER without a key.
func readCertificate(c *apim.Certificate) error {
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(c.Data), ""))
	if err != nil {
		return apim.Invalid("data", "data must be a certificate in base64.")
	}
	cert, err := decodeCertificate(data, c.Password)
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return apim.Invalid("password", "The password does not open the certificate.")
	}
	if err != nil {
		return apim.Invalid("data", "data holds no certificate: PKCS #12, PEM and DER are understood.")
	}
	sum := sha1.Sum(cert.Raw)
	expires := cert.NotAfter.UTC()
	c.Subject, c.Thumbprint, c.ExpirationDate = cert.Subject.String(), strings.ToUpper(hex.EncodeToString(sum[:])), &expires
	return nil
}

func decodeCertificate(data []byte, password string) (*x509.Certificate, error) {
	if block, _ := pem.Decode(data); block != nil {
		for rest := data; block != nil; block, rest = pem.Decode(rest) {
			if block.Type == "CERTIFICATE" {
				return x509.ParseCertificate(block.Bytes)
			}
		}
		return nil, errors.New("no certificate in PEM")
	}
	if cert, err := x509.ParseCertificate(data); err == nil {
		return cert, nil
	}
	_, cert, _, err := pkcs12.DecodeChain(data, password)
	return cert, err
}
