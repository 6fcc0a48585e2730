package deploy

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/runner"
)

// hello is what a daemon of a version says: it is so much of the handshake that
// a client reads.
func hello(version uint64, trust ...uint64) []byte {
	var b bytes.Buffer
	writeUint(&b, daemonMagic)
	writeUint(&b, 1<<8|version)
	if version >= 33 {
		writeString(&b, "2.x")
	}
	for _, t := range trust {
		writeUint(&b, t)
	}
	return b.Bytes()
}

func TestTrust(t *testing.T) {
	for name, test := range map[string]struct {
		said    string
		daemon  []byte
		trusted bool
	}{
		"daemon says yes":          {"user a\n", hello(37, trustYes), true},
		"daemon says no":           {"user a\ntrusted-users a\n", hello(38, trustNo), false},
		"daemon does not know":     {"user a\ntrusted-users root a\n", hello(35, trustUnknown), true},
		"old daemon, user":         {"user a\ntrusted-users root a\n", hello(34), true},
		"old daemon, group":        {"user a\ngroups x y\ntrusted-users root @y\n", hello(34), true},
		"old daemon, group's name": {"user y\ngroups x\ntrusted-users root @y\n", hello(34), false},
		"old daemon, everybody":    {"user a\ntrusted-users *\n", hello(34), true},
		"old daemon, nobody":       {"user a\ngroups root\ntrusted-users root\n", hello(20), false},
		"owner":                    {"user a\nowner\n", hello(34), true},
		"no signatures wanted":     {"user a\nrequire-sigs false\n", hello(38, trustNo), true},
	} {
		a, err := readAccess(io.MultiReader(strings.NewReader(test.said+"\n"), bytes.NewReader(test.daemon)))
		if err != nil || a.trusted != test.trusted || a.root {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	for name, said := range map[string]string{
		"no daemon":        "user a\n\n",
		"another protocol": "user a\n\n" + strings.Repeat("x", 64),
		"no end":           strings.Repeat("user a\n", maxSaid),
	} {
		if a, err := readAccess(strings.NewReader(said)); err == nil {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// signed is what Nix 2.8 says of a path that the key fleet-1 signed.
const (
	signed = `{"path":"/nix/store/89m2di55dbzr7x0pn9fw7y5zpci6p4ah-nixos-system-test-25.05","narHash":"sha256-2v1GqseeWF7vlZTwE+zCa5p3Hc718sHFLNIbMRkr2Ek=","narSize":416,"references":["/nix/store/7s91k2ai4q0amv30k9lvvs5sv48r2k14-beta-2.0-rc1","/nix/store/b0lcy7dg7gd2qyfiq9v1h5dw0xxwl3la-alpha-1.2"],"deriver":"/nix/store/kfmcjm30dcmxc5smw6wlc2pji71p516h-nixos-system-test-25.05.drv","registrationTime":1795373735,"ultimate":true,"signatures":["fleet-1:YiUlkaY66ezvC4mWL6GcbvUUzpaISIjh0rJQJMAN7t9svf9EA0APXtRCXcDFiuyaHBTJNE/z9aPKWxdgfTSjCw=="]}`
	fleet1 = "fleet-1:Afnzjs6HgOE0scaKl31TKA6PqO6b0w/VXTTjs2J7Ufk="
)

func TestSignatures(t *testing.T) {
	const first = `"path":"/nix/store/89m2di55dbzr7x0pn9fw7y5zpci6p4ah-nixos-system-test-25.05",`
	rest := strings.Replace(signed[1:], first, "", 1)
	for shape, text := range map[string]string{
		"list":   "[" + signed + "]",
		"object": `{"/nix/store/89m2di55dbzr7x0pn9fw7y5zpci6p4ah-nixos-system-test-25.05":{` + rest + `,"/nix/store/x":null}`,
		"names":  `{"version":2,"storeDir":"/nix/store","info":` + strings.ReplaceAll(`{"/nix/store/89m2di55dbzr7x0pn9fw7y5zpci6p4ah-nixos-system-test-25.05":{`+rest+`}`, "/nix/store/", "") + "}",
	} {
		infos, err := runner.ReadPathInfos([]byte(text))
		if err != nil || len(infos) != 1 || len(infos[0].References) != 2 {
			t.Errorf("%s: %+v, %v", shape, infos, err)
			continue
		}
		p := infos[0]
		if !parseKeys([]string{"junk", fleet1}).signs(p) {
			t.Errorf("%s: the signature is not accepted: %s", shape, fingerprint(p))
		}
		other := p
		other.NarSize++
		if parseKeys([]string{fleet1}).signs(other) || parseKeys([]string{strings.Replace(fleet1, "fleet", "other", 1)}).signs(p) || addressed(p) {
			t.Errorf("%s: it is accepted for something else", shape)
		}
	}
}

func FuzzReadAccess(f *testing.F) {
	f.Add([]byte("user a\ngroups b\ntrusted-users *\n\n" + string(hello(37, trustNo))))
	f.Add([]byte("\n" + string(hello(34))))
	f.Fuzz(func(t *testing.T, text []byte) { readAccess(bytes.NewReader(text)) })
}

func FuzzReadRecord(f *testing.F) {
	const system = "/nix/store/89m2di55dbzr7x0pn9fw7y5zpci6p4ah-nixos-system-test-25.05"
	f.Add([]byte(system + "\n\n416\n\n"))
	f.Add([]byte(system + "\n\n416\n417\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := readRecord(system, bytes.NewReader(text))
		if err == nil && (len(r.Packages) == 0 || r.Machine != "test") {
			t.Errorf("%+v", r)
		}
	})
}

func FuzzSkipFrames(f *testing.F) {
	var b bytes.Buffer
	for _, n := range []uint64{frameStart, 1, 3, 100} {
		writeUint(&b, n)
	}
	writeString(&b, "copying")
	for _, n := range []uint64{1, 0, 7, 0, frameStop, 1, frameLast} {
		writeUint(&b, n)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, text []byte) { skipFrames(bytes.NewReader(text)) })
}

func TestFrames(t *testing.T) {
	var b bytes.Buffer
	writeUint(&b, frameNext)
	writeString(&b, "a warning")
	writeUint(&b, frameError)
	writeString(&b, "Error")
	writeUint(&b, 0)
	writeString(&b, "Error")
	writeString(&b, "it is \x1b[31mfull\x1b[0m")
	if err := skipFrames(&b); err == nil || err.Error() != "the daemon says: it is full" {
		t.Errorf("%v", err)
	}
}

func TestChecked(t *testing.T) {
	for _, p := range []string{"", "/nix/store/x", "/etc/passwd", "/nix/store/89m2di55dbzr7x0pn9fw7y5zpci6p4ah-a b", "/nix/store/89m2di55dbzr7x0pn9fw7y5zpci6p4ah-a\n/x", "--help"} {
		if _, err := checked([]engine.Object{{Path: p}}); !errors.Is(err, errPath) {
			t.Errorf("%q: %v", p, err)
		}
	}
}
