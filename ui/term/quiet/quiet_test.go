package quiet_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	self  = "assay/ui/term/quiet"
	gloss = "github.com/charmbracelet/lipgloss"
	tea   = "github.com/charmbracelet/bubbletea"
)

// deps lists what a package needs, itself included.
func deps(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", pkg).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", pkg, err)
	}
	return strings.Fields(string(out))
}

// TestIsInitialisedBeforeBubbleTea checks what Go's order of initialisation
// needs: nothing that Bubble Tea does not wait for, and a path before its.
func TestIsInitialisedBeforeBubbleTea(t *testing.T) {
	waitsFor := deps(t, tea)
	if !slices.Contains(waitsFor, gloss) {
		t.Fatalf("%s no longer imports %s: is the guard needed?", tea, gloss)
	}
	for _, d := range deps(t, self) {
		if d == tea {
			t.Errorf("%s imports %s and is initialised after it", self, tea)
		}
		if d != self && !slices.Contains(waitsFor, d) {
			t.Errorf("%s waits for %s, which %s does not wait for", self, d, tea)
		}
	}
	if self > tea {
		t.Errorf("%s comes after %s", self, tea)
	}
}

func TestProgramLinksItWithBubbleTea(t *testing.T) {
	linked := deps(t, "assay")
	if slices.Contains(linked, tea) && !slices.Contains(linked, self) {
		t.Errorf("assay links %s without %s: every command asks the terminal", tea, self)
	}
}
