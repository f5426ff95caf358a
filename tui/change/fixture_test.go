package change

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

var now = time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)

const prod, dev = "111111111111", "222222222222"

// world is what screens see in these tests.
func world(w, h int) kit.Env {
	regions := []model.Region{{Name: "eu-west-1", Enabled: true}, {Name: "us-east-1", Enabled: true}}
	inv := model.Inventory{}.Fold(
		model.Found{Account: model.Account{ID: prod, Name: "acme-prod", Partition: "aws", Source: "profile prod"}, Regions: regions},
		model.Found{Account: model.Account{ID: dev, Name: "acme-dev", Partition: "aws", Source: "profile dev"}, Regions: regions},
	)
	return kit.Env{
		Inv: inv, Marks: &kit.Marks{}, Now: now, Theme: kit.NewTheme(kit.ThemeOptions{Dark: true, Level: kit.Full}), Width: w, Height: h,
		Deeds: kit.Deeds{Setting: func(model.Inventory) plan.Setting { return plan.Setting{} }, Told: 1, Weighed: 1},
	}
}

// fixed is a subject whose plan was made by hand.
type fixed struct{ plan plan.Plan }

func (f fixed) Plan(kit.Env, plan.Setting, kit.Looked) plan.Plan { return f.plan }

// target is the i-th of many images: a few of each kind that looks different.
func target(i int) plan.Target {
	account, region, team := []string{prod, dev}[i%2], []string{"eu-west-1", "us-east-1"}[i/2%2], []string{"team-web", "team-data", "team-ml"}[i%3]
	created := now.AddDate(0, 0, -i)
	t := plan.Target{
		Image: model.ImageKey{Region: region, ID: fmt.Sprintf("ami-%017x", i+1)}, Account: account,
		Before: plan.Facts{
			Owner: account, Name: fmt.Sprintf("web-api-%s-%d", created.Format("2006.01.02"), i), State: "available", Created: &created, SizeGiB: 8,
			Tags: []model.Tag{{Key: "Owner", Value: team}}, TagsKnown: true, AsOf: &now,
			Snapshots: []plan.Snapshot{{ID: fmt.Sprintf("snap-%017x", i+1), Owner: account, State: "completed", SizeGiB: 8, FullBytes: -1}},
			Usage:     plan.Usage{Verdict: "unused"},
		},
	}
	switch i % 7 {
	case 1:
		t.Before.Usage = plan.Usage{Verdict: "used", Evidence: []string{fmt.Sprintf("instance i-%d runs on it", i)}}
		t.Blocks = []plan.Note{{Code: "used", Text: fmt.Sprintf("%d instances run on it", i), Mend: "move them to another image first"}}
	case 2:
		t.Before.Usage = plan.Usage{Verdict: "unknown", Blind: []string{"instances of 444444444444 were not read"}}
		t.Warnings = []plan.Note{{Code: "unknown", Text: "who uses it is not known", Mend: "see what was not looked at", Grave: true}}
	case 4:
		t.Warnings = []plan.Note{{Code: "newest", Text: "it is the newest of its family web-api"}, {Code: "bin", Text: "no rule of the Recycle Bin holds it", Final: true}}
	case 5:
		t.Done = "it is gone already"
	}
	return t
}

// deletion is a plan that deletes n images; of one nothing is to be said.
func deletion(n int) plan.Plan {
	p := plan.Plan{
		Format: plan.Format, Deed: plan.Delete, Made: now,
		Undo: plan.Undoing{How: "amiscope brings them back from the Recycle Bin"},
	}
	until := now.AddDate(0, 0, 14)
	for i := range n {
		t := target(i)
		p.Targets = append(p.Targets, t)
		if !t.Runs() {
			continue
		}
		scope := p.Targets[i].Scope()
		step := func(api, input, why string) {
			p.Steps = append(p.Steps, plan.Step{ID: len(p.Steps) + 1, Target: i, Scope: scope, Call: plan.Call{API: api, Input: json.RawMessage(input)}, Why: why})
		}
		step("ec2:DeregisterImage", fmt.Sprintf(`{"ImageId":%q,"DeleteAssociatedSnapshots":true}`, t.Image.ID), "delete the image and its snapshot")
		p.Undo.Images++
	}
	p.Undo.Until = &until
	p.Undo.Whole = true
	p.Money = plan.Money{Freed: &cost.Freed{Cost: cost.Band{Low: cost.Dollar / 5, High: cost.Dollar * 42 / 10}, Basis: cost.FullSize, Snapshots: n}, Notes: []string{"when the Recycle Bin lets go, after up to 14 days"}}
	if n > 1 {
		runs, _, _ := p.Counts()
		p.Phrase = fmt.Sprintf("delete %d in acme-prod", runs)
		p.Because = []string{images(runs), "account acme-prod is a production account"}
		p.Acts = []plan.Act{
			{Account: prod, Name: "acme-prod", Principal: "arn:aws:sts::111111111111:assumed-role/deploy/jo", Production: true},
			{Account: dev, Name: "acme-dev", Principal: "arn:aws:iam::222222222222:user/jo"},
		}
		p.Hidden = n / 3
	}
	if n > 4 {
		p.Undo.Whole, p.Undo.Images = false, p.Undo.Images-n/7
		p.Undo.Lost = []plan.Note{{Code: "bin", Text: fmt.Sprintf("%s: no rule of the Recycle Bin holds it", images(n/7)), Mend: "make a rule first: it counts after 30 minutes"}}
	} else if n == 1 {
		p.Acts = []plan.Act{{Account: prod, Name: "acme-prod", Principal: "arn:aws:iam::111111111111:user/jo"}}
	}
	return p
}

// seat is somebody who looks at one screen: work is done at once, and what else the
// screen wants is kept.
type seat struct {
	t      testing.TB
	env    kit.Env
	screen kit.Screen
	wants  []kit.Effect // but for work, since it was asked for last
}

// sit opens a screen.
func sit(t testing.TB, env kit.Env, s kit.Screen) *seat {
	t.Helper()
	x := &seat{t: t, env: env, screen: s}
	x.sync()
	return x
}

// area is the env that the screen gets.
func (x *seat) area() kit.Env {
	env := x.env
	if f, ok := x.screen.(kit.Floating); ok {
		env.Width, env.Height = f.Box(env)
	}
	return env
}

func (x *seat) take(s kit.Screen, effects []kit.Effect) {
	x.screen = s
	for _, e := range effects {
		if w, ok := e.(kit.Work); ok {
			x.take(x.screen.Receive(x.area(), w.Do()))
			continue
		}
		x.wants = append(x.wants, e)
	}
}

func (x *seat) sync()                { x.take(x.screen.Sync(x.area())) }
func (x *seat) receive(a kit.Answer) { x.take(x.screen.Receive(x.area(), a)) }

// looked says that all of what was asked for was read again.
func (x *seat) looked() {
	for _, e := range x.effects() {
		if l, ok := e.(kit.Look); ok {
			of := 0
			for _, look := range l.Looks {
				of += len(look.Images)
			}
			x.receive(kit.Looked{N: l.N, Done: of, Of: of, Over: true})
		}
	}
}

// press does what the root does with a key.
func (x *seat) press(names ...string) {
	x.t.Helper()
	for _, k := range names {
		in, ok := keys.Resolve(k, x.screen.Scopes())
		typist, typing := x.screen.(kit.Typist)
		switch {
		case ok && x.screen.Disabled(x.area(), in) == "":
			x.take(x.screen.Handle(x.area(), in))
		case !ok && typing && typist.Typing():
			x.take(typist.Type(x.area(), typed(k)))
		}
	}
}

func (x *seat) write(text string) {
	for _, r := range text {
		x.press(string(r))
	}
}

// typed is a key that is typed in a field.
func typed(k string) tea.KeyPressMsg {
	switch k {
	case " ", "space":
		return tea.KeyPressMsg{Code: ' ', Text: " "}
	case "backspace":
		return tea.KeyPressMsg{Code: tea.KeyBackspace}
	}
	r := []rune(k)
	return tea.KeyPressMsg{Code: r[0], Text: string(r[:1])}
}

// effects are what the screen wanted since this was asked last.
func (x *seat) effects() []kit.Effect {
	out := x.wants
	x.wants = nil
	return out
}

// later lets time pass.
func (x *seat) later(d time.Duration) { x.env.Now = x.env.Now.Add(d) }

func (x *seat) frame() string {
	x.t.Helper()
	env := x.area()
	view := x.screen.View(env)
	lines := strings.Split(view, "\n")
	if len(lines) != env.Height {
		x.t.Errorf("%d lines instead of %d", len(lines), env.Height)
	}
	for i, l := range lines {
		if got := ansi.StringWidth(l); got != env.Width {
			x.t.Errorf("line %d is %d wide instead of %d: %q", i, got, env.Width, ansi.Strip(l))
		}
	}
	return ansi.Strip(view)
}

// applied are the plans that the screen wanted to be applied.
func applied(effects []kit.Effect) (out []*plan.Plan) {
	for _, e := range effects {
		if a, ok := e.(kit.Apply); ok {
			out = append(out, a.Plan)
		}
	}
	return out
}
