package state_test

import (
	"strings"
	"testing"

	"assay/fleet/run/state"
)

func TestLevelOf(t *testing.T) {
	for text, want := range map[string]state.Level{
		"error: attribute 'x' missing":              state.Error,
		"nix-env: error: no space left on device":   state.Error,
		"ERROR something broke":                     state.Error,
		"[error] something broke":                   state.Error,
		"time=1 level=error msg=no":                 state.Error,
		"<error> no":                                state.Error,
		"Failed to start nginx.service.":            state.Error,
		"the following units failed: nginx.service": state.Error,
		"activation failed.":                        state.Error,
		"2 failed":                                  state.Error,
		"10 failed":                                 state.Error,
		"failed=3":                                  state.Error,
		"fatal: not a repository":                   state.Error,
		"panic: runtime error":                      state.Error,
		"CRITICAL: disk":                            state.Error,
		"warning: the group 'x' has no members; error is old": state.Warning,
		"evaluation warning: y":                               state.Warning,
		"[WARN] z":                                            state.Warning,
		"level=warn":                                          state.Warning,
		"":                                                    state.Info,
		"setting up /etc...":                                  state.Info,
		"0 failed":                                            state.Info,
		"tests: 5 passed, 0 failed":                           state.Info,
		"failed=0 changed=2":                                  state.Info,
		"failed: 0":                                           state.Info,
		"non-fatal":                                           state.Info,
		"writing /var/log/error.log":                          state.Info,
		"unfailed":                                            state.Info,
		"failed-units.service is up":                          state.Info,
		"on error continue":                                   state.Info,
		"errors: 0":                                           state.Info,
		"copying error-pages":                                 state.Info,
		"warnings are off":                                    state.Info,
		"nginx.failed.conf":                                   state.Info,
		strings.Repeat("x", 600) + " error: too far": state.Info,
	} {
		if got := state.LevelOf(text); got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
}

func FuzzLevelOf(f *testing.F) {
	f.Add("error: x")
	f.Add("0 failed")
	f.Fuzz(func(t *testing.T, text string) {
		if l := state.LevelOf(text); l > state.Error || l != state.LevelOf(strings.ToUpper(text)) && isASCII(text) {
			t.Errorf("%q is %d", text, l)
		}
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}
