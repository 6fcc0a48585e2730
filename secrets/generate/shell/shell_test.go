package shell_test

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"assay/secrets/generate/shell"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{"", ""},
		{"# nothing\n\n", ""},
		{"a b", "a b"},
		{"a   b;c # x", "a b; c"},
		{"a \\\n  b", "a b"},
		{`a "b c" 'd  e' f\ g h"i"'j'`, `a 'b c' 'd  e' 'f g' 'hij'`},
		{`a "" ''`, `a '' ''`},
		{`tr -d "\n"`, `tr -d '\n'`},
		{`a "\$x\"\\"`, `a '$x"\'`},
		{`a > "$out"/x`, `a >'$out/x'`},
		{`a < $in/b/c > $out/d`, `a <$in/b/c >$out/d`},
		{`a | b | c`, `a | b | c`},
		{"a |\n b", `a | b`},
		{`a 2>/dev/null | b`, `a | b`},
		{`x=$(a b | c)`, `x=$(a b | c)`},
		{`x="$(a)y"`, `x='$(a)y'`},
		{`a "$(b "$(c)")"`, `a '$(b '$(c)')'`},
		{`a "${x}" "${y-}" "${z:-}"`, `a '$x' '$y' '$z'`},
		{`echo no >&2; exit 1`, `echo no >&2; exit 1`},
		{`a && b`, `a; b`},
		{"if [[ -n \"${v-}\" ]]; then\n a\nelse\n b\n c\nfi\nd", `if '$v' {a} {b; c}; d`},
		{`if [ -z "$v" ]; then a; fi`, `if '$v' {} {a}`},
		{"a é\xff", "a é\xff"},
	} {
		list, err := shell.Parse(c.script)
		if err != nil {
			t.Errorf("%q: %v", c.script, err)
		} else if got := show(list); got != c.want {
			t.Errorf("%q: %s, want %s", c.script, got, c.want)
		}
	}
}

// TestUnsupported has scripts of which none may be read as something simpler.
func TestUnsupported(t *testing.T) {
	for _, script := range []string{
		"a &", "a || b", "a >> b", "a 2> b", "a 2>&1", "a &> b", "a << X\nX", "a <<< b", "a < b < c", "a > b > c", "a <(b)",
		"`a`", "a `b`", "a \"`b`\"", "$((1+1))", "a $1", "a $?", "a $@", "a ${x:0:2}", "a ${x#y}", "a ${x", "a $'x'", "a $\"x\"",
		"for x in a; do b; done", "while a; do b; done", "case a in b) c;; esac", "f() { a; }", "{ a; }", "(a)", "! a",
		"if a; then b; fi", "if [[ -f x ]]; then b; fi", "if [[ -n $a && -n $b ]]; then c; fi", "if [ -n a ]; then b", "if [ -n a ]; then b; elif c; fi",
		"[[ -n a ]]", "if [ -n $v ]; then a; fi", "a=b c", "a=(b)", "a *", "a [b]", "a {b,c}", "~/a", "a ~b", "a 'b", "a \"b", "a \\", "a | ", "| a", "a > ", "a > b | c", "a | b < c",
		"export a=b", "eval a", ". a", "a )", "x=$(a; b)", "x=$(b=c)", "then", "fi", "cd /", "exec a", "unset x", "read x",
	} {
		if list, err := shell.Parse(script); !errors.Is(err, shell.ErrUnsupported) {
			t.Errorf("%q: %s, %v", script, show(list), err)
		}
	}
	deep := strings.Repeat("a $(", 100) + "b" + strings.Repeat(")", 100)
	if _, err := shell.Parse(deep); !errors.Is(err, shell.ErrUnsupported) {
		t.Errorf("deep: %v", err)
	}
}

// FuzzParse holds what is read against bash: what we take for one simple
// command must be that for bash, with the same words.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a b", `a "b c" 'd'`, "a \\\n b", `a\ b "c\nd" "e\\f\"g\$h"`, "x=$(a)", "if [ -n a ]; then b; fi", "a; b", "a'b'\"c\"d"} {
		f.Add(seed)
	}
	bash, err := exec.LookPath("bash")
	f.Fuzz(func(t *testing.T, script string) {
		list, parseErr := shell.Parse(script)
		if parseErr != nil || err != nil || len(list) != 1 || strings.ContainsAny(script, "\x00") {
			return
		}
		run, ok := list[0].(shell.Run)
		if !ok || len(run.Pipeline) != 1 || run.Pipeline[0].In != nil || run.Pipeline[0].Out != nil || run.Pipeline[0].ToStderr {
			return
		}
		want := ""
		for _, w := range run.Pipeline[0].Words {
			text, static := w.Static()
			if !static {
				return
			}
			want += "<" + text + ">"
		}
		if strings.Contains(script, "2>") || strings.Contains(script, "#") || strings.Contains(script, "\\\n") && strings.TrimLeft(script, " \t\n;\\") != script {
			return
		}
		cmd := exec.Command(bash, "--posix", "-r", "-c", "p() { printf '<%s>' \"$@\"; }\np "+strings.TrimLeft(script, " \t\n;"))
		cmd.Env = []string{"LC_ALL=C", "PATH="}
		got, err := cmd.Output()
		if err != nil || string(got) != want {
			t.Errorf("%q: %q, %v; want %q", script, got, err, want)
		}
	})
}

func show(list []shell.Statement) string {
	var out []string
	for _, s := range list {
		switch s := s.(type) {
		case shell.Assignment:
			out = append(out, s.Name+"="+word(s.Value))
		case shell.Run:
			out = append(out, pipeline(s.Pipeline))
		case shell.Choice:
			out = append(out, fmt.Sprintf("if %s {%s} {%s}", word(s.NotEmpty), show(s.Then), show(s.Else)))
		}
	}
	return strings.Join(out, "; ")
}

func pipeline(p shell.Pipeline) string {
	var commands []string
	for _, c := range p {
		var words []string
		for _, w := range c.Words {
			words = append(words, word(w))
		}
		if c.In != nil {
			words = append(words, "<"+word(c.In))
		}
		if c.Out != nil {
			words = append(words, ">"+word(c.Out))
		}
		if c.ToStderr {
			words = append(words, ">&2")
		}
		commands = append(commands, strings.Join(words, " "))
	}
	return strings.Join(commands, " | ")
}

func word(w shell.Word) string {
	text, quoted := "", false
	for _, p := range w {
		quoted = quoted || p.Quoted
		switch p.Kind {
		case shell.Literal:
			text += p.Text
		case shell.Variable:
			text += "$" + p.Text
		case shell.Substitution:
			text += "$(" + pipeline(p.Sub) + ")"
		}
	}
	if quoted {
		return "'" + text + "'"
	}
	return text
}
