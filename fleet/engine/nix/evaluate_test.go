package nix

import (
	"strings"
	"testing"

	"assay/fleet/engine"
)

func TestEvaluateAndBuild(t *testing.T) {
	files, names := fleetOf(t, 8)
	b := newBench(t, files, Options{})
	evaluated := b.evaluate(t.Context(), names...)
	systems := evaluated.all(t, 8)
	if !evaluated.said(engine.StepEvaluate, "m5") {
		t.Error("no step says that m5 is evaluated")
	}
	built := b.build(t.Context(), systems...)
	built.all(t, 8)
	if b.runs("build") != 1 {
		t.Errorf("%d builds, want one for all", b.runs("build"))
	}
	for _, s := range systems {
		c := built.closures[s.Machine]
		if n := len(c.Objects); n != 3 || c.System != s.Path || c.Objects[n-1].Path != s.Path || c.Objects[n-1].NarSize == 0 {
			t.Errorf("the closure of %s is %+v", s.Machine, c)
		}
		if !strings.HasSuffix(c.Objects[0].Path, "-shared") {
			t.Errorf("%s comes before what it refers to", c.Objects[0].Path)
		}
	}

	evaluations := b.runs("eval")
	again := b.evaluate(t.Context(), names...)
	again.all(t, 8)
	if b.runs("eval") != evaluations {
		t.Error("what is known was evaluated again")
	}
	b.build(t.Context(), systems...).all(t, 8)
	if b.runs("build") != 1 {
		t.Error("what is there was built again")
	}
}
