// Package audit answers who can read which secret of a fleet, and says what is
// wrong with the answer. It puts both tiers in one table: vars and clan's own
// secrets, whose readers are the links beside them, and the files of the sops
// command, whose readers are the rules of .sops.yaml.
//
// Gather reads what lies in the fleet's directory; Judge is pure, over what
// was read. Nothing is decrypted and nothing written, and no value is ever
// looked at: recipients are what a file claims, which only a key can confirm.
// A Report is not changed after it was made, and may be read by several
// goroutines.
package audit

import (
	"assay/fleet"
	"assay/secrets"
	"assay/secrets/sops"
	"assay/secrets/sops/policy"
	"assay/secrets/vars"
)

// Input is all that Judge goes by.
type Input struct {
	Vars    []secrets.VarFinding // tier 1, as CheckVars tells it
	Claims  []vars.Claim         // what the secret files of tier 1 say of themselves
	Members []vars.Member        // users, machines and groups of tier 1
	Strays  []vars.Stray
	Files   []File      // tier 2
	Rules   []Policy    // every .sops.yaml, by directory
	Tracked []string    // all files of the directory, as far as they can be listed
	Faults  []error     // what could not be read
	Fleet   []string    // the machines
	Why     string      // why the fleet may have other machines
	Open    []string    // machines of which not all declarations were read
	Ages    func() Ages // what git says, which takes longest and is asked for last; nil: nothing
	// Uses are the encrypted files that the machines name, by machine.
	Uses []fleet.SealedUses
	// Lying is where those are that git does not track; what is not in it is not
	// known.
	Lying map[string]Lies
	// Git says that the directory is under git, so that Nix sees only Tracked.
	Git bool
	// Untracked are files that git does not track and is not told to ignore.
	Untracked []string
	HostKeys  map[string]string // the public SSH host keys of machines, as far as tier 1 has them
	Groups    []Default         // the groups that machines' settings name
}

// Default are the groups that are to read all vars of a machine.
type Default struct {
	Machine string
	Groups  []string
	At      fleet.Pos
	Why     string // why they may be others
}

// File is an encrypted file of tier 2, read but not opened.
type File struct {
	Path string // below the fleet's directory, with slashes
	File *sops.File
	Err  error // why it cannot be read
	// Untracked says that git does not track it: Nix does not see it.
	Untracked bool
}

// Policy is one .sops.yaml.
type Policy struct {
	Dir    string // below the fleet's directory; "." for the top
	Config *policy.Config
}

// Severity says how bad a finding is.
type Severity string

// The severities. Only errors make a check fail.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Kind tells the kinds of findings apart.
type Kind string

// The kinds of findings.
const (
	Drift       Kind = "drift"        // readers differ from the links or the rule
	Unreadable  Kind = "unreadable"   // a file is malformed
	Dangling    Kind = "dangling"     // a link leads nowhere
	FormerKey   Kind = "former"       // somebody was removed, and the value is still the one that they could read
	Unmatched   Kind = "unmatched"    // no rule decides for a file
	RuleBroken  Kind = "rule-broken"  // sops refuses what the rule matches
	RuleUnused  Kind = "rule-unused"  // matches nothing
	RuleShadow  Kind = "rule-shadow"  // an earlier one takes it all
	RuleLoose   Kind = "rule-loose"   // not anchored
	RuleOther   Kind = "rule"         // anything else about .sops.yaml
	SSHForm     Kind = "ssh-form"     // an SSH key where its age form is meant, or both
	Nobody      Kind = "nobody"       // a recipient that nobody is known to hold
	Forgotten   Kind = "forgotten"    // a machine that .sops.yaml does not name
	Invented    Kind = "invented"     // a machine that only the keys name
	KeyDiffers  Kind = "key-differs"  // tier 1 and .sops.yaml do not agree
	SameKey     Kind = "same-key"     // two names, one key
	Unasked     Kind = "unasked"      // a machine reads what it does not declare
	NoRotation  Kind = "not-rotated"  // never written again since it was made
	Unfinished  Kind = "vars"         // missing, outdated and the like: what vars check tells
	NotCompared Kind = "not-compared" // cannot be told from the files
	Locked      Kind = "locked"       // a machine names a file that it cannot decrypt
	Absent      Kind = "absent"       // a machine names a file that is not there, or not encrypted
	NotTracked  Kind = "untracked"    // git does not track a file, so that Nix does not see it
	NoGroup     Kind = "no-group"     // a group that settings name does not exist
)

// Finding is one thing to know, with its place.
type Finding struct {
	Severity Severity
	Kind     Kind
	At       fleet.Pos
	Secret   string // the id of the secret that it is about; "" for several or none
	Text     string
	Remedy   string
}

// Tier is where a secret lies.
type Tier string

// The tiers.
const (
	Var  Tier = "vars" // generated, in vars/
	Own  Tier = "clan" // clan's own, in sops/secrets/
	Hand Tier = "file" // a file that is edited by hand
)

// Secret is one row of the table.
type Secret struct {
	ID        string // its path below the fleet's directory: the var's directory, or the file
	Tier      Tier
	Machine   string // of a var that belongs to one
	Generator string // of a var
	Name      string // the file
	Public    bool   // a var that is not secret
	State     secrets.State
	Detail    string
	Remedy    string
	At        fleet.Pos // the declaration of a var, or the rule of a file
	Rule      string    // the rule's path_regex; "" without one
	Access    []Access  // by the holder's name
	Declared  []string  // machines that declare a var
	Uses      []Use     // who names the file in a configuration
	Untracked bool      // git does not track the file: Nix does not see it
	Age       Age
	Var       *secrets.VarFinding // of tier 1, for what is done about it
}

// There reports whether there is an encrypted file.
func (s *Secret) There() bool { return s.Age.Encrypted }

// Holder is a name that a key has.
type Holder struct {
	Kind string // "user", "machine", or "key" for a name in .sops.yaml
	Name string
	At   fleet.Pos
}

// String is "user raquel".
func (h Holder) String() string { return h.Kind + " " + h.Name }

// Access is one key's access to one secret.
type Access struct {
	Key     vars.Key
	Holders []Holder // who has the key; none: nobody is known to
	Should  bool     // by the links or the rule
	Can     bool     // it is a recipient of the file
	Through []Grant  // why it should
}

// Grant is why somebody should be able to read a secret.
type Grant struct {
	What string // "link users/raquel", "group admins", "rule, as &raquel"
	At   fleet.Pos
}

// Report is the answer.
type Report struct {
	Secrets  []Secret // by tier and path
	Findings []Finding
	Readers  []Reader // everybody that a key is known of
	NoGit    string   // why ages are not known, or Shallow: not all are
	Tiers    [2]bool  // whether there is anything of tier 1, tier 2
	Policies []string // the paths of the .sops.yaml
}

// Count counts the findings of a severity.
func (r *Report) Count(of Severity) (n int) {
	for i := range r.Findings {
		if r.Findings[i].Severity == of {
			n++
		}
	}
	return n
}
