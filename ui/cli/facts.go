package cli

import (
	"strings"

	"assay/fleet"
	"assay/fleet/host"
	"assay/modules/compose"
)

// factsJSON is "facts" of a machine: what only its files say.
type factsJSON struct {
	Targets      []targetJSON    `json:"targets"` // the one that counts first
	PrimaryUser  *factJSON       `json:"primary_user"`
	Users        []userJSON      `json:"users"`
	System       *factJSON       `json:"system"`
	HostName     *factJSON       `json:"host_name"`
	StateVersion *factJSON       `json:"state_version"`
	BootLoader   *factJSON       `json:"boot_loader"`
	KnownHosts   []knownHostJSON `json:"known_hosts"`
	Disks        []diskJSON      `json:"disks"`
	Files        []string        `json:"files"`
	Source       fleet.Source    `json:"source"`
}

// factJSON is one value; null stands for what nothing says.
type factJSON struct {
	Value string `json:"value"` // "" is not known
	Why   string `json:"why,omitempty"`
	At    string `json:"at"`
}

type targetJSON struct {
	Target string   `json:"target"` // "" is not known
	Jump   []string `json:"jump"`
	From   string   `json:"from"`
	Why    string   `json:"why,omitempty"`
	At     string   `json:"at"`
}

type userJSON struct {
	Name   string    `json:"name"`
	Normal *factJSON `json:"normal"`
	Home   string    `json:"home"` // where it is given one; "" for none
}

type knownHostJSON struct {
	Name      string   `json:"name"` // "" is not known
	Hosts     []string `json:"hosts"`
	PublicKey string   `json:"public_key"`
	KeyFile   string   `json:"key_file,omitempty"`
	Authority bool     `json:"cert_authority"`
	Why       string   `json:"why,omitempty"`
	At        string   `json:"at"`
}

type diskJSON struct {
	Depth int    `json:"depth"`
	Text  string `json:"text"`
	Why   string `json:"why,omitempty"`
	At    string `json:"at"`
}

func factsToJSON(f compose.SourceFacts) *factsJSON {
	out := &factsJSON{
		Targets: []targetJSON{}, Users: []userJSON{}, KnownHosts: []knownHostJSON{}, Disks: []diskJSON{}, Files: []string{},
		PrimaryUser: factToJSON(f.User), System: factToJSON(f.System), HostName: factToJSON(f.HostName),
		StateVersion: factToJSON(f.StateVersion), BootLoader: factToJSON(f.BootLoader), Source: fleet.SourceRead,
	}
	for _, t := range f.Targets {
		out.Targets = append(out.Targets, targetJSON{t.Target, orEmpty(t.Jump), t.From, t.Why, t.At.String()})
	}
	for _, u := range f.Users {
		out.Users = append(out.Users, userJSON{u.Name, factToJSON(u.Normal), u.Home.String()})
	}
	for _, k := range f.KnownHosts {
		out.KnownHosts = append(out.KnownHosts, knownHostJSON{k.Name, orEmpty(k.Hosts), k.PublicKey, k.KeyFile, k.Authority, k.Why, k.At.String()})
	}
	for _, d := range f.Disks {
		out.Disks = append(out.Disks, diskJSON{d.Depth, d.Text, d.Why, d.At.String()})
	}
	for _, at := range f.Files {
		out.Files = append(out.Files, at.File)
	}
	return out
}

func factToJSON(f compose.Fact) *factJSON {
	if !f.Said() {
		return nil
	}
	return &factJSON{f.Value, f.Why, f.At.String()}
}

// facts prints what only the files of a machine say.
func (p *printer) facts(f compose.SourceFacts) {
	lines := compose.FactLines(f)
	if !p.section("facts", len(lines)) {
		return
	}
	var rows [][]cell
	for _, l := range lines {
		rows = append(rows, []cell{cr(faint, l.Label), c(strings.Repeat("  ", l.Depth) + l.Text), cr(warn, l.Why), cr(faint, host.Sanitize(l.At.String()))})
	}
	p.rows("    ", rows)
}
