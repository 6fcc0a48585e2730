package preflight

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// Manifest is what sops-nix has written down for its installer: the secrets of
// a system, or of one user's home, and the keys to decrypt them with. Fields
// that do not matter here are not read.
type Manifest struct {
	Secrets        []Secret `json:"secrets"`
	AgeKeyFile     string   `json:"ageKeyFile"`
	AgeSSHKeyPaths []string `json:"ageSshKeyPaths"`
	SSHKeyPaths    []string `json:"sshKeyPaths"` // for GnuPG
	GnupgHome      string   `json:"gnupgHome"`
	UserMode       bool     `json:"userMode"` // of a home
}

// Secret is one secret of a manifest.
type Secret struct {
	Name     string `json:"name"`
	Path     string `json:"path"`
	SopsFile string `json:"sopsFile"`
	Format   string `json:"format"`
}

// MaxManifest is the largest manifest that is read, in bytes.
const MaxManifest = 8 << 20

var manifestName = regexp.MustCompile(`^/nix/store/[0-9a-z]{32}-manifest[a-z-]*\.json$`)

// IsManifest reports whether a store path has the name of a manifest.
func IsManifest(path string) bool { return manifestName.MatchString(path) }

// Parse reads a manifest. A file of that name that is something else has no
// secrets.
func Parse(text []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return Manifest{}, fmt.Errorf("manifest of secrets: %w", err)
	}
	return m, nil
}
