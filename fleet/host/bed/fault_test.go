package bed

import (
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"strings"
	"testing"
)

func TestFaults(t *testing.T) {
	h := Up(t, 1, Store("h1", "64m"))[0]

	t.Run("link", func(t *testing.T) {
		h.Link(t, false)
		if out, err := h.SSH("root", "true"); err == nil {
			t.Errorf("a host without network answers: %q", out)
		}
		h.Link(t, true)
		if _, err := h.SSH("root", "true"); err != nil {
			t.Error(err)
		}
	})
	t.Run("sudo", func(t *testing.T) {
		for mode, want := range map[string]string{"none": "refused", "password": "0", "nopasswd": "0 0"} {
			h.Sudo(t, mode)
			got, err := h.SSH("deploy", "if echo "+Password+" | sudo -S -p '' id -u; then sudo -k; sudo -n id -u; else echo refused; fi 2>/dev/null; true")
			if got = strings.Join(strings.Fields(got), " "); err != nil || got != want {
				t.Errorf("sudo %s: %q, want %q; %v", mode, got, want, err)
			}
		}
	})
	t.Run("fill", func(t *testing.T) {
		write := func() error {
			_, err := h.SSH("root", "head -c 1000000 /dev/zero >/nix/filler; code=$?; rm /nix/filler; exit $code")
			return err
		}
		h.Fill(t, "100000")
		if err := write(); err == nil || !strings.Contains(err.Error(), "No space left") {
			t.Errorf("a full /nix took 1 MB: %v", err)
		}
		h.Fill(t, "off")
		if err := write(); err != nil {
			t.Error(err)
		}
		if size := h.Root(t, "df --output=size -m /nix | tail -1"); strings.TrimSpace(size) != "64" {
			t.Errorf("/nix has %s MB, not the 64 asked for", size)
		}
	})
	t.Run("power", func(t *testing.T) {
		before, err := h.BootID()
		if err != nil {
			t.Fatal(err)
		}
		h.Root(t, "echo kept >/root/written")
		h.Power(t, false)
		if out, err := h.SSH("root", "true"); err == nil {
			t.Errorf("a host without power answers: %q", out)
		}
		h.Power(t, true)
		h.AwaitBoot(t, before)
		if got := h.Root(t, "cat /root/written"); got != "kept" {
			t.Errorf("the disk has %q", got)
		}
	})
}

// TestOtherTiers: light hosts, the Mac among them, and those that need no root.
func TestOtherTiers(t *testing.T) {
	t.Run("B", func(t *testing.T) {
		hosts := Up(t, 1, Tier(TierB), Darwin("mac"), Sudo("mac", "none"), Store("mac", "64m"))
		if hosts[0].Tier != TierB || hosts[0].Root(t, "hostname") != "h1" {
			t.Errorf("got %+v", hosts[0])
		}
		mac := hosts[1]
		path, err := mac.SSH("deploy", "nix-build --no-out-link --expr '"+small("mac", `"aarch64-darwin"`)+"'")
		if err != nil || !strings.HasSuffix(path, "-bed-mac") {
			t.Errorf("the Mac built %q, %v", path, err)
		}
		mac.Sudo(t, "password")
		if got, err := mac.SSH("deploy", "echo "+Password+" | sudo -S -p '' id -u"); err != nil || got != "0" {
			t.Errorf("sudo with a password says %q, %v", got, err)
		}
		mac.Fill(t, "off")
		if size := mac.Root(t, "df --output=size -m /nix | tail -1"); strings.TrimSpace(size) != "64" {
			t.Errorf("/nix has %s MB, not the 64 asked for", size)
		}
		if got, err := mac.SSH("deploy", "uname -sm; command -v systemctl; sudo -n id || nix eval --impure --expr builtins.currentSystem"); err != nil || got != "Darwin arm64\n\"aarch64-darwin\"" {
			t.Errorf("the Mac says %q, %v", got, err)
		}
	})
	t.Run("C", func(t *testing.T) {
		hosts := Up(t, 2, Tier(TierC))
		path, err := hosts[0].SSH(hosts[0].User, "nix-build --no-out-link --expr '"+small("own", "builtins.currentSystem")+"'")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(hosts[0].State + "/store" + path); err != nil {
			t.Error(err)
		}
		if out, err := hosts[1].SSH(hosts[1].User, "nix-store --check-validity "+path); err == nil {
			t.Errorf("the hosts share a store: %s", out)
		}
	})
}

// TestSigner: the key is that of the file that sshd accepts.
func TestSigner(t *testing.T) {
	h := Up(t, 1, Tier(Any))[0]
	public := h.Signer(t).Public().(ed25519.PublicKey)
	text, err := os.ReadFile(h.KeyFile + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	wire, err := base64.StdEncoding.DecodeString(strings.Fields(string(text))[1])
	if err != nil || !strings.HasSuffix(string(wire), string(public)) {
		t.Errorf("public key %x, the file has %x, %v", public, wire, err)
	}
}

// FuzzParseKey: what is no key is an error.
func FuzzParseKey(f *testing.F) {
	f.Add([]byte("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB\n-----END OPENSSH PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if key, err := parseKey(text); err == nil && len(key) != ed25519.PrivateKeySize {
			t.Errorf("a key of %d bytes", len(key))
		}
	})
}
