package generate_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"assay/secrets/generate"
	"assay/secrets/secret"
)

// exact are scripts without anything random: the bytes must be bash's.
var exact = []string{
	`echo a-b_c | tr - _ > $out/x`,
	`echo a-b_c | tr -d - > $out/x`,
	`echo a-b_c | tr -- - _ > $out/x`,
	`cat $prompts/p | tr '+/' '-_' > $out/x`,
	`cat $prompts/p | tr -dc 'a-z\n' > $out/x`,
	`tr -d '\n' < $prompts/p > $out/x`,
	`tr a-z A-Z < $prompts/p > $out/x`,
	`tr 'aa' 'bc' < $prompts/p > $out/x`,
	`p=$(cat $prompts/p); printf '%s-%s\n' "$p" 'x y' > $out/x`,
	`p="$(cat "$prompts"/p)"; echo "a${p}b$p" c'd'"e"\f > "$out/x"`,
	`printf 'a\tb\\%%%s' "$(cat $prompts/p | base64 -w0)" > $out/x`,
	`base64 < $prompts/p > $out/x`,
	`openssl base64 < $prompts/p > $out/x`,
	`openssl base64 -A < $prompts/p > $out/x`,
	`cat $prompts/p | head -c 5 > $out/x`,
	`head -c 500 < $prompts/p > $out/x`,
	`cat $prompts/p | cat - > $out/x`,
	`echo -n "a  b" > ./t; mv ./t y; cp y "$out"/x`,
	`if [ -z "$(cat $prompts/p)" ]; then echo none; else echo some; fi > $out/x`,
	`if [[ -n $(cat $prompts/p) ]]; then echo some > $out/x; else echo none > $out/x; fi`,
	`echo "$(echo "$(echo "deep  er")")" > $out/x`,
	`echo "-$(cat $prompts/p)" - > $out/x; echo -n --n > $out/y; cat $out/y > $out/z`,
	`echo a#b "c # d" \# > $out/x # e`,
	`echo one > $out/x; echo two > $out/x`,
	`echo "$(cat $prompts/p)" > $out/x && cat $out/x > $out/y && cat $out/y $out/y > $out/x`,
	"echo a\\\nb \"c\\\nd\" 'e\\\nf' > $out/x",
	"printf '%s' \"a\\$b\\`c\\\"d\\e\" > $out/x",
}

func agrees(t *testing.T, script string) (known bool) {
	t.Helper()
	prompts := map[string]string{"p": "a+b/c-d_e fg\nhij 0123456789012345678901234567890123456789012345678901234567890123456789"}
	recipe := generate.Recognise(declared("x", script, prompts))
	if recipe.Generator.Make == nil {
		return false
	}
	ours, err := recipe.Generator.Generate(t.Context(), generate.Input{Answers: map[string]secret.Value{"p": hold(prompts["p"])}})
	if err != nil {
		t.Errorf("%s: %v", script, err)
		return true
	}
	if theirs := bash(t, script, prompts)["x"]; string(theirs) != string(ours[0].Content.Bytes()) {
		t.Errorf("%s\nmakes %q\nbash: %q", script, ours[0].Content.Bytes(), theirs)
	}
	return true
}

// TestExactlyAsBash runs scripts here and in bash: what is known here must
// make the same bytes.
func TestExactlyAsBash(t *testing.T) {
	t.Parallel()
	tool(t, "bash")
	tool(t, "openssl")
	known := 0
	for _, script := range exact {
		if agrees(t, script) {
			known++
		}
	}
	if known < 22 {
		t.Errorf("only %d of %d scripts are known", known, len(exact))
	}
}

// TestRandomWordsAsBash does the same with words of random quotes, of which
// many are not known here.
func TestRandomWordsAsBash(t *testing.T) {
	t.Parallel()
	tool(t, "bash")
	n := 40
	if given, err := strconv.Atoi(os.Getenv("ASSAY_SCRIPT_CASES")); err == nil {
		n = given
	}
	random, known := rand.New(rand.NewPCG(7, 7)), 0
	pieces := []string{"a", "B0", "-", "_", " ", " ", "'", "'", `"`, `"`, `\`, "$v", "${v}", "$w", "${w:-}", "$(echo x)", `"$(echo "y  z")"`,
		"~", "#", "!", "]", "[", "*", "=", ":", ";", "%", "{", "}", "\n", "\\\n", "&", "|", "<", "(", ")", "é"}
	for known < n {
		var words strings.Builder
		for range 1 + random.IntN(8) {
			words.WriteString(pieces[random.IntN(len(pieces))])
		}
		verb := []string{"echo ", "echo -n ", "printf '%s' ", "v=", "echo \""}[random.IntN(5)]
		end := map[string]string{"v=": "\necho \"$v\" > $out/x\n", "echo \"": "\" > $out/x\n"}[verb]
		if end == "" {
			end = " > $out/x\n"
		}
		if agrees(t, "v='p  q'; w=''\n"+verb+words.String()+end) {
			known++
		}
	}
}

// TestScriptsThatGrow ends scripts that double what they hold, line by line.
func TestScriptsThatGrow(t *testing.T) {
	for _, line := range []string{"x=\"$x$x\"\n", "cat x x > y; cp y x\n", "x=$(printf '%s%s' \"$x\" \"$x\")\n", "x=\"$(echo \"$x\" \"$x\")\"\n"} {
		script := "x=aaaaaaaaaaaaaaaa; echo \"$x\" > x\n" + strings.Repeat(line, 40) + "cat x > $out/x\n"
		d := declared("x", script, nil)
		if _, err := generate.Recognise(d).Generator.Generate(t.Context(), generate.Input{}); !errors.Is(err, generate.ErrOutput) {
			t.Errorf("%q: %v", line, err)
		}
	}
}

// TestEchoOptions has a value that echo would take for an option.
func TestEchoOptions(t *testing.T) {
	d := declared("x", `echo "$(cat $prompts/p)" > $out/x`, map[string]string{"p": ""})
	for answer, ok := range map[string]bool{"-n": false, "-neE": false, "-": true, "-no": true, "": true, "- n": true} {
		in := generate.Input{Answers: map[string]secret.Value{"p": hold(answer)}}
		if _, err := generate.Recognise(d).Generator.Generate(t.Context(), in); (err == nil) != ok {
			t.Errorf("%q: %v", answer, err)
		}
	}
}

func TestScriptStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	d := declared("x", "echo a > $out/x", nil)
	if _, err := generate.Recognise(d).Generator.Make(ctx, generate.Input{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestScriptReadsItsOutput leaves scripts to the shell that empty a file
// before they read it.
func TestScriptReadsItsOutput(t *testing.T) {
	for _, script := range []string{"echo a > x; tr a b < x > x; cat x > $out/x", "echo a > x; cat x > x; cat x > $out/x", "echo a > x; echo b | cat x > x; cat x > $out/x"} {
		if r := generate.Recognise(declared("x", script, nil)); r.Way != generate.ByScript {
			t.Errorf("%s: %s", script, r.Way)
		}
	}
}
