package cli

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/engine/nix"
	"assay/fleet/engine/nix/deploy"
	"assay/fleet/engine/nix/runner"
	"assay/fleet/fleetfile"
	"assay/fleet/host"
	"assay/fleet/host/knownhosts"
	"assay/fleet/host/remote"
	"assay/fleet/host/sshconfig"
	"assay/fleet/repo"
	"assay/fleet/run/journal"
	"assay/fleet/session"
	"assay/secrets"
)

// directory is that of the fleet around the working directory, absolute.
func (a *app) directory() (string, error) {
	if a.flags.dir != "" {
		return filepath.Abs(a.flags.dir)
	}
	found, err := repo.Find(".")
	return found, withCode(exitUsage, err)
}

// repository opens the repository around the working directory. Nothing is
// started and nothing written.
func (a *app) repository() (*repo.Repository, error) {
	dir, err := a.directory()
	if err != nil {
		return nil, err
	}
	r, err := repo.Open(dir)
	return r, withCode(exitUsage, err)
}

// options are those of every session on a repository.
func (a *app) options(r *repo.Repository) session.Options {
	options := session.Options{Version: version(), Operator: a.env.operator, Identities: a.ageIdentities, Plugins: a.plugins(), Environ: a.env.withKeys, Redactor: a.redactor}
	if state, err := a.env.stateDir(); err == nil { // reading works without
		options.StateDir = filepath.Join(state, "fleets", stateName(r))
	}
	if cache, err := a.env.cacheDir(); err == nil { // and without
		options.CacheDir = cache
	}
	options.Lister = a.engine(r.Dir, "", nix.Options{})
	return options
}

// openFiles opens the repository around the working directory for what its
// files say: no Nix, and no hosts.
func (a *app) openFiles(context.Context) (*session.Session, error) {
	r, err := a.repository()
	if err != nil {
		return nil, err
	}
	return session.New(r, a.options(r)), nil
}

// filesBeside is files, before which look begins to look at the directory, so
// that it goes on while the flake is read. The demo's fleet is open already.
func (a *app) filesBeside(ctx context.Context, look func(dir string)) (*session.Session, error) {
	if !a.inDemo {
		if dir, err := a.directory(); err == nil { // files says what is wrong
			look(dir)
		}
	}
	s, err := a.files(ctx)
	if a.inDemo && err == nil {
		look(s.Repo.Dir)
	}
	return s, err
}

// openDirectory opens the repository around the working directory, with Nix
// and SSH to work on it.
func (a *app) openDirectory(ctx context.Context) (*session.Session, error) {
	defer a.lookAhead(ctx)()
	r, err := a.repository()
	if err != nil {
		return nil, err
	}
	options := a.options(r)
	var declared knownhosts.List
	if r.Adopted {
		if r, declared, err = a.confirmed(ctx, r); err != nil {
			return nil, withCode(exitUsage, err)
		}
	}
	accept, err := a.acceptConfig(ctx, r.Dir, options.StateDir)
	if err != nil {
		return nil, err
	}
	var s *session.Session
	connect := func(ctx context.Context, machine string) (host.Conn, error) { return s.Connect(ctx, machine) }
	if options.Reach, err = a.reach(r, declared, options.StateDir, accept, connect); err != nil {
		return nil, err
	}
	s = session.New(r, options)
	return s, nil
}

// lookAhead begins to look at a flake's repository as Nix sees it, while it is
// read otherwise; a fleet of our own may need no Nix. The function that it
// returns ends that, if nobody has waited for it.
func (a *app) lookAhead(ctx context.Context) (end func()) {
	dir, err := a.directory()
	if err != nil {
		return func() {} // who needs it will say so
	}
	if _, err := os.Lstat(filepath.Join(dir, fleetfile.Name)); err == nil {
		return func() {}
	}
	e := a.engine(dir, "", nix.Options{})
	ctx, stop := context.WithCancel(ctx)
	var looking sync.WaitGroup
	looking.Go(func() { e.Look(ctx) })
	return func() {
		stop()
		looking.Wait()
	}
}

// reach is what it takes to build the repository's systems with Nix and to
// touch its hosts over SSH; declared are the hosts that the flake knows, accept
// says that Nix takes the flake's settings, connect reaches the machines that
// others are built on. Nothing is started yet.
func (a *app) reach(r *repo.Repository, declared knownhosts.List, stateDir string, accept map[string]any, connect connector) (*session.Reach, error) {
	copying := deploy.Options{Runner: a.programs(), KeyFile: a.env.Getenv("ASSAY_SIGNING_KEY")}
	if stateDir != "" {
		copying.Console = func() (string, error) { return journal.Console(stateDir) }
	}
	deployer, err := deploy.New(copying)
	if err != nil {
		return nil, err
	}
	options := remote.Options{
		Config: &sshconfig.Reader{}, Declared: declared, Known: owner(r), Passphrase: a.passphrase, Password: a.password,
		Notice: a.notice,
	}
	if stateDir != "" {
		options.Pins = filepath.Join(stateDir, pinsName)
	}
	roots := ""
	if stateDir != "" {
		roots = filepath.Join(stateDir, "roots")
	}
	how := nix.Options{
		Class: classes(r.Fleet), AcceptConfig: accept, Builder: builders(r.Fleet), Remote: stores{deployer, connect},
	}
	return &session.Reach{
		Engine: a.engine(r.Dir, roots, how), Deployer: deployer, Connector: remote.New(options),
		At: func(dir string) engine.Engine {
			how := how
			how.Origin = r.Dir
			return a.engine(dir, "", how)
		},
	}, nil
}

// connector opens a connection to a machine of the fleet.
type connector func(ctx context.Context, machine string) (host.Conn, error)

// stores are the Nix stores of the fleet's machines.
type stores struct {
	deployer *deploy.Deployer
	connect  connector
}

func (s stores) Store(ctx context.Context, machine string) (address string, env []string, release func() error, err error) {
	conn, err := s.connect(ctx, machine)
	if err != nil {
		return "", nil, nil, err
	}
	address, env, end, err := s.deployer.Store(ctx, conn)
	if err != nil {
		conn.Close()
		return "", nil, nil, err
	}
	return address, env, func() error { return errors.Join(end(), conn.Close()) }, nil
}

// builders says where a machine of the fleet is built.
func builders(f *fleet.Fleet) func(machine string) string {
	return func(machine string) string {
		if m := f.Machine(machine); m != nil {
			return m.Deploy.Build
		}
		return ""
	}
}

// pinsName is the file, in a fleet's state directory, of the host keys that
// the operator has pinned.
const pinsName = "known_hosts"

// programs starts Nix and git for everything in this process, so that each is
// asked for its version once.
func (a *app) programs() *runner.Runner {
	a.starting.Do(func() {
		how := runner.Options{Redact: a.redactor.Clean}
		if c, err := a.env.cacheDir(); err == nil {
			how.Cache = filepath.Join(c, "nix")
		}
		a.runner = runner.New(how)
	})
	return a.runner
}

// engine is Nix for the flake in a directory.
func (a *app) engine(dir, roots string, how nix.Options) *nix.Engine {
	how.Dir, how.Roots, how.Runner, how.Looks = dir, roots, a.programs(), &a.looks
	if c, err := a.env.cacheDir(); err == nil { // everything works without, slower
		how.Cache = filepath.Join(c, "nix")
	}
	e := nix.New(how)
	a.closing = append(a.closing, e.Close)
	return e
}

// classes says which class a machine of the fleet has.
func classes(f *fleet.Fleet) func(machine string) string {
	return func(machine string) string {
		if m := f.Machine(machine); m != nil {
			return string(m.Class)
		}
		return ""
	}
}

// owner says which machine of the fleet a host key belongs to.
func owner(r *repo.Repository) func(ssh.PublicKey) (string, bool) {
	return func(key ssh.PublicKey) (string, bool) {
		line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
		for i := range r.Fleet.Machines {
			name := r.Fleet.Machines[i].Name
			keys, err := secrets.HostKeys(r.Vars, name)
			if err == nil && slices.ContainsFunc(keys, func(k string) bool { return strings.HasPrefix(k, line) }) {
				return name, true
			}
		}
		return "", false
	}
}

// confirmed asks Nix which machines a flake defines that was read from its
// files, and the hosts whose keys it declares.
func (a *app) confirmed(ctx context.Context, r *repo.Repository) (*repo.Repository, knownhosts.List, error) {
	watch, stop := a.interruptible(ctx)
	defer stop()
	progress := a.waiting("reading the flake with Nix")
	registry, err := a.engine(r.Dir, "", nix.Options{}).Registry(watch, progress.watch)
	progress.end()
	if watch.Err() != nil {
		return nil, nil, context.Cause(watch)
	}
	if err != nil {
		return nil, nil, err
	}
	r, err = r.Confirm(adopted(registry), untold(registry))
	if err != nil {
		return nil, nil, err
	}
	declared, err := knownhosts.FromDeclared(declaredHosts(registry))
	return r, declared, err
}

// adopted makes a fleet of what Nix says about a flake.
func adopted(r nix.Registry) *fleet.Fleet {
	f := &fleet.Fleet{Name: r.Name}
	for _, m := range r.Machines {
		f.Machines = append(f.Machines, fleet.Machine{
			Name: m.Name, Class: fleet.Class(m.Class), System: m.System, User: m.User, Tags: m.Tags,
			Deploy: fleet.Deploy{Targets: m.Targets}, Source: fleet.SourceEvaluated,
		})
	}
	return f
}

// untold are the problems of what Nix could not tell about a flake.
func untold(r nix.Registry) []fleet.Problem {
	var problems []fleet.Problem
	for _, note := range r.Notes {
		text, hint, _ := strings.Cut(note, "; hint: ")
		problems = append(problems, fleet.Problem{Severity: fleet.Warning, Text: text, Hint: hint})
	}
	for _, m := range r.Machines {
		if m.Problem != "" {
			text, hint, _ := strings.Cut(m.Problem, "; hint: ")
			problems = append(problems, fleet.Problem{Severity: fleet.Error, Text: m.Name + ": its configuration cannot be read: " + text, Hint: hint})
		}
	}
	return problems
}

// declaredHosts are the known hosts of a flake.
func declaredHosts(r nix.Registry) []knownhosts.Declared {
	out := make([]knownhosts.Declared, len(r.KnownHosts))
	for i, h := range r.KnownHosts {
		out[i] = knownhosts.Declared{
			HostNames: h.Names, PublicKey: h.Key, CertAuthority: h.Authority,
			Source: "programs.ssh.knownHosts of " + strings.Join(h.Machines, ", "),
		}
	}
	return out
}

// stateName is the directory of the fleet among those of all fleets. One whose
// name is only its directory's has more of the path in it: many are called
// "nixos".
func stateName(r *repo.Repository) string {
	name := r.Fleet.Name
	if r.Adopted && name == repo.Name(filepath.Base(r.Dir)) {
		sum := sha256.Sum256([]byte(r.Dir))
		name += "-" + hex.EncodeToString(sum[:4])
	}
	return name
}

// passphrase asks for the passphrase of a key file.
func (a *app) passphrase(ctx context.Context, file string) ([]byte, error) {
	return a.hidden(ctx, "Passphrase", "passphrase of "+file)
}

// password asks for the password that a machine wants before it gives root.
func (a *app) password(ctx context.Context, machine, prompt string) ([]byte, error) {
	return a.hidden(ctx, "Password", cmp.Or(strings.TrimSuffix(strings.TrimSpace(prompt), ":"), "password for "+machine))
}
