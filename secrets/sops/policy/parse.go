package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"regexp/syntax"
	"strings"

	"assay/secrets/sops"

	"go.yaml.in/yaml/v3"
)

// Read reads the .sops.yaml at path.
func Read(path string) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// Parse reads a .sops.yaml; file is its name, for places. The error wraps
// ErrPolicy and is set only if the text is no YAML mapping; everything else
// is told in Problems, so look at Config.Err and Rule.Err before use.
func Parse(file string, text []byte) (*Config, error) {
	c := &Config{File: file, Stores: Stores{JSONIndent: -1, BinaryIndent: -1}}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s: %w: larger than %d KiB", file, ErrPolicy, maxFile>>10)
	}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&doc); errors.Is(err, io.EOF) {
		return c, nil
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", file, ErrPolicy, yamlError(err))
	}
	r := &reader{c: c, rule: -1}
	root := doc.Content[0]
	if !null(root) && root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s: %w: not a mapping", r.at(root), ErrPolicy)
	}
	names := r.keys(root)
	rules := false
	for _, f := range r.fields(root, 0) {
		switch f.name {
		case "creation_rules":
			rules = true
			r.rules(f.value, names)
		case "destination_rules":
			c.Destinations = len(r.items(f.value, "destination_rules"))
		case "stores":
			r.stores(f.value)
		default:
			r.other(f)
		}
	}
	if !rules && c.Destinations == 0 {
		r.problem(Nobody, root, "", "it has no creation_rules, so it decides for no file")
	}
	if r.visits > maxVisits {
		r.broken(root, "it is too large once its aliases are followed")
	}
	r.judge()
	order(c.Problems)
	return c, nil
}

// yamlError shortens what the YAML library says; it may quote the text, but a
// .sops.yaml holds no secrets.
func yamlError(err error) string {
	return strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: ")
}

// other is a top-level field that sops does not know. They are where keys get
// their names, so only one without any is worth a word.
func (r *reader) other(f field) {
	if f.name != "keys" && !strings.HasPrefix(f.name, ".") && !strings.HasPrefix(f.name, "x-") && !anchors(f.value, 0) {
		r.problem(Ignored, f.key, "", "sops does not know the field %s", quote(f.name))
	}
}

func anchors(n *yaml.Node, depth int) bool {
	if n.Anchor != "" || form(n.Value) != "" {
		return true
	}
	if depth < maxDepth {
		for _, c := range n.Content {
			if anchors(c, depth+1) {
				return true
			}
		}
	}
	return false
}

func (r *reader) stores(n *yaml.Node) {
	for _, store := range r.fields(n, 0) {
		for _, f := range r.fields(store.value, 0) {
			into := map[string]*int{
				"yaml": &r.c.Stores.YAMLIndent, "json": &r.c.Stores.JSONIndent, "json_binary": &r.c.Stores.BinaryIndent,
			}[store.name]
			if f.name != "indent" || into == nil {
				r.problem(Ignored, f.key, "", "sops does not know the field %s of the store %s", quote(f.name), quote(store.name))
				continue
			}
			*into = r.number(f.value, "indent")
			if least := map[string]int{"yaml": 0}[store.name]; *into < -1 || store.name == "yaml" && *into < least {
				r.broken(f.value, "indent is negative")
				*into = 0
			}
		}
	}
}

func (r *reader) rules(n *yaml.Node, names map[string]Key) {
	for i, item := range r.items(n, "creation_rules") {
		if i == maxRules {
			r.rule = -1
			r.broken(item, "more than %d rules", maxRules)
			break
		}
		r.rule = i
		r.c.Rules = append(r.c.Rules, r.oneRule(i, item, names))
	}
	r.rule = -1
}

// never is what stands for a regex that does not compile: like sops, which
// refuses at such a rule, the search does not go past it.
var never = regexp.MustCompile(``)

func (r *reader) oneRule(index int, n *yaml.Node, names map[string]Key) Rule {
	rule := Rule{Index: index, At: r.at(n)}
	flat := Group{At: rule.At}
	var flatAt, groupsAt *yaml.Node
	for _, f := range r.fields(n, 0) {
		switch f.name {
		case "path_regex":
			rule.PathRegex = r.text(f.value, f.name)
			r.pathRegex(&rule, f.value)
		case "age", "pgp", "kms", "gcp_kms", "hckms", "azure_keyvault", "hc_vault_transit_uri":
			before := len(flat.Keys)
			flat.Keys = append(flat.Keys, r.loose(f, names)...)
			if flatAt == nil && len(flat.Keys) > before {
				flatAt = f.key
			}
		case "key_groups":
			for _, g := range r.items(f.value, f.name) {
				groupsAt = f.key
				rule.Groups = append(rule.Groups, r.group(g, names, 0))
			}
		case "shamir_threshold":
			rule.Threshold = r.number(f.value, f.name)
		case "mac_only_encrypted":
			rule.Selector.MACOnlyEncrypted = r.truth(f.value, f.name)
		case "aws_profile":
			r.text(f.value, f.name)
		default:
			if !rule.Selector.Set(f.name, r.text(f.value, f.name)) {
				r.problem(Ignored, f.key, "correct its name, or remove it", "sops does not know the field %s of a rule", quote(f.name))
			}
		}
	}
	if len(rule.Groups) == 0 {
		rule.Groups = []Group{flat}
	} else if flatAt != nil {
		r.problem(Ignored, flatAt, "name the keys in key_groups", "sops ignores %s, because of the key_groups at line %d", flatAt.Value, groupsAt.Line)
	}
	for i := range rule.Groups {
		rule.Groups[i].Keys = once(rule.Groups[i].Keys)
	}
	return rule
}

func (r *reader) pathRegex(rule *Rule, n *yaml.Node) {
	if rule.PathRegex == "" {
		return
	}
	var err error
	if rule.regex, err = sops.CompileRegexp(rule.PathRegex); err != nil {
		rule.regex = never
		why := err.Error()
		r.problem(Broken, n, "", "path_regex %s: %s", quote(rule.PathRegex), strings.TrimPrefix(why, "error parsing regexp: "))
	} else if tree, err := syntax.Parse(rule.PathRegex, syntax.Perl); err == nil {
		rule.tree = tree.Simplify()
		rule.parts = split(rule.tree)
	}
}
