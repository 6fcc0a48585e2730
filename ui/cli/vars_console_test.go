package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/secrets"
)

// TestConsoleAnswer: in the console nothing is the former answer, where one was
// kept, and no former answer is in what is asked.
func TestConsoleAnswer(t *testing.T) {
	hidden, line := fleet.VarPrompt{Name: "word", Type: "hidden", Required: true}, fleet.VarPrompt{Name: "word", Type: "line"}
	for name, c := range map[string]struct {
		prompt fleet.VarPrompt
		former string
		unread error
		typed  []string
		want   string
		err    string
	}{
		"kept":              {hidden, "canary", nil, []string{""}, "canary", ""},
		"another":           {hidden, "canary", nil, []string{"new", "new"}, "new", ""},
		"another, shown":    {line, "canary", nil, []string{"new"}, "new", ""},
		"kept no longer":    {line, "canary", nil, []string{"-"}, "", ""},
		"a dash is needed":  {hidden, "canary", nil, []string{"-", "-"}, "-", ""},
		"kept, shown":       {line, "canary", nil, []string{""}, "canary", ""},
		"the two differ":    {hidden, "canary", nil, []string{"new", "old"}, "", "differ"},
		"needed":            {hidden, "", nil, []string{""}, "", "an answer is needed for word"},
		"left out":          {line, "", nil, []string{""}, "", ""},
		"not known":         {line, "", errors.New("no key fits"), []string{""}, "", "no key fits"},
		"not known, typed":  {line, "", errors.New("no key fits"), []string{"new"}, "new", ""},
		"nobody is there":   {line, "", nil, nil, "", "nobody"},
		"nobody any longer": {hidden, "", nil, []string{"new"}, "", "nobody"},
	} {
		var asked []string
		ask := func(_ context.Context, title, text string) ([]byte, error) {
			asked = append(asked, title, text)
			if len(asked)/2 > len(c.typed) {
				return nil, errors.New("nobody")
			}
			return []byte(c.typed[len(asked)/2-1]), nil
		}
		q := question{name: "vars/g", prompt: c.prompt, former: secrets.NewSecret([]byte(c.former)), kept: c.former != "", unread: c.unread}
		got, err := consoleAnswer(t.Context(), ask, q)
		if string(got.Bytes()) != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v", name, got.Bytes(), err)
		}
		if text := strings.Join(asked, "\n"); strings.Contains(text, "canary") || strings.Contains(text, "the former answer") != (c.former != "") {
			t.Errorf("%s: it asks %q", name, text)
		}
		if len(asked) < 2*len(c.typed) && !slices.Contains(asked, "again: word") {
			t.Errorf("%s: it asks only %q", name, asked)
		}
	}
}
