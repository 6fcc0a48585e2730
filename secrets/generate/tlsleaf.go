package generate

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"net/netip"
	"time"

	"assay/secrets/secret"
)

// TLSLeaf says what the certificate of a server or a client is made for.
type TLSLeaf struct {
	Names []string // DNS names and IP addresses; the first is the common name
	Key   KeyType
	// For is how long it is valid, and at most as long as the authority's.
	For    time.Duration
	Client bool // for clients instead of servers
}

// NewTLSLeaf makes a private key (PKCS #8) and its certificate by an authority
// whose key and certificate are PEM. Its errors are ErrInput and show nothing
// of the keys.
func NewTLSLeaf(caKey, caCertificate secret.Value, l TLSLeaf, now time.Time) (key, certificate secret.Value, err error) {
	signer, issuer, err := parseTLSAuthority(caKey, caCertificate)
	if err != nil {
		return key, certificate, err
	}
	template, err := l.template(now, issuer)
	if err != nil {
		return key, certificate, err
	}
	private, err := newTLSKey(l.Key)
	if err != nil {
		return key, certificate, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, private.Public(), signer)
	if err != nil {
		return key, certificate, fmt.Errorf("%w: the authority does not sign it", ErrInput)
	}
	if err := allowed(der, issuer); err != nil {
		return key, certificate, err
	}
	key, err = marshalTLSKey(private)
	return key, pemCertificate(der), err
}

// allowed checks that nobody will refuse a certificate for what its authority
// may not sign.
func allowed(der []byte, issuer *x509.Certificate) error {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return fmt.Errorf("%w: a name that cannot stand in a certificate", ErrInput)
	}
	roots := x509.NewCertPool()
	roots.AddCert(issuer)
	options := x509.VerifyOptions{Roots: roots, CurrentTime: cert.NotAfter, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	if _, err := cert.Verify(options); err != nil {
		return fmt.Errorf("%w: the authority may not sign it: %w", ErrInput, err)
	}
	return nil
}

func (l TLSLeaf) template(now time.Time, issuer *x509.Certificate) (*x509.Certificate, error) {
	if len(l.Names) == 0 {
		return nil, fmt.Errorf("%w: a TLS certificate needs a name", ErrInput)
	}
	until := now.Add(l.For)
	if issuer.NotAfter.Before(until) {
		until = issuer.NotAfter
	}
	if !until.After(now) {
		return nil, fmt.Errorf("%w: the certificate of the authority has ended", ErrInput)
	}
	usage := x509.ExtKeyUsageServerAuth
	if l.Client {
		usage = x509.ExtKeyUsageClientAuth
	}
	t := &x509.Certificate{
		SerialNumber:          newSerial(),
		Subject:               pkix.Name{CommonName: l.Names[0]},
		NotBefore:             now.Add(-backdated),
		NotAfter:              until,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{usage},
		BasicConstraintsValid: true,
	}
	for _, name := range l.Names {
		if ip, err := netip.ParseAddr(name); err == nil {
			t.IPAddresses = append(t.IPAddresses, ip.AsSlice())
		} else {
			t.DNSNames = append(t.DNSNames, name)
		}
	}
	return t, nil
}

func parseTLSAuthority(key, certificate secret.Value) (crypto.Signer, *x509.Certificate, error) {
	block, _ := pem.Decode(certificate.Bytes())
	if block == nil {
		return nil, nil, fmt.Errorf("%w: the certificate of the authority is not PEM", ErrInput)
	}
	issuer, err := x509.ParseCertificate(block.Bytes)
	if err != nil || !issuer.IsCA {
		return nil, nil, fmt.Errorf("%w: the certificate of the authority is none of an authority", ErrInput)
	}
	signer, err := parseTLSKey(key)
	if err != nil {
		return nil, nil, err
	}
	if k, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool }); !ok || !k.Equal(issuer.PublicKey) {
		return nil, nil, fmt.Errorf("%w: the key of the authority is not that of its certificate", ErrInput)
	}
	return signer, issuer, nil
}

// parseTLSKey reads a key as openssl and step write them.
func parseTLSKey(key secret.Value) (crypto.Signer, error) {
	unusable := fmt.Errorf("%w: the key of the authority is not a PEM key without a passphrase", ErrInput)
	block, _ := pem.Decode(key.Bytes())
	if block == nil {
		return nil, unusable
	}
	defer clear(block.Bytes)
	if parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		if signer, ok := parsed.(crypto.Signer); ok {
			return signer, nil
		}
		return nil, unusable
	}
	if parsed, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return parsed, nil
	}
	if parsed, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return parsed, nil
	}
	return nil, unusable
}
