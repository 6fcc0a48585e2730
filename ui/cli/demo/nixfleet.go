package demo

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"assay/fleet"
	"assay/fleet/engine/nix/miniature"
	"assay/fleet/engine/nix/native"
	"assay/fleet/engine/nix/runner"
	"assay/fleet/fleetfile"
)

// exampleFlake is the flake.nix at the top of this repository; a test keeps
// them equal.
//
//go:embed flake.nix
var exampleFlake []byte

// The commits of the fleet's history that hosts are installed from, as tags.
const (
	tagFirst = "demo-first" // what galena ran before its base
	tagBase  = "demo-base"  // the base, on every machine
)

// write makes the fleet a git repository with a short history: the machines'
// first installations, and the example as it is, which the demo's start
// commits when it has made the hosts' keys.
func (w *nixKind) write(ctx context.Context) error {
	files, err := w.exampleFiles()
	if err != nil {
		return err
	}
	files = append(files, exampleFile{"flake.nix", exampleFlake}, exampleFile{native.Name, native.Module},
		exampleFile{".gitignore", []byte("/" + originFile + "\n")})
	if done, err := w.written(files); done || err != nil {
		return err
	}
	for _, f := range files[1:] {
		if err := w.writeFile(f); err != nil {
			return err
		}
	}
	if err := w.begin(ctx); err != nil {
		return err
	}
	registry := files[0]
	for _, p := range []past{
		{tagFirst, "Install the machines, galena with its cloud", map[string][]string{older: {"gcp"}}},
		{tagBase, "galena: the base alone, as everywhere", nil},
	} {
		if err := w.commitPast(ctx, p, files); err != nil {
			return err
		}
	}
	w.files = files
	return w.writeFile(registry)
}

// begin makes the fleet's directory a repository whose inputs are locked to
// those of the demo.
func (w *nixKind) begin(ctx context.Context) error {
	world, err := miniature.Write(filepath.Join(w.dir, "world"))
	if err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(w.fleetDir(), ".git")); err != nil { // of an interrupted start
		return err
	}
	if err := w.git(ctx, "init", "--quiet", "--initial-branch=main"); err != nil {
		return err
	}
	if err := w.git(ctx, "add", "--", "flake.nix"); err != nil {
		return err
	}
	return world.Lock(ctx, w.fleetDir(), append(os.Environ(), w.env...))
}

// past is an early commit of the fleet.
type past struct {
	tag, message string
	more         map[string][]string // aspects beside base, by machine
}

// commitPast commits the fleet as it was then; the first of files is its
// registry.
func (w *nixKind) commitPast(ctx context.Context, p past, files []exampleFile) error {
	text, err := onlyBase(files[0].text, p.more)
	if err != nil {
		return err
	}
	if err := w.writeFile(exampleFile{files[0].path, text}); err != nil {
		return err
	}
	args := []string{"add", "--", "flake.lock"}
	for _, f := range files {
		args = append(args, f.path)
	}
	if err := w.git(ctx, args...); err != nil {
		return err
	}
	if err := w.commit(ctx, p.message); err != nil {
		return err
	}
	return w.git(ctx, "tag", p.tag)
}

// finish commits what the hosts are behind of, and records that the fleet is
// whole.
func (w *nixKind) finish(ctx context.Context) error {
	if w.files == nil {
		return nil
	}
	if err := w.git(ctx, "add", "--all"); err != nil {
		return err
	}
	if err := w.commit(ctx, "The services, homes and roles of every machine"); err != nil {
		return err
	}
	return w.seal(w.files)
}

// git runs git in the fleet's directory, without the user's own settings.
func (w *nixKind) git(ctx context.Context, args ...string) error {
	return w.run.Run(ctx, runner.Command{Program: "git", Args: args, Dir: w.fleetDir(), Env: []string{
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_TERMINAL_PROMPT=0",
	}})
}

// commit commits what is staged, as somebody who is nobody. In a small fleet
// two commits may be of the same files.
func (w *nixKind) commit(ctx context.Context, message string) error {
	return w.git(ctx, "-c", "user.name=assay demo", "-c", "user.email=demo@assay.invalid", "commit", "--quiet", "--allow-empty", "--message", message)
}

var (
	aspectsLine = regexp.MustCompile(`^aspects\s*=`)
	machineName = regexp.MustCompile(`^machines\.([^.]+)$`)
	homeTable   = regexp.MustCompile(`^machines\.[^.]+\.home$`)
)

// onlyBase is the registry as it was when machines were installed: each has
// the aspect base, what more says, and no homes.
func onlyBase(text []byte, more map[string][]string) ([]byte, error) {
	var b strings.Builder
	machine, home := "", false
	for line := range strings.Lines(string(text)) {
		if m := tableHeader.FindStringSubmatch(line); m != nil {
			machine, home = "", homeTable.MatchString(m[1])
			if m := machineName.FindStringSubmatch(m[1]); m != nil {
				machine = m[1]
			}
		}
		switch {
		case home:
		case machine != "" && aspectsLine.MatchString(line):
			fmt.Fprintf(&b, "aspects = %s\n", quoted(append([]string{"base"}, more[machine]...)))
		default:
			b.WriteString(line)
		}
	}
	file, err := fleetfile.Parse(fleetfile.Name, []byte(b.String()))
	if err != nil {
		return nil, err
	}
	for _, m := range file.Fleet.Machines {
		if len(m.Home) > 0 || slices.ContainsFunc(m.Aspects, func(n fleet.Named) bool {
			return n.Name != "base" && !slices.Contains(more[m.Name], n.Name)
		}) {
			return nil, fmt.Errorf("the example's machine %s is not written as its demo expects it", m.Name)
		}
	}
	return []byte(b.String()), nil
}
