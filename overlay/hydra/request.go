package hydra

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// errMissing is that a server answers, and does not have what was asked for.
var errMissing = errors.New("not there")

// missing turns errMissing into an answer.
func missing(t Target, err error, why string) (Answer, error) {
	if errors.Is(err, errMissing) {
		return Answer{Job: t, State: Unknown, Why: why}, nil
	}
	return Answer{}, err
}

// get returns a page as JSON and the address that it was at in the end.
func (c *Client) get(ctx context.Context, t Target, address string) (text []byte, final string, err error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	if err := c.turn(ctx, t.Server); err != nil {
		return nil, "", err
	}
	text, final, err = c.fetch(ctx, address)
	if err != nil && !errors.Is(err, errMissing) && ctx.Err() == nil {
		c.mu.Lock()
		c.servers[t.Server].down = err.Error()
		c.mu.Unlock()
	}
	return text, final, err
}

// turn waits until a request to the server may start. A server that did not
// answer is not asked again.
func (c *Client) turn(ctx context.Context, name string) error {
	c.mu.Lock()
	s := c.servers[name]
	if s == nil {
		s = &server{}
		c.servers[name] = s
	}
	wait := time.Duration(0)
	if s.down == "" {
		wait = time.Until(s.next)
		s.next = time.Now().Add(max(wait, 0) + c.every)
	}
	c.mu.Unlock()
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.down != "" {
		return errors.New(s.down)
	}
	return nil
}

// fetch is one request.
func (c *Client) fetch(ctx context.Context, address string) (text []byte, final string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", errors.New("its address is none")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "assay")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, "", cause(err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return nil, "", errMissing
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return nil, "", errors.New("it leads elsewhere")
	case resp.StatusCode != http.StatusOK:
		return nil, "", fmt.Errorf("it answers with the status %d", resp.StatusCode)
	}
	text, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, "", cause(err)
	case len(text) > maxAnswer:
		return nil, "", fmt.Errorf("it answers with more than %d bytes", maxAnswer)
	}
	return text, resp.Request.URL.String(), nil
}

// cause is what went wrong with a connection, without the address.
func cause(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if t, ok := errors.AsType[net.Error](err); ok && t.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in time")
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return errors.New("its name is not found: " + dns.Err)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return errors.New("no connection: " + op.Err.Error())
	}
	return err
}
