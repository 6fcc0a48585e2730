package generate

import (
	"context"
	"slices"
	"time"

	"assay/secrets/secret"
)

// The generators of clan's pki and certificates services, and their files.
const (
	pkiRoot     = "pki-root-ca"
	pkiLeaf     = "cert-" // ENDPOINT
	stepRoot    = "step-ca"
	tlsKeyFile  = "ca.key"
	tlsCertFile = "ca.crt"

	tlsRootName = "Clan Root CA"
	day         = 24 * time.Hour
)

// PKIRoot is the generator of the authority of clan's pki service: RSA, ten
// years.
func PKIRoot() Generator {
	return tlsRoot(pkiRoot, TLSAuthority{Name: tlsRootName, Key: RSA4096, For: 3650 * day, Intermediates: -1})
}

// StepRoot is the generator of the authority of clan's certificates service:
// P-256, one year, for one intermediate authority.
func StepRoot() Generator {
	return tlsRoot(stepRoot, TLSAuthority{Name: tlsRootName, Key: P256, For: 365 * day, Intermediates: 1})
}

// tlsRoot is the generator of an authority that machines share. None of them
// gets its key.
func tlsRoot(name string, a TLSAuthority) Generator {
	g := pair(name, tlsKeyFile, tlsCertFile, func() (secret.Value, secret.Value, error) {
		return NewTLSAuthority(a, time.Now())
	})
	g.Shared, g.Files[0].Deploy = true, false
	return g
}

// PKICertificate is the generator of the certificate of one endpoint of clan's
// pki service, for ENDPOINT.DOMAIN: RSA, one year.
func PKICertificate(endpoint, domain string) Generator {
	key, cert, chain := endpoint+".key", endpoint+".crt", endpoint+".fullchain.crt"
	g := Generator{Name: pkiLeaf + endpoint, Dependencies: []string{pkiRoot},
		Files: []File{{Name: key, Secret: true, Deploy: true}, {Name: cert, Deploy: true}, {Name: chain, Deploy: true}}}
	g.Make = func(_ context.Context, in Input) (Contents, error) {
		caKey, err := in.File(pkiRoot, tlsKeyFile)
		if err != nil {
			return nil, err
		}
		ca, err := in.File(pkiRoot, tlsCertFile)
		if err != nil {
			return nil, err
		}
		leaf := TLSLeaf{Names: []string{endpoint + "." + domain}, Key: RSA4096, For: 365 * day}
		private, made, err := NewTLSLeaf(caKey, ca, leaf, time.Now())
		if err != nil {
			return nil, err
		}
		full := slices.Concat(made.Bytes(), ca.Bytes())
		return Contents{key: private, cert: made, chain: secret.New(full)}, nil
	}
	return g
}
