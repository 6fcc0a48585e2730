package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"assay/fleet"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/session"
	"assay/modules/compose"
	"assay/overlay"
	"assay/ui"
	"assay/ui/action"
	"assay/ui/config"
	"assay/ui/style"
	"assay/ui/view"
)

// consoleFlags are those of the commands that start the console.
type consoleFlags struct {
	readOnly bool
	noMouse  bool
	ascii    bool
}

func (f *consoleFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.readOnly, "read-only", false, "a console that changes nothing")
	cmd.Flags().BoolVar(&f.noMouse, "no-mouse", false, "leave the mouse to the terminal")
	cmd.Flags().BoolVar(&f.ascii, "ascii", false, "symbols and lines in ASCII")
}

// args are the flags as a command line has them.
func (f *consoleFlags) args() (args []string) {
	for flag, set := range map[string]bool{"--read-only": f.readOnly, "--no-mouse": f.noMouse, "--ascii": f.ascii} {
		if set {
			args = append(args, flag)
		}
	}
	return args
}

// consoleWorld is what a console works on.
type consoleWorld struct {
	session *session.Session
	reopen  func() (*session.Session, error)
	// confirm asks Nix about a session that was opened from files only; nil
	// for none.
	confirm func(ctx context.Context) (*session.Session, error)
	note    string
	noHosts string
}

// console runs the console until the operator leaves it.
func (a *app) console(ctx context.Context, w consoleWorld, f consoleFlags, selector string) error {
	if err := a.needTerminal(); err != nil {
		return err
	}
	c, keys, err := a.settings()
	if err != nil {
		return err
	}
	options := ui.Options{
		Session: consoleSession{w.session, a}, Keys: keys, Style: style.New(a.look(c, f)),
		Start: view.Link{Place: view.Machines, Sub: selector},
		Note:  w.note, NoHosts: w.noHosts, Refresh: c.Refresh, Mouse: c.Mouse && !f.noMouse,
		Asking: &a.consoleAsks, Redact: a.redactor.Clean, Getenv: a.env.Getenv, In: a.env.Stdin, Out: plainOutput(a.env.Stdout),
	}
	if a.inDemo {
		options.KeepsFiles = "the demo's files are made anew"
	}
	switch {
	case f.readOnly:
		options.ReadOnly = "read-only: started with --read-only"
	case c.ReadOnly:
		options.ReadOnly = "read-only: config.toml says so"
	}
	if w.reopen != nil {
		options.Reopen = func(context.Context) (ui.Session, error) {
			s, err := w.reopen()
			return consoleSession{s, a}, err
		}
	}
	if w.confirm != nil {
		options.Confirm = func(ctx context.Context) (ui.Session, error) {
			s, err := w.confirm(ctx)
			return consoleSession{s, a}, err
		}
	}
	a.inConsole.Store(true)
	a.collector.asUsual()
	ended, err := ui.Run(ctx, options)
	a.inConsole.Store(false)
	if err != nil {
		return err
	}
	return a.farewell(ended)
}

// farewell says on the terminal what the console's last run came to, and ends
// with its code where leaving the console stopped it.
func (a *app) farewell(e ui.Ended) error {
	if e.Run == "" {
		return nil
	}
	a.text().clean("run %s: %s; see: %s runs %s", e.Run, e.Text, a.program(), e.Run)
	switch {
	case !e.Left:
		return nil
	case e.Outcome == event.RunAbandonment:
		return failed(exitInterrupted)
	case e.Outcome == event.RunInterrupt:
		return failed(exitDeclined)
	}
	return nil
}

// openConsole opens the repository around the working directory for the
// console.
func (a *app) openConsole(ctx context.Context) (consoleWorld, error) {
	s, err := a.files(ctx)
	if err != nil {
		return consoleWorld{}, err
	}
	if s.Adopted() {
		reopen := func() (*session.Session, error) { return a.files(ctx) }
		return consoleWorld{session: s, reopen: reopen, confirm: a.world}, nil
	}
	if s, err = a.world(ctx); err != nil {
		return consoleWorld{}, err
	}
	reopen := func() (*session.Session, error) { return a.world(ctx) }
	return consoleWorld{session: s, reopen: reopen}, nil
}

// welcome is what somebody sees who starts the console where no fleet is.
func (a *app) welcome(ctx context.Context, why error, f consoleFlags) error {
	if a.needTerminal() != nil {
		return why
	}
	c, keys, err := a.settings()
	if err != nil {
		return err
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	demo, err := ui.Welcome(ctx, ui.Options{
		Keys: keys, Style: style.New(a.look(c, f)), In: a.env.Stdin, Out: plainOutput(a.env.Stdout),
	}, here)
	if err != nil || !demo {
		return err
	}
	return a.runDemo(ctx, exampleDemo(), f.args())
}

// needTerminal refuses to start the console where nobody can see it.
func (a *app) needTerminal() error {
	in, isFile := a.env.Stdin.(*os.File)
	out, alsoFile := plainOutput(a.env.Stdout).(*os.File)
	if !isFile || !alsoFile || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		program := "assay"
		if a.inDemo {
			program = "assay demo --"
		}
		return usagef("the console needs a terminal; hint: %s status, or another command (assay --help)", program)
	}
	return nil
}

// plainOutput is what the command line's output writes to.
func plainOutput(out io.Writer) io.Writer {
	if o, ok := out.(*output); ok {
		return o.Writer
	}
	return out
}

// settings reads config.toml.
func (a *app) settings() (config.Config, *action.Keys, error) {
	path, err := config.Path(a.env.Getenv)
	if err != nil { // there is no home: nobody has configured anything
		keys, err := action.NewKeys(nil)
		return config.Defaults(), keys, err
	}
	c, err := config.Load(path)
	if err != nil {
		return c, nil, withCode(exitUsage, err)
	}
	keys, err := action.NewKeys(c.Keys)
	if err != nil {
		return c, nil, withCode(exitUsage, fmt.Errorf("%s:\n%w", path, err))
	}
	return c, keys, nil
}

// look is how the console is to look: config.toml, and above it the flags.
func (a *app) look(c config.Config, f consoleFlags) style.Options {
	c.ASCII = c.ASCII || f.ascii
	if a.flags.colour != "auto" {
		c.Colour = style.When(a.flags.colour)
	}
	return c.Style(a.env.Getenv)
}

// consoleSession is a session as the console asks it.
type consoleSession struct {
	*session.Session
	app *app
}

func (s consoleSession) Dir() string { return s.Repo.Dir }

func (s consoleSession) Problems(ctx context.Context) ([]fleet.Problem, error) {
	return s.app.problems(ctx, s.Session)
}

func (s consoleSession) Stack() *overlay.Stack { return s.Session.Stack() }

func (s consoleSession) Diff(e session.Edit) string { return patchOf(e) }

func (s consoleSession) Compose(machine string) (compose.Composition, error) {
	return s.Repo.Compose(machine)
}

func (s consoleSession) ReadFile(path string) ([]byte, error) { return s.Repo.ReadFile(path) }

func (s consoleSession) Apply(ctx context.Context, p *plan.Plan, run string, stop <-chan struct{}, sink event.Sink) error {
	_, err := s.Session.Apply(ctx, p, session.Apply{Run: run, Stop: stop, Sink: sink})
	return err
}

// SavePlan writes the plan into the directory that the console was started
// in, as `assay plan --out` would.
func (s consoleSession) SavePlan(p *plan.Plan) (string, error) {
	path, err := filepath.Abs("plan-" + p.ID + ".json")
	if err != nil {
		return "", err
	}
	return path, savePlan(p, path)
}

// selectorOf refuses words that are a mistyped command rather than a selector
// of this fleet.
func (a *app) selectorOf(ctx context.Context, cmd *cobra.Command, s *session.Session, words []string) (string, error) {
	if len(words) == 0 {
		return "", nil
	}
	selector := strings.Join(words, " ")
	parsed, err := fleet.ParseSelector(selector)
	if err == nil && (parsed.NeedsFacts() || parsed.NeedsRuns()) {
		return selector, nil // which machines these are will be seen
	}
	if _, err := a.selectMachines(ctx, s, words); err != nil {
		return "", a.orCommand(cmd, words[0], err)
	}
	return selector, nil
}

// orCommand adds to an error about a selector what command may have been
// meant.
func (a *app) orCommand(cmd *cobra.Command, word string, err error) error {
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	near := fleet.Nearest(word, names)
	if near == "" {
		return fmt.Errorf("%w; commands: assay --help", err)
	}
	return withCode(exitUsage, fmt.Errorf("unknown command %q; hint: %s %s", word, a.program(), near))
}

// program is how this command line is called.
func (a *app) program() string {
	if a.inDemo {
		return "assay demo --"
	}
	return "assay"
}
