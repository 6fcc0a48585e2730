package rollout

import (
	"context"
	"errors"
)

type run struct{ o Options }

func newRun(o Options) (*run, error) { return &run{o}, nil }

func (r *run) run(context.Context) (Report, error) { return Report{}, errors.New("not built yet") }
