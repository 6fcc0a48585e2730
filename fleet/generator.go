package fleet

import "cmp"

// Certainty says how surely something that the files declare is so.
type Certainty string

// The certainties, from the surest.
const (
	Exact       Certainty = "exact"
	Conditional Certainty = "conditional" // written, and it may not apply
	Undecided   Certainty = "unknown"     // something is written that cannot be read
)

// Fact is a text that the files say. Value counts where Why is empty.
type Fact struct {
	Value string
	At    Pos    // where it is said; zero where the default holds
	Why   string // why it is not known, or not surely so
}

// Flag is a truth that the files say.
type Flag struct {
	Value bool
	At    Pos
	Why   string
}

// Generator is a generator of clan's vars as a machine's configuration
// declares it (clan.core.vars.generators.NAME).
type Generator struct {
	Name    string
	Machine string // that declares it
	Share   Flag   // one for all machines that declare it
	Files   []VarFile
	Prompts []VarPrompt
	// Dependencies are the generators whose files it reads.
	Dependencies    []string
	DependenciesWhy string   // why there may be others
	Tools           []string // the packages of runtimeInputs
	Script          Fact     // the text, evaluated as far as the files allow
	ScriptText      string   // the script as it is written, on one line; "" for none
	Validation      any      // nil, or what JSON can hold
	ValidationWhy   string   // why it is not known
	Service         string   // the clan service that declares it; "" for the fleet's own modules
	Source          Source   // SourceEvaluated where Nix says so; "" is SourceRead
	At              Pos
	Certainty       Certainty
	Why             string // why it is not exact
	// FilesWhy is why there may be other files or prompts than these.
	FilesWhy string
}

// VarFile is a file that a generator makes.
type VarFile struct {
	Name           string
	Secret, Deploy Flag
	Owner, Group   string
	Mode           string // octal, four digits
	NeededFor      string // "services", "users", "activation" or "partitioning"
	RestartUnits   []string
	At             Pos
	Condition      string // why it may not be there
}

// VarPrompt is a question that a generator asks the operator.
type VarPrompt struct {
	Name, Description string
	Type              string // "line", "hidden", "multiline" or "multiline-hidden"
	Persist, Required bool   // its answer is kept in a file of its name; it may not be left out
	At                Pos
}

// Declaration is all generators of one machine, as far as its files say.
type Declaration struct {
	Machine    string
	Generators []Generator // by name
	Groups     []string    // that read every secret of the machine (clan.core.sops.defaultGroups)
	GroupsAt   Pos         // where they are named; zero where nothing is, or Nix said it
	GroupsWhy  string      // why they may be others
	// Open is what may declare others, each with the reason.
	Open []Opening
}

// Opening is a place that may declare generators which nobody has read.
type Opening struct {
	What string // "inputs.clan-core: service borgbackup"
	At   Pos
	Why  string
	// Any says that any module option may be set there; otherwise it is known
	// to be about generators.
	Any bool
}

// Generator returns the generator of that name, or nil.
func (d *Declaration) Generator(name string) *Generator {
	for i := range d.Generators {
		if d.Generators[i].Name == name {
			return &d.Generators[i]
		}
	}
	return nil
}

// File returns the generator's file of that name, or nil.
func (g *Generator) File(name string) *VarFile {
	for i := range g.Files {
		if g.Files[i].Name == name {
			return &g.Files[i]
		}
	}
	return nil
}

// Merge adds what another source declares. A generator that both declare has
// the files and prompts of both, as modules merge.
func (d *Declaration) Merge(more Declaration) {
	d.Open = append(d.Open, more.Open...)
	for _, g := range more.Generators {
		have := d.Generator(g.Name)
		if have == nil {
			d.Generators = append(d.Generators, g)
			continue
		}
		have.merge(g)
	}
}

func (g *Generator) merge(more Generator) {
	for _, f := range more.Files {
		if g.File(f.Name) == nil {
			g.Files = append(g.Files, f)
		}
	}
	for _, p := range more.Prompts {
		if !g.asks(p.Name) {
			g.Prompts = append(g.Prompts, p)
		}
	}
	if more.Share.Value && g.Share.At.IsZero() {
		g.Share = more.Share
	}
	if len(g.Dependencies) == 0 {
		g.Dependencies = more.Dependencies
	}
	if g.ScriptText == "" {
		g.Script, g.ScriptText, g.Tools = more.Script, more.ScriptText, more.Tools
	}
	if g.Validation == nil && g.ValidationWhy == "" {
		g.Validation, g.ValidationWhy = more.Validation, more.ValidationWhy
	}
	g.Service = cmp.Or(g.Service, more.Service)
	if more.Certainty == Exact {
		g.Certainty, g.Why = Exact, ""
	}
	g.FilesWhy = cmp.Or(g.FilesWhy, more.FilesWhy)
}

func (g *Generator) asks(prompt string) bool {
	for _, p := range g.Prompts {
		if p.Name == prompt {
			return true
		}
	}
	return false
}

// NewVarFile is a file with clan's defaults.
func NewVarFile(name string, at Pos) VarFile {
	yes := Flag{Value: true}
	return VarFile{Name: name, Secret: yes, Deploy: yes, Owner: "root", Group: "root", Mode: "0400", NeededFor: "services", At: at}
}
