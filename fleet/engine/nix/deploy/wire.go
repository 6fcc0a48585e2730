package deploy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"assay/fleet/host"
)

// Numbers of Nix's worker protocol, from its src/libstore/worker-protocol.hh.
const (
	clientMagic = 0x6e697863
	daemonMagic = 0x6478696f

	opAddIndirectRoot = 12

	frameNext   = 0x6f6c6d67
	frameRead   = 0x64617461
	frameWrite  = 0x64617416
	frameLast   = 0x616c7473
	frameError  = 0x63787470
	frameStart  = 0x53545254
	frameStop   = 0x53544f50
	frameResult = 0x52534c54
)

// maxString bounds a string that a daemon sends, in bytes; maxFields the
// fields of an activity.
const (
	maxString = 1 << 20
	maxFields = 1 << 10
)

var errProtocol = errors.New("the daemon does not speak Nix's protocol")

func writeUint(w io.Writer, n uint64) error {
	_, err := w.Write(binary.LittleEndian.AppendUint64(nil, n))
	return err
}

func writeString(w io.Writer, s string) error {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(s)))
	b = append(b, s...)
	b = append(b, make([]byte, (8-len(s)%8)%8)...)
	_, err := w.Write(b)
	return err
}

func readUint(r io.Reader) (uint64, error) {
	var b [8]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b[:]), nil
}

func readString(r io.Reader) (string, error) {
	n, err := readUint(r)
	if err != nil {
		return "", err
	}
	if n > maxString {
		return "", errProtocol
	}
	b := make([]byte, (n+7)&^7)
	if _, err := io.ReadFull(r, b); err != nil {
		return "", err
	}
	return string(b[:n]), nil
}

// skipFrames reads what the daemon says while it works, up to its last word.
// Its error is the daemon's, if that says one.
func skipFrames(r io.Reader) error {
	for {
		kind, err := readUint(r)
		if err != nil {
			return err
		}
		switch kind {
		case frameLast:
			return nil
		case frameError:
			return readError(r)
		case frameNext, frameWrite:
			_, err = readString(r)
		case frameStart:
			err = skipStart(r)
		case frameStop:
			_, err = readUint(r)
		case frameResult:
			if err = skipUints(r, 2); err == nil {
				err = skipFields(r)
			}
		default: // frameRead too: it asks for what nobody offered
			err = errProtocol
		}
		if err != nil {
			return err
		}
	}
}

// readError reads an error as versions 1.26 and newer send it, up to its
// message. What follows is of no use: the daemon ends the connection.
func readError(r io.Reader) error {
	if _, err := readString(r); err != nil { // "Error"
		return err
	}
	if _, err := readUint(r); err != nil { // level
		return err
	}
	if _, err := readString(r); err != nil { // name
		return err
	}
	text, err := readString(r)
	if err != nil {
		return err
	}
	return fmt.Errorf("the daemon says: %s", short(strings.Split(host.Sanitize(text), "\n")))
}

func skipStart(r io.Reader) error {
	if err := skipUints(r, 3); err != nil { // id, level, type
		return err
	}
	if _, err := readString(r); err != nil {
		return err
	}
	if err := skipFields(r); err != nil {
		return err
	}
	return skipUints(r, 1) // parent
}

func skipUints(r io.Reader, n int) error {
	for range n {
		if _, err := readUint(r); err != nil {
			return err
		}
	}
	return nil
}

func skipFields(r io.Reader) error {
	n, err := readUint(r)
	if err != nil {
		return err
	}
	if n > maxFields {
		return errProtocol
	}
	for range n {
		kind, err := readUint(r)
		if err != nil {
			return err
		}
		switch kind {
		case 0:
			_, err = readUint(r)
		case 1:
			_, err = readString(r)
		default:
			err = errProtocol
		}
		if err != nil {
			return err
		}
	}
	return nil
}
