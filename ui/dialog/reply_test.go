package dialog

import (
	"testing"

	"assay/ui/view/viewtest"
)

func TestGoldenReply(t *testing.T) {
	env := viewtest.Env(viewtest.Adopted(t))
	golden(t, "reply", NewReply(env, "age-plugin-demo", "Is the key of slot 1 the right one?", "use it", "leave it"))
	wait := NewReply(env, "age-plugin-demo", "waiting for age-plugin-demo: touch the key?", "", "")
	wait.Waits(2)
	golden(t, "reply-wait", wait)
}
