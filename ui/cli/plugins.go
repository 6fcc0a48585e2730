package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"assay/fleet/host"
	"assay/secrets"
	"assay/secrets/sops"
	"assay/ui"
	"assay/ui/config"
	"assay/ui/word"
)

// unattended is how long an age plugin may take where nobody can be asked, nor
// told what it waits for.
const unattended = time.Minute

// errLeft ends plugins that still run when the program ends.
var errLeft = errors.New("assay ended")

// plugging is what age plugins share in one run of the program.
type plugging struct {
	turn     sync.Mutex      // one runs at a time: they share a key, and the operator's attention
	patience time.Duration   // see sops.Plugins
	alone    time.Duration   // instead of unattended, where it is not 0
	ending   context.Context // ends with the program; nil never does
}

// plugins are those that config.toml allows, with a new asker: what is refused
// to one plugin is refused to all that this asker would be asked by later.
func (a *app) plugins() sops.Plugins {
	return sops.Plugins{Allow: a.allowPlugin, Ask: &pluginAsker{app: a}, Patience: a.plugged.patience}
}

// allowPlugin returns nil for a plugin that the operator's config.toml allows,
// and otherwise what to do about it.
func (a *app) allowPlugin(name string) error {
	path, err := config.Path(a.env.Getenv)
	if err != nil {
		return fmt.Errorf("age-plugin-%s is not allowed to run: %w", name, err)
	}
	c, err := config.Load(path)
	if err != nil {
		return fmt.Errorf("age-plugin-%s is not allowed to run, because that cannot be read: %w", name, err)
	}
	if slices.Contains(c.Plugins, name) {
		return nil
	}
	var list []string
	for _, n := range append(slices.Clone(c.Plugins), name) {
		list = append(list, fmt.Sprintf("%q", n))
	}
	if below, is := strings.CutPrefix(path, a.env.Getenv("HOME")+"/"); is && a.env.Getenv("HOME") != "" {
		path = "~/" + below
	}
	return fmt.Errorf("age-plugin-%s is not allowed to run; hint: plugins = [%s] in %s", name, strings.Join(list, ", "), path)
}

// pluginAsker asks the operator what age plugins ask: on the terminal, or in
// the console where that has it.
type pluginAsker struct {
	app     *app
	stopped error // the operator has stopped one, and so all; under plugging.turn

	mu   sync.Mutex
	stop context.CancelCauseFunc // of the one that runs
}

// Begin waits for other plugins to end.
func (p *pluginAsker) Begin(string) (context.Context, func(), error) {
	shared := &p.app.plugged
	shared.turn.Lock()
	base := shared.ending
	if base == nil {
		base = context.Background()
	}
	if err := context.Cause(base); p.stopped == nil && err != nil {
		p.stopped = err
	}
	if p.stopped != nil {
		shared.turn.Unlock()
		return nil, nil, p.stopped
	}
	var releases []func()
	if !p.app.inConsole.Load() {
		interruptible, release := p.app.interruptible(base)
		base, releases = interruptible, append(releases, release)
		if !p.app.attended() {
			limit := shared.alone
			if limit == 0 {
				limit = unattended
			}
			limited, release := context.WithTimeoutCause(base, limit, fmt.Errorf("it has not answered for %s, and there is no terminal to say what it waits for", word.Elapsed(limit)))
			base, releases = limited, append(releases, release)
		}
	}
	ctx, stop := context.WithCancelCause(base)
	p.mu.Lock()
	p.stop = stop
	p.mu.Unlock()
	return ctx, func() {
		if ctx.Err() != nil {
			p.stopped = context.Cause(ctx)
		}
		stop(nil)
		for _, release := range slices.Backward(releases) {
			release()
		}
		shared.turn.Unlock()
	}, nil
}

// pluginText is what a plugin says on one line, with nothing in it that steers a
// terminal.
func pluginText(text string) string {
	const most = 300
	text = strings.Join(strings.Fields(host.Sanitize(text)), " ")
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "..."
	}
	return text
}

// Message shows what a plugin says.
func (p *pluginAsker) Message(_ context.Context, name, text string) error {
	p.app.notice("age-plugin-"+name, pluginText(text))
	return nil
}

// Request asks for a value, which is hidden while it is typed or not. One that
// is hidden is taken out of whatever is kept or said from then on.
func (p *pluginAsker) Request(ctx context.Context, name, prompt string, hidden bool) (secrets.Secret, error) {
	text := p.app.redactor.Clean(strings.TrimRight(pluginText(prompt), ": "))
	ask := p.app.consoleAsks.Secret
	if !hidden {
		ask = p.app.consoleAsks.Line
	}
	if !p.app.inConsole.Load() {
		in, done, ok := p.app.keyboard()
		defer done()
		if !ok {
			return secrets.Secret{}, fmt.Errorf("it asks %q, and %w", text, errNoPrompt)
		}
		ask = func(ctx context.Context, title, question string) ([]byte, error) {
			return p.app.typed(ctx, in, title+": "+question, hidden)
		}
	}
	typed, err := ask(ctx, "age-plugin-"+name, text)
	value := secrets.NewSecret(typed)
	if hidden {
		p.app.redactor.Know(value)
	}
	return value, p.refused(err)
}

// refused notes that the operator does not want to be asked any more.
func (p *pluginAsker) refused(err error) error {
	if err != nil {
		p.mu.Lock()
		p.stop(err)
		p.mu.Unlock()
	}
	return err
}

// Confirm asks a question with one or two answers.
func (p *pluginAsker) Confirm(ctx context.Context, name, prompt, yes, no string) (bool, error) {
	clean := p.app.redactor.Clean
	prompt, yes, no = clean(pluginText(prompt)), clean(pluginText(yes)), clean(pluginText(no))
	if p.app.inConsole.Load() {
		agreed, err := p.app.consoleAsks.Agree(ctx, "age-plugin-"+name, prompt, yes, no)
		return agreed, p.refused(err)
	}
	in, done, ok := p.app.keyboard()
	defer done()
	if !ok {
		return false, fmt.Errorf("it asks %q, and %w", prompt, errNoPrompt)
	}
	question := fmt.Sprintf("age-plugin-%s: %s (y: %s)", name, prompt, yes)
	if no != "" {
		question = fmt.Sprintf("age-plugin-%s: %s (y: %s, n: %s)", name, prompt, yes, no)
	}
	for range askTimes {
		typed, err := p.app.typed(ctx, in, question, false)
		if err != nil {
			return false, p.refused(err)
		}
		switch answer := strings.ToLower(strings.TrimSpace(string(typed))); {
		case answer == "y" || answer == "yes":
			return true, nil
		case (answer == "n" || answer == "no") && no != "":
			return false, nil
		}
	}
	return false, p.refused(errors.New("there was no answer"))
}

// Waiting says that a plugin takes its time. In the console that can be ended
// there; on the terminal ctrl-c does.
func (p *pluginAsker) Waiting(ctx context.Context, name string) {
	text := "waiting for age-plugin-" + name + ": touch the key?"
	if !p.app.inConsole.Load() {
		p.app.notice("", text)
		return
	}
	if err := p.app.consoleAsks.Wait(ctx, "age-plugin-"+name, text); err != nil && ctx.Err() == nil {
		_ = p.refused(err)
	}
}

// attended reports whether somebody sits at a terminal.
func (a *app) attended() bool {
	_, done, ok := a.keyboard()
	done()
	return ok
}

// keyboard is where an answer is typed: standard input, or, where that is used
// for something else and somebody sees the question, the terminal itself.
func (a *app) keyboard() (in *os.File, done func(), ok bool) {
	in, ok = a.env.Stdin.(*os.File)
	if ok && a.env.Interactive {
		return in, func() {}, true
	}
	shown, ok := a.env.Stderr.(*os.File)
	if !ok || !term.IsTerminal(int(shown.Fd())) {
		return nil, func() {}, false
	}
	in, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, func() {}, false
	}
	return in, func() { in.Close() }, true
}

// typed asks a question on the terminal, and returns what is typed, for the
// caller to wipe. One question at a time is on the screen. An interrupt refuses
// it, and leaves the terminal as it was.
func (a *app) typed(ctx context.Context, in *os.File, question string, hidden bool) (typed []byte, err error) {
	err = a.typedLines(ctx, in, question, hidden, func(line []byte) bool {
		typed = line
		return false
	})
	return typed, err
}

// typedLines is typed of lines until take, which owns them, wants no more. They
// can be pasted at once. What is typed before the question is no answer to it.
func (a *app) typedLines(ctx context.Context, in *os.File, question string, hidden bool, take func(line []byte) (more bool)) error {
	a.asking.Lock()
	defer a.asking.Unlock()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	// As long as the terminal shows nothing, no further interrupt ends the
	// program: whoever presses it twice would be left with a silent terminal.
	_, deaf := a.env.listen()
	defer deaf()
	ctx, release := a.interruptible(ctx)
	defer release()
	ask := func() error {
		ui.Discard(int(in.Fd()))
		a.errors().line("")
		_, err := a.env.Stderr.Write([]byte(host.Sanitize(question) + ": "))
		return err
	}
	err := ui.ReadLines(ctx, int(in.Fd()), !hidden, ask, take)
	if hidden {
		a.errors().line("")
	}
	return err
}
