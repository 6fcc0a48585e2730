package overlay

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/fleet"
)

// ChannelLock is what flake.lock says about a channel's input.
type ChannelLock struct {
	Channel  string    `json:"channel"`
	Input    string    `json:"input"`              // the flake's input; of a patched channel its base's
	Follows  string    `json:"follows,omitempty"`  // the input whose revision it takes: "nixpkgs", "other/nixpkgs"
	Type     string    `json:"type,omitempty"`     // "github", "git", "path", "tarball" and the like
	From     string    `json:"from,omitempty"`     // "NixOS/nixpkgs/nixos-25.05", or an address
	Rev      string    `json:"rev,omitempty"`      // the revision; "" where there is none, as for path
	NarHash  string    `json:"nar_hash,omitempty"` // of the tree, as SRI
	Modified time.Time `json:"modified,omitzero"`  // of the revision, to the second, UTC
	Patched  bool      `json:"patched,omitempty"`  // with the channel's patches on top
	Note     string    `json:"note,omitempty"`     // why something is unknown
	At       fleet.Pos `json:"at"`                 // of the channel's declaration
}

// Age is how old the channel's revision is, and whether that is known.
func (l ChannelLock) Age(now time.Time) (time.Duration, bool) {
	return max(0, now.Sub(l.Modified)), !l.Modified.IsZero()
}

// maxLock bounds a flake.lock in bytes.
const maxLock = 32 << 20

// lockFile is flake.lock, versions 5 to 7: nix, src/libflake/flake/lockfile.cc.
type lockFile struct {
	Version int
	Root    string
	Nodes   map[string]lockNode

	steps int // that following inputs has taken for one channel
}

type lockNode struct {
	Inputs   map[string]lockInput
	Locked   lockRef
	Original lockRef
}

// lockRef is a flake reference; unknown attributes are left out.
type lockRef struct {
	Type, Owner, Repo, Ref, ID, URL, Path, Rev, NarHash string
	LastModified                                        int64
}

// lockInput is a node's name, or a path of inputs from the root that the
// input follows.
type lockInput struct {
	node    string
	follows []string
}

func (i *lockInput) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return json.Unmarshal(text, &i.node)
	}
	i.follows = []string{} // also empty, which is the root itself
	return json.Unmarshal(text, &i.follows)
}

// Locks says at which revision flake.lock holds each channel, in the order of
// the channels. The text is flake.lock's; the error names it. What the file
// does not say of a channel is the Note of that channel, not an error.
func Locks(text []byte, channels []fleet.Channel) ([]ChannelLock, error) {
	f, err := readLock(text)
	if err != nil {
		return nil, err
	}
	locks := []ChannelLock{}
	for _, c := range channels {
		l := ChannelLock{Channel: c.Name, Input: c.Input, Patched: len(c.Patches) > 0, At: c.At}
		if c.Patched != "" {
			if i := slices.IndexFunc(channels, func(o fleet.Channel) bool { return o.Name == c.Patched }); i >= 0 {
				l.Input = channels[i].Input
			}
		}
		f.fill(&l)
		locks = append(locks, l)
	}
	return locks, nil
}

func readLock(text []byte) (*lockFile, error) {
	if len(text) > maxLock {
		return nil, fmt.Errorf("flake.lock: expected at most %d bytes, found %d", maxLock, len(text))
	}
	var f lockFile
	if err := json.Unmarshal(text, &f); err != nil {
		at := 0
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			at = int(syntax.Offset)
		} else if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			at = int(wrong.Offset)
		}
		line := 1 + strings.Count(string(text[:min(at, len(text))]), "\n")
		return nil, fmt.Errorf("flake.lock:%d: %w; hint: nix flake lock writes it anew", line, err)
	}
	if f.Version < 5 || f.Version > 7 {
		return nil, fmt.Errorf("flake.lock: expected version 5 to 7, found %d", f.Version)
	}
	if _, ok := f.Nodes[f.Root]; !ok {
		return nil, fmt.Errorf("flake.lock: the root %q is not among its nodes; hint: nix flake lock writes it anew", f.Root)
	}
	return &f, nil
}

// Locked returns what flake.lock holds an input of the flake itself to: the
// node's attributes as builtins.fetchTree takes them, and the directory of the
// tree in which the flake is. The text is flake.lock's.
func Locked(text []byte, input string) (attributes json.RawMessage, dir string, err error) {
	f, err := readLock(text)
	if err != nil {
		return nil, "", err
	}
	if _, ok := f.Nodes[f.Root].Inputs[input]; !ok {
		return nil, "", fmt.Errorf("flake.lock has no input %s", input)
	}
	name, err := f.follow([]string{input})
	if err != nil {
		return nil, "", err
	}
	var raw struct {
		Nodes map[string]struct{ Locked map[string]json.RawMessage }
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, "", fmt.Errorf("flake.lock: %w", err)
	}
	locked := raw.Nodes[name].Locked
	if len(locked) == 0 {
		return nil, "", fmt.Errorf("flake.lock says nothing of the tree of %s", input)
	}
	if d, ok := locked["dir"]; ok {
		if err := json.Unmarshal(d, &dir); err != nil {
			return nil, "", fmt.Errorf("flake.lock: the directory of %s: %w", input, err)
		}
		delete(locked, "dir")
	}
	attributes, err = json.Marshal(locked)
	return attributes, dir, err
}

// Tree names the content of the channel's locked tree, the same for every
// flake that has it: its hash, or else its revision; "" where flake.lock says
// neither.
func (l ChannelLock) Tree() string { return cmp.Or(l.NarHash, l.Rev) }

// fill looks a channel's input up.
func (f *lockFile) fill(l *ChannelLock) {
	in, ok := f.Nodes[f.Root].Inputs[l.Input]
	switch {
	case l.Input == "":
		l.Note = "unknown: the channel has no input"
		return
	case !ok:
		l.Note = "unknown: flake.lock has no input " + l.Input
		return
	}
	l.Follows = strings.Join(in.follows, "/")
	f.steps = 0
	name, err := f.follow([]string{l.Input})
	if err != nil {
		l.Note = "unknown: " + err.Error()
		return
	}
	n := f.Nodes[name]
	l.Type, l.Rev, l.NarHash, l.From = n.Locked.Type, n.Locked.Rev, n.Locked.NarHash, n.Original.String()
	if t := n.Locked.LastModified; t > 0 && t < 1<<40 {
		l.Modified = time.Unix(t, 0).UTC()
	} else {
		l.Note = "unknown: flake.lock has no date for " + l.Input
	}
}

// maxSteps bounds how many inputs are followed for one channel: a hostile file
// could ask for more than any time suffices for.
const maxSteps = 1000

// follow goes a path of inputs from the root and returns the node's name.
func (f *lockFile) follow(path []string) (string, error) {
	at := f.Root
	for _, name := range path {
		if f.steps++; f.steps > maxSteps {
			return "", fmt.Errorf("flake.lock: %s follows itself", path[0])
		}
		in, ok := f.Nodes[at].Inputs[name]
		switch {
		case !ok:
			return "", fmt.Errorf("flake.lock: the node %s has no input %s", at, name)
		case in.follows == nil:
			at = in.node
		default:
			var err error
			if at, err = f.follow(in.follows); err != nil {
				return "", err
			}
		}
		if _, ok := f.Nodes[at]; !ok {
			return "", fmt.Errorf("flake.lock: there is no node %s", at)
		}
	}
	return at, nil
}

// String is where a reference leads, without its revision.
func (r lockRef) String() string {
	switch {
	case r.URL != "" && r.Ref != "":
		return r.URL + " " + r.Ref
	case r.URL != "":
		return r.URL
	case r.Path != "":
		return r.Path
	}
	parts := slices.DeleteFunc([]string{r.Owner, r.Repo, r.ID, r.Ref}, func(s string) bool { return s == "" })
	return strings.Join(parts, "/")
}
