package cli

import (
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/ui/word"
)

func (a *app) buildCommand() *cobra.Command {
	var cache string
	var logs bool
	cmd := &cobra.Command{
		Use:   "build [SELECTOR]",
		Short: "Evaluate and build, touching no host",
		Long: `Builds what the selected machines should run and prints the store paths. No host
is asked. With --push the closures go to a cache, such as
file:///srv/cache, s3://bucket or ssh-ng://cache.example.org. Exits with 1 when
something could not be evaluated, built or pushed.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, chosen, err := a.openAndSelect(cmd.Context(), args)
			if err != nil {
				return err
			}
			watch, stop := a.interruptible(cmd.Context())
			defer stop()
			a.warnUnseen(watch, s)
			progress := a.progress("building", len(chosen))
			progress.expect(s.Estimate(chosen))
			steps := progress.watch
			if logs {
				steps = a.printSteps
			}
			built, err := s.Build(watch, chosen, cache, steps, func(b session.Built) {
				progress.step()
				a.printBuilt(b)
			})
			progress.end()
			if err != nil {
				return err
			}
			return buildVerdict(built)
		},
	}
	cmd.Flags().StringVar(&cache, "push", "", "copy what is built to the store at `URI`")
	cmd.Flags().BoolVarP(&logs, "print-build-logs", "L", false, "print what builders print, on standard error")
	return cmd
}

// printSteps prints all that an engine says, a line each.
func (a *app) printSteps(s engine.Step) {
	p := a.errors()
	if s.Kind == engine.StepLog {
		p.line("%s", word.LogLine(s))
	} else if text := word.Step(s); text != "" && s.Kind != engine.StepTotal {
		p.line("%s", text)
	}
}

func (a *app) printBuilt(b session.Built) {
	if a.flags.json {
		line := struct {
			Machine string `json:"machine"`
			Path    string `json:"path,omitempty"`
			Error   string `json:"error,omitempty"`
		}{Machine: b.Machine, Path: b.Path}
		if b.Err != nil {
			line.Path, line.Error = "", host.Sanitize(b.Err.Error())
		}
		if text, err := json.Marshal(line); err == nil { // strings always encode
			a.text().line("%s", text)
		}
		return
	}
	p := a.text()
	if b.Err == nil {
		p.clean("%s  %s", b.Machine, b.Path)
		return
	}
	p.line("%s %s", p.paint(bad, "error"), host.Sanitize(b.Machine+": "+b.Err.Error()))
	if more, ok := errors.AsType[engine.Explained](b.Err); ok {
		p.log(more.Log(), map[string]bool{})
	}
}

func buildVerdict(built []session.Built) error {
	for _, b := range built {
		if b.Err != nil {
			return failed(exitFailed)
		}
	}
	return nil
}
