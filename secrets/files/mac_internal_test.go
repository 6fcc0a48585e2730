package files

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestHasMAC compares what is found by hand with what an expression finds, over
// texts of the parts that matter, in any order.
func TestHasMAC(t *testing.T) {
	field := regexp.MustCompile(`(?m)(^|["\s_])mac"?\s*[:=]\s*"?ENC\[`)
	parts := []string{"mac", "mac", "ENC[", "ENC[", `"`, `"`, ":", "=", " ", "\n", "\t", "\r", "\f", "_", "x", "ma", "é", "\xff", "sops_", "hmac"}
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 300_000 {
		var b strings.Builder
		for range 1 + random.IntN(9) {
			b.WriteString(parts[random.IntN(len(parts))])
		}
		text := []byte(b.String())
		want := field.Match(text)
		if got := hasMAC(text); got != want {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
		if want {
			found++
		}
	}
	if found < 1000 {
		t.Errorf("only %d texts have one", found)
	}
}
