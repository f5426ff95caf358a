package kit

import (
	"fmt"
	"strconv"
)

// fleet is a list of images made by formula, as large as wanted.
type fleet struct {
	n      int
	marked map[int]bool
}

func (f fleet) Len() int          { return f.n }
func (f fleet) Mark(row int) bool { return f.marked[row] }

var fleetColumns = []Column{
	{Key: "name", Title: "NAME", Min: 20, Max: 48, Weight: 4, Priority: 100, Fixed: true, Middle: true},
	{Key: "id", Title: "IMAGE ID", Min: 12, Max: 21, Priority: 40},
	{Key: "account", Title: "ACCOUNT", Min: 9, Max: 14, Weight: 1, Priority: 70},
	{Key: "region", Title: "REGION", Min: 9, Max: 14, Priority: 80},
	{Key: "arch", Title: "ARCH", Min: 6, Max: 6, Priority: 30},
	{Key: "state", Title: "STATE", Min: 10, Max: 10, Priority: 60},
	{Key: "age", Title: "AGE", Min: 5, Max: 5, Right: true, Priority: 90},
	{Key: "size", Title: "SIZE", Min: 8, Max: 8, Right: true, Priority: 75},
	{Key: "cost", Title: "COST/MO", Min: 8, Max: 8, Right: true, Priority: 50},
	{Key: "use", Title: "USAGE", Min: 8, Max: 8, Priority: 65},
	{Key: "tags", Title: "TAGS", Min: 10, Weight: 2, Priority: 10},
}

var fleetNames = []string{
	"acme-base-al2023-x86_64", "acme-web-ubuntu-22.04", "payments-api", "数据平台-基础镜像-生产环境-长名字", "golden/windows-2022-full", "e\u0301tude-ml-gpu",
}

func (f fleet) Cell(row, col int) Cell {
	switch fleetColumns[col].Key {
	case "name":
		return Cell{Text: fleetNames[row%len(fleetNames)] + "-2026." + strconv.Itoa(row), Style: Strong}
	case "id":
		return Cell{Text: fmt.Sprintf("ami-%017x", 0x9e3779b97f4a7c15*uint64(row+1)>>4), Style: Dim}
	case "account":
		return pick(row, Cell{Text: "acme-prod"}, Cell{Text: "acme-dev"}, Cell{Text: "acme-sandbox"})
	case "region":
		return pick(row/2, Cell{Text: "eu-central-1"}, Cell{Text: "us-east-1"}, Cell{Text: "ap-southeast-2"})
	case "arch":
		return pick(row, Cell{Text: "x86_64", Style: Dim}, Cell{Text: "arm64", Style: Dim})
	case "state":
		return pick(row/3, Cell{Text: "available", Style: Good}, Cell{Text: "deprecated", Style: Warn}, Cell{Text: "failed", Style: Bad}, Cell{Text: "pending", Style: Info})
	case "age":
		return pick(row, Cell{Text: "3d"}, Cell{Text: "5mo"}, Cell{Text: "2y"})
	case "size":
		return Cell{Text: Size(int64(8 + row*37%4000))}
	case "cost":
		return Cell{Text: fmt.Sprintf("$%d.%02d", row*13%90, row%100)}
	case "use":
		return pick(row/2, Cell{Text: "used"}, Cell{Text: "unused", Style: Warn}, Cell{Text: "unknown", Style: Dim})
	}
	return Cell{Text: "team=core env=prod", Style: Dim}
}

func pick(i int, cells ...Cell) Cell { return cells[i%len(cells)] }

// themes are the terminals that drawings are tested on.
func themes() map[string]*Theme {
	return map[string]*Theme{
		"dark":  NewTheme(ThemeOptions{Dark: true, Level: Full}),
		"light": NewTheme(ThemeOptions{Level: Full}),
		"basic": NewTheme(ThemeOptions{Dark: true, Level: Basic}),
		"plain": NewTheme(ThemeOptions{}),
		"ascii": NewTheme(ThemeOptions{ASCII: true}),
	}
}

func fleetTable(w, h, rows int) Table {
	return Table{}.Layout(fleetColumns).Resize(w, h).SetLen(rows)
}
