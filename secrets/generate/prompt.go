package generate

// PromptType is how an answer is typed, named as clan names it.
type PromptType string

// The types of prompts.
const (
	Line            PromptType = "line"
	Hidden          PromptType = "hidden" // not shown, asked for twice
	Multiline       PromptType = "multiline"
	MultilineHidden PromptType = "multiline-hidden"
)

// Prompt is a question to the operator.
type Prompt struct {
	Name        string
	Description string // clan's default is the name
	Type        PromptType
	// Persist keeps the answer in a file of the same name, which is offered
	// when the question is asked again.
	Persist bool
	// Required is an answer that may not be left out.
	Required bool
}

// Concealed says that the answer must not be shown while it is typed.
func (p Prompt) Concealed() bool { return p.Type == Hidden || p.Type == MultilineHidden }
