package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/session"
	"assay/modules/compose"
	"assay/overlay"
	"assay/secrets"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view/viewtest"
)

// scripted is a session on the example fleet whose hosts say what the tests
// of views have them say, and whose runs do what a test tells them to.
type scripted struct {
	*session.Session
	hosts map[string]*known.Host
	// held, where it is not nil, is what Status, Plan and Apply wait for.
	held    chan struct{}
	applied []*plan.Plan
	stopped int // how a run was asked to end: 1 gently, 2 at once
	asked   int // how often hosts were asked
	runs    []session.RunSummary
	made    []secrets.Made       // by MakeVars
	mended  []secrets.VarFinding // by MendVars
}

func newScripted(t testing.TB) *scripted {
	return &scripted{Session: viewtest.Session(t), hosts: viewtest.Known(t).Hosts}
}

func (s *scripted) Dir() string                                   { return "/home/sam/fleet" }
func (s *scripted) Checkout(context.Context) session.Checkout     { return session.Checkout{} }
func (s *scripted) Stack() *overlay.Stack                         { return s.Repo.Stack() }
func (s *scripted) Compose(m string) (compose.Composition, error) { return s.Repo.Compose(m) }
func (s *scripted) ReadFile(path string) ([]byte, error)          { return s.Repo.ReadFile(path) }
func (s *scripted) SavePlan(p *plan.Plan) (string, error)         { return "/tmp/plan-" + p.ID + ".json", nil }
func (s *scripted) Diff(e session.Edit) string                    { return string(e.After) }
func (s *scripted) NewRun() string                                { return fmt.Sprint("run-", len(s.applied)+1) }
func (s *scripted) Runs(int) ([]session.RunSummary, error)        { return s.runs, nil }

func (s *scripted) Problems(ctx context.Context) ([]fleet.Problem, error) { return s.Check(ctx, nil) }

func (s *scripted) wait(ctx context.Context) error {
	if s.held == nil {
		return nil
	}
	select {
	case <-s.held:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *scripted) Status(ctx context.Context, names []string, done func(session.Status)) ([]session.Status, error) {
	s.asked++
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	for _, name := range names {
		done(s.hosts[name].Status)
	}
	return nil, nil
}

func (s *scripted) Plan(ctx context.Context, names []string, goal engine.Goal, _ func(engine.Step), done func()) (*plan.Plan, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	in := plan.Input{Fleet: s.Fleet().Name, Goal: goal, Engine: "embedded", At: viewtest.Now}
	for _, name := range names {
		h := s.hosts[name]
		done()
		in.Hosts = append(in.Hosts, plan.Host{
			Machine: *h.Machine, Facts: h.Facts, Wanted: engine.System{Path: viewtest.Path(90)},
			Current: &engine.Record{}, WantedErr: h.WantedErr,
		})
	}
	return plan.New(in), nil
}

func (s *scripted) PlanBack(ctx context.Context, names []string, _ int, done func()) (*plan.Plan, error) {
	return s.Plan(ctx, names, engine.GoalSwitch, nil, done)
}

// Apply updates every host of the plan that changes, one after the other.
func (s *scripted) Apply(ctx context.Context, p *plan.Plan, run string, stop <-chan struct{}, sink event.Sink) error {
	s.applied = append(s.applied, p)
	seq := int64(0)
	emit := func(b event.Body) {
		seq++
		sink.Emit(event.Event{Seq: seq, Time: time.Now(), Run: run, Body: b})
	}
	var names []string
	for _, h := range p.Hosts {
		names = append(names, h.Machine)
	}
	emit(event.RunStarted{Goal: string(p.Goal), Kind: string(p.Kind), Machines: names})
	for _, h := range p.Hosts {
		emit(event.HostPhase{Machine: h.Machine, Phase: event.Activating})
		emit(event.Log{Machine: h.Machine, Stream: "activate", Text: "remote \x1b]52;c;aGk=\x07 text of " + h.Machine})
		outcome := event.Updated
		if h.Status != plan.StatusChange {
			outcome = event.Unreachable
		}
		if s.held != nil {
			select {
			case <-s.held:
			case <-ctx.Done():
			case <-stop:
				s.stopped = max(s.stopped, 1)
				stop = nil
				select {
				case <-s.held:
				case <-ctx.Done():
					s.stopped = 2
				}
			}
		}
		emit(event.HostResult{Machine: h.Machine, Outcome: outcome})
	}
	emit(event.RunFinished{Outcome: event.RunDone})
	return nil
}

// console is a model with somebody at it. It lives in a synctest bubble:
// whatever runs in the background has come to rest when an operator looks, and
// time passes only when a test lets it.
type console struct {
	*Model
	t    *testing.T
	s    *scripted
	msgs chan tea.Msg
	page *page
	quit bool
}

// operate gives a test a console of 100x30 after its first look at the hosts.
func operate(t *testing.T, f func(c *console), change ...func(*Options)) {
	t.Helper()
	s := newScripted(t)
	synctest.Test(t, func(t *testing.T) {
		keys, err := action.NewKeys(nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		c := &console{t: t, s: s, msgs: make(chan tea.Msg, 1000), page: newPage(t, 100, 30)}
		o := Options{
			Session: s, Keys: keys, Style: style.PlainStyle(), In: strings.NewReader(""), Out: c.page,
			Getenv: func(string) string { return "" },
		}
		for _, change := range change {
			change(&o)
		}
		c.Model = New(ctx, o)
		if err := c.screen.enter(); err != nil {
			t.Fatal(err)
		}
		c.start(c.Init())
		c.take(tea.WindowSizeMsg{Width: 100, Height: 30})
		c.settle()
		defer func() { // what waits for time or for the run ends, and begins nothing new
			cancel()
			time.Sleep(time.Hour)
			synctest.Wait()
		}()
		f(c)
	})
}

func (c *console) start(cmd tea.Cmd) {
	if cmd != nil {
		go func() { c.msgs <- cmd() }()
	}
}

func (c *console) take(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
	case tea.QuitMsg:
		c.quit = true
	case tea.BatchMsg:
		for _, cmd := range msg {
			c.start(cmd)
		}
	default:
		_, cmd := c.Update(msg)
		c.start(cmd)
	}
}

// settle takes in what the background has to say, without letting time pass.
func (c *console) settle() {
	for {
		synctest.Wait()
		select {
		case msg := <-c.msgs:
			c.take(msg)
		default:
			return
		}
	}
}

// pass lets time pass.
func (c *console) pass(d time.Duration) {
	for until := time.Now().Add(d); time.Now().Before(until); {
		time.Sleep(min(10*time.Millisecond, time.Until(until)))
		c.settle()
	}
}

var keyTypes = map[string]tea.KeyType{
	"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "space": tea.KeySpace, "up": tea.KeyUp, "down": tea.KeyDown,
	"ctrl+c": tea.KeyCtrlC, "ctrl+z": tea.KeyCtrlZ, "ctrl+l": tea.KeyCtrlL, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "end": tea.KeyEnd, "backspace": tea.KeyBackspace,
}

// press presses keys and lets what follows happen.
func (c *console) press(keys ...string) {
	for _, key := range keys {
		msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(key)}
		if kind, ok := keyTypes[key]; ok {
			msg = tea.KeyMsg{Type: kind}
			if kind == tea.KeySpace {
				msg.Runes = []rune{' '}
			}
		}
		c.take(msg)
		c.settle()
	}
}

// see fails the test unless the screen shows the texts.
func (c *console) see(texts ...string) {
	c.t.Helper()
	c.pass(time.Second)
	for _, text := range texts {
		if !strings.Contains(c.page.text(), text) {
			c.t.Fatalf("%q is not on the screen:\n%s", text, c.page.text())
		}
	}
}

// missing fails the test if the screen shows one of the texts.
func (c *console) missing(texts ...string) {
	c.t.Helper()
	c.pass(time.Second)
	for _, text := range texts {
		if strings.Contains(c.page.text(), text) {
			c.t.Fatalf("%q is on the screen:\n%s", text, c.page.text())
		}
	}
}
