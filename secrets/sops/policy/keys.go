package policy

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	ageForm         = regexp.MustCompile(`^(age1[a-z0-9]{10,}|ssh-(ed25519|rsa) [A-Za-z0-9+/=]{20,}( [ -~]*)?)$`)
	fingerprintForm = regexp.MustCompile(`^[0-9A-Fa-f]{40}$`)
)

// form is the kind of key that a text looks like, or "".
func form(text string) Kind {
	switch {
	case ageForm.MatchString(text):
		return Age
	case fingerprintForm.MatchString(text):
		return PGP
	}
	return ""
}

// same makes texts of one key equal: an SSH key's comment is no part of it,
// nor is the case of a fingerprint.
func same(kind Kind, public string) string {
	if kind == PGP {
		return strings.ToUpper(public)
	}
	if words := strings.Fields(public); len(words) > 2 && strings.HasPrefix(words[0], "ssh-") {
		return words[0] + " " + words[1]
	}
	return public
}

// keys collects every key that has a name. The result finds them by what same
// makes of them; of several names, the first counts.
func (r *reader) keys(root *yaml.Node) map[string]Key {
	names := map[string]Key{}
	anchored := map[string]*yaml.Node{}
	r.collect(root, "", names, anchored, 0)
	return names
}

func (r *reader) collect(n *yaml.Node, name string, names map[string]Key, anchored map[string]*yaml.Node, depth int) {
	if r.visits++; depth > maxDepth || r.visits > maxVisits {
		return
	}
	if n.Anchor != "" {
		name = n.Anchor
		if first := anchored[n.Anchor]; first != nil {
			r.problem(Repeated, n, "", "the name &%s is given at line %d already; what stands below means this one", n.Anchor, first.Line)
		}
		anchored[n.Anchor] = n
	}
	switch n.Kind {
	case yaml.ScalarNode:
		r.name(n, name, names)
	case yaml.SequenceNode:
		for _, item := range n.Content {
			r.collect(item, "", names, anchored, depth+1)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			r.collect(key, "", names, anchored, depth+1)
			of := key.Value
			switch of { // the fields of rules name no key
			case "age", "pgp", "recipient", "creation_rules", "key_groups", "merge":
				of = ""
			}
			r.collect(n.Content[i+1], of, names, anchored, depth+1)
		}
	}
}

func (r *reader) name(n *yaml.Node, name string, names map[string]Key) {
	text := strings.TrimSpace(n.Value)
	kind := form(text)
	if kind == "" || name == "" {
		return
	}
	k := Key{name, kind, text, r.at(n)}
	if first, ok := names[same(kind, text)]; ok {
		r.problem(Repeated, n, "", "%s is the same key as %s at line %d", name, first.Name, first.At.Line)
	} else {
		names[same(kind, text)] = k
	}
	r.c.Keys = append(r.c.Keys, k)
}
