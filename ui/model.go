package ui

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"sync/atomic"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet"
	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/dialog"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
)

// Options configure a console.
type Options struct {
	Session Session
	// Reopen reads the fleet's directory again; nil where that cannot be done.
	Reopen func(context.Context) (Session, error)
	// Confirm asks Nix about a fleet that was read from its files only; nil
	// where nothing is to be confirmed.
	Confirm func(context.Context) (Session, error)
	Keys    *action.Keys
	Style   *style.Style
	Start   view.Link     // where to begin; zero is the machines
	Note    string        // what the operator should know of this world, in a word: "demo"
	Refresh time.Duration // how often the hosts are asked; 0 only when somebody does
	Mouse   bool
	// ReadOnly says why nothing may be changed; "" when it may.
	ReadOnly string
	// NoHosts says why no host can be reached; "" when they can.
	NoHosts string
	// Asking is where connections ask for passwords; nil where they do not.
	Asking *Asking
	// Redact takes secrets out of what is said, asked and to be confirmed,
	// whoever has the words; nil leaves them alone. What views show comes from
	// the session, which does so itself.
	Redact func(text string) string
	// KeepsFiles says why the fleet's files are not written; "" when they are.
	KeepsFiles string
	Getenv     func(string) string
	Clock      func() time.Time

	In  io.Reader // the terminal; nil is the process's own
	Out io.Writer
}

// Model is the console.
type Model struct {
	opts Options
	s    Session
	// epoch grows when the fleet is read anew: what was asked for before is
	// not wanted any more.
	epoch int
	k     *known.Known
	env   view.Env
	keys  *action.Keys
	ctx   context.Context
	out   *terminal

	w, h    int
	screen  screen
	stale   bool      // what is on the screen is not what is known now
	painted time.Time // when the last frame was
	waiting bool      // a frame is due at the end of frameTime

	at       history
	dialog   dialog.Dialog
	leaves   dialog.Dialog // the one that asks whether to leave without the plan
	recent   dialog.Recent // in the palette
	offered  [3]time.Time  // what the open palette offers is as of
	messages messages

	ticks      int // the generation of the running tick
	fast       bool
	now        time.Time
	second     int64 // of the last look: ages have changed since
	hosts      hostRefresh
	planning   cancellable
	vault      vaulting // secrets that are planned or written
	progress   *counter // of the planning
	said       *said    // meanwhile, by the engine
	heard      int      // how much of it is in Known
	checking   careful  // of hotfixes
	evaluating evaluation
	change     session.Edit // that the dialog shows, and its patch
	diff       string
	run        ownRun
	seen       map[string]uint64 // the revisions of runs' states that were drawn
	reread     bool              // the fleet, when the run is over
	leaving    bool              // quit as soon as the run is over
	// unreachable is why no host can be reached whatever Nix says.
	unreachable string
	// told is what Nix says of a flake that was read: why it cannot read it
	// itself, or what it knows otherwise. Checks look at it in the background.
	told    atomic.Pointer[[]fleet.Problem]
	counted counted
}

// cancellable is something in the background that can be given up.
type cancellable struct {
	generation int // an answer to an older one is not wanted any more
	cancel     context.CancelFunc
	ended      time.Time // of the former one
}

func (c *cancellable) begin(ctx context.Context) (context.Context, int) {
	c.end()
	c.generation++
	ctx, c.cancel = context.WithCancel(ctx)
	return ctx, c.generation
}

func (c *cancellable) end() {
	if c.cancel != nil {
		c.cancel()
		c.cancel = nil
	}
}

// New returns a console that has asked for nothing yet. Ending ctx abandons a
// run that is going on.
func New(ctx context.Context, o Options) *Model {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Redact == nil {
		o.Redact = func(text string) string { return text }
	}
	m := &Model{opts: o, keys: o.Keys, ctx: ctx, now: o.Clock(), seen: map[string]uint64{}, stale: true, unreachable: o.NoHosts}
	m.out = newTerminal(o.In, o.Out)
	m.screen = screen{out: m.out, mouse: o.Mouse}
	m.k = &known.Known{Open: map[string]*known.Run{}}
	m.adopt(o.Session)
	m.env = view.Env{Known: m.k, Style: o.Style, Key: o.Keys.Label}
	m.at.reset(m.open(o.Start))
	return m
}

// adopt makes s what the console works on, with nothing known of its files
// yet. What hosts said stays: they are the same. Views keep looking at the
// same Known.
func (m *Model) adopt(s Session) {
	m.s = s
	m.epoch++
	m.checking.end()
	m.evaluating.end()
	k := known.New(s.Fleet(), m.now)
	k.Dir, k.Note, k.ReadOnly, k.NoHosts = s.Dir(), m.opts.Note, m.opts.ReadOnly, m.opts.NoHosts
	k.Adopted, k.Unread, k.NoNix = s.Adopted(), s.Unread(), s.NoEvaluation()
	k.Revision, k.Open, k.Current, k.Planning = m.k.Revision+1, m.k.Open, m.k.Current, m.k.Planning
	for name, former := range m.k.Hosts {
		if h := k.Hosts[name]; h != nil {
			machine := h.Machine
			*h = *former
			h.Machine, h.Busy = machine, false
		}
	}
	*m.k = *k
}

// Init asks for what every view shows.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.confirm(), m.getEverywhere(), m.askHosts(nil), m.tick())
}

// Update takes a message in.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	defer m.giveBackOnPanic()
	m.now = m.opts.Clock()
	m.k.Now = m.now
	before := m.at.top()
	cmd := m.take(msg)
	if m.at.top() != before {
		m.messages.moveOn(m.now)
	}
	m.offerMore()
	get := m.get(m.needs())
	return m, tea.Batch(cmd, get, m.hurry(), m.paint(msg))
}

func (m *Model) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tickMsg:
		return m.ticked(msg) // it says itself whether something has changed
	case frameMsg:
		m.waiting = false
		return nil
	}
	m.stale = true
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		m.screen.forget()
	case tea.KeyMsg:
		var cmds []tea.Cmd
		for _, k := range keysOf(msg) {
			cmds = append(cmds, m.key(k))
		}
		return tea.Batch(cmds...)
	case tea.MouseMsg:
		return m.pointer(msg)
	case leaveMsg:
		return m.leaveGently()
	case answer:
		return msg(m)
	}
	return nil
}

// giveBackOnPanic leaves the operator's terminal as it was, so that what
// went wrong can be read.
func (m *Model) giveBackOnPanic() {
	if r := recover(); r != nil {
		m.screen.leave()
		panic(r)
	}
}

// frameTime is how long a frame stays at least, unless a key was pressed: a
// turning wheel and answers that come together make one.
const frameTime = 16 * time.Millisecond

type frameMsg struct{}

// paint brings the screen up to date: at once after a key, else at most every
// frameTime.
func (m *Model) paint(msg tea.Msg) tea.Cmd {
	if !m.stale || m.w == 0 {
		return nil
	}
	_, key := msg.(tea.KeyMsg)
	if wait := frameTime - m.now.Sub(m.painted); wait > 0 && !key {
		if m.waiting {
			return nil
		}
		m.waiting = true
		return tea.Tick(wait, func(time.Time) tea.Msg { return frameMsg{} })
	}
	m.stale, m.painted = false, m.now
	m.screen.paint(m.draw(), m.w, m.h)
	return nil
}

// View is empty: the screen is painted by the model itself.
func (m *Model) View() string { return "" }

// answer is what a command found out: a change of the model.
type answer func(*Model) tea.Cmd

// background runs work in a command. A panic in it becomes one of the model,
// which gives the terminal back first: what Bubble Tea prints of others is
// lost with the screen.
func background(work func() answer) tea.Cmd {
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); r != nil {
				trace := fmt.Sprintf("%v\n\n%s", r, debug.Stack())
				msg = answer(func(*Model) tea.Cmd { panic(trace) })
			}
		}()
		if found := work(); found != nil {
			return found
		}
		return nil
	}
}
