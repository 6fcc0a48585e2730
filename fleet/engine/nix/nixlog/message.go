package nixlog

import (
	"regexp"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/host"
)

// messageLimit bounds the text of one error, in bytes.
const messageLimit = 16 << 10

// message takes what Nix says to the user.
func (f *Follower) message(r *Record) {
	text, log := split(host.Sanitize(clip(r.Message, 4*messageLimit)))
	if file, ok := strings.CutPrefix(text, "evaluating file '"); ok && r.Level > 3 {
		f.view.watch(engine.Step{Kind: engine.StepEvaluate, What: plain(strings.TrimSuffix(file, "'"))})
		return
	}
	if r.Level > 3 {
		return
	}
	f.say("", text)
	if r.Level > 0 {
		return
	}
	raw, isError := host.Sanitize(clip(r.Raw, 4*messageLimit)), r.Raw != ""
	if !isError { // of a daemon's builds
		raw, isError = strings.CutPrefix(text, "error: ")
		raw = strings.ReplaceAll(raw, "\n       ", "\n")
	}
	if isError {
		raw, _ = split(raw)
		f.error(r, clip(strings.TrimSpace(raw), messageLimit), text, log)
	}
}

// error takes an error of Nix. raw is what went wrong, text all that is said,
// log what it quotes of a builder's log.
func (f *Follower) error(r *Record, raw, text string, log []string) {
	drv, status := blame(raw)
	if drv != "" {
		f.fail(drv, status, raw)
		if failure := f.failures[drv]; len(failure.Lines) == 0 {
			failure.Lines = log
		}
		f.settle(false)
	}
	switch {
	case summary.MatchString(raw):
	case drv == "" && nameless.MatchString(raw) && f.explain(raw):
	case drv == "" || r.File != "" || len(r.Trace) > 0 || strings.Contains(text, "\n       … "):
		f.evalErrors = append(f.evalErrors, evalError(r, raw, text))
	}
}

// split takes the end of a builder's log out of an error that quotes it, where
// anything may stand, and with it the advice how to read the whole.
func split(text string) (said string, log []string) {
	at := quotes.FindStringIndex(text)
	if at == nil {
		return text, nil
	}
	var b strings.Builder
	b.WriteString(text[:at[0]] + "\n")
	advice := false
	for line := range strings.Lines(text[at[1]:]) {
		bare := strings.TrimSpace(line)
		quoted, isLog := strings.CutPrefix(bare, ">")
		switch {
		case isLog:
			log = append(log, plain(strings.TrimPrefix(quoted, " ")))
		case strings.HasPrefix(bare, "For full logs, run"):
			advice = true
		case advice && (strings.HasPrefix(bare, "nix log ") || strings.HasPrefix(bare, "nix-store -l ")):
		default:
			b.WriteString(line)
		}
	}
	return strings.TrimRight(b.String(), "\n"), log[max(len(log)-tailLines, 0):]
}

// explain gives an error that names no derivation to the only failure that
// has no message.
func (f *Follower) explain(raw string) bool {
	var mute []*Failure
	for _, drv := range f.order {
		if failure := f.failures[drv]; failure.Message == "" {
			mute = append(mute, failure)
		}
	}
	if len(mute) != 1 {
		return false
	}
	mute[0].Message = raw
	return true
}

// path of a derivation in quotation marks, with the outputs that are wanted.
const quotedDrv = `'(/[^'\n]*\.drv)(?:[!^][^'\n]*)?'`

// The words of Nix 2.8 to 2.34 and of Lix for a derivation that is not built.
var (
	summary    = regexp.MustCompile(`^build of '/`)                               // it repeats what was said of each
	nameless   = regexp.MustCompile(`^(?:timed out after|killed after writing) `) // of the last failure
	quotes     = regexp.MustCompile(`;?\n *[Ll]ast \d+ log lines:\n`)
	dependency = regexp.MustCompile(`\bdependenc(?:y|ies) of derivation ` + quotedDrv + ` failed`)
	cannot     = regexp.MustCompile(`(?s)^Cannot build ` + quotedDrv + `\.\s+Reason:\s+(.*)`)
	because    = regexp.MustCompile(`^\d+ dependenc(?:y|ies) failed`)
	failed     = []*regexp.Regexp{
		regexp.MustCompile(`\bbuilder for ` + quotedDrv + ` failed`),
		regexp.MustCompile(`\bhash mismatch in (?:fixed-output )?derivation ` + quotedDrv),
		regexp.MustCompile(`\bderivation ` + quotedDrv + ` may not be deterministic`),
		regexp.MustCompile(`\brequired to build ` + quotedDrv),
		regexp.MustCompile(`\b(?:build|building|derivation)(?: of)?(?: derivation)? ` + quotedDrv + `.* (?:failed|timed out|killed)\b`),
		regexp.MustCompile(`\bfailed to build (?:derivation )?` + quotedDrv),
	}
)

// blame returns the derivation that an error says is not built, and whether
// that is its own fault. It is "" where the error says it of none.
func blame(raw string) (drv string, status Status) {
	if summary.MatchString(raw) {
		return "", ""
	}
	status = Failed
	if m := dependency.FindStringSubmatch(raw); m != nil {
		drv, status = m[1], Dependency
	} else if m := cannot.FindStringSubmatch(raw); m != nil {
		if drv = m[1]; because.MatchString(m[2]) {
			status = Dependency
		}
	} else {
		for _, words := range failed {
			if m := words.FindStringSubmatch(raw); m != nil {
				drv = m[1]
				break
			}
		}
	}
	if drv = derivation(drv); drv == "" {
		return "", ""
	}
	return drv, status
}

// firstLine returns what a message says in its first line; the reason where
// that only says that something cannot be built.
func firstLine(message string) string {
	if m := cannot.FindStringSubmatch(message); m != nil {
		message = m[2]
	}
	line, _, _ := strings.Cut(message, "\n")
	return strings.TrimRight(line, ".;:")
}
