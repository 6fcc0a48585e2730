package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"assay/fleet/session"
	"assay/overlay"
	"assay/ui/word"
)

// madeJSON is one entry of "indexes" in `channels --index --json`.
type madeJSON struct {
	Channel  string `json:"channel"`
	System   string `json:"system"`   // "" is all that have no other
	Packages int    `json:"packages"` // 0 where it failed
	Error    string `json:"error,omitempty"`
}

// importIndex keeps a list that was made elsewhere.
func (a *app) importIndex(s *session.Session, f channelFlags) error {
	file, err := os.Open(f.from)
	if err != nil {
		return withCode(exitUsage, err)
	}
	defer file.Close()
	n, err := s.ImportIndex(bufio.NewReader(file), f.of, f.system)
	if err != nil {
		return withCode(exitUsage, fmt.Errorf("%s: %w", f.from, err))
	}
	if a.flags.json {
		return a.text().json(map[string]any{"indexes": []madeJSON{{f.of, f.system, n, ""}}})
	}
	a.text().clean("%s: %s", madeOf(f.of, f.system), word.Count(n, "package"))
	return nil
}

func madeOf(channel, system string) string {
	if system == "" {
		return channel + ", for all systems without another list"
	}
	return channel + " for " + system
}

// toList are the channels and systems of which there is no index, or those
// that are named.
func toList(all []session.Channel, names []string, system string) ([]madeJSON, error) {
	chosen, err := namedChannels(all, names)
	if err != nil {
		return nil, err
	}
	var out []madeJSON
	for i := range chosen {
		ch := &chosen[i]
		if ch.Base != "" && len(names) == 0 { // its base is listed
			continue
		}
		var systems []string
		for _, x := range ch.Indexes {
			if x.Packages == 0 || len(names) > 0 {
				systems = append(systems, x.System)
			}
		}
		switch {
		case len(names) == 0 && len(ch.Names) == 0 && !ch.Default: // nothing that was read uses it
			continue
		case system != "" && (len(names) > 0 || slices.Contains(systems, system)):
			systems = []string{system}
		case system != "":
			continue
		}
		for _, system := range systems {
			out = append(out, madeJSON{Channel: ch.Name, System: system})
		}
	}
	return out, nil
}

// makeIndexes has Nix list channels, one after the other: each takes much
// memory.
func (a *app) makeIndexes(ctx context.Context, s *session.Session, names []string, system string) error {
	all, err := s.Channels()
	if err != nil {
		return err
	}
	todo, err := toList(all, names, system)
	if err != nil {
		return err
	}
	if len(todo) == 0 && !a.flags.json {
		a.text().line("all channels are listed already; name one to list it again")
	}
	watch, stop := a.interruptible(ctx)
	defer stop()
	lost := 0
	for i := range todo {
		t := &todo[i]
		progress := a.waiting("listing " + madeOf(t.Channel, t.System))
		t.Packages, err = s.MakeIndex(watch, t.Channel, t.System, progress.watch)
		progress.end()
		switch {
		case watch.Err() != nil:
			return context.Cause(watch)
		case errors.Is(err, session.ErrNoLister):
			return err
		case err != nil:
			lost++
			t.Error = err.Error()
			a.errors().clean("assay: %s", err)
		case !a.flags.json:
			a.text().clean("%s: %s", madeOf(t.Channel, t.System), word.Count(t.Packages, "package"))
		}
	}
	if a.flags.json {
		if err := a.text().json(map[string]any{"indexes": todo}); err != nil {
			return err
		}
	}
	if lost > 0 {
		return failed(exitFailed)
	}
	return nil
}

// indexHint is the command by which versions that are not known would be; ""
// where all are, or no command helps.
func indexHint(a overlay.Answer) string {
	var lacking []string
	for _, v := range a.Versions {
		if v.Unlisted() {
			lacking = append(lacking, v.Channel)
		}
	}
	if len(lacking) == 0 {
		return ""
	}
	return "assay channels --index --system " + a.System + " has Nix list " + word.Names(lacking, 3)
}
