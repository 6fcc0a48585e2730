package cli

import (
	"strconv"

	"assay/fleet"
	"assay/fleet/session"
)

// matrixJSON is one row of "matrix" in `machines --matrix --json`.
type matrixJSON struct {
	Class    fleet.Class       `json:"class"`
	Aspect   string            `json:"aspect"`
	Machines map[string]string `json:"machines"` // how: "direct", "through", "home"
}

// The ways in which a machine has an aspect, as the matrix tells them.
const (
	direct  = "direct"  // the machine itself names it
	through = "through" // another aspect, or a role, brings it
	atHome  = "home"    // one of its homes has it
)

// reaches says how each machine has an aspect.
func reaches(a *session.Aspect) map[string]string {
	out := map[string]string{}
	for _, use := range a.Machines {
		how := through
		switch {
		case use.User != "":
			how = atHome
		case len(use.Way) == 2:
			how = direct
		}
		if old, ok := out[use.Machine]; !ok || old == atHome || how == direct {
			out[use.Machine] = how
		}
	}
	return out
}

// showMatrix prints which of the chosen machines has which aspect.
func (a *app) showMatrix(aspects []session.Aspect, chosen []string) error {
	rows := []matrixJSON{}
	for i := range aspects {
		row := matrixJSON{aspects[i].Class, aspects[i].Name, map[string]string{}}
		for machine, how := range reaches(&aspects[i]) {
			for _, name := range chosen {
				if name == machine {
					row.Machines[machine] = how
				}
			}
		}
		if len(row.Machines) > 0 {
			rows = append(rows, row)
		}
	}
	if a.flags.json {
		return a.text().json(map[string]any{"matrix": rows})
	}
	a.printMatrix(rows, chosen)
	return nil
}

// printMatrix heads the columns with the machines' names, or with numbers
// where these do not fit on the terminal.
func (a *app) printMatrix(rows []matrixJSON, chosen []string) {
	p := a.text()
	marks := map[string]cell{direct: cr(good, "●"), through: c("○"), atHome: cr(faint, "h"), "": cr(faint, "·")}
	head, numbered := append([]string{"ASPECT"}, chosen...), false
	widest, columns := 0, 0
	for _, row := range rows {
		widest = max(widest, len(row.Class)+1+len(row.Aspect))
	}
	for _, name := range chosen {
		columns += 2 + len(name)
	}
	if p.width > 0 && widest+columns > p.width {
		numbered = true
		for i := range chosen {
			head[i+1] = strconv.Itoa(i + 1)
		}
	}
	var cells [][]cell
	for _, row := range rows {
		line := []cell{c(string(row.Class) + "." + row.Aspect)}
		for _, name := range chosen {
			line = append(line, marks[row.Machines[name]])
		}
		cells = append(cells, line)
	}
	p.table(head, cells)
	p.clean("● names it itself   ○ through another aspect or a role   h in a home   · not")
	if numbered {
		for i, name := range chosen {
			p.clean("%3d %s", i+1, name)
		}
	}
}
