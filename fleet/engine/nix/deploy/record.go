package deploy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/engine/nix/record"
	"assay/fleet/host"
)

// maxPaths bounds the closure of a system that a host tells of; maxArchive its
// files, in bytes.
const (
	maxPaths   = 1 << 17
	maxArchive = 256 << 20
)

var errAnswer = errors.New("the host says something else than was asked for")

// Record makes the record of a system that the host has, in one round trip.
func (d *Deployer) Record(ctx context.Context, conn host.Conn, system string) (engine.Record, error) {
	if !fleet.IsStorePath(system) {
		return engine.Record{}, fmt.Errorf("read the record of a system: %q %w", system, errPath)
	}
	r, w := io.Pipe()
	type answer struct {
		record engine.Record
		err    error
	}
	read := make(chan answer, 1)
	go func() {
		rec, err := readRecord(system, io.LimitReader(r, maxArchive))
		r.CloseWithError(errors.Join(err, errTooMuch)) // whatever follows
		read <- answer{rec, err}
	}()
	err := conn.Run(ctx, host.Command{Script: preludeSh + recordSh, Args: []string{system}, Stdout: w})
	w.CloseWithError(io.ErrUnexpectedEOF)
	a := <-read
	switch {
	case err != nil && (a.err == nil || errors.Is(a.err, io.ErrUnexpectedEOF)):
		return engine.Record{}, fmt.Errorf("read the record of %s: %w", path.Base(system), err)
	case a.err != nil:
		return engine.Record{}, fmt.Errorf("read the record of %s: %w", path.Base(system), a.err)
	}
	return a.record, nil
}

// readRecord reads what the script prints.
func readRecord(system string, in io.Reader) (engine.Record, error) {
	r := bufio.NewReader(in)
	var objects []engine.Object
	if err := readLines(r, func(line string) error {
		if !fleet.IsStorePath(line) || len(objects) == maxPaths {
			return errAnswer
		}
		objects = append(objects, engine.Object{Path: line})
		return nil
	}); err != nil {
		return engine.Record{}, err
	}
	n := 0
	if err := readLines(r, func(line string) error {
		size, err := strconv.ParseInt(line, 10, 64)
		if err != nil || size < 0 || n == len(objects) {
			return errAnswer
		}
		objects[n].NarSize = size
		n++
		return nil
	}); err != nil {
		return engine.Record{}, err
	}
	if n != len(objects) || n == 0 {
		return engine.Record{}, errAnswer
	}
	if _, err := r.Peek(1); err != nil {
		return record.New(system, objects, nil, "the host's store is not in /nix/store"), nil
	}
	var files record.Files
	if err := files.ReadTar(r); err != nil {
		return engine.Record{}, err
	}
	if _, err := io.Copy(io.Discard, r); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return engine.Record{}, err
	}
	return record.New(system, objects, &files, ""), nil
}

// readLines gives each line up to an empty one.
func readLines(r *bufio.Reader, each func(line string) error) error {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == 1 {
			return nil
		}
		if err := each(strings.TrimSuffix(string(line), "\n")); err != nil {
			return err
		}
	}
}
