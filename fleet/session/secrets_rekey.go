package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"

	"assay/secrets/batch"
	"assay/secrets/files"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// RekeyStep is one secret that is encrypted anew: a file under .sops.yaml, or
// the secret of a var.
type RekeyStep struct {
	Path    string   // below the fleet's directory
	Added   []string // names of readers that it gets
	Removed []string // names of readers that it loses
	Readers []string // names of all readers that it has then
	Blocked string   // why it cannot be done; "" if it can

	was    string // batch.Hash of the file that was planned from
	wanted []string
	gains  []string // keys
	loses  []string
	store  sops.Store
	indent int
	unread bool // whom the file names is not known
}

// RekeyPlan is what encrypting secrets anew would do.
type RekeyPlan struct {
	Steps []RekeyStep
	Same  int // secrets that were looked at and are right as they are
	// Unread may not be read, and are left as they are: see files.Tree.
	Unread []string
}

// Lost lists, by reader, the secrets that somebody who is removed could read:
// the values in them are known to him and should be made anew.
func (p RekeyPlan) Lost() map[string][]string {
	out := map[string][]string{}
	for _, step := range p.Steps {
		for _, name := range step.Removed {
			out[name] = append(out[name], step.Path)
		}
	}
	return out
}

// Blocked counts the steps that cannot be done.
func (p RekeyPlan) Blocked() (n int) {
	for _, step := range p.Steps {
		if step.Blocked != "" {
			n++
		}
	}
	return n
}

// member is a user or a machine of the fleet's keys.
type member struct{ kind, name string }

// keyring is who is to read what: as the fleet's files say, or as they would
// after a change of keys.
type keyring struct {
	without map[member]bool          // users and machines that lose what their links grant, by kind and name
	gone    []string                 // the keys that those had
	also    map[string][]vars.Reader // readers that secrets of the layout get, by directory
	names   map[string][]string      // of keys
	only    func(name string) bool   // which secrets; nil for all
	leave   []string                 // paths that go themselves
}

// PlanRekey works out which secrets have other readers than their rules or
// links say; paths are those to look at, none means all, of both tiers. With
// rotate every one of them gets a fresh data key, whoever reads it.
func (s *Session) PlanRekey(ctx context.Context, paths []string, rotate bool) (RekeyPlan, error) {
	tree, err := files.Scan(ctx, s.Repo.Dir, nil)
	if err != nil {
		return RekeyPlan{}, err
	}
	ring := keyring{names: s.keyNames(tree.Configs)}
	seen := map[string]bool{}
	if len(paths) > 0 {
		ring.only = func(name string) bool {
			hit := slices.Contains(paths, name) || slices.Contains(paths, path.Dir(name)) && path.Base(name) == "secret"
			if hit {
				seen[name], seen[path.Dir(name)] = true, true
			}
			return hit
		}
	}
	p, err := s.planRekey(tree, ring, rotate)
	if len(paths) == 0 {
		p.Unread = tree.Unread
	}
	for _, name := range paths {
		if err == nil && !seen[name] {
			err = fmt.Errorf("%s: no encrypted file; hint: assay secrets list", name)
		}
	}
	return p, err
}

func (s *Session) planRekey(tree *files.Tree, ring keyring, rotate bool) (RekeyPlan, error) {
	var p RekeyPlan
	for _, f := range tree.Files {
		if ring.only == nil && f.State == files.Plain || ring.only != nil && !ring.only(f.Path) {
			continue
		}
		step, err := s.stepOfFile(f, ring, rotate)
		if err != nil {
			return p, err
		}
		p.add(step, rotate)
	}
	steps, err := s.stepsOfVars(ring)
	for _, step := range steps {
		p.add(step, rotate)
	}
	return p, err
}

func (p *RekeyPlan) add(step RekeyStep, rotate bool) {
	if !rotate && len(step.Added)+len(step.Removed) == 0 && step.Blocked == "" {
		p.Same++
		return
	}
	p.Steps = append(p.Steps, step)
}

// stepOfFile plans a file under .sops.yaml.
func (s *Session) stepOfFile(f files.File, ring keyring, rotate bool) (RekeyStep, error) {
	step := RekeyStep{Path: f.Path, store: f.Store, indent: f.Form.Indent, gains: f.Missing, loses: f.Extra, unread: f.State == files.Malformed}
	if f.Rule == nil { // nothing says who should lose it, but whose keys go does
		step.loses = slices.DeleteFunc(slices.Clone(f.Claims), func(k string) bool { return !slices.Contains(ring.gone, k) })
	}
	step.Added, step.Removed = ring.called(step.gains), ring.called(step.loses)
	switch {
	case f.State == files.NoRule || f.State == files.Plain || f.State == files.Malformed:
		step.Blocked = f.Why
	case f.State == files.Foreign || !f.Store.Native() || len(f.Others) > 0:
		switch {
		case len(f.Missing)+len(f.Extra) > 0 || ring.only != nil && !rotate:
			step.Blocked = "it takes the sops command; hint: sops updatekeys " + f.Path
		case rotate:
			step.Blocked = "it takes the sops command; hint: sops rotate --in-place " + f.Path
		}
	case f.Rule.Native() != nil:
		step.Blocked = f.Rule.Native().Error()
	default:
		step.wanted = f.Rule.AgeKeys()
		step.Readers = ring.called(f.Wanted)
	}
	if step.Blocked != "" { // it may not even be readable
		return step, nil
	}
	var err error
	step.was, err = batch.HashAt(s.Repo.Dir, f.Path)
	return step, err
}

// stepsOfVars plans the secrets of vars/ and sops/secrets.
func (s *Session) stepsOfVars(ring keyring) (out []RekeyStep, err error) {
	claims, err := s.claims()
	if err != nil {
		return nil, err
	}
	for _, c := range claims {
		name := path.Join(c.Dir, "secret")
		if ring.only != nil && !ring.only(name) || slices.Contains(ring.leave, name) {
			continue
		}
		step, err := s.stepOfVar(c, name, ring)
		if err != nil {
			return nil, err
		}
		out = append(out, step)
	}
	return out, nil
}

func (s *Session) stepOfVar(c vars.Claim, name string, ring keyring) (RekeyStep, error) {
	step := RekeyStep{Path: name, store: sops.Binary, unread: c.Err != nil}
	if c.Err != nil {
		step.Blocked = c.Err.Error()
		return step, nil
	}
	step.Blocked = vars.Keyless(c.Faults)
	var wanted, claimed []string
	for _, r := range append(slices.Clip(c.Readers), ring.also[c.Dir]...) {
		if ring.without[member{r.Kind, r.Name}] {
			continue
		}
		for _, k := range r.Keys {
			if k.Type != "age" {
				step.Blocked = r.Name + " has a key of the kind " + k.Type + ", which takes the sops command"
			}
			wanted = append(wanted, files.Key(k.Public))
		}
	}
	for _, k := range c.Recipients {
		claimed = append(claimed, files.Key(k.Public))
	}
	slices.Sort(wanted)
	step.wanted = slices.Compact(wanted)
	step.gains, step.loses = less(step.wanted, claimed), less(claimed, step.wanted)
	step.Added, step.Removed = ring.called(step.gains), ring.called(step.loses)
	step.Readers = ring.called(step.wanted)
	if len(step.wanted) == 0 && step.Blocked == "" {
		step.Blocked = "nobody would be left to read it; hint: make it anew, or remove it"
	}
	var err error
	step.was, err = batch.HashAt(s.Repo.Dir, name)
	return step, err
}

// less is what is in a and not in b.
func less(a, b []string) (out []string) {
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

// called names keys for people.
func (r keyring) called(keys []string) []string {
	out := make([]string, 0, len(keys))
	for _, k := range keys {
		out = append(out, FileReader{Names: r.names[k], Key: k}.Name())
	}
	slices.Sort(out)
	return out
}

// Rekey encrypts the secrets of a plan anew under fresh data keys, all or none
// of them, and returns their paths. A plan with a step that is blocked is
// refused.
func (s *Session) Rekey(ctx context.Context, p RekeyPlan, identities []sops.Identity) ([]string, error) {
	if n := p.Blocked(); n > 0 {
		return nil, fmt.Errorf("%d of the secrets cannot be encrypted anew, so none is", n)
	}
	changes, err := s.reseal(ctx, p, identities)
	if err != nil {
		return nil, err
	}
	log, err := s.writing()
	if err != nil {
		return nil, err
	}
	if err := log.Write(changes); err != nil {
		return nil, err
	}
	return pathsOf(changes), nil
}

func pathsOf(changes []batch.Change) (out []string) {
	for _, c := range changes {
		out = append(out, c.Path)
	}
	return out
}

// reseal opens and encrypts the secrets of a plan, one after the other.
func (s *Session) reseal(ctx context.Context, p RekeyPlan, identities []sops.Identity) ([]batch.Change, error) {
	root, err := os.OpenRoot(s.Repo.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	changes := make([]batch.Change, len(p.Steps))
	errs := make([]error, len(p.Steps))
	going, stop := context.WithCancel(ctx)
	defer stop()
	each(going, runtime.NumCPU(), stepPaths(p), func(i int, name string) {
		old, err := files.Read(root, name)
		if err == nil && batch.Hash(old) != p.Steps[i].was {
			err = batch.ErrChanged
		}
		var text []byte
		if err == nil {
			text, err = p.Steps[i].reseal(old, identities, s.opts.Plugins)
		}
		if err == nil {
			changes[i], err = s.changeOf(name, old, text)
		}
		if err != nil {
			errs[i] = fmt.Errorf("%s: %w; nothing is written", name, err)
		}
		if _, asked := errors.AsType[*sops.PluginError](err); asked { // once is enough
			stop()
		}
	})
	if err := errors.Join(append(errs, ctx.Err())...); err != nil {
		return nil, err
	}
	return changes, nil
}

func stepPaths(p RekeyPlan) (out []string) {
	for _, step := range p.Steps {
		out = append(out, step.Path)
	}
	return out
}

// reseal writes one secret anew under a fresh data key.
func (step RekeyStep) reseal(old []byte, identities []sops.Identity, plugins sops.Plugins) ([]byte, error) {
	f, err := sops.ParseAs(step.store, old)
	if err != nil {
		return nil, err
	}
	o, err := f.Open(identities)
	if err != nil {
		return nil, err
	}
	defer o.Wipe()
	o.Form.Indent, o.Form.Plugins = step.indent, plugins
	return o.Encrypt(step.wanted)
}

// driftWords says which readers a file has too many and too few.
func driftWords(readers []FileReader) string {
	var words []string
	for _, r := range readers {
		switch {
		case r.Claimed && !r.Wanted:
			words = append(words, "+"+r.Name())
		case r.Wanted && !r.Claimed:
			words = append(words, "-"+r.Name())
		}
	}
	return strings.Join(words, " ")
}

func join(names []string) string {
	if len(names) == 0 {
		return "nobody that is known"
	}
	return strings.Join(names, ", ")
}
