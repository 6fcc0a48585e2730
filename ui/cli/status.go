package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/session"
	"assay/ui/word"
)

// statusJSON is one entry of "machines" in `status --json`.
type statusJSON struct {
	Name        string           `json:"name"`
	Class       fleet.Class      `json:"class"`
	State       session.State    `json:"state"`
	Reach       fleet.Reach      `json:"reach"`
	Cause       string           `json:"cause,omitempty"`
	Damaged     string           `json:"damaged,omitempty"` // what is wrong with what it runs or boots next
	Running     string           `json:"running"`
	Booted      string           `json:"booted"`
	Profile     string           `json:"profile"`
	Generation  int              `json:"generation"`
	Generations []generationJSON `json:"generations"`
	Wanted      string           `json:"wanted"`
	WantedError string           `json:"wanted_error,omitempty"`
	Reboot      string           `json:"reboot"` // yes, no, unknown
	Drift       string           `json:"drift"`
	RebootFor   []string         `json:"reboot_for,omitempty"` // what only a boot brings and differs
	Kernel      string           `json:"kernel"`
	Version     string           `json:"version,omitempty"`
	Revision    string           `json:"revision,omitempty"` // of the configuration that it runs
	Behind      *behindJSON      `json:"behind,omitempty"`   // that revision against what is checked out
	Nix         string           `json:"nix,omitempty"`
	Uptime      int64            `json:"uptime_seconds,omitempty"`
	Load        []float64        `json:"load,omitempty"`
	Store       *spaceJSON       `json:"store,omitempty"` // /nix
	Boot        *spaceJSON       `json:"boot,omitempty"`  // /boot
	Units       *unitsJSON       `json:"units,omitempty"`
	Guard       *guardJSON       `json:"guard,omitempty"` // the last guarded change
	AskedAt     string           `json:"asked_at"`        // RFC 3339
	Source      fleet.Source     `json:"source"`
}

// behindJSON is how many commits were made since a revision.
type behindJSON struct {
	Commits  int  `json:"commits"`
	Touching *int `json:"touching,omitempty"` // of these, those that touch the machine's files, where these are known
}

// spaceJSON is the room on a file system, in bytes.
type spaceJSON struct {
	Free  int64 `json:"free"`
	Total int64 `json:"total"`
}

type unitsJSON struct {
	State  string   `json:"state"`
	Failed int      `json:"failed"`
	Names  []string `json:"names"` // of failed ones, 50 at most
}

type guardJSON struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	From     string `json:"from"`
	To       string `json:"to"`
	Operator string `json:"operator,omitempty"`
	Trouble  string `json:"trouble,omitempty"` // why a return that is due has failed
	At       string `json:"at,omitempty"`      // when that came to be, RFC 3339
	Until    string `json:"until,omitempty"`   // when an armed host returns
}

type generationJSON struct {
	Number int    `json:"number"`
	Path   string `json:"path"`
}

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status [SELECTOR]",
		Short: "Ask the hosts and compare them with what the repository wants",
		Long: `Asks every selected host, over SSH and in one round trip each, what it runs,
what it booted and what it boots next, and compares that with what the
repository wants. That the systems are there with all that they link to is
looked at, the content of their files is not: assay plan does that. Of a host
that tells the commit it was made from, the commits since are counted: a system
that differs in nothing but that revision is another one too. Exits with
1 when a host could not be asked, is damaged or its configuration has an error,
with 5 when a host's identity could not be verified. A machine without a target
is listed last and is no failure: nobody has said where it is.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, chosen, err := a.openAndSelect(cmd.Context(), args)
			if err != nil {
				return err
			}
			statuses, err := a.gatherStatus(cmd.Context(), s, chosen)
			if err != nil {
				return err
			}
			if a.flags.json {
				if err := a.text().json(map[string]any{"machines": statusesToJSON(statuses)}); err != nil {
					return err
				}
			} else {
				a.printStatus(statuses)
				a.hintTargets(s, chosen)
			}
			return statusVerdict(statuses)
		},
	}
}

func (a *app) gatherStatus(ctx context.Context, s *session.Session, chosen []string) ([]session.Status, error) {
	watch, stop := a.interruptible(ctx)
	defer stop()
	progress := a.progress("asking", len(chosen))
	defer progress.end()
	defer oneProcessor()()
	return s.Status(watch, chosen, func(session.Status) { progress.step() })
}

// statusVerdict turns what was seen into the command's exit code.
func statusVerdict(statuses []session.Status) error {
	code := exitDone
	for _, st := range statuses {
		switch {
		case st.Facts.Identity:
			return failed(exitIdentity)
		case st.State == session.StateUnreachable && !st.Facts.NoTarget || st.WantedErr != nil || st.Facts.Damaged != "":
			code = exitFailed
		}
	}
	if code != exitDone {
		return failed(code)
	}
	return nil
}

// stateRoles colours the states; the word itself always says the same.
var stateRoles = map[session.State]role{
	session.StateUnreachable: bad, session.StateBroken: bad, session.StateDamaged: bad, session.StateEmpty: warn, session.StateBehind: warn,
	session.StateStaged: warn, session.StateUnknown: warn, session.StateCurrent: good,
}

func stateRole(st session.Status) role {
	if st.Facts.NoTarget {
		return faint
	}
	return stateRoles[st.State]
}

func (a *app) printStatus(statuses []session.Status) {
	sorted, order := slices.Clone(statuses), word.States()
	slices.SortStableFunc(sorted, func(x, y session.Status) int {
		return slices.Index(order, word.State(x)) - slices.Index(order, word.State(y))
	})
	var rows [][]cell
	for _, st := range sorted {
		generation := ""
		if st.Facts.Generation > 0 {
			generation = fmt.Sprint(st.Facts.Generation)
		}
		rows = append(rows, []cell{
			cr(stateRole(st), word.State(st)), cr(strong, st.Machine.Name), c(string(st.Machine.Class)),
			c(word.OrUnknown(word.Path(st.Facts.Running))), c(word.OrUnknown(word.Path(st.Facts.Booted))), c(generation), c(revision(st.Facts.Revision)),
			c(word.OrUnknown(word.Path(st.Wanted))), c(word.Remark(st)),
		})
	}
	p, head := a.text(), []string{"STATE", "MACHINE", "CLASS", "RUNNING", "BOOTED", "GEN", "REVISION", "WANTED", "REMARK"}
	if !p.beside(head, rows) { // sentences below their rows need no title
		head[len(head)-1] = ""
	}
	p.table(head, rows)
	p.wantedErrors(sorted)
	p.line("%s", summary(statuses))
}

// wantedErrors says once why there is no wanted system for machines that do
// not answer either: their rows say only that.
func (p *printer) wantedErrors(statuses []session.Status) {
	machines := map[string][]string{}
	var texts []string
	for _, st := range statuses {
		if st.WantedErr == nil || st.Facts.NoTarget || st.Facts.Reach != fleet.Unreachable {
			continue
		}
		text := word.Terse(st.Machine.Name, st.WantedErr.Error())
		if machines[text] == nil {
			texts = append(texts, text)
		}
		machines[text] = append(machines[text], st.Machine.Name)
	}
	for _, text := range texts {
		p.clean("error %s: %s", strings.Join(machines[text], ", "), text)
	}
}

// revision is a commit as people write it; that its tree had changes is kept.
func revision(text string) string {
	hash, dirty := strings.CutSuffix(text, "-dirty")
	if len(hash) == 40 || len(hash) == 64 { // else it is no commit but a word of somebody
		hash = hash[:7]
	}
	if dirty {
		hash += "-dirty"
	}
	return hash
}

// summary counts the machines per state: "1 unreachable, 7 behind".
func summary(statuses []session.Status) string {
	var parts []string
	for _, state := range word.States() {
		n := 0
		for _, st := range statuses {
			if word.State(st) == state {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	text := word.Count(len(statuses), "machine") + ": " + strings.Join(parts, ", ")
	armed := 0
	for _, st := range statuses {
		if g := st.Facts.Guard; g != nil && g.State == "armed" {
			armed++
		}
	}
	switch armed {
	case 0:
		return text
	case 1:
		return text + "; 1 goes back by itself unless its change is confirmed"
	}
	return fmt.Sprintf("%s; %d go back by themselves unless their change is confirmed", text, armed)
}

func statusesToJSON(statuses []session.Status) []statusJSON {
	out := make([]statusJSON, len(statuses))
	for i, st := range statuses {
		f := st.Facts
		out[i] = statusJSON{
			Name: st.Machine.Name, Class: st.Machine.Class, State: st.State, Reach: f.Reach, Cause: f.Cause, Damaged: f.Damaged,
			Running: f.Running, Booted: f.Booted, Profile: f.Profile, Generation: f.Generation,
			Generations: []generationJSON{}, Wanted: st.Wanted,
			Reboot: f.Reboot().String(), Drift: f.Drift(st.Wanted).String(), Kernel: f.Kernel,
			AskedAt: f.At.UTC().Format(time.RFC3339), Source: fleet.SourceLive,
		}
		out[i].addHealth(&f)
		if st.WantedErr != nil {
			out[i].WantedError = st.WantedErr.Error()
		}
		if b := st.Behind; b != nil {
			out[i].Behind = &behindJSON{Commits: b.Commits}
			if b.Files == fleet.True {
				out[i].Behind.Touching = &b.Touching
			}
		}
		for _, g := range f.Generations {
			out[i].Generations = append(out[i].Generations, generationJSON(g))
		}
	}
	return out
}

// addHealth adds what a host that answered said of itself; what it did not say
// is not there.
func (j *statusJSON) addHealth(f *fleet.Facts) {
	j.RebootFor, j.Version, j.Revision, j.Nix = f.OldParts, f.Version, f.Revision, f.Nix
	j.Uptime, j.Load = int64(f.Uptime.Seconds()), f.Load
	if f.Store.Total > 0 {
		j.Store = &spaceJSON{f.Store.Free, f.Store.Total}
	}
	if f.Boot.Total > 0 {
		j.Boot = &spaceJSON{f.Boot.Free, f.Boot.Total}
	}
	if u := f.Units; u != nil {
		j.Units = &unitsJSON{u.State, u.Failed, orEmpty(u.Names)}
	}
	if g := f.Guard; g != nil {
		j.Guard = &guardJSON{g.ID, g.State, g.From, g.To, g.Operator, g.Trouble, stamp(g.At.UTC(), time.RFC3339), stamp(g.Until.UTC(), time.RFC3339)}
	}
}
