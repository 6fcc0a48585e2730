package generate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"

	"assay/secrets/secret"
)

// KeyType is the kind of a TLS key.
type KeyType string

// The kinds of TLS keys.
const (
	P256    KeyType = "p256"
	RSA4096 KeyType = "rsa4096"
)

// backdated is how long before now a certificate begins, for machines whose
// clocks are behind.
const backdated = 12 * time.Hour

// TLSAuthority says what the certificate of an authority is made for.
type TLSAuthority struct {
	Name string // the common name
	Key  KeyType
	// For is how long it is valid.
	For time.Duration
	// Intermediates is how many authorities may stand between this one and a
	// machine's certificate; below zero for any number.
	Intermediates int
	// Domains are what it may sign for, with all below them, and no address
	// beside them. None is any name and address.
	Domains []string
}

// NewTLSAuthority makes a self-signed certificate authority: its private key
// (PKCS #8) and its certificate, both PEM.
func NewTLSAuthority(a TLSAuthority, now time.Time) (key, certificate secret.Value, err error) {
	private, err := newTLSKey(a.Key)
	if err != nil {
		return key, certificate, err
	}
	template := a.template(now)
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return key, certificate, err
	}
	key, err = marshalTLSKey(private)
	return key, pemCertificate(der), err
}

func (a TLSAuthority) template(now time.Time) *x509.Certificate {
	t := &x509.Certificate{
		SerialNumber:                newSerial(),
		Subject:                     pkix.Name{CommonName: a.Name},
		NotBefore:                   now.Add(-backdated),
		NotAfter:                    now.Add(a.For),
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid:       true,
		IsCA:                        true,
		MaxPathLen:                  max(a.Intermediates, -1),
		MaxPathLenZero:              a.Intermediates == 0,
		PermittedDNSDomains:         a.Domains,
		PermittedDNSDomainsCritical: len(a.Domains) > 0,
	}
	if len(a.Domains) > 0 { // a limit on names does not limit addresses
		t.ExcludedIPRanges = []*net.IPNet{
			{IP: net.IPv4zero.To4(), Mask: net.CIDRMask(0, 32)}, {IP: net.IPv6zero, Mask: net.CIDRMask(0, 128)},
		}
	}
	return t
}

func newTLSKey(t KeyType) (crypto.Signer, error) {
	switch t {
	case P256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case RSA4096:
		return rsa.GenerateKey(rand.Reader, 4096)
	}
	return nil, fmt.Errorf("%w: no such kind of TLS key: %.40q", ErrInput, string(t))
}

func marshalTLSKey(key crypto.Signer) (secret.Value, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return secret.Value{}, err
	}
	defer clear(der)
	return secret.New(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

func pemCertificate(der []byte) secret.Value {
	return secret.New(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// newSerial is a serial number of 127 random bits.
func newSerial() *big.Int {
	b := random(16)
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b)
}
