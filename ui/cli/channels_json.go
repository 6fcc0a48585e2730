package cli

import (
	"time"

	"assay/fleet/session"
)

// channelJSON is one entry of "channels" in `channels --json`.
type channelJSON struct {
	Name     string        `json:"name"`
	Default  bool          `json:"default"` // machines' packages come from it
	How      string        `json:"how"`     // how it is known that it is a channel
	Names    []calledJSON  `json:"names"`   // below pkgs
	Input    string        `json:"input,omitempty"`
	Follows  string        `json:"follows,omitempty"`
	From     string        `json:"from,omitempty"` // without the revision
	Revision string        `json:"revision,omitempty"`
	NarHash  string        `json:"nar_hash,omitempty"`
	Date     *time.Time    `json:"date,omitempty"`        // of the revision
	Age      *int64        `json:"age_seconds,omitempty"` // since the date
	Note     string        `json:"note,omitempty"`        // why something of these is unknown
	Base     string        `json:"base,omitempty"`        // of a patched channel
	Patches  []patchJSON   `json:"patches"`
	Indexes  []indexedJSON `json:"indexes"`
	UsedBy   []useJSON     `json:"used_by"`
	At       string        `json:"at,omitempty"`
}

type calledJSON struct {
	Name    string   `json:"name"`
	Systems []string `json:"systems"` // globs; none means all
	At      string   `json:"at,omitempty"`
}

type patchJSON struct {
	URL        string `json:"url"`
	Hash       string `json:"hash,omitempty"`
	Reason     string `json:"reason,omitempty"`
	RemoveWhen string `json:"remove_when,omitempty"`
	At         string `json:"at,omitempty"`
}

type indexedJSON struct {
	System   string `json:"system"`
	Packages int    `json:"packages"` // 0 without an index
	Of       string `json:"of,omitempty"`
	Note     string `json:"note,omitempty"` // why there is none
}

type useJSON struct {
	Package string   `json:"package"`
	Layer   string   `json:"layer"`
	Kind    string   `json:"kind"`
	Systems []string `json:"systems"`
	At      string   `json:"at,omitempty"`
}

func channelToJSON(c *session.Channel, now time.Time) channelJSON {
	l := &c.Lock
	out := channelJSON{
		Name: c.Name, Default: c.Default, How: c.How, Names: []calledJSON{}, Input: l.Input, Follows: l.Follows, From: l.From,
		Revision: l.Rev, NarHash: l.NarHash, Note: l.Note, Base: c.Base, Patches: []patchJSON{}, Indexes: []indexedJSON{},
		UsedBy: []useJSON{}, At: c.At.String(),
	}
	if age, ok := l.Age(now); ok {
		seconds := int64(age / time.Second)
		out.Date, out.Age = &l.Modified, &seconds
	}
	for _, n := range c.Names {
		out.Names = append(out.Names, calledJSON{n.Name, orEmpty(n.Systems), n.At.String()})
	}
	for _, p := range c.Patches {
		out.Patches = append(out.Patches, patchJSON{p.URL, p.Hash, p.Reason, p.RemoveWhen, p.At.String()})
	}
	for _, i := range c.Indexes {
		out.Indexes = append(out.Indexes, indexedJSON(i))
	}
	for _, u := range c.Uses {
		out.UsedBy = append(out.UsedBy, useJSON{u.Package, u.Layer, u.Kind, u.Systems, u.At.String()})
	}
	return out
}
