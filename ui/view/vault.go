package view

import "assay/secrets"

// Secrets is the place of both tiers of secrets. Name: whose to show, "" for
// all; Sub: a filter.
const Secrets Place = "secrets"

type (
	// PlanVars works out which generators would run for what is missing or
	// outdated, shows that, and runs them once it is confirmed.
	PlanVars struct{}
	// FixVars shows what Confirm says, and writes the drifted secrets anew once
	// it is confirmed.
	FixVars struct {
		Drifted []secrets.VarFinding
		Confirm Confirm
	}
)

func (PlanVars) ask() {}
func (FixVars) ask()  {}
