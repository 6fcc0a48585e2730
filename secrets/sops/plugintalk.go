package sops

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"filippo.io/age"
)

// The conversations with plugins are held here and not by package plugin of
// age: that one starts programs in the terminal's own group of processes, and
// can stop none that hangs.

// pluginRecipient wraps file keys with a plugin.
type pluginRecipient struct {
	plugins    Plugins
	name, text string
}

// Wrap implements age.Recipient.
func (r pluginRecipient) Wrap(key []byte) (stanzas []*age.Stanza, err error) {
	say := []pluginStanza{
		{kind: "add-recipient", args: []string{r.text}}, {kind: "wrap-file-key", body: key}, {kind: "extension-labels"}, {kind: "done"},
	}
	err = r.plugins.converse(r.name, "recipient-v1", say, func(s pluginStanza) (known bool, err error) {
		switch s.kind {
		case "recipient-stanza":
			if len(s.args) < 2 || s.args[0] != "0" {
				return true, errPluginSpeech
			}
			stanzas = append(stanzas, &age.Stanza{Type: s.args[1], Args: s.args[2:], Body: s.body})
			return true, nil
		case "labels": // with which recipients it may stand in one header: there is no other
			return true, nil
		}
		return false, nil
	})
	if err == nil && len(stanzas) == 0 {
		err = &PluginError{r.name, errors.New("it gave nothing back")}
	}
	return stanzas, err
}

// pluginKey unwraps file keys with a plugin.
type pluginKey struct {
	plugins    Plugins
	name, line string
}

// Unwrap implements age.Identity.
func (k pluginKey) Unwrap(stanzas []*age.Stanza) (key []byte, err error) {
	say := []pluginStanza{{kind: "add-identity", args: []string{k.line}}}
	for _, s := range stanzas {
		say = append(say, pluginStanza{"recipient-stanza", append([]string{"0", s.Type}, s.Args...), s.Body})
	}
	say = append(say, pluginStanza{kind: "done"})
	err = k.plugins.converse(k.name, "identity-v1", say, func(s pluginStanza) (known bool, err error) {
		if s.kind != "file-key" {
			return false, nil
		}
		if len(s.args) != 1 || s.args[0] != "0" || key != nil {
			return true, errPluginSpeech
		}
		key = s.body
		return true, nil
	})
	if err != nil {
		clear(key)
		return nil, err
	}
	if key == nil {
		return nil, age.ErrIncorrectIdentity
	}
	return key, nil
}

// conversation is one run of a plugin.
type conversation struct {
	Plugins
	ctx     context.Context
	name    string
	to      io.Writer
	from    *bufio.Reader
	refused error // why something that it asked for was not given
}

// converse starts a plugin, says what there is to say, and does what it asks
// for until it is done; heard gets what belongs to the conversation.
func (p Plugins) converse(name, kind string, say []pluginStanza, heard func(pluginStanza) (bool, error)) error {
	ctx, end, err := p.Ask.Begin(name)
	if err != nil {
		return &PluginError{name, err}
	}
	defer end()
	to, from, stop, err := startPlugin(ctx, name, kind)
	if err != nil {
		return &PluginError{name, err}
	}
	defer stop()
	c := &conversation{Plugins: p, ctx: ctx, name: name, to: to, from: bufio.NewReaderSize(from, maxPluginLine)}
	if err = c.hold(say, heard); err == nil {
		return nil
	}
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case c.refused != nil:
		err = c.refused
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.EPIPE):
		err = errors.New("it ended before it was done")
	}
	return &PluginError{name, err}
}

func (c *conversation) hold(say []pluginStanza, heard func(pluginStanza) (bool, error)) error {
	for _, s := range say {
		if err := c.tell(s); err != nil {
			return err
		}
	}
	for range maxPluginSpeech {
		s, err := c.next()
		if err != nil {
			return err
		}
		if s.kind == "done" {
			return nil
		}
		known, err := heard(s)
		answer := pluginStanza{kind: "ok"}
		if err == nil && !known {
			answer, err = c.do(s)
		}
		if err == nil {
			err = c.tell(answer)
		}
		clear(answer.body)
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: it does not come to an end", errPluginSpeech)
}

func (c *conversation) tell(s pluginStanza) error {
	text := s.text()
	defer clear(text)
	_, err := c.to.Write(text)
	return err
}

// next waits for what the plugin says.
func (c *conversation) next() (pluginStanza, error) {
	patience := c.Patience
	if patience == 0 {
		patience = 5 * time.Second
	}
	ctx, over := context.WithCancel(c.ctx)
	told := make(chan struct{})
	late := time.AfterFunc(patience, func() {
		defer close(told)
		if ctx.Err() == nil {
			c.Ask.Waiting(ctx, c.name)
		}
	})
	defer func() {
		over()
		if !late.Stop() { // whoever asked may go on with the terminal
			<-told
		}
	}()
	return readPluginStanza(c.from)
}

// do does what any plugin may ask for, and returns the answer.
func (c *conversation) do(s pluginStanza) (pluginStanza, error) {
	answer := pluginStanza{kind: "ok"}
	var err error
	switch s.kind {
	case "error":
		return answer, fmt.Errorf("it says %s", quoteLong(s.body))
	case "msg":
		err = c.Ask.Message(c.ctx, c.name, string(s.body))
	case "request-secret", "request-public":
		v, asked := c.Ask.Request(c.ctx, c.name, string(s.body), s.kind == "request-secret")
		answer.body, err = slices.Clone(v.Bytes()), asked
		v.Wipe()
	case "confirm":
		var yes bool
		if yes, err = c.confirm(s); err == nil {
			answer.args = []string{map[bool]string{true: "yes", false: "no"}[yes]}
		}
	default:
		return pluginStanza{kind: "unsupported"}, nil
	}
	if errors.Is(err, errPluginSpeech) {
		return answer, err
	}
	if err != nil { // it may want to clean up
		c.refused = errors.Join(c.refused, err)
		clear(answer.body)
		return pluginStanza{kind: "fail"}, nil
	}
	return answer, nil
}

func (c *conversation) confirm(s pluginStanza) (bool, error) {
	if len(s.args) < 1 || len(s.args) > 2 {
		return false, errPluginSpeech
	}
	var labels [2]string
	for i, a := range s.args {
		text, err := bodyEncoding.DecodeString(a)
		if err != nil {
			return false, errPluginSpeech
		}
		labels[i] = string(text)
	}
	return c.Ask.Confirm(c.ctx, c.name, string(s.body), labels[0], labels[1])
}

// quoteLong is what a plugin says for an error, with nothing in it that a
// terminal would obey.
func quoteLong(text []byte) string {
	const most = 300
	if len(text) > most {
		text = append(slices.Clone(text[:most]), "..."...)
	}
	return fmt.Sprintf("%q", text)
}

// leaveTime is how long a plugin may take to end once nobody talks to it.
const leaveTime = 2 * time.Second

// startPlugin starts a plugin in a session of its own, so that it has no
// terminal to ask on by itself, and can be ended with all that it starts. When
// ctx ends it is killed; stop waits until it is gone.
func startPlugin(ctx context.Context, name, kind string) (to io.Writer, from io.Reader, stop func(), err error) {
	path, err := exec.LookPath("age-plugin-" + name)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, nil, nil, fmt.Errorf("it is not installed; hint: nix shell nixpkgs#age-plugin-%s", name)
	case err != nil:
		return nil, nil, nil, unnamed(err)
	}
	cmd := exec.Command(path, "--age-plugin="+kind)
	cmd.Dir = os.TempDir() // it should not depend on where it is started
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AGEDEBUG=") })
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, nil, unnamed(err)
	}
	kill := func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // its whole group, or what is left of it
	released := context.AfterFunc(ctx, func() {
		kill()
		out.Close() // where a process that left the group holds it open
	})
	return in, out, func() {
		in.Close()
		out.Close()
		late := time.AfterFunc(leaveTime, kill)
		_ = cmd.Wait() // what it had to say was said
		late.Stop()
		released()
	}, nil
}
