package files

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"assay/secrets/sops/policy"
)

// ErrByHand is a .sops.yaml that cannot be changed line by line without losing
// something: it is for a person to edit.
var ErrByHand = errors.New("edit it by hand")

// item is a line of a list that holds one key or a name of one, and nothing
// else but a comment.
var item = regexp.MustCompile(`^(\s*)-\s+(?:&(\S+)\s+)?(\*\S+|"[^"]*"|'[^']*'|(?:age1|ssh-)[^#]*?)\s*(#.*)?$`)

// DropKeys takes age keys out of the text of a .sops.yaml: out of its list of
// keys and of every rule. Comments and everything else stay. The result was
// read again: it means what the text meant, without these keys. If that cannot
// be had by removing lines, or a rule would be left without a reader, the
// error wraps ErrByHand and names the place.
func DropKeys(c *policy.Config, text []byte, drop []string) ([]byte, error) {
	gone := func(public string) bool { return slices.Contains(drop, Key(public)) }
	lines := map[int]bool{}
	for _, k := range c.Keys {
		if k.Kind == policy.Age && gone(k.Public) {
			lines[k.At.Line] = true
		}
	}
	for i := range c.Rules {
		for _, r := range c.Rules[i].Recipients() {
			if gone(r.Public) {
				lines[r.At.Line] = true
			}
		}
	}
	if len(lines) == 0 {
		return text, nil
	}
	var out []string
	for i, line := range strings.SplitAfter(string(text), "\n") {
		if !lines[i+1] {
			out = append(out, line)
		} else if !item.MatchString(strings.TrimRight(line, "\r\n")) {
			return nil, fmt.Errorf("%s:%d: %w: the key does not stand on a line of its own", c.File, i+1, ErrByHand)
		}
	}
	changed := []byte(strings.Join(out, ""))
	return changed, verify(c, changed, func(keys []string) []string {
		return slices.DeleteFunc(slices.Clone(keys), gone)
	}, nil)
}

// AddKey puts an age key into the text of a .sops.yaml under a name, behind
// the last of the keys with names. A key that has a name there already keeps
// it. If like is the public part of another key, it is also named in every rule
// that names that one, behind it; without, a file that gives no names stays as
// it is. Otherwise as DropKeys.
func AddKey(c *policy.Config, text []byte, name, public, like string) ([]byte, error) {
	lines := strings.SplitAfter(string(text), "\n")
	added := map[int]string{} // what comes behind a line
	at, known, err := nameOf(c, name, public, like)
	if at == 0 || err != nil {
		return text, err
	}
	line, err := itemAt(c, lines, at)
	switch {
	case err != nil:
		return nil, err
	case line[2] == "":
		return nil, fmt.Errorf("%s:%d: %w: its keys have no names of the form &name", c.File, at, ErrByHand)
	case known:
		name = line[2]
	default:
		added[at] = line[1] + "- &" + name + " " + public + "\n"
	}
	if err := beside(c, lines, added, name, public, like); err != nil {
		return nil, err
	}
	changed := insert(lines, added)
	var names []string
	if !known {
		names = []string{public}
	}
	return changed, verify(c, changed, func(keys []string) []string {
		i := slices.IndexFunc(keys, func(k string) bool { return Key(k) == Key(like) })
		if like == "" || i < 0 || slices.ContainsFunc(keys, func(k string) bool { return Key(k) == Key(public) }) {
			return keys
		}
		return slices.Insert(slices.Clone(keys), i+1, public)
	}, names)
}

// nameOf finds the line that gives a key its name, if it is known already, or
// the one behind which it can get one. 0 is a file that nothing is asked of.
func nameOf(c *policy.Config, name, public, like string) (at int, known bool, err error) {
	for _, k := range c.Keys {
		switch {
		case Key(k.Public) == Key(public) && like == "":
			return 0, true, nil
		case Key(k.Public) == Key(public):
			return k.At.Line, true, nil
		case k.Name == name:
			return 0, false, fmt.Errorf("%s: %w: it has another key under the name %s, %s", k.At, ErrByHand, k.Name, k.Public)
		}
		if k.Kind == policy.Age && (like == "" || Key(k.Public) == Key(like)) {
			at = k.At.Line
		}
	}
	if at == 0 && like != "" {
		err = fmt.Errorf("%s: %w: it has no list of keys with names that the key could be added to", c.File, ErrByHand)
	}
	return at, false, err
}

// beside adds lines that name a key wherever a rule names like and not the key.
func beside(c *policy.Config, lines []string, added map[int]string, name, public, like string) error {
	for i := range c.Rules {
		keys := c.Rules[i].Recipients()
		if like == "" || slices.ContainsFunc(keys, func(r policy.Recipient) bool { return Key(r.Public) == Key(public) }) {
			continue
		}
		for _, r := range keys {
			if Key(r.Public) != Key(like) {
				continue
			}
			line, err := itemAt(c, lines, r.At.Line)
			if err != nil {
				return err
			}
			added[r.At.Line] = line[1] + "- *" + name + "\n"
		}
	}
	return nil
}

// insert puts texts behind lines, by their numbers from 1.
func insert(lines []string, added map[int]string) []byte {
	var out strings.Builder
	for i, line := range lines {
		out.WriteString(line)
		if more := added[i+1]; more != "" {
			if !strings.HasSuffix(line, "\n") {
				out.WriteByte('\n')
			}
			out.WriteString(more)
		}
	}
	return []byte(out.String())
}

// verify reads a changed text and compares it with what it should mean.
func verify(before *policy.Config, text []byte, expect func([]string) []string, keys []string) error {
	by := func(format string, args ...any) error {
		return fmt.Errorf("%s: %w: %s", before.File, ErrByHand, fmt.Sprintf(format, args...))
	}
	after, err := policy.Parse(before.File, text)
	if err == nil {
		err = after.Err()
	}
	if err != nil {
		return by("without the lines it could not be read")
	}
	if len(after.Rules) != len(before.Rules) || after.Stores != before.Stores || after.Destinations != before.Destinations {
		return by("its rules would change")
	}
	for i := range before.Rules {
		old, now := &before.Rules[i], &after.Rules[i]
		switch want := expect(old.AgeKeys()); {
		case len(want) == 0 && len(old.Foreign()) == 0 && len(old.AgeKeys()) > 0:
			return fmt.Errorf("%s: %w: nobody would be left to read what this rule matches", old.At, ErrByHand)
		case old.PathRegex != now.PathRegex || old.Selector != now.Selector || old.Threshold != now.Threshold || len(old.Groups) != len(now.Groups) ||
			len(old.Foreign()) != len(now.Foreign()) || !slices.Equal(want, now.AgeKeys()):
			return by("the rule at line %d would change in another way", old.At.Line)
		}
	}
	return verifyNames(before, after, expect, keys, by)
}

// verifyNames compares the keys with names.
func verifyNames(before, after *policy.Config, expect func([]string) []string, added []string, by func(string, ...any) error) error {
	names := func(c *policy.Config) (out []string) {
		for _, k := range c.Keys {
			out = append(out, k.Public)
		}
		return out
	}
	want := append(expect(names(before)), added...)
	if len(added) > 0 {
		want = append(names(before), added...)
	}
	got := names(after)
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		return by("its keys with names would change in another way")
	}
	return nil
}

// itemAt returns the parts of a line that holds one key.
func itemAt(c *policy.Config, lines []string, n int) ([]string, error) {
	if n <= len(lines) {
		if m := item.FindStringSubmatch(strings.TrimRight(lines[n-1], "\r\n")); m != nil {
			return m, nil
		}
	}
	return nil, fmt.Errorf("%s:%d: %w: the key does not stand on a line of its own", c.File, n, ErrByHand)
}
