package policy

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

func (r *reader) recipient(kind Kind, public string, n *yaml.Node, names map[string]Key) Recipient {
	out := Recipient{Kind: kind, Public: public, At: r.at(n)}
	if k, ok := names[same(kind, public)]; ok && k.Kind == kind {
		out.Name, out.Key = k.Name, k.At
	}
	return out
}

// split takes a list of keys in one text apart, as sops does: at commas.
func (r *reader) split(kind Kind, text string, n *yaml.Node, names map[string]Key) []Recipient {
	var out []Recipient
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, r.recipient(kind, part, n, names))
		}
	}
	return out
}

// loose reads the keys that stand in a rule itself: one text with commas, or
// a list of texts; of hckms only a list. What is neither is refused only once
// the rule is chosen, so it is a problem of the rule and not of the file.
func (r *reader) loose(f field, names map[string]Key) []Recipient {
	kind := Kind(f.name)
	if f.name == "hc_vault_transit_uri" {
		kind = Vault
	}
	n := r.follow(f.value)
	switch {
	case n == nil || null(n):
		return nil
	case kind == HCKMS && n.Kind != yaml.SequenceNode:
		r.broken(f.value, "%s is not a list", f.name)
		return nil
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str":
		return r.split(kind, n.Value, f.value, names)
	case n.Kind != yaml.SequenceNode:
		r.problem(Broken, f.value, "", "%s is neither a text nor a list", f.name)
		return nil
	}
	var out []Recipient
	for _, item := range n.Content {
		if s := r.follow(item); s != nil && s.Kind == yaml.ScalarNode && s.ShortTag() == "!!str" {
			out = append(out, r.split(kind, s.Value, item, names)...)
		} else {
			r.problem(Broken, item, "", "%s holds something that is not a text", f.name)
		}
	}
	return out
}

// group reads one of key_groups, with the groups that it merges first.
func (r *reader) group(n *yaml.Node, names map[string]Key, depth int) Group {
	g := Group{At: r.at(n)}
	if depth > maxDepth {
		r.broken(n, "key groups are merged too deeply")
		return g
	}
	var merged []Recipient
	for _, f := range r.fields(n, 0) {
		switch kind := Kind(f.name); kind {
		case "merge":
			for _, m := range r.items(f.value, f.name) {
				merged = append(merged, r.group(m, names, depth+1).Keys...)
			}
		case Age, PGP, Vault:
			for _, item := range r.items(f.value, f.name) {
				text := r.text(item, "a key of "+f.name)
				if kind != Age {
					g.Keys = append(g.Keys, r.recipient(kind, text, item, names))
					continue
				}
				g.Keys = append(g.Keys, r.split(kind, text, item, names)...)
			}
		case KMS, GCP, HCKMS, Azure:
			for _, item := range r.items(f.value, f.name) {
				g.Keys = append(g.Keys, r.recipient(kind, r.cloud(item), item, names))
			}
		default:
			r.problem(Ignored, f.key, "correct its name, or remove it", "sops does not know the field %s of a key group", quote(f.name))
		}
	}
	g.Keys = append(merged, g.Keys...)
	return g
}

// cloud is what names a key of a cloud's key service.
func (r *reader) cloud(n *yaml.Node) string {
	var name, key string
	for _, f := range r.fields(n, 0) {
		switch f.name {
		case "arn", "resource_id", "key_id", "vaultUrl":
			name = r.text(f.value, f.name)
		case "key":
			key = "/" + r.text(f.value, f.name)
		}
	}
	return name + key
}

// once drops repeated keys, as sops does.
func once(keys []Recipient) []Recipient {
	type id struct {
		kind   Kind
		public string
	}
	var out []Recipient
	seen := map[id]bool{}
	for _, k := range keys {
		if k := (id{k.Kind, k.Public}); seen[k] {
			continue
		}
		seen[id{k.Kind, k.Public}] = true
		out = append(out, k)
	}
	return out
}
