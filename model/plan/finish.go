package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// finish says of a plan whose steps are known what it takes and what it leaves.
func (d *draft) finish(w work) {
	d.Undo = Undoing{How: w.how}
	d.waysBack()
	for i := range d.Targets {
		if t := &d.Targets[i]; !t.Runs() {
			t.Warnings = nil
		}
	}
	d.countLosses()
	d.act()
	if w.money != nil && !d.Empty() {
		d.Money = w.money(d)
	}
	d.confirm()
}

// waysBack asks each step how it is taken back, and says of its target what is lost.
func (d *draft) waysBack() {
	for n, in := range d.inputs {
		t := &d.Targets[d.Steps[n].Target]
		w := in.back(&t.Before, &d.s)
		for _, l := range w.lost {
			l.Final = true
			if !slices.Contains(t.Warnings, l) {
				t.warn(l)
			}
		}
		if w.until != nil && (d.Undo.Until == nil || w.until.Before(*d.Undo.Until)) {
			d.Undo.Until = w.until
		}
	}
}

// countLosses says what of the whole plan cannot be taken back, what is alike
// together.
func (d *draft) countLosses() {
	count, order := map[Note]int{}, []Note{}
	running := d.running()
	for _, i := range running {
		whole := true
		for _, n := range d.Targets[i].Warnings {
			if !n.Final {
				continue
			}
			whole = false
			if count[n]++; count[n] == 1 {
				order = append(order, n)
			}
		}
		if whole {
			d.Undo.Images++
		}
	}
	d.Undo.Whole = d.Undo.Images == len(running) && len(running) > 0
	for _, n := range order {
		if len(running) > 1 {
			n.Text = several(count[n], d.Noun()) + ": " + n.Text
		}
		d.Undo.Lost = append(d.Undo.Lost, n)
	}
	if d.Undo.Images == 0 {
		d.Undo.Until = nil
	}
}

// act says in whose name it is done, an account each.
func (d *draft) act() {
	for i := range d.Steps {
		id := d.Steps[i].Scope.Account
		if slices.ContainsFunc(d.Acts, func(a Act) bool { return a.Account == id }) {
			continue
		}
		rule := d.s.Accounts[id]
		d.Acts = append(d.Acts, Act{Account: id, Name: rule.title(id), Principal: rule.Principal, Production: rule.Production})
	}
	slices.SortFunc(d.Acts, func(a, b Act) int { return strings.Compare(a.Account, b.Account) })
}

// confirm says what must be typed. A yes is enough for one image outside production
// of which nothing is grave or final.
func (d *draft) confirm() {
	n, grave, final := 0, 0, 0
	for _, i := range d.running() {
		n++
		w := d.Targets[i].Warnings
		if slices.ContainsFunc(w, func(n Note) bool { return n.Grave }) {
			grave++
		}
		if slices.ContainsFunc(w, func(n Note) bool { return n.Final }) {
			final++
		}
	}
	if n > 1 {
		d.Because = append(d.Because, several(n, d.Noun()))
	}
	if grave > 0 {
		d.Because = append(d.Because, "a grave warning of "+several(grave, d.Noun()))
	}
	if final > 0 {
		d.Because = append(d.Because, "it cannot be wholly taken back for "+several(final, d.Noun()))
	}
	for _, a := range d.Acts {
		if a.Production {
			d.Because = append(d.Because, "account "+a.Name+" is a production account")
		}
	}
	if len(d.Because) > 0 && n > 0 {
		d.Phrase = fmt.Sprintf("%s %d", d.Deed, n) + d.where()
	}
}

// where names the production account of a phrase: the first one by id, and how many
// other accounts there are besides. A name that cannot be typed is replaced by the id.
func (d *draft) where() string {
	i := slices.IndexFunc(d.Acts, func(a Act) bool { return a.Production })
	if i < 0 {
		return ""
	}
	name := d.Acts[i].Name
	if !typeable(name) {
		name = d.Acts[i].Account
	}
	if others := len(d.Acts) - 1; others > 0 {
		return fmt.Sprintf(" in %s and %d more", name, others)
	}
	return " in " + name
}

// typeable reports whether every keyboard can type a name.
func typeable(name string) bool {
	for _, r := range name {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return name != ""
}

// several is a number of things in words.
func several(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// keys are the images of targets.
func (d *draft) keys(targets []int) []model.ImageKey {
	out := make([]model.ImageKey, 0, len(targets))
	for _, i := range targets {
		out = append(out, d.Targets[i].Image)
	}
	return out
}
