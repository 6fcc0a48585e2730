package policy

import (
	"errors"
	"fmt"
	"strings"

	"assay/secrets/sops"
)

// judge finds what is wrong with the rules whatever files there are.
func (r *reader) judge() {
	for i := range r.c.Rules {
		rule := &r.c.Rules[i]
		add := func(kind Trouble, at Place, hint, format string, args ...any) {
			r.c.Problems = append(r.c.Problems, Problem{kind, at, i, fmt.Sprintf(format, args...), hint})
		}
		if err := rule.Selector.Check(); err != nil {
			add(Broken, rule.At, "", "%s", strings.TrimPrefix(err.Error(), sops.ErrSelector.Error()+": "))
		}
		r.readers(rule, add)
		judgePath(r.c.Rules, rule, add)
		rule.Err = r.refusal(i)
	}
}

// add notes a problem of one rule.
type add func(kind Trouble, at Place, hint, format string, args ...any)

// refusal is the first reason why sops would refuse the rule.
func (r *reader) refusal(rule int) error {
	for _, p := range r.c.Problems {
		if p.Rule == rule && (p.Kind == Broken || p.Kind == Nobody) {
			return p.Err()
		}
	}
	return nil
}

// readers judges the keys of a rule.
func (r *reader) readers(rule *Rule, add add) {
	if len(rule.Groups) > 1 {
		add(Foreign, rule.At, "its files need the sops command",
			"it splits the data key between %d groups; %s of them must be opened to read (shamir)", len(rule.Groups), groupsNeeded(rule))
	}
	for _, g := range rule.Groups {
		if len(g.Keys) == 0 {
			add(Nobody, g.At, "name a key under age", "it names no key, so sops refuses to encrypt")
		}
		foreign := map[Kind]bool{}
		for _, k := range g.Keys {
			if k.Kind == Age {
				r.ageKey(k, add)
			} else if !foreign[k.Kind] {
				foreign[k.Kind] = true
				add(Foreign, k.At, "its files need the sops command", "%s", explain(k.Kind))
			}
		}
		mixed(g, add)
	}
}

func groupsNeeded(rule *Rule) string {
	if rule.Threshold <= 0 || rule.Threshold >= len(rule.Groups) {
		return "all"
	}
	return fmt.Sprint(rule.Threshold)
}

func (r *reader) ageKey(k Recipient, add add) {
	if err := sops.CheckRecipient(k.Public); errors.Is(err, sops.ErrPlugin) {
		add(Foreign, k.At, "allow the plugin, if it is yours", "the recipient %s needs an age plugin", quote(k.Public))
	} else if err != nil {
		add(Broken, k.At, "", "%s", err)
		return
	}
	if k.Name == "" && len(r.c.Keys) > 0 {
		add(Unknown, k.At, "give it a name in keys, or remove it", "the recipient %s is not among the keys with names", quote(k.Public))
	}
	if strings.HasPrefix(k.Public, "ssh-") {
		text := "an SSH key and its age form do not read each other's files"
		if form, err := sops.AgeOfSSH(k.Public); err == nil {
			text = "sops-nix uses an SSH host key in its age form, " + form + ", which does not open what is encrypted to the SSH key itself"
		}
		add(SSHKey, k.At, "for a host, name the age form instead", "%s", text)
	}
}

// mixed tells of post-quantum keys beside others: who breaks the others later
// reads the file all the same.
func mixed(g Group, add add) {
	var quantum, classic *Recipient
	for i, k := range g.Keys {
		if strings.HasPrefix(k.Public, "age1pq1") {
			quantum = &g.Keys[i]
		} else if classic == nil {
			classic = &g.Keys[i]
		}
	}
	if quantum != nil && classic != nil {
		add(Quantum, quantum.At, "", "a post-quantum key beside others adds nothing: the file is as strong as %s", quote(classic.Public))
	}
}

// explain says what a kind of key is and what using it takes.
func explain(kind Kind) string {
	switch kind {
	case PGP:
		return "a PGP key: reading takes gpg with the private key"
	case KMS:
		return "a key of AWS KMS: reading takes network and AWS credentials"
	case GCP:
		return "a key of Google Cloud KMS: reading takes network and Google credentials"
	case HCKMS:
		return "a key of Huawei Cloud KMS: reading takes network and its credentials"
	case Azure:
		return "a key of Azure Key Vault: reading takes network and Azure credentials"
	default:
		return "a key of HashiCorp Vault: reading takes network and a Vault token"
	}
}
