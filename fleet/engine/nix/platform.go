package nix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"assay/fleet/engine"
)

// settings is a part of Nix's configuration.
type settings struct {
	system   string
	extra    []string
	builders string
	jobs     string
}

func (e *Engine) settings(ctx context.Context) (settings, error) {
	version, err := e.run.Version(ctx)
	if err != nil {
		return settings{}, err
	}
	out, err := e.run.Output(ctx, e.nix(append(version.ConfigShow(), "--json")...), 16<<20)
	if err != nil {
		return settings{}, err
	}
	var all map[string]struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(out, &all); err != nil {
		return settings{}, fmt.Errorf("nix show-config: %w", err)
	}
	var s settings
	for name, into := range map[string]any{"system": &s.system, "extra-platforms": &s.extra, "builders": &s.builders} {
		if raw := all[name].Value; len(raw) > 0 {
			if err := json.Unmarshal(raw, into); err != nil {
				return settings{}, fmt.Errorf("nix show-config: %s: %w", name, err)
			}
		}
	}
	s.jobs = string(all["max-jobs"].Value)
	return s, nil
}

// CanBuild reports whether a derivation for a platform ("aarch64-darwin") can
// be built: here, or on one of the builders that Nix's configuration names.
// why says who can, or that nobody can and what to do.
func (e *Engine) CanBuild(ctx context.Context, platform string) (ok bool, why string, err error) {
	s, err := e.settings(ctx)
	if err != nil {
		return false, "", err
	}
	here := append([]string{s.system}, s.extra...)
	if slices.Contains(here, platform) && s.jobs != "0" {
		return true, "built here", nil
	}
	text, err := s.machines()
	if err != nil {
		return false, "", err
	}
	builders := readBuilders(text)
	for _, b := range builders {
		if slices.Contains(b.platforms, platform) || len(b.platforms) == 0 && platform == s.system {
			return true, "built on " + b.address, nil
		}
	}
	why = fmt.Sprintf("no builder can do %s: Nix here does %s", platform, strings.Join(here, ", "))
	if s.jobs == "0" {
		why = fmt.Sprintf("no builder can do %s: Nix here has max-jobs = 0", platform)
	}
	for _, b := range builders {
		why += fmt.Sprintf(", %s does %s", b.address, strings.Join(b.platforms, ", "))
	}
	if len(builders) == 0 {
		why += ", and there are no builders"
	}
	return false, why + `; hint: add one to builders in nix.conf, or set build = "target"`, nil
}

// machines returns the list of builders, from its file where the
// configuration names one.
func (s settings) machines() (string, error) {
	file, ok := strings.CutPrefix(strings.TrimSpace(s.builders), "@")
	if !ok {
		return s.builders, nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}

// builder is one machine of Nix's configuration.
type builder struct {
	address   string
	platforms []string // none is the platform of this machine
}

// readBuilders reads a list of builders, as the manual's chapter on remote
// builds has it: machines on lines or between semicolons, each the address,
// platforms between commas, and more, "-" for what is left out. A nested
// "@file" is not followed.
func readBuilders(text string) []builder {
	var list []builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		for machine := range strings.SplitSeq(line, ";") {
			fields := strings.Fields(machine)
			if len(fields) == 0 {
				continue
			}
			b := builder{address: fields[0]}
			if len(fields) > 1 && fields[1] != "-" {
				b.platforms = strings.Split(fields[1], ",")
			}
			list = append(list, b)
		}
	}
	return list
}

// Platform returns the platform of a system that this Engine evaluated, ""
// when it is not known.
func (e *Engine) Platform(s engine.System) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.platforms[s.Derivation]
}
