package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"assay/fleet/host/awake"
	"assay/fleet/run/event"
	"assay/fleet/run/journal"
	"assay/fleet/run/plan"
	"assay/fleet/run/rollout"
)

// Apply is how a plan is carried out.
type Apply struct {
	Run      string          // the run's id, from NewRun; "" makes one
	Parallel int             // hosts at once; 0 is the fleet's policy
	Guard    time.Duration   // how long a host waits to be confirmed; 0 is the engine's choice
	Stop     <-chan struct{} // closed by the first ctrl-c; cancel the context for the second
	Sink     event.Sink      // sees every event, after the journal; may be nil
}

// Apply carries a plan out exactly as it stands and records the run. The
// error is about the run itself, journal.ErrBusy while another one of the fleet
// goes on; what became of the hosts is in the report.
func (s *Session) Apply(ctx context.Context, p *plan.Plan, how Apply) (report rollout.Report, err error) {
	if err := s.Fits(p); err != nil {
		return rollout.Report{}, err
	}
	id := journal.ID(cmp.Or(how.Run, s.NewRun()))
	release, err := journal.Alone(s.opts.StateDir, id)
	if err != nil {
		return rollout.Report{}, err
	}
	defer func() { err = errors.Join(err, release()) }()
	record, err := journal.Create(s.opts.StateDir, id, p)
	if err != nil {
		return rollout.Report{}, fmt.Errorf("record the run: %w", err)
	}
	parallel := how.Parallel
	if parallel == 0 {
		parallel = s.Fleet().Rollout.Parallel
	}
	defer awake.Keep("assay changes the fleet")()
	s.together(changing(p))
	report, err = rollout.Run(ctx, rollout.Options{
		RunID: string(id), Operator: s.opts.Operator(), Assay: s.opts.Version,
		Plan: p, Engine: s.reach.Engine, Deployer: s.reach.Deployer,
		Sink: event.Tee(record, how.Sink), Connect: s.Connect, Reuse: s.waiting.take, Probe: s.stand,
		Equip: s.equip, Redact: s.opts.Redactor.Clean,
		Stop: how.Stop, Parallel: parallel, Guard: how.Guard, Clock: s.opts.Clock,
	})
	return report, errors.Join(err, record.Close(), s.rotated(report))
}

// NewRun returns an id for a run that starts now.
func (s *Session) NewRun() string { return string(journal.NewID(s.opts.Clock())) }

// Fits refuses a plan that was made for another fleet or by another engine.
func (s *Session) Fits(p *plan.Plan) error {
	if s.reach == nil {
		return ErrNoHosts
	}
	if p.Fleet != s.Fleet().Name {
		return fmt.Errorf("plan %s is for the fleet %q, this is %q", p.ID, p.Fleet, s.Fleet().Name)
	}
	if p.Engine != s.reach.Engine.Name() {
		return fmt.Errorf("plan %s was made by the %s engine, this is the %s engine", p.ID, p.Engine, s.reach.Engine.Name())
	}
	for _, h := range p.Hosts {
		if s.Fleet().Machine(h.Machine) == nil {
			return fmt.Errorf("plan %s names the machine %q, which the fleet does not have", p.ID, h.Machine)
		}
	}
	return s.enforced()
}

// enforced refuses to change hosts while fleet.toml asks for a policy that
// this version does not carry out.
func (s *Session) enforced() error { return s.Repo.File.Refusal() }
