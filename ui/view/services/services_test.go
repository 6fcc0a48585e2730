package services_test

import (
	"testing"

	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/services"
	"assay/ui/view/viewtest"
)

func open(k *known.Known, name string) *services.View {
	return services.New(viewtest.Env(k), view.Link{Place: view.Services, Name: name})
}

func TestGolden(t *testing.T) {
	k := viewtest.Known(t)
	viewtest.Golden(t, "services", open(k, ""))
	viewtest.Golden(t, "role", open(k, "zerotier/peer"))
	v := open(k, "")
	viewtest.Do(v, "filter")
	viewtest.Type(v, "controller")
	viewtest.Golden(t, "filter", v)
	viewtest.Type(v, "no such thing")
	viewtest.Golden(t, "filter-nothing", v)
	k.Fleet.Services = nil
	viewtest.Golden(t, "empty", open(k, ""))
}
