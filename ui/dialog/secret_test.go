package dialog

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"assay/ui/action"
	"assay/ui/view/viewtest"
)

func secret(t *testing.T, typed string) *Secret {
	t.Helper()
	s := NewSecret(viewtest.Env(viewtest.Adopted(t)), "Password", "drill: wrong password; sudo password of deploy on drill")
	s.Input().Key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(typed)})
	return s
}

func TestGoldenSecret(t *testing.T) {
	s := secret(t, "correct horse")
	s.Behind = 2
	golden(t, "secret", s)
	golden(t, "secret-long", secret(t, strings.Repeat("x", 300)))
}

func TestSecretIsWiped(t *testing.T) {
	s := secret(t, "correct horse")
	if got := s.Do(action.Intent{ID: action.InputDone}); !got.Close || got.Copy.Text != "" {
		t.Errorf("%+v", got)
	}
	if s.Input().Value() != "" || len(s.Input().Secret()) > 0 {
		t.Error("what was typed is still there")
	}
	given := s.Take()
	if string(given) != "correct horse" || s.Take() != nil {
		t.Errorf("given %q", given)
	}
	s = secret(t, "correct horse")
	s.Do(action.Intent{ID: action.InputEsc})
	if s.Take() != nil {
		t.Error("refused, and given all the same")
	}
	s = secret(t, "")
	s.Do(action.Intent{ID: action.InputDone})
	if s.Take() == nil {
		t.Error("an empty passphrase is one")
	}
}
