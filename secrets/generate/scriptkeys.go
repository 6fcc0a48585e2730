package generate

import (
	"strings"

	"assay/secrets/secret"
)

// sshKeygen knows how to make a key (-t), to print its public part (-y) and to
// sign a public key (-s).
func (a *arguments) sshKeygen() (stage, error) {
	err := a.parse(map[string]bool{"-t": true, "-b": true, "-N": true, "-C": true, "-f": true, "-s": true, "-I": true, "-n": true,
		"-q": false, "-y": false, "-h": false})
	switch {
	case err != nil:
		return nil, err
	case a.has("-s"):
		return a.sshSign()
	case len(a.operands) > 0 || !a.has("-f"):
		return nil, a.unknown()
	case a.has("-y"):
		return a.sshPublic()
	}
	return a.sshNew()
}

func (a *arguments) sshNew() (stage, error) {
	kind, err1 := a.value("", "-t")
	comment, err2 := a.value("", "-C")
	passphrase, err3 := a.value("ask", "-N")
	bits, err4 := a.number(a.value("4096", "-b"))
	file, err5 := a.writable(a.options["-f"], a.line)
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || err5 != nil || passphrase != "" ||
		kind != "ed25519" && (kind != "rsa" || !a.has("-b") || bits < 2048 || bits > 8192) { // larger ones take minutes
		return nil, a.unknown()
	}
	a.files[file+".pub"] = true
	return func(r *scriptRun, _ []byte) ([]byte, error) {
		private, public, err := NewSSHKey(comment)
		if kind == "rsa" {
			private.Wipe()
			private, public, err = NewSSHKeyRSA(bits, comment)
		}
		if err != nil {
			return nil, err
		}
		r.write(file, private.Bytes())
		r.write(file+".pub", public.Bytes())
		return nil, nil
	}, nil
}

// sshPublic prints the public part of a key that the script made: that it
// stands beside it is how its comment is known.
func (a *arguments) sshPublic() (stage, error) {
	file, err := a.readable(a.options["-f"], a.line)
	if err != nil || !a.files[file+".pub"] {
		return nil, a.unknown()
	}
	return func(r *scriptRun, _ []byte) ([]byte, error) {
		b, err := r.read(file + ".pub")
		return append([]byte(nil), b...), err
	}, nil
}

func (a *arguments) sshSign() (stage, error) {
	if len(a.operands) != 1 || !a.has("-I") || !a.has("-n") || a.has("-t", "-y", "-f", "-C", "-N", "-b") {
		return nil, a.unknown()
	}
	ca, err1 := a.readable(a.options["-s"], a.line)
	id, err2 := a.value("", "-I")
	names, err3 := a.value("", "-n")
	key, err4 := a.readable(a.operands[0], a.line)
	base, isPub := strings.CutSuffix(key, ".pub")
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || !isPub {
		return nil, a.unknown()
	}
	a.files[base+"-cert.pub"] = true
	want := SSHCertificate{ID: id, Host: a.has("-h"), Principals: strings.Split(names, ",")}
	return func(r *scriptRun, _ []byte) ([]byte, error) {
		caKey, err1 := r.read(ca)
		public, err2 := r.read(key)
		if err1 != nil || err2 != nil {
			return nil, firstOf(err1, err2)
		}
		held := owned(caKey)
		defer held.Wipe()
		cert, err := SignSSH(held, owned(public), want)
		if err != nil {
			return nil, err
		}
		r.write(base+"-cert.pub", cert.Bytes())
		return nil, nil
	}, nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// wg knows genkey, genpsk and pubkey.
func (a *arguments) wg() (stage, error) {
	a.operands = a.words
	verb, err := a.operandTexts()
	if err != nil || len(verb) != 1 {
		return nil, a.unknown()
	}
	switch {
	case verb[0] == "genkey":
		return func(*scriptRun, []byte) ([]byte, error) {
			private, _, err := NewWireGuardKey()
			return private.Bytes(), err
		}, nil
	case verb[0] == "genpsk":
		return func(*scriptRun, []byte) ([]byte, error) { return NewWireGuardPSK().Bytes(), nil }, nil
	case verb[0] == "pubkey" && a.fed:
		return func(_ *scriptRun, stdin []byte) ([]byte, error) {
			public, err := WireGuardPublicOf(secret.New(stdin))
			return public.Bytes(), err
		}, nil
	}
	return nil, a.unknown()
}

// nix knows key generate-secret and key convert-secret-to-public.
func (a *arguments) nix() (stage, error) {
	err := a.parse(map[string]bool{"--extra-experimental-features": true, "--experimental-features": true, "--key-name": true})
	if err != nil {
		return nil, err
	}
	verb, err1 := a.operandTexts()
	name, err2 := a.value("", "--key-name")
	if err1 != nil || err2 != nil {
		return nil, a.unknown()
	}
	switch strings.Join(verb, " ") {
	case "key generate-secret":
		if name == "" {
			return nil, a.unknown()
		}
		return func(*scriptRun, []byte) ([]byte, error) {
			private, _, err := NewNixKey(name)
			return private.Bytes(), err
		}, nil
	case "key convert-secret-to-public":
		if name != "" || !a.fed {
			return nil, a.unknown()
		}
		return func(_ *scriptRun, stdin []byte) ([]byte, error) {
			public, err := NixPublicOf(secret.New(stdin))
			return public.Bytes(), err
		}, nil
	}
	return nil, a.unknown()
}

// nixStore knows --generate-binary-cache-key NAME PRIVATE PUBLIC.
func (a *arguments) nixStore() (stage, error) {
	if len(a.words) != 4 {
		return nil, a.unknown()
	}
	verb, ok1 := a.words[0].Static()
	name, ok2 := a.words[1].Static()
	private, err1 := a.writable(a.words[2], a.line)
	public, err2 := a.writable(a.words[3], a.line)
	if verb != "--generate-binary-cache-key" || !ok1 || !ok2 || err1 != nil || err2 != nil {
		return nil, a.unknown()
	}
	return func(r *scriptRun, _ []byte) ([]byte, error) {
		s, p, err := NewNixKey(name)
		if err != nil {
			return nil, err
		}
		r.write(private, s.Bytes())
		r.write(public, p.Bytes())
		return nil, nil
	}, nil
}

// zerotier knows the modes of clan's zerotier-generate that its service uses.
func (a *arguments) zerotier() (stage, error) {
	err := a.parse(map[string]bool{"--mode": true, "--identity-secret": true, "--identity-secret-file": true,
		"--network-id": true, "--network-id-file": true, "--ip": true})
	mode, modeErr := a.value("", "--mode")
	if err != nil || modeErr != nil || len(a.operands) > 0 {
		return nil, a.unknown()
	}
	switch mode {
	case "identity-only":
		return a.make("--identity-secret", func(r *scriptRun) (secret.Value, error) { return NewZeroTierIdentity(r.ctx) })
	case "network-id":
		identity, err := a.readable(a.options["--identity-secret-file"], a.line)
		if err != nil {
			return nil, err
		}
		return a.make("--network-id", func(r *scriptRun) (secret.Value, error) {
			address, err := r.zeroTierAddress(identity)
			return public(NewZeroTierNetworkID(address).String()), err
		})
	case "compute-ip":
		identity, err1 := a.readable(a.options["--identity-secret"], a.line)
		network, err2 := a.readable(a.options["--network-id-file"], a.line)
		if err := firstOf(err1, err2); err != nil {
			return nil, err
		}
		return a.make("--ip", func(r *scriptRun) (secret.Value, error) {
			address, err1 := r.zeroTierAddress(identity)
			text, err2 := r.read(network)
			id, err3 := ParseZeroTierNetworkID(string(text))
			return public(id.IP(address).String()), firstOf(err1, err2, err3)
		})
	}
	return nil, a.unknown()
}

// make is a stage that writes one value into the file of an option.
func (a *arguments) make(option string, value func(*scriptRun) (secret.Value, error)) (stage, error) {
	file, err := a.writable(a.options[option], a.line)
	if err != nil {
		return nil, err
	}
	return func(r *scriptRun, _ []byte) ([]byte, error) {
		v, err := value(r)
		if err == nil {
			r.write(file, v.Bytes())
		}
		return nil, err
	}, nil
}

func (r *scriptRun) zeroTierAddress(file string) (ZeroTierAddress, error) {
	identity, err := r.read(file)
	if err != nil {
		return ZeroTierAddress{}, err
	}
	held := owned(identity)
	defer held.Wipe()
	return ZeroTierAddressOf(held)
}
