package generate_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"assay/secrets/generate"
	"assay/secrets/secret"
)

// vectors are identities in the fields that testdata/zerotier.txt has.
func vectors(t testing.TB) [][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/zerotier.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] != "#" {
			out = append(out, fields)
		}
	}
	return out
}

func TestZeroTierVectors(t *testing.T) {
	t.Parallel()
	all := vectors(t)
	if len(all) != 13 {
		t.Fatalf("%d vectors, want 13", len(all))
	}
	for _, v := range all {
		address, err := generate.ZeroTierAddressOf(hold(v[1]))
		switch {
		case v[0] == "good" && (err != nil || address.String() != v[1][:10]):
			t.Errorf("%s: %v, %v", v[1][:10], address, err)
		case v[0] == "bad" && !errors.Is(err, generate.ErrZeroTier):
			t.Errorf("%s is false and accepted", v[1][:10])
		}
	}
}

// TestZeroTierIdentities makes identities and changes each part of one.
func TestZeroTierIdentities(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-9a-f]{10}:0:[0-9a-f]{128}:[0-9a-f]{128}$`)
	var identity secret.Value
	for range cases(t, 1) {
		identity = produce(t, generate.ZeroTierIdentity("web"), generate.Input{})["identity-secret"]
		if !form.Match(identity.Bytes()) {
			t.Fatal("not the form of an identity")
		}
		address, err := generate.ZeroTierAddressOf(identity)
		if err != nil || !strings.HasPrefix(string(identity.Bytes()), address.String()) {
			t.Fatal(err)
		}
	}
	for _, at := range []int{0, 9, 13, 76, 77, 140, 142, 205, 206, 269} {
		changed := []byte(string(identity.Bytes()))
		changed[at] ^= 1 // another digit, or none
		if _, err := generate.ZeroTierAddressOf(secret.New(changed)); !errors.Is(err, generate.ErrZeroTier) {
			t.Errorf("digit %d changed: %v", at, err)
		}
	}
}

func TestZeroTierStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := generate.NewZeroTierIdentity(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestZeroTierNetworks(t *testing.T) {
	for _, c := range []struct{ network, node, want string }{
		// clan's own expectations
		{"1111111111111111", "a1b2c3d4e5", "fd11:1111:1111:1111:1199:93a1:b2c3:d4e5"},
		{"2222222222222222", "a1b2c3d4e5", "fd22:2222:2222:2222:2299:93a1:b2c3:d4e5"},
		{"0000000000000001\n", "0000000001", "fd00::199:9300:0:1"},
	} {
		id, err := generate.ParseZeroTierNetworkID(c.network)
		if err != nil {
			t.Fatal(err)
		}
		if got := id.IP(nodeAddress(t, c.node)); got.String() != c.want {
			t.Errorf("%s %s: %s, want %s", c.network, c.node, got, c.want)
		}
	}
	for _, bad := range []string{"", "11111111111111", "111111111111111g", "11111111111111111"} {
		if _, err := generate.ParseZeroTierNetworkID(bad); !errors.Is(err, generate.ErrZeroTier) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func nodeAddress(t *testing.T, text string) (a generate.ZeroTierAddress) {
	t.Helper()
	id, err := generate.ParseZeroTierNetworkID(text + "000001")
	if err != nil {
		t.Fatal(err)
	}
	return id.Controller()
}

// TestZeroTierFleet makes what a fleet of two machines needs, in order.
func TestZeroTierFleet(t *testing.T) {
	t.Parallel()
	var controller secret.Value
	for _, v := range vectors(t) {
		if strings.Count(v[1], ":") == 3 && v[0] == "good" {
			controller = hold(v[1])
		}
	}
	in := generate.Input{Dependencies: map[string]generate.Contents{"zerotier-identity-hub": {"identity-secret": controller}}}
	network := produce(t, generate.ZeroTierNetwork("zt", "hub"), in)["network-id"]
	if text := string(network.Bytes()); !strings.HasPrefix(text, "8e4df28b72") || len(text) != 16 || strings.HasSuffix(text, "000000") {
		t.Errorf("network id %s", text)
	}
	in.Dependencies["zerotier-network-zt"] = generate.Contents{"network-id": hold("8e4df28b72abcdef")}
	ip := produce(t, generate.ZeroTierIP("hub", "zt"), in)["ip"]
	if got := string(ip.Bytes()); got != "fd8e:4df2:8b72:abcd:ef99:938e:4df2:8b72" {
		t.Errorf("ip %s", got)
	}
	in.Dependencies["zerotier-identity-hub"] = generate.Contents{"identity-secret": hold("canary")}
	_, err := generate.ZeroTierIP("hub", "zt").Generate(t.Context(), in)
	if !errors.Is(err, generate.ErrZeroTier) || strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
	delete(in.Dependencies, "zerotier-identity-hub")
	if _, err := generate.ZeroTierIP("hub", "zt").Generate(t.Context(), in); !errors.Is(err, generate.ErrInput) {
		t.Error(err)
	}
}

func BenchmarkZeroTierAddress(b *testing.B) {
	identity := hold(vectors(b)[0][1])
	for b.Loop() {
		if _, err := generate.ZeroTierAddressOf(identity); err != nil {
			b.Fatal(err)
		}
	}
}
