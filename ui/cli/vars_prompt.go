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
)

// answerPrompts gathers the answers to all questions of a plan before anything
// runs, each for its generator in its place: those of the file, and what is
// left from the terminal. With --yes what may be left empty is not asked.
func (a *app) answerPrompts(ctx context.Context, plan session.VarsPlan, flags generateFlags) (secrets.Answers, error) {
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
				answer, found, err = a.askFor(ctx, name, p, flags)
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

// askFor asks one question on the terminal, where there is one.
func (a *app) askFor(ctx context.Context, name string, p fleet.VarPrompt, flags generateFlags) (answer secrets.Secret, found bool, err error) {
	if !p.Required && (flags.yes || !a.env.Interactive) {
		return answer, false, nil
	}
	if !a.env.Interactive || flags.answers == "-" {
		return answer, false, usagef("%s is asked for, and this is no terminal; hint: --answers FILE with the line %s=ANSWER", name, name)
	}
	answer, err = a.askPrompt(ctx, name+": "+p.Description, p.Type, p.Required)
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
// lines ends with an empty line.
func (a *app) askPrompt(ctx context.Context, what, kind string, required bool) (secrets.Secret, error) {
	for range askTimes {
		typed, err := a.typeOnce(ctx, what, kind)
		if err != nil {
			return secrets.Secret{}, err
		}
		if len(typed) == 0 && required {
			a.errors().line("an answer is needed")
			continue
		}
		if len(typed) == 0 || kind == "line" || kind == "multiline" {
			return secrets.NewSecret(typed), nil
		}
		again, err := a.typeOnce(ctx, "again, "+what, kind)
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

// typeOnce reads an answer of one or of several lines, shown or not.
func (a *app) typeOnce(ctx context.Context, what, kind string) ([]byte, error) {
	line := func(question string) ([]byte, error) {
		if kind == "line" || kind == "multiline" {
			return a.shown(ctx, question)
		}
		return a.hidden(ctx, "secret", question)
	}
	if kind == "line" || kind == "hidden" {
		return line(what)
	}
	var all []byte
	question := what + " (an empty line ends it)"
	for {
		next, err := line(question)
		if err != nil {
			clear(all)
			return nil, err
		}
		if len(next) == 0 {
			return bytes.TrimSuffix(all, []byte("\n")), nil
		}
		grown := slices.Concat(all, next, []byte("\n"))
		clear(all)
		clear(next)
		all, question = grown, "next line"
	}
}
