package deploy_test

import (
	"reflect"
	"testing"

	"assay/fleet/engine/nix/deploy"
	"assay/fleet/engine/nix/record"
	"assay/fleet/host"
	"assay/fleet/host/bed"
)

// furnished is a system with files and units, laid out as NixOS does.
const furnished = `let
	unit = mk "unit-hello.service" [] "echo ExecStart=/bin/hello > $out/hello.service";
	units = mk "system-units" [unit] ''
		cd $out; ln -s ${unit}/hello.service hello.service
		mkdir hello.service.d multi-user.target.wants
		echo '[Service]' > hello.service.d/overrides.conf
		ln -s ../hello.service multi-user.target.wants/hello.service
		echo '[Mount]' > 'dev-disk\x2droot.mount' '';
	motd = mk "motd" [] "echo welcome to $out > $out/x";
	etc = mk "etc" [motd units] ''
		mkdir -p $out/etc/systemd; cd $out/etc
		ln -s ${units} systemd/system; ln -s ${motd}/x motd
		printf 'root\0' > binary; echo secret > shadow; echo 0600 > shadow.mode
		ln -s ${motd} directory; ln -s /nowhere dangling
		dd if=/dev/zero of=large bs=1024 count=65 2>/dev/null; echo 'two words' > 'two words'; echo 'two words' > twice '';
in mk "nixos-system-test-25.05" [etc] ''
	ln -s ${etc}/etc $out/etc; printf x86_64-linux > $out/system
	printf quiet > $out/kernel-params; echo "systemConfig=$out" > $out/activate ''`

func TestRecordOfHostIsTheLocalOne(t *testing.T) {
	l := newLocal(t)
	h := bed.Shared(t, 1)[0]
	conn := connect(t, h, "root", host.BecomeNone)
	d := l.deployer(t, deploy.Options{})
	c := l.closure(t, l.build(t, furnished))
	if err := d.Copy(t.Context(), conn, c.Objects, nil); err != nil {
		t.Fatal(err)
	}
	h.Root(t, "nix-store --optimise 2>&1") // then equal files are one
	want, err := record.Local(l.store(), c.System, c.Objects)
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Record(t.Context(), conn, c.System)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the host's record is\n%+v\nthe local one\n%+v", got, want)
	}
	if got.Machine != "test" || got.System != "x86_64-linux" || len(got.Units) != 3 || len(got.Files) != 7 || len(got.Packages) != 5 {
		t.Errorf("%+v", got)
	}
}
