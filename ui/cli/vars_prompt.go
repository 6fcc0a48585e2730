package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"assay/fleet"
	"assay/fleet/session"
	"assay/secrets"
	"assay/secrets/sops"
)

// answerPrompts gathers the answers to all questions of a plan before anything
// runs, each for its generator in its place: those of the file, and what is
// left from the terminal, where an answer that was kept is offered.
func (a *app) answerPrompts(ctx context.Context, s *session.Session, plan session.VarsPlan, identities []sops.Identity, flags generateFlags) (secrets.Answers, error) {
	given, err := a.givenAnswers(flags.answers)
	if err != nil {
		return nil, err
	}
	answers := secrets.Answers{}
	for _, step := range plan.Steps {
		if step.Blocked != "" {
			continue
		}
		answers[step.Place] = map[string]secrets.Secret{}
		for _, p := range step.Prompts {
			name := strings.TrimPrefix(step.Place.Dir(), "vars/") + "/" + p.Name
			answer, found := given[name]
			delete(given, name)
			if !found {
				q := question{name: name, prompt: p, asked: step.Asked}
				q.former, q.kept, q.unread = s.KeptAnswer(step, p.Name, identities)
				answer, found, err = a.askFor(ctx, q, flags)
			}
			if err == nil && found && p.Required && answer.Len() == 0 {
				err = usagef("%s: the answer is empty, and one is needed", name)
			}
			if err != nil {
				wipe(answers)
				return nil, err
			}
			if found {
				answers[step.Place][p.Name] = answer
			}
		}
	}
	if len(given) > 0 {
		wipe(answers)
		return nil, usagef("nothing that runs asks for %s; nothing is generated", strings.Join(slices.Sorted(maps.Keys(given)), ", "))
	}
	return answers, nil
}

// question is one that a generator asks.
type question struct {
	name   string
	prompt fleet.VarPrompt
	asked  bool           // the operator wants its generator to run
	former secrets.Secret // the answer that was kept
	kept   bool
	unread error // why it is not known
}

// concealed reports whether the answer is not shown.
func (q question) concealed() bool {
	return q.prompt.Type == "hidden" || q.prompt.Type == "multiline-hidden"
}

// again is the former answer as the answer.
func (q question) again() secrets.Secret { return secrets.NewSecret(bytes.Clone(q.former.Bytes())) }

// askFor asks one question on the terminal, where there is one, or takes the
// answer that was kept. With --yes what may be left empty is not asked: it is
// empty where the operator wants it anew, and else what it was.
func (a *app) askFor(ctx context.Context, q question, flags generateFlags) (answer secrets.Secret, found bool, err error) {
	defer q.former.Wipe()
	ask := a.env.Interactive && flags.answers != "-"
	silent := !q.prompt.Required && (flags.yes || !a.env.Interactive)
	switch {
	case silent && q.asked:
		return answer, false, nil
	case q.kept && (silent || !ask):
		a.errors().clean("%s: the former answer is kept", q.name)
		return q.again(), true, nil
	case q.unread != nil && (silent || !ask):
		return answer, false, fmt.Errorf("%s: the former answer is not known: %w; hint: --answers FILE with the line %s=ANSWER", q.name, q.unread, q.name)
	case silent:
		return answer, false, nil
	case !ask:
		return answer, false, usagef("%s is asked for, and this is no terminal; hint: --answers FILE with the line %s=ANSWER", q.name, q.name)
	case q.unread != nil:
		a.errors().clean("%s: the former answer is not known: %s", q.name, q.unread)
	}
	answer, err = a.askPrompt(ctx, q)
	return answer, err == nil, err
}

// givenAnswers reads the file of answers, by the names of the questions.
func (a *app) givenAnswers(file string) (map[string]secrets.Secret, error) {
	var in io.Reader
	switch file {
	case "":
		return nil, nil
	case "-":
		in = a.env.Stdin
	default:
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxTyped+1))
	defer clear(text)
	if err == nil && len(text) > maxTyped {
		err = fmt.Errorf("--answers: larger than %d bytes", maxTyped)
	}
	if err != nil {
		return nil, err
	}
	return parseAnswers(text)
}

// parseAnswers reads lines NAME=ANSWER, or a JSON object of names to answers.
// Its errors never show an answer.
func parseAnswers(text []byte) (map[string]secrets.Secret, error) {
	out := map[string]secrets.Secret{}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		var set map[string]string
		if err := json.Unmarshal(text, &set); err != nil {
			return nil, usagef("--answers: not a JSON object of names to texts")
		}
		for name, answer := range set {
			out[name] = secrets.NewSecret([]byte(answer))
		}
		return out, nil
	}
	number := 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.TrimRight(line, "\r\n")
		if len(bytes.TrimSpace(line)) == 0 || line[0] == '#' {
			continue
		}
		name, answer, ok := bytes.Cut(line, []byte("="))
		if !ok {
			return nil, usagef("--answers: line %d: expected GENERATOR/QUESTION=ANSWER", number)
		}
		if _, twice := out[string(name)]; twice {
			return nil, usagef("--answers: line %d: a second answer for %s", number, name)
		}
		out[string(name)] = secrets.NewSecret(bytes.Clone(answer))
	}
	return out, nil
}

func wipe(answers secrets.Answers) {
	for _, of := range answers {
		for _, v := range of {
			v.Wipe()
		}
	}
}

// askPrompt asks one question of a generator. What is hidden and not left
// empty is asked for twice; all answers are held as secrets. One of several
// lines ends with an empty line. An empty answer is the former one, where that
// was kept, and then "-" is an empty one.
func (a *app) askPrompt(ctx context.Context, q question) (secrets.Secret, error) {
	for range askTimes {
		typed, err := a.typeOnce(ctx, q.text(), q.prompt.Type)
		switch {
		case err != nil:
			return secrets.Secret{}, err
		case len(typed) == 0 && q.kept:
			return q.again(), nil
		case q.leaves(typed):
			return secrets.Secret{}, nil
		case len(typed) == 0 && q.prompt.Required:
			a.errors().line("an answer is needed")
			continue
		case len(typed) == 0 || !q.concealed():
			return secrets.NewSecret(typed), nil
		}
		again, err := a.typeOnce(ctx, "again, "+q.name+": "+q.prompt.Description, q.prompt.Type)
		if err != nil {
			clear(typed)
			return secrets.Secret{}, err
		}
		same := bytes.Equal(typed, again)
		clear(again)
		if same {
			return secrets.NewSecret(typed), nil
		}
		clear(typed)
		a.errors().line("the two differ")
	}
	return secrets.Secret{}, errors.New("there was no answer; nothing is generated")
}

// leaves reports whether an answer says that there is to be none any more.
func (q question) leaves(typed []byte) bool {
	return q.kept && !q.prompt.Required && string(typed) == "-"
}

// text is the question as it is asked. A former answer is in it unless it is
// concealed.
func (q question) text() string {
	text := q.name + ": " + q.prompt.Description
	what := "it"
	switch {
	case !q.kept:
		return text
	case q.concealed():
		what = "the former answer"
	default:
		text += " [" + strings.Join(strings.FieldsFunc(string(q.former.Bytes()), func(r rune) bool { return r == '\n' }), " | ") + "]"
	}
	return text + " (" + q.keeps("Enter", what) + ")"
}

// keeps says how the former answer is kept, and how there is none any more.
func (q question) keeps(key, what string) string {
	text := key + " keeps " + what
	if !q.prompt.Required {
		text += ", - leaves it empty"
	}
	return text
}

// typeOnce reads an answer of one or of several lines, shown or not.
func (a *app) typeOnce(ctx context.Context, what, kind string) ([]byte, error) {
	several := kind == "multiline" || kind == "multiline-hidden"
	shown := kind == "line" || kind == "multiline"
	if several {
		what += " (an empty line ends it)"
	}
	in, ok := a.env.Stdin.(*os.File)
	if !ok || !a.env.Interactive {
		return nil, errNoPrompt
	}
	var all []byte
	lines := 0
	err := a.typedLines(ctx, in, what, !shown, func(line []byte) bool {
		if several && len(line) == 0 {
			return false
		}
		var between []byte
		if lines++; lines > 1 {
			between = []byte("\n")
		}
		grown := slices.Concat(all, between, line)
		clear(all)
		clear(line)
		all = grown
		return several
	})
	if errors.Is(err, io.EOF) && lines > 0 {
		err = nil
	}
	if err != nil {
		clear(all)
		return nil, unanswered(err, "nothing is generated")
	}
	if !shown {
		a.redactor.Know(secrets.NewSecret(all))
	}
	return all, nil
}
