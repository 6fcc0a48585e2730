package deploy

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/nix-community/go-nix/pkg/nixbase32"

	"assay/fleet/engine/nix/runner"
)

// keys are public keys of Nix by their names.
type keys map[string]ed25519.PublicKey

// parseKeys reads keys as trusted-public-keys has them, "name:base64"; what is
// none is left out.
func parseKeys(list []string) keys {
	k := make(keys, len(list))
	for _, entry := range list {
		name, text, _ := strings.Cut(entry, ":")
		raw, err := base64.StdEncoding.DecodeString(text)
		if name != "" && err == nil && len(raw) == ed25519.PublicKeySize {
			k[name] = raw
		}
	}
	return k
}

// signs reports whether one of the keys signed the path.
func (k keys) signs(p runner.PathInfo) bool {
	if len(p.Signatures) == 0 {
		return false
	}
	message := fingerprint(p)
	return slices.ContainsFunc(p.Signatures, func(s string) bool {
		name, text, _ := strings.Cut(s, ":")
		signature, err := base64.StdEncoding.DecodeString(text)
		key, known := k[name]
		return known && err == nil && ed25519.Verify(key, []byte(message), signature)
	})
}

// fingerprint is what a signature of a path signs, as ValidPathInfo::fingerprint
// in Nix's src/libstore/path-info.cc.
func fingerprint(p runner.PathInfo) string {
	refs := slices.Sorted(slices.Values(p.References))
	return fmt.Sprintf("1;%s;%s;%d;%s", p.Path, nixHash(p.NarHash), p.NarSize, strings.Join(refs, ","))
}

// nixHash turns "sha256-<base64>" into "sha256:<nixbase32>"; another form stays
// as it is.
func nixHash(s string) string {
	text, ok := strings.CutPrefix(s, "sha256-")
	raw, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil {
		return s
	}
	return "sha256:" + nixbase32.EncodeToString(raw)
}
