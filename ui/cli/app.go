// Package cli is assay's command line: commands, flags, exit codes, text and
// JSON. It wires engines, connectors and session together; nothing else does.
// A command runs on one goroutine; only a run's events arrive from others.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"assay/fleet"
	"assay/fleet/engine/nix"
	"assay/fleet/engine/nix/deploy"
	"assay/fleet/engine/nix/runner"
	"assay/fleet/repo"
	"assay/fleet/session"
	"assay/secrets/secret"
	"assay/ui"
	"assay/ui/word"
)

// app is one run of the command line.
type app struct {
	env     Env
	example []byte // fleet.toml of the example fleet
	inDemo  bool   // this command line runs inside of a demo
	// demoKeys is the file of the age identity that opens the demo's secrets.
	demoKeys string
	began    bool // the command's own code runs: the command line fits it
	flags    struct {
		dir    string
		json   bool
		colour string
	}
	// world opens what the commands work on: the repository around the
	// working directory, or the demo.
	world func(ctx context.Context) (*session.Session, error)
	// files opens the same for commands that only read its files: no Nix runs,
	// and no host is reached.
	files     func(ctx context.Context) (*session.Session, error)
	starting  sync.Once
	runner    *runner.Runner // see programs
	looks     nix.Looks      // what repositories looked like
	closing   []func() error // at the end of the program
	collector collector      // of garbage
	asking    sync.Mutex     // a question is on the terminal
	shown     atomic.Pointer[progress]
	planWhole bool             // plans are shown with long lists whole
	plugged   plugging         // age plugins
	redactor  *secret.Redactor // of what is kept and of what is said beside the answer
	inConsole atomic.Bool      // the console has the terminal
	// consoleAsks is where connections ask for passwords then.
	consoleAsks ui.Asking
	// consoleWorld opens what the console works on.
	consoleWorld func(ctx context.Context) (consoleWorld, error)
}

// Main runs one command line and returns the program's exit code. example is
// the text of the example fleet's fleet.toml.
func Main(args []string, env Env, example []byte) int {
	if deploy.IsShim() {
		return deploy.Shim()
	}
	out := &output{Writer: env.Stdout}
	env.Stdout = out
	a := &app{env: env, example: example, redactor: new(secret.Redactor)}
	a.world, a.files = a.openDirectory, a.openFiles
	a.consoleWorld = a.openConsole
	a.collector.late()
	var end context.CancelCauseFunc
	a.plugged.ending, end = context.WithCancelCause(context.Background())
	a.closing = append(a.closing, func() error {
		end(errLeft)
		a.plugged.turn.Lock() // until the last one is gone
		defer a.plugged.turn.Unlock()
		return nil
	})
	code := a.run(context.Background(), args)
	for _, end := range slices.Backward(a.closing) {
		if err := end(); err != nil {
			a.complain(err)
		}
	}
	if err := out.verdict(); err != nil && code == exitDone {
		return a.complain(err)
	}
	return code
}

// run executes the command line and prints its error, if any.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	a.noteBegin(root)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	var exit *exitError
	if !a.began && !errors.As(err, &exit) {
		err = usageError(cmd, err)
	}
	return a.complain(err)
}

// complain prints an error unless it is quiet and returns its exit code.
func (a *app) complain(err error) int {
	var exit *exitError
	if !errors.As(err, &exit) || !exit.quiet {
		p := a.errors()
		p.clean("assay: %s", err)
	}
	return codeOf(err)
}

// noteBegin makes every command note that it runs: an error from before that
// is one of the command line, such as too many arguments.
func (a *app) noteBegin(cmd *cobra.Command) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			a.began = true
			if err := a.checkFlags(); err != nil {
				return err
			}
			return run(cmd, args)
		}
	}
	for _, sub := range cmd.Commands() {
		a.noteBegin(sub)
	}
}

// checkFlags refuses values of the flags of all commands that mean nothing.
func (a *app) checkFlags() error {
	switch {
	case !slices.Contains([]string{"auto", "always", "never"}, a.flags.colour):
		return usagef("--color %q: expected auto, always or never", a.flags.colour)
	case a.inDemo && a.flags.dir != "":
		return usagef("-C in the demo: its fleet is always the example; hint: leave the demo away to work on %s", a.flags.dir)
	}
	return nil
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "assay [SELECTOR]",
		Short: "The terminal console for Nix fleets",
		Long: `assay reads a fleet of NixOS and nix-darwin machines, explains what each is made
of, compares it with what the machines run, and updates them safely.

Without a command it is the console, on the machines that SELECTOR chooses.
Start with:  assay demo, or where your flake is: assay help start`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
	}
	var console consoleFlags
	console.add(root)
	root.RunE = func(cmd *cobra.Command, args []string) error { return a.runRoot(cmd, args, console) }
	root.SetUsageTemplate(usageTemplate(root))
	root.SetHelpCommand(a.helpCommand(root))
	root.SetIn(a.env.Stdin)
	root.SetOut(a.env.Stdout)
	root.SetErr(a.env.Stderr)
	root.SetFlagErrorFunc(flagError)
	flags := root.PersistentFlags()
	flags.StringVarP(&a.flags.dir, "directory", "C", "", "the fleet's `directory` (default: the nearest parent with a fleet.toml, flake.nix or .clan-flake)")
	flags.BoolVar(&a.flags.json, "json", false, "print JSON; commands that run something print one event a line")
	flags.StringVar(&a.flags.colour, "color", "auto", "`when` to colour: auto, always, never")
	completeFlag(root, "color", "auto", "always", "never")
	addGroup(root, "read", "Read the repository, touching no host:",
		a.checkCommand(), a.complete(a.machinesCommand(), machineNames), a.servicesCommand(),
		a.complete(a.aspectsCommand(), aspectNames), a.complete(a.composeCommand(), onlyMachines),
		a.layersCommand(), a.complete(a.whichCommand(), packageNames), a.channelsCommand(), a.hotfixesCommand())
	addGroup(root, "hosts", "Look at the hosts and change them:",
		a.complete(a.statusCommand(), machineNames), a.complete(a.buildCommand(), machineNames),
		a.completeBump(a.bumpCommand()), a.complete(a.planCommand(), machineNames),
		a.complete(a.updateCommand(), machineNames), a.complete(a.rollbackCommand(), machineNames),
		a.complete(a.execCommand(), machineNames), a.complete(a.sshCommand(), onlyMachines),
		a.complete(a.logCommand(), onlyMachines))
	addGroup(root, "runs", "Look back:", a.completeRun(a.runsCommand()), a.completeRun(a.logsCommand()))
	root.AddCommand(
		a.demoCommand(), a.initCommand(), a.keysCommand(), a.secretsCommand(), a.varsCommand(), a.versionCommand(),
	)
	root.AddCommand(topics()...)
	a.completions(root)
	return root
}

// addGroup adds commands under a heading of the help text.
func addGroup(root *cobra.Command, id, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: id, Title: title})
	for _, cmd := range commands {
		cmd.GroupID = id
		root.AddCommand(cmd)
	}
}

// runRoot is "assay" without a command: the console, or a mistyped command.
func (a *app) runRoot(cmd *cobra.Command, args []string, f consoleFlags) error {
	w, err := a.consoleWorld(cmd.Context())
	if errors.Is(err, repo.ErrNoFleet) && len(args) == 0 {
		return a.welcome(cmd.Context(), err, f)
	}
	if err != nil && len(args) > 0 {
		return a.orCommand(cmd, args[0], err)
	}
	if err != nil {
		return err
	}
	selector, err := a.selectorOf(cmd.Context(), cmd, w.session, args)
	if err != nil {
		return err
	}
	return a.console(cmd.Context(), w, f, selector)
}

// text returns the printer for the command's answer.
func (a *app) text() *printer { return a.printer(a.env.Stdout) }

// errors returns the printer for what is said beside the answer. It may be kept
// in a log, and hold what somebody gave where it does not belong, such as a key
// for the name of a file: known secrets are taken out of it.
func (a *app) errors() *printer {
	p := a.printer(a.env.Stderr)
	p.redact = a.redactor.Clean
	return p
}

// printer returns a printer that fits and colours what it writes to a
// terminal. COLUMNS, where it is exported, is a width for any output.
func (a *app) printer(out io.Writer) *printer {
	p := &printer{out: out, colour: a.flags.colour == "always"}
	p.width, _ = strconv.Atoi(a.env.Getenv("COLUMNS"))
	if o, ok := out.(*output); ok {
		out = o.Writer
	}
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return p
	}
	p.out = above{a, p.out}
	if columns, _, err := term.GetSize(int(file.Fd())); err == nil {
		p.width = columns
	}
	if a.flags.colour == "auto" {
		p.colour = a.env.Getenv("NO_COLOR") == "" && a.env.Getenv("TERM") != "dumb"
	}
	return p
}

// openAndSelect opens what the command works on and selects machines of it.
func (a *app) openAndSelect(ctx context.Context, words []string) (*session.Session, []string, error) {
	return a.selected(ctx, words, a.world)
}

// selected opens the repository and selects machines of it.
func (a *app) selected(ctx context.Context, words []string, open func(context.Context) (*session.Session, error)) (*session.Session, []string, error) {
	s, err := open(ctx)
	if err != nil {
		return nil, nil, err
	}
	chosen, err := a.selectMachines(ctx, s, words)
	return s, chosen, err
}

// selectMachines turns the words of a selector into machines' names. None
// means all.
func (a *app) selectMachines(ctx context.Context, s *session.Session, words []string) ([]string, error) {
	if len(words) > 0 && strings.TrimSpace(strings.Join(words, "")) == "" {
		return nil, usagef("the selector is empty; hint: leave it away to choose all machines, or write @all")
	}
	watch, stop := a.interruptible(ctx)
	selection, err := s.Select(watch, strings.Join(words, " "))
	stop()
	var empty *fleet.EmptyError
	var syntax *fleet.SyntaxError
	switch {
	case watch.Err() != nil:
		return nil, context.Cause(watch)
	case errors.As(err, &empty):
		return nil, withCode(exitNothing, err)
	case errors.As(err, &syntax):
		return nil, withCode(exitUsage, err)
	case err != nil:
		return nil, err
	}
	// A name that no machine has is a slip, also where other terms match.
	for _, u := range selection.Unmatched {
		if u.Exact() && (u.Kind == fleet.KindName || u.Kind == fleet.KindTag) {
			return nil, withCode(exitNothing, errors.New(u.String()))
		}
	}
	if n := len(selection.Unknown); n > 0 {
		a.errors().clean("%s not selected because a fact is unknown: %s", word.Count(n, "machine"), strings.Join(selection.Unknown, ", "))
	}
	return slices.Clone(selection.Machines), nil
}
