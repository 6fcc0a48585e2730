package cli

import (
	"os"
	"slices"
	"testing"
)

// TestKeysAreNotInherited: the operator's age keys are known to the program, and
// to the sops command that it starts, and to no other.
func TestKeysAreNotInherited(t *testing.T) {
	t.Setenv(keysVariable, "AGE-SECRET-KEY-1X")
	env := System()
	if _, there := os.LookupEnv(keysVariable); there || env.Getenv(keysVariable) != "AGE-SECRET-KEY-1X" {
		t.Errorf("inherited: %t; known: %q", there, env.Getenv(keysVariable))
	}
	if got := env.withKeys(); !slices.Contains(got, keysVariable+"=AGE-SECRET-KEY-1X") {
		t.Errorf("sops does not get them")
	}
	if got := (Env{Getenv: func(string) string { return "" }}).withKeys(); slices.Contains(got, keysVariable+"=") {
		t.Errorf("sops gets empty ones")
	}
}
