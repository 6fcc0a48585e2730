package action

// The actions.
const (
	Help         ID = "help"
	Palette      ID = "palette"
	Quit         ID = "quit"
	Interrupt    ID = "interrupt"
	Back         ID = "back"
	Enter        ID = "enter"
	Older        ID = "history.back"
	Newer        ID = "history.forward"
	Messages     ID = "messages"
	Refresh      ID = "refresh"
	Copy         ID = "copy"
	CopyAll      ID = "copy.all"
	Edit         ID = "edit"
	Mouse        ID = "mouse"
	Suspend      ID = "suspend"
	Redraw       ID = "redraw"
	CurrentRun   ID = "run.current"
	ToMachines   ID = "view.machines"
	ToAspects    ID = "view.aspects"
	ToLayers     ID = "view.layers"
	ToServices   ID = "view.services"
	ToRuns       ID = "view.runs"
	ToChecks     ID = "view.checks"
	ToSecrets    ID = "view.secrets"
	Down         ID = "move.down"
	Up           ID = "move.up"
	PageDown     ID = "move.page-down"
	PageUp       ID = "move.page-up"
	HalfDown     ID = "move.half-down"
	HalfUp       ID = "move.half-up"
	Top          ID = "move.top"
	Bottom       ID = "move.bottom"
	Left         ID = "move.left"
	Right        ID = "move.right"
	Filter       ID = "filter"
	Wide         ID = "table.wide"
	Sort         ID = "table.sort"
	SortBy       ID = "table.sort-by" // Arg: a column's id; from Sort's choice
	SortNext     ID = "table.sort-next"
	SortPrev     ID = "table.sort-previous"
	Reverse      ID = "table.reverse"
	Expand       ID = "tree.expand"
	Collapse     ID = "tree.collapse"
	ExpandAll    ID = "tree.expand-all"
	CollapseAll  ID = "tree.collapse-all"
	Search       ID = "text.search"
	NextMatch    ID = "text.next"
	PrevMatch    ID = "text.previous"
	Wrap         ID = "text.wrap"
	Pager        ID = "text.pager"
	Mark         ID = "mark"
	MarkRange    ID = "mark.range"
	MarkAll      ID = "mark.all"
	MarkNone     ID = "mark.none"
	States       ID = "machines.states"
	StateOnly    ID = "machines.state-only" // Arg: a state; from States' choice
	NextTab      ID = "tab.next"
	PrevTab      ID = "tab.previous"
	PlanUpdate   ID = "plan.update"
	PlanBack     ID = "plan.rollback"
	PlanTo       ID = "plan.rollback-to" // Arg: a generation's number
	LogsOf       ID = "logs"
	Goal         ID = "plan.goal"
	GoalSet      ID = "plan.goal-set" // Arg: a goal; from Goal's choice
	Leave        ID = "plan.leave"
	SavePlan     ID = "plan.save"
	Apply        ID = "plan.apply"
	Applied      ID = "plan.apply-confirmed" // after the confirmation
	Stop         ID = "run.stop"
	Abandon      ID = "run.abandon-confirmed"
	Retry        ID = "run.retry"
	Follow       ID = "logs.follow"
	Times        ID = "logs.times"
	Level        ID = "logs.level"
	LevelSet     ID = "logs.level-set" // Arg: a level
	Hosts        ID = "logs.hosts"
	HostsSet     ID = "logs.hosts-set" // Arg: a machine, "" all
	FirstError   ID = "logs.first-error"
	SaveLog      ID = "logs.save"
	System       ID = "layers.system"
	SystemSet    ID = "layers.system-set" // Arg: a system
	ToHotfixes   ID = "layers.hotfixes"
	AskNix       ID = "layers.ask-nix"
	CheckFixes   ID = "hotfixes.check"
	NixFixes     ID = "hotfixes.ask-nix"
	RemoveFix    ID = "hotfixes.remove"
	ErrorsOnly   ID = "checks.errors-only"
	ToMend       ID = "secrets.to-mend"
	Reader       ID = "secrets.reader"
	ReaderSet    ID = "secrets.reader-set" // Arg: a reader, "" for all
	GroupBy      ID = "secrets.group"
	MakeVars     ID = "secrets.make"
	FixSecrets   ID = "secrets.fix"
	InputDone    ID = "typing.accept"
	InputEsc     ID = "typing.leave"
	InputNext    ID = "typing.complete"
	InputText    ID = "typing.changed" // the line has changed; no key
	Choose       ID = "choose"
	Dismiss      ID = "dismiss"
	OtherButton  ID = "confirm.other"
	Answer       ID = "confirm.answer"
	CancelAnswer ID = "confirm.cancel"
	InputDown    ID = "typing.down"
	InputUp      ID = "typing.up"
)

var (
	moving    = []Scope{Table, Tree, Text, List, Confirm}
	sideways  = []Scope{Table, Text}
	reading   = []Scope{Table, Tree}
	deploying = []Scope{Machines, Machine}
	backing   = []Scope{Machines, Machine, Run}
)

// table holds every action, in the order in which help shows them.
var table = []Action{
	{ID: ToMachines, Scopes: []Scope{Global}, Keys: []string{"1"}, Short: "machines", Help: "The machines and their state"},
	{ID: ToAspects, Scopes: []Scope{Global}, Keys: []string{"2"}, Short: "aspects", Help: "The tree of aspects"},
	{ID: ToLayers, Scopes: []Scope{Global}, Keys: []string{"3"}, Short: "layers", Help: "The overlay's layers, and which channel supplies a package"},
	{ID: ToServices, Scopes: []Scope{Global}, Keys: []string{"4"}, Short: "services", Help: "The services' instances, roles and members"},
	{ID: ToRuns, Scopes: []Scope{Global}, Keys: []string{"5"}, Short: "runs", Help: "The runs: going on, and recorded"},
	{ID: ToChecks, Scopes: []Scope{Global}, Keys: []string{"6"}, Short: "checks", Help: "What is wrong with the configuration"},
	{ID: ToSecrets, Scopes: []Scope{Global}, Keys: []string{"7"}, Short: "secrets", Help: "The secrets of both tiers: their states, and who can read them"},
	{ID: CurrentRun, Scopes: []Scope{Global}, Keys: []string{"."}, Short: "the run", Help: "The run that is going on, or the last one of this session"},
	{ID: Enter, Scopes: []Scope{Global}, Keys: []string{"enter"}, Short: "open", Help: "Go deeper: open what the cursor is on", Line: 1},
	{ID: Back, Scopes: []Scope{Global}, Keys: []string{"esc"}, Short: "back", Help: "Close, clear the filter, or go back; never quits", Line: 90},
	{ID: Older, Scopes: []Scope{Global}, Keys: []string{"["}, Short: "back in history", Help: "Back in the history of places"},
	{ID: Newer, Scopes: []Scope{Global}, Keys: []string{"]"}, Short: "forward in history", Help: "Forward in the history of places"},
	{ID: Palette, Scopes: []Scope{Global}, Keys: []string{":"}, Short: "find", Help: "Every action and every place, by name", Line: 91},
	{ID: Help, Scopes: []Scope{Global}, Keys: []string{"?", "f1"}, Short: "help", Help: "The keys that work here, and why others do not", Line: 92},
	{ID: Messages, Scopes: []Scope{Global}, Keys: []string{"!"}, Short: "messages", Help: "All messages, with their full text"},
	{ID: Refresh, Scopes: []Scope{Global}, Keys: []string{"R"}, Short: "refresh", Help: "Ask again: the hosts, or what this view shows"},
	{ID: Copy, Scopes: []Scope{Global, List}, Keys: []string{"y"}, Short: "copy", Help: "Copy the name, path or line under the cursor"},
	{ID: CopyAll, Scopes: []Scope{Global, List}, Keys: []string{"Y"}, Short: "copy all", Help: "Copy everything that this view shows, as text"},
	{ID: Edit, Scopes: []Scope{Global}, Keys: []string{"e"}, Short: "edit", Help: "Open $EDITOR at the place under the cursor"},
	{ID: Mouse, Scopes: []Scope{Global}, Keys: []string{"%"}, Short: "mouse", Help: "Give the mouse to the terminal, or take it back"},
	{ID: Suspend, Scopes: []Scope{Global}, Keys: []string{"ctrl+z"}, Short: "suspend", Help: "To the shell, and back with fg; not while a run goes on, which would stand still"},
	{ID: Redraw, Scopes: []Scope{Global}, Keys: []string{"ctrl+l"}, Short: "redraw", Help: "Draw the screen anew"},
	{ID: Interrupt, Scopes: []Scope{Global, Input, List, Confirm}, Keys: []string{"ctrl+c"}, Short: "stop", Help: "Stop what is being worked on, or close what is open, or quit"},
	{ID: Quit, Scopes: []Scope{Global}, Keys: []string{"q"}, Short: "quit", Help: "Leave; asks while a run goes on, or a plan would be lost", Line: 93},

	{ID: Down, Scopes: moving, Keys: []string{"j", "down"}, Short: "down", Help: "One line down"},
	{ID: Up, Scopes: moving, Keys: []string{"k", "up"}, Short: "up", Help: "One line up"},
	{ID: PageDown, Scopes: moving, Keys: []string{"pgdown", "ctrl+f"}, Short: "page down", Help: "One page down"},
	{ID: PageUp, Scopes: moving, Keys: []string{"pgup", "ctrl+b"}, Short: "page up", Help: "One page up"},
	{ID: HalfDown, Scopes: moving, Keys: []string{"ctrl+d"}, Short: "half down", Help: "Half a page down"},
	{ID: HalfUp, Scopes: moving, Keys: []string{"ctrl+u"}, Short: "half up", Help: "Half a page up"},
	{ID: Top, Scopes: moving, Keys: []string{"g", "home"}, Short: "top", Help: "To the first line"},
	{ID: Bottom, Scopes: moving, Keys: []string{"G", "end"}, Short: "bottom", Help: "To the last line"},
	{ID: Left, Scopes: sideways, Keys: []string{"left"}, Short: "left", Help: "To the left, where lines are longer than the screen"},
	{ID: Right, Scopes: sideways, Keys: []string{"right"}, Short: "right", Help: "To the right"},

	{ID: Filter, Scopes: reading, Keys: []string{"/"}, Short: "filter", Help: "Show only what matches, while typing; machines take selectors", Line: 10},
	{ID: Wide, Scopes: []Scope{Table}, Keys: []string{"w"}, Short: "wide", Help: "All columns, or those that fit"},
	{ID: Sort, Scopes: []Scope{Table}, Keys: []string{"o"}, Short: "sort", Help: "Choose the column to sort by"},
	{ID: SortNext, Scopes: []Scope{Table}, Keys: []string{">"}, Short: "sort by next", Help: "Sort by the next column"},
	{ID: SortPrev, Scopes: []Scope{Table}, Keys: []string{"<"}, Short: "sort by previous", Help: "Sort by the previous column"},
	{ID: Reverse, Scopes: []Scope{Table}, Keys: []string{"r"}, Short: "reverse", Help: "Reverse the order"},

	{ID: Expand, Scopes: []Scope{Tree}, Keys: []string{"l", "right"}, Short: "expand", Help: "Show what is below"},
	{ID: Collapse, Scopes: []Scope{Tree}, Keys: []string{"h", "left"}, Short: "collapse", Help: "Hide what is below, or go to what is above"},
	{ID: ExpandAll, Scopes: []Scope{Tree}, Keys: []string{"E"}, Short: "expand all", Help: "Show everything"},
	{ID: CollapseAll, Scopes: []Scope{Tree}, Keys: []string{"C"}, Short: "collapse all", Help: "Hide everything below the first level"},

	{ID: Search, Scopes: []Scope{Text}, Keys: []string{"/"}, Short: "search", Help: "Search the whole text, also what is not on the screen", Line: 10},
	{ID: NextMatch, Scopes: []Scope{Text}, Keys: []string{"n"}, Short: "next", Help: "To the next match"},
	{ID: PrevMatch, Scopes: []Scope{Text}, Keys: []string{"N"}, Short: "previous", Help: "To the match before"},
	{ID: Wrap, Scopes: []Scope{Text}, Keys: []string{"w"}, Short: "wrap", Help: "Wrap long lines, or cut them"},
	{ID: Pager, Scopes: []Scope{Text}, Keys: []string{"p"}, Short: "pager", Help: "Open the whole text in $PAGER"},

	{ID: Mark, Scopes: []Scope{Machines}, Keys: []string{"space"}, Short: "mark", Help: "Mark the machine, or take its mark away", Line: 2},
	{ID: MarkRange, Scopes: []Scope{Machines}, Keys: []string{"v"}, Short: "mark range", Help: "Mark everything from the last mark to the cursor"},
	{ID: MarkAll, Scopes: []Scope{Machines}, Keys: []string{"*"}, Short: "mark all", Help: "Mark everything that the filter shows", Line: 12},
	{ID: MarkNone, Scopes: []Scope{Machines}, Keys: []string{"u"}, Short: "unmark", Help: "Take all marks away, also those that the filter hides"},
	{ID: States, Scopes: []Scope{Machines}, Keys: []string{"s"}, Short: "states", Help: "Show the machines of one state only"},
	{ID: PlanUpdate, Scopes: deploying, Keys: []string{"D"}, Short: "plan", Help: "Plan the update of what is marked, else of this; nothing changes yet", Changes: true, Line: 3},
	{ID: PlanBack, Scopes: backing, Keys: []string{"X"}, Short: "roll back", Help: "Plan the way back; of a run, for what it updated; nothing changes yet", Changes: true, Line: 11},
	{ID: LogsOf, Scopes: []Scope{Machines, Machine, Run, Runs}, Keys: []string{"L"}, Short: "logs", Help: "What the hosts printed in the run", Line: 6},
	{ID: NextTab, Scopes: []Scope{Machine, Aspects, Layers, Hotfixes}, Keys: []string{"tab"}, Short: "next part", Help: "The next part of this view", Line: 2},
	{ID: PrevTab, Scopes: []Scope{Machine, Aspects, Layers, Hotfixes}, Keys: []string{"shift+tab"}, Short: "previous part", Help: "The part before"},

	{ID: System, Scopes: []Scope{Layers}, Keys: []string{"s"}, Short: "system", Help: "Choose the system whose layers are shown", Line: 3},
	{ID: ToHotfixes, Scopes: []Scope{Layers}, Keys: []string{"H"}, Short: "hotfixes", Help: "The hotfixes: which are dead, which can go, which are needed, and why", Line: 4},
	{ID: AskNix, Scopes: []Scope{Layers}, Keys: []string{"n"}, Short: "ask Nix", Help: "Ask Nix what supplies the package, and which layers matter to it; once more or back stops asking", Line: 5},
	{ID: CheckFixes, Scopes: []Scope{Hotfixes}, Keys: []string{"c"}, Short: "check", Help: "Ask Hydra how the last builds ended, and git since when hotfixes are there; once more stops asking", Line: 3},
	{ID: NixFixes, Scopes: []Scope{Hotfixes}, Keys: []string{"n"}, Short: "ask Nix", Help: "Ask Nix whether packages are the same without their hotfixes, and what those rebuild; once more stops asking", Line: 4},
	{ID: RemoveFix, Scopes: []Scope{Hotfixes}, Keys: []string{"x"}, Short: "remove", Help: "Show what taking the hotfix out changes; it is written only when that is confirmed", Line: 4},
	{ID: ErrorsOnly, Scopes: []Scope{Checks}, Keys: []string{"s"}, Short: "errors only", Help: "Show errors only, or warnings too", Line: 3},

	{ID: Reader, Scopes: []Scope{Secrets}, Keys: []string{"b"}, Short: "what can ... read", Help: "Choose a user, machine, group or key, and show what it can read", Line: 3},
	{ID: MakeVars, Scopes: []Scope{Secrets}, Keys: []string{"m"}, Short: "make missing", Help: "Show which generators would run for what is missing or outdated; they run when that is confirmed", Changes: true, Line: 4},
	{ID: FixSecrets, Scopes: []Scope{Secrets}, Keys: []string{"f"}, Short: "fix drift", Help: "Show which secrets others can read than should; they are written anew when that is confirmed", Changes: true, Line: 5},
	{ID: ToMend, Scopes: []Scope{Secrets}, Keys: []string{"s"}, Short: "to mend", Help: "Show only what is to mend, or all", Line: 6},
	{ID: GroupBy, Scopes: []Scope{Secrets}, Keys: []string{"z"}, Short: "group", Help: "Group by machine or directory, by state, or not at all"},

	{ID: Apply, Scopes: []Scope{Plan}, Keys: []string{"A"}, Short: "apply", Help: "Carry the plan out, after a confirmation", Changes: true, Line: 2},
	{ID: Goal, Scopes: []Scope{Plan}, Keys: []string{"o"}, Short: "goal", Help: "Choose how far to go: switch, boot, test, dry-activate, build; plans anew", Line: 3},
	{ID: Leave, Scopes: []Scope{Plan}, Keys: []string{"space"}, Short: "leave out", Help: "Leave the machine under the cursor out, or take it in again"},
	{ID: SavePlan, Scopes: []Scope{Plan}, Keys: []string{"S"}, Short: "save", Help: "Save the plan as a file, for: assay update --plan FILE"},

	{ID: Stop, Scopes: []Scope{Run}, Keys: []string{"c"}, Short: "stop", Help: "Finish the steps that run and start nothing new; once more abandons them", Line: 3},
	{ID: Retry, Scopes: []Scope{Run}, Keys: []string{"D"}, Short: "plan the rest", Help: "Plan the machines that did not come out as asked once more", Changes: true, Line: 4},

	{ID: Follow, Scopes: []Scope{Logs}, Keys: []string{"f"}, Short: "follow", Help: "Follow what is new; scrolling stops it", Line: 2},
	{ID: Times, Scopes: []Scope{Logs}, Keys: []string{"t"}, Short: "times", Help: "Times of day, times since the start, or none"},
	{ID: Level, Scopes: []Scope{Logs}, Keys: []string{"v"}, Short: "level", Help: "Everything, warnings and errors, or errors only", Line: 4},
	{ID: Hosts, Scopes: []Scope{Logs}, Keys: []string{"h"}, Short: "hosts", Help: "Choose whose lines are shown: all merged, or one machine", Line: 5},
	{ID: FirstError, Scopes: []Scope{Logs}, Keys: []string{"x"}, Short: "first error", Help: "Jump to the first error", Line: 6},
	{ID: SaveLog, Scopes: []Scope{Logs}, Keys: []string{"S"}, Short: "save", Help: "Write the complete log into a file, and say where"},

	{ID: InputDone, Scopes: []Scope{Input}, Keys: []string{"enter"}, Short: "keep", Help: "Keep what is typed and return to the view", Line: 1},
	{ID: InputEsc, Scopes: []Scope{Input}, Keys: []string{"esc"}, Short: "clear", Help: "Take back what is typed", Line: 2},
	{ID: InputNext, Scopes: []Scope{Input}, Keys: []string{"tab"}, Short: "complete", Help: "Complete the word", Line: 3},
	{ID: InputDown, Scopes: []Scope{Input}, Keys: []string{"down"}, Short: "down", Help: "One line down, while typing"},
	{ID: InputUp, Scopes: []Scope{Input}, Keys: []string{"up"}, Short: "up", Help: "One line up, while typing"},

	{ID: Choose, Scopes: []Scope{List}, Keys: []string{"enter"}, Short: "choose", Help: "Do what the cursor is on", Line: 1},
	{ID: CancelAnswer, Scopes: []Scope{Confirm}, Keys: []string{"n"}, Short: "no", Help: "Cancel: nothing is done"},
	{ID: Dismiss, Scopes: []Scope{List, Confirm}, Keys: []string{"esc", "q"}, Short: "close", Help: "Close without doing anything", Line: 2},
	{ID: OtherButton, Scopes: []Scope{Confirm}, Keys: []string{"tab", "left", "right", "shift+tab"}, Short: "other answer", Help: "Move to the other answer", Line: 3},
	{ID: Answer, Scopes: []Scope{Confirm}, Keys: []string{"enter"}, Short: "answer", Help: "Give the answer that is marked", Line: 1},
}

// All returns every action, in the order in which help shows them. The caller
// must not change it.
func All() []Action { return table }
