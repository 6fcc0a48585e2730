package generate

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"

	"assay/secrets/secret"
)

// The generators of clan's zerotier service, by the prefixes of their names,
// and their files. All are shared.
const (
	zeroTierIdentity = "zerotier-identity-" // MACHINE
	zeroTierNetwork  = "zerotier-network-"  // INSTANCE
	zeroTierIP       = "zerotier-ip-"       // MACHINE-INSTANCE

	zeroTierSecretFile  = "identity-secret"
	zeroTierNetworkFile = "network-id"
	zeroTierIPFile      = "ip"
)

// ZeroTierNetworkID is the 64-bit id of a network. Its first 40 bits are the
// address of the controller.
type ZeroTierNetworkID uint64

// String is the id in 16 hexadecimal digits.
func (n ZeroTierNetworkID) String() string { return fmt.Sprintf("%016x", uint64(n)) }

// Controller is the address of the network's controller.
func (n ZeroTierNetworkID) Controller() ZeroTierAddress {
	b := binary.BigEndian.AppendUint64(nil, uint64(n))
	return ZeroTierAddress(b[:5])
}

// NewZeroTierNetworkID draws the id of a network of that controller. Its last
// 24 bits are random and never all zero.
func NewZeroTierNetworkID(controller ZeroTierAddress) ZeroTierNetworkID {
	for {
		id := append(controller[:], random(3)...)
		if n := ZeroTierNetworkID(binary.BigEndian.Uint64(id)); n&0xffffff != 0 {
			return n
		}
	}
}

// ParseZeroTierNetworkID reads an id as String writes it, with or without
// space around it. Its error is ErrZeroTier.
func ParseZeroTierNetworkID(text string) (ZeroTierNetworkID, error) {
	var id [8]byte
	if !unhex(id[:], bytes.TrimSpace([]byte(text))) {
		return 0, fmt.Errorf("%w: a network id has 16 hexadecimal digits: %.40q", ErrZeroTier, text)
	}
	return ZeroTierNetworkID(binary.BigEndian.Uint64(id[:])), nil
}

// IP is the IPv6 address of a node in the network, by ZeroTier's scheme for
// RFC 4193: fd, the network id, 9993, the node's address. The network is a /88.
func (n ZeroTierNetworkID) IP(node ZeroTierAddress) netip.Addr {
	var ip [16]byte
	ip[0] = 0xfd
	binary.BigEndian.PutUint64(ip[1:], uint64(n))
	ip[9], ip[10] = 0x99, 0x93
	copy(ip[11:], node[:])
	return netip.AddrFrom16(ip)
}

// ZeroTierIdentity is the generator of a machine's ZeroTier identity.
func ZeroTierIdentity(machine string) Generator {
	g := Generator{Name: zeroTierIdentity + machine, Shared: true,
		Files: []File{{Name: zeroTierSecretFile, Secret: true, Deploy: true}}}
	g.Make = func(ctx context.Context, _ Input) (Contents, error) {
		identity, err := NewZeroTierIdentity(ctx)
		if err != nil {
			return nil, err
		}
		return Contents{zeroTierSecretFile: identity}, nil
	}
	return g
}

// ZeroTierNetwork is the generator of the id of an instance's network, from
// the identity of the machine that controls it.
func ZeroTierNetwork(instance, controller string) Generator {
	identity := zeroTierIdentity + controller
	g := Generator{Name: zeroTierNetwork + instance, Shared: true, Dependencies: []string{identity},
		Files: []File{{Name: zeroTierNetworkFile}}}
	g.Make = func(_ context.Context, in Input) (Contents, error) {
		address, err := in.zeroTierAddress(identity)
		if err != nil {
			return nil, err
		}
		id := NewZeroTierNetworkID(address)
		return Contents{zeroTierNetworkFile: public(id.String())}, nil
	}
	return g
}

// ZeroTierIP is the generator of a machine's address in an instance's network.
func ZeroTierIP(machine, instance string) Generator {
	identity, network := zeroTierIdentity+machine, zeroTierNetwork+instance
	g := Generator{Name: zeroTierIP + machine + "-" + instance, Shared: true,
		Dependencies: []string{identity, network}, Files: []File{{Name: zeroTierIPFile}}}
	g.Make = func(_ context.Context, in Input) (Contents, error) {
		address, err := in.zeroTierAddress(identity)
		if err != nil {
			return nil, err
		}
		text, err := in.File(network, zeroTierNetworkFile)
		if err != nil {
			return nil, err
		}
		id, err := ParseZeroTierNetworkID(string(text.Bytes()))
		if err != nil {
			return nil, fmt.Errorf("%s/%s: %w", network, zeroTierNetworkFile, err)
		}
		return Contents{zeroTierIPFile: public(id.IP(address).String())}, nil
	}
	return g
}

func (in Input) zeroTierAddress(generator string) (ZeroTierAddress, error) {
	identity, err := in.File(generator, zeroTierSecretFile)
	if err != nil {
		return ZeroTierAddress{}, err
	}
	address, err := ZeroTierAddressOf(identity)
	if err != nil {
		err = fmt.Errorf("%s/%s: %w", generator, zeroTierSecretFile, err)
	}
	return address, err
}

func public(text string) secret.Value { return secret.New([]byte(text)) }

// appendHex appends src in hexadecimal, in a fresh array: no copy of a secret
// stays behind in dst's.
func appendHex(dst, src []byte) []byte {
	out := make([]byte, 0, len(dst)+2*len(src))
	return hex.AppendEncode(append(out, dst...), src)
}
