package demo

import (
	"os"
	"testing"
)

// exampleText is the example fleet's fleet.toml.
func exampleText(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../../../fleet.toml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}
