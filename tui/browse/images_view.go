package browse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/query"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// View draws the filter line, where there is a filter, and the table.
func (s Images) View(env kit.Env) string {
	lines := s.head(env)
	if len(s.rows.shown) == 0 {
		lines = append(lines, s.empty(env, env.Height-len(lines)))
	} else {
		lines = append(lines, s.table.View(env.Theme, imageRows{env, s.rows.shown, s.cols}, s.sorted()))
	}
	return strings.Join(lines, "\n")
}

func (s Images) sorted() kit.Sort {
	col := slices.IndexFunc(s.cols, func(c column) bool { return c.order == s.order.Key })
	return kit.Sort{Col: col, Desc: s.order.Desc}
}

func (s Images) head(env kit.Env) []string {
	if s.headLines() == 0 {
		return nil
	}
	lines := []string{kit.Block(" "+env.Theme.Paint(kit.Key, "/")+" "+s.fieldText(env), env.Width, 1)}
	if s.filter.editing {
		lines = append(lines, kit.Block("   "+s.fieldHelp(env), env.Width, 1))
	}
	return lines
}

// fieldText is the filter with the cursor, and the wrong part underlined.
func (s Images) fieldText(env kit.Env) string {
	text := []rune(s.filter.text())
	if !s.filter.editing {
		return env.Theme.Paint(kit.Accent, env.Theme.Clean(string(text))) + env.Theme.Paint(kit.Dim, "   esc clears")
	}
	at := s.filter.input.Position()
	var b strings.Builder
	for i := 0; i <= len(text); i++ {
		ch := " "
		if i < len(text) {
			ch = env.Theme.Clean(string(text[i]))
		}
		switch {
		case i == at:
			b.WriteString(env.Theme.Paint(kit.Cursor, ch))
		case i < len(text) && s.inError(i):
			b.WriteString(env.Theme.Paint(kit.Bad, ch))
		case i < len(text):
			b.WriteString(ch)
		}
	}
	return b.String()
}

func (s Images) inError(i int) bool {
	return s.filter.wrong != nil && i >= s.filter.wrong.Pos && i < s.filter.wrong.End
}

// fieldHelp is the line below the field: what is wrong, or what may follow.
func (s Images) fieldHelp(env kit.Env) string {
	if w := s.filter.wrong; w != nil {
		return env.Theme.Paint(kit.Bad, env.Theme.Clean(w.Msg)) + env.Theme.Paint(kit.Dim, hinted(env, w.Hint))
	}
	if len(s.filter.offer.Options) == 0 {
		return env.Theme.Paint(kit.Dim, "words, key:value, age>90d, !term, a OR b, name~regex")
	}
	var b strings.Builder
	for i, o := range s.filter.offer.Options {
		if i == 0 {
			b.WriteString(env.Theme.Paint(kit.Key, "tab "))
		}
		if b.Len() > 4*env.Width {
			break
		}
		b.WriteString(env.Theme.Paint(kit.Accent, env.Theme.Clean(o.Text)))
		if o.Help != "" && i == 0 {
			b.WriteString(env.Theme.Paint(kit.Dim, " "+env.Theme.Clean(o.Help)))
		}
		b.WriteString("  ")
	}
	return b.String()
}

func hinted(env kit.Env, hint string) string {
	if hint == "" {
		return ""
	}
	return " " + env.Theme.Symbols.Dot + " " + env.Theme.Clean(hint)
}

// empty says why there are no rows, and what to do.
func (s Images) empty(env kit.Env, height int) string {
	var say string
	switch {
	case !s.rows.ready || (env.Scan.Running && len(s.rows.all) == 0):
		say = "reading images " + env.Theme.Symbols.Ellipsis
	case len(s.rows.all) == 0:
		say = "no images in these accounts and regions\n\n9 shows what was read and what failed · R reads again"
	case s.rows.undecided > 0:
		say = fmt.Sprintf("no image matches for certain\n\n%s cannot be decided: a fact is not known · esc clears the filter", kit.Plural(s.rows.undecided, "image", "images"))
	case s.filter.query.Names("name") && !strings.ContainsAny(s.filter.text(), "*?~"):
		say = "no image matches\n\nname: means the whole name, name:web* what begins so · esc clears the filter"
	default:
		say = "no image matches\n\nesc clears the filter"
	}
	return kit.Block("\n"+centred(env, say), env.Width, height)
}

func centred(env kit.Env, text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.Repeat(" ", max(0, (env.Width-kit.Width(l))/2)) + env.Theme.Paint(kit.Dim, l)
	}
	return strings.Join(lines, "\n")
}

// sortBy sorts by an order, kept for the next session.
func (s Images) sortBy(env kit.Env, o query.Order) (kit.Screen, []kit.Effect) {
	s.order = o
	next, effects := s.derive(env, true)
	return next, append(effects, s.keep())
}

// toggled is the order by a key, turned round when it is the present one.
func (s Images) toggled(key string) query.Order {
	if s.order.Key == key {
		return query.Order{Key: key, Desc: !s.order.Desc}
	}
	return query.Order{Key: key, Desc: biggestFirst(key)}
}

// biggestFirst are the keys whose large end is asked for first.
func biggestFirst(key string) bool {
	return slices.Contains([]string{"created", "launched", "size", "cost", "severity", "snapshots", "references"}, key)
}

// stepped is the order by the next column that sorts, to the right or left of
// the present one.
func (s Images) stepped(by int) query.Order {
	at, n := s.sorted().Col, len(s.cols)
	for i := 1; i <= n; i++ {
		c := s.cols[kit.Around(at, i*by, n)]
		if c.order != "" {
			return query.Order{Key: c.order, Desc: biggestFirst(c.order)}
		}
	}
	return s.order
}

// menus answers the intents that open a menu or copy something.
func (s Images) menus(env kit.Env, in keys.Intent) []kit.Effect {
	im, ok := s.current()
	switch in := in.(type) {
	case keys.UsedBy:
		if ok {
			return push(NewUsedBy(im.ImageKey))
		}
	case keys.CostBasis:
		if ok {
			return push(NewCostOf(im.ImageKey))
		}
	case keys.Trail:
		if ok {
			return append(push(NewTrailOf(im.ImageKey)), kit.Trace{Image: im.ImageKey})
		}
	case keys.Measure:
		return s.measure(env)
	case keys.Opine, keys.Report:
		return s.ask(env, in)
	case keys.Deed, keys.Lifecycle, keys.Undo:
		return s.deed(env, in)
	case keys.SortMenu:
		return push(s.sortMenu())
	case keys.Columns:
		return push(newChooser(s.cols))
	case keys.Saved:
		return push(savedMenu(env))
	case keys.Narrow:
		if ok {
			return push(narrowMenu(env, im, in.Not))
		}
	case keys.CopyID:
		if ok {
			return []kit.Effect{kit.Clip{Text: im.ID, What: im.ID}}
		}
	case keys.CopyMenu:
		if ok {
			return push(copyMenu(env, im))
		}
	}
	return nil
}

func push(s kit.Screen) []kit.Effect { return []kit.Effect{kit.Push{Screen: s}} }

func (s Images) sortMenu() kit.Menu {
	menu := kit.Menu{Title: "Sort by"}
	listed := map[string]bool{"": true}
	for _, c := range columns {
		if listed[c.order] {
			continue
		}
		listed[c.order] = true
		o, note := s.toggled(c.order), ""
		if s.order.Key == c.order {
			note = "turn round"
		}
		letter := string(kit.Letters[len(menu.Items)])
		menu.Items = append(menu.Items, kit.Item{Letter: letter, Text: strings.ToLower(c.Title), Note: note, Then: kit.SetSort{Order: o}})
	}
	return menu
}

func savedMenu(env kit.Env) kit.Menu {
	menu := kit.Menu{Title: "Saved filters"}
	letters := make([]string, 0, len(env.Saved))
	for l := range env.Saved {
		letters = append(letters, l)
	}
	slices.Sort(letters)
	for _, l := range letters {
		f := env.Saved[l]
		menu.Items = append(menu.Items, kit.Item{Letter: l, Text: f.Name, Note: f.Query, Then: kit.SetFilter{Query: f.Query, Sort: f.Sort}})
	}
	return menu
}

// copyMenu offers the forms in which one needs an image elsewhere.
func copyMenu(env kit.Env, im *model.Image) kit.Menu {
	partition := env.Inv.Account(im.Owner).Partition
	forms := []struct{ letter, what, text string }{
		{"i", "id", im.ID},
		{"n", "name", im.Name},
		{"a", "ARN", model.ImageARN(partition, im.ImageKey)},
		{"c", "console address", model.ConsoleURL(partition, im.ImageKey)},
		{"l", "AWS CLI command", "aws ec2 describe-images --region " + im.Region + " --image-ids " + im.ID},
	}
	menu := kit.Menu{Title: "Copy"}
	for _, f := range forms {
		menu.Items = append(menu.Items, kit.Item{Letter: f.letter, Text: f.what, Note: f.text, Do: kit.Clip{Text: f.text, What: f.what}})
	}
	return menu
}
