package policy

import (
	"fmt"
	"slices"
)

// Trouble tells the kinds of problems apart.
type Trouble string

// The kinds of problems.
const (
	Broken     Trouble = "broken"            // sops refuses the file, or what the rule matches
	Ignored    Trouble = "ignored"           // sops overlooks it silently
	Shadowed   Trouble = "shadowed"          // an earlier rule takes all that it matches
	Unanchored Trouble = "unanchored"        // the regex matches more than it seems to
	Unused     Trouble = "unused"            // no file matches
	Nobody     Trouble = "nobody"            // the rule names no key
	Unknown    Trouble = "unknown-recipient" // not among the keys with names, though there are some
	Foreign    Trouble = "foreign"           // needs the sops command
	SSHKey     Trouble = "ssh-recipient"     // an SSH key where sops-nix has its age form
	Quantum    Trouble = "mixed-quantum"     // post-quantum and classic keys together
	Repeated   Trouble = "repeated"          // the same key or name twice
)

// Problem is one finding with its place.
type Problem struct {
	Kind Trouble
	At   Place
	Rule int    // index of the rule, or -1 if it is of the whole file
	Text string // what is wrong, without the place
	Hint string // what to do; may be ""
}

// Err makes an error of the problem, wrapping ErrPolicy.
func (p Problem) Err() error {
	if p.Hint == "" {
		return fmt.Errorf("%s: %w: %s", p.At, ErrPolicy, p.Text)
	}
	return fmt.Errorf("%s: %w: %s\nhint: %s", p.At, ErrPolicy, p.Text, p.Hint)
}

// Check adds what only the files show to c.Problems: rules that match none of
// them, and rules that lose all they match to earlier ones. Files are paths as
// Match takes them, best all that git tracks. What c.Problems already calls
// shadowed is not repeated. The result is in file order.
func (c *Config) Check(files []string) []Problem {
	out := slices.Clone(c.Problems)
	winners := make([]*Rule, len(files))
	for i, f := range files {
		winners[i], _ = c.Match(f)
	}
	for i := range c.Rules {
		r := &c.Rules[i]
		if r.Err != nil && r.regex == never || c.has(Shadowed, i) {
			continue
		}
		won, by := r.won(files, winners)
		switch {
		case won:
		case by != nil:
			out = append(out, Problem{Shadowed, r.At, i, fmt.Sprintf("the rule at line %d takes every file that this one matches", by.At.Line),
				"move it above that rule, or remove it"})
		default:
			out = append(out, Problem{Unused, r.At, i, "no file matches path_regex " + quote(r.PathRegex), "remove the rule, or correct its path"})
		}
	}
	order(out)
	return out
}

// won reports whether the rule decides for one of the files, and if not, which
// rule takes the first that it matches.
func (r *Rule) won(files []string, winners []*Rule) (bool, *Rule) {
	if slices.Contains(winners, r) {
		return true, nil
	}
	for i, f := range files {
		if r.matches(f) {
			return false, winners[i]
		}
	}
	return false, nil
}

// Unmatched returns those of the files that no rule matches, in their order.
func (c *Config) Unmatched(files []string) []string {
	var out []string
	for _, f := range files {
		if _, ok := c.Match(f); !ok {
			out = append(out, f)
		}
	}
	return out
}

func (c *Config) has(kind Trouble, rule int) bool {
	return slices.ContainsFunc(c.Problems, func(p Problem) bool { return p.Kind == kind && p.Rule == rule })
}

func order(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int { return a.At.Line - b.At.Line })
}

// quote shows a text out of a hostile file, shortened.
func quote(s string) string {
	if len(s) > 80 {
		s = s[:80] + "..."
	}
	return fmt.Sprintf("%q", s)
}
