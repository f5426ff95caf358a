package change

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

var sizes = [][2]int{{80, 21}, {120, 37}, {200, 57}}

func TestReviewScreens(t *testing.T) {
	for _, n := range []int{1, 3, 500} {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("delete-%d/%dx%d", n, size[0], size[1]+3), func(t *testing.T) {
				x := sit(t, world(size[0], size[1]), NewReview(fixed{deletion(n)}))
				x.looked()
				golden.RequireEqual(t, x.frame()+"\n")
			})
		}
	}
}

// reviewed is a review in which all was read again and the guard has fallen.
func reviewed(t testing.TB, p plan.Plan) *seat {
	x := sit(t, world(120, 37), NewReview(fixed{p}))
	x.looked()
	x.later(2 * time.Second)
	return x
}

func TestYesAppliesOneImage(t *testing.T) {
	p := deletion(1)
	x := reviewed(t, p)
	x.press("y")
	got := applied(x.effects())
	if len(got) != 1 {
		t.Fatalf("applied %d plans:\n%s", len(got), x.frame())
	}
	if d := cmp.Diff(&p, got[0]); d != "" {
		t.Fatal(d)
	}
}

func TestConfirmationIsClosedWhileImagesAreRead(t *testing.T) {
	x := sit(t, world(120, 37), NewReview(fixed{deletion(1)}))
	x.later(time.Minute)
	x.press("y")
	if len(applied(x.effects())) > 0 {
		t.Fatal("applied while nothing was read again")
	}
	has(t, x, "checking 0 of 1 image")
	x = sit(t, world(120, 37), NewReview(fixed{deletion(1)}))
	look := lookOf(t, x.effects())
	x.receive(kit.Looked{N: look.N + 1, Over: true}) // of another review
	x.receive(kit.Looked{N: look.N, Done: 1, Of: 1})
	x.later(time.Minute)
	x.press("y")
	if len(applied(x.effects())) > 0 {
		t.Fatal("applied before the reading was over")
	}
}

// What was read must have reached the verdicts before the plan is as good as it says.
func TestConfirmationWaitsForVerdicts(t *testing.T) {
	x := sit(t, world(120, 37), NewReview(fixed{deletion(1)}))
	x.env.Deeds.Told = 5
	x.looked()
	x.later(time.Minute)
	x.press("y")
	has(t, x, "working it out")
	x.env.Deeds.Weighed = 5
	x.sync()
	x.later(time.Minute)
	has(t, x, "all of it was read again")
	x.press("y")
	if len(applied(x.effects())) != 1 {
		t.Fatal("not applied, though all is known")
	}
}

func TestGuardSwallowsWhatWasTypedBlind(t *testing.T) {
	x := sit(t, world(120, 37), NewReview(fixed{deletion(1)}))
	x.looked() // opens the confirmation under somebody's fingers
	for range 5 {
		x.later(200 * time.Millisecond)
		x.press("y")
	}
	if len(applied(x.effects())) > 0 {
		t.Fatal("applied by keys in flight")
	}
	x.later(399 * time.Millisecond)
	x.press("y")
	if len(applied(x.effects())) > 0 {
		t.Fatal("applied before typing has paused")
	}
	x.later(101 * time.Millisecond) // 1.5 s after it opened the guard has fallen
	x.press("y")
	if len(applied(x.effects())) != 1 {
		t.Fatal("the guard never falls")
	}

	x = sit(t, world(120, 37), NewReview(fixed{deletion(1)}))
	x.looked()
	x.later(400 * time.Millisecond)
	x.press("y")
	if len(applied(x.effects())) != 1 {
		t.Fatal("a pause does not lower the guard")
	}
}

// f confirms as y does, but for a few images: of more than two it asks how many.
func TestTheFirstFewAreConfirmedAlike(t *testing.T) {
	x := reviewed(t, deletion(3)) // of which two run
	x.press("f")
	has(t, x, "the first image, and then it waits: type it")
	x.write("delete 2 in acme-prod")
	x.press("enter")
	if got := firsts(x.effects()); !cmp.Equal(got, []int{1}) {
		t.Fatalf("applied first %v", got)
	}
	x.press("esc", "y")
	x.write("delete 2 in acme-prod")
	x.press("enter")
	if got := firsts(x.effects()); !cmp.Equal(got, []int{0}) {
		t.Fatalf("y applies first %v", got)
	}

	x = reviewed(t, deletion(30))
	x.press("f")
	menu := x.effects()[0].(kit.Push).Screen.(kit.Menu)
	var offered []int
	for _, it := range menu.Items {
		offered = append(offered, it.Do.(kit.Press).Intent.(keys.First).Images)
	}
	if d := cmp.Diff([]int{1, 2, 5, 10}, offered); d != "" {
		t.Fatal(d)
	}
	x.take(x.screen.Handle(x.area(), keys.First{Images: 5}))
	has(t, x, "the first 5 images, and then it waits: type it")

	x = reviewed(t, deletion(1))
	x.press("f")
	if len(x.effects()) > 0 {
		t.Fatal("one image has no first few")
	}
}

// firsts are how many images are done first of each plan that is applied.
func firsts(effects []kit.Effect) []int {
	var out []int
	for _, e := range effects {
		if a, ok := e.(kit.Apply); ok {
			out = append(out, a.First)
		}
	}
	return out
}

func TestOnlyThePhraseApplies(t *testing.T) {
	x := reviewed(t, deletion(3))
	x.press("y")
	has(t, x, "type delete 2 in acme-prod")
	for _, wrong := range []string{"", "y", "delete 2", "delete 2 in acme-prod ", "Delete 2 in acme-prod", "delete 3 in acme-prod"} {
		x.write(wrong)
		x.press("enter")
		if len(applied(x.effects())) > 0 {
			t.Fatalf("%q applied", wrong)
		}
		x.press("esc", "y")
	}
	x.write("delete 2 in acme-prod")
	if len(applied(x.effects())) > 0 {
		t.Fatal("applied without enter")
	}
	x.press("enter")
	if len(applied(x.effects())) != 1 {
		t.Fatal("the phrase does not apply")
	}
}

func TestPhraseSaysWhatDiffers(t *testing.T) {
	for typed, want := range map[string]string{
		"":          "",
		"dele":      "",
		"delete 2":  "",
		"delete 20": `"0" is too much`,
		"Del":       `"D" is to be written "d"`,
		"delete 3":  `"3" stands where "2" belongs`,
	} {
		if got := cmpPhrase("delete 2", typed, false); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	if got := cmpPhrase("delete 2", "dele", true); !strings.Contains(got, "not yet") {
		t.Errorf("half a phrase: %q", got)
	}
}

// TestNoKeysApplyButThePhrase: whatever is pressed, a plan that asks for its phrase is
// applied only by that, and one that could not be read again never.
func TestNoKeysApplyButThePhrase(t *testing.T) {
	var all []string
	for _, b := range keys.All() {
		all = append(all, b.Keys...)
	}
	for c := ' '; c <= '~'; c++ {
		all = append(all, string(c))
	}
	rapid.Check(t, func(rt *rapid.T) {
		x := sit(t, world(rapid.IntRange(40, 200).Draw(rt, "width"), rapid.IntRange(7, 60).Draw(rt, "height")), NewReview(fixed{deletion(3)}))
		if rapid.Bool().Draw(rt, "read") {
			x.looked()
		}
		for range rapid.IntRange(1, 60).Draw(rt, "keys") {
			x.later(time.Duration(rapid.IntRange(0, 2000).Draw(rt, "ms")) * time.Millisecond)
			review, ok := x.screen.(Review)
			if !ok {
				rt.Fatalf("the screen became a %T", x.screen)
			}
			key := rapid.SampledFrom(all).Draw(rt, "key")
			exact := review.phrase.open && review.phrase.input.Value() == "delete 2 in acme-prod"
			x.press(key)
			if n := len(applied(x.effects())); n > 0 && (!exact || key != "enter") {
				rt.Fatalf("%q applied %d plans", key, n)
			}
		}
		x.frame()
	})
}

// A plan that changed under the eye is not what was read: its phrase is another, and
// the guard is up again.
func TestChangedPlanIsConfirmedAnew(t *testing.T) {
	s := &moving{deletion(3)}
	x := sit(t, world(120, 37), NewReview(s))
	x.looked()
	x.later(time.Minute)
	x.press("y")
	x.write("delete 2 in acme-prod")
	s.plan = deletion(4)
	x.env.Deeds.Told, x.env.Deeds.Weighed = 2, 2
	x.sync()
	x.press("enter")
	if len(applied(x.effects())) > 0 {
		t.Fatal("the phrase of the plan before applied the new one")
	}
	has(t, x, "delete 3 in acme-prod")
}

// moving is a subject whose plan changes.
type moving struct{ plan plan.Plan }

func (m *moving) Plan(kit.Env, plan.Setting, kit.Looked) plan.Plan { return m.plan }

func TestWhatCouldNotBeReadIsTold(t *testing.T) {
	x := sit(t, world(120, 37), NewReview(fixed{deletion(3)}))
	look := lookOf(t, x.effects())
	denied := &model.OpError{Op: "ec2:DescribeImageReferences", Scope: model.Scope{Account: prod, Region: "eu-west-1"}, Kind: model.Denied, Err: errors.New("no")}
	x.receive(kit.Looked{N: look.N, Done: 1, Of: 3, Rereads: []model.Reread{{Errors: []*model.OpError{denied, denied}}}, Over: true})
	has(t, x, "2 images could not be read again", "Not read", "ec2:DescribeImageReferences in acme-prod eu-west-1: denied")
}

func TestReadOnlyShowsAndDoesNothing(t *testing.T) {
	env := world(120, 37)
	env.Deeds.ReadOnly = "read-only: nothing is changed"
	x := sit(t, env, NewReview(fixed{deletion(1)}))
	x.looked()
	x.later(time.Minute)
	x.press("y")
	if len(applied(x.effects())) > 0 {
		t.Fatal("applied")
	}
	has(t, x, "read-only", "ec2:DeregisterImage")
}

func TestGroupsOpenAndClose(t *testing.T) {
	x := reviewed(t, deletion(500))
	lacks(t, x, "64 instances run on it")
	x.press("j", "j", "enter")
	has(t, x, "64 instances run on it", "▾ 72 images")
	x.press("h")
	lacks(t, x, "64 instances run on it")
	x.press("l", "j", "j", "enter")
	if p, ok := x.effects()[0].(kit.Push); !ok {
		t.Fatalf("enter on an image gives %T", p)
	}
	x.press("G")
	has(t, x, "of 590", "-499 ")
}

func lookOf(t *testing.T, effects []kit.Effect) kit.Look {
	t.Helper()
	for _, e := range effects {
		if l, ok := e.(kit.Look); ok {
			return l
		}
	}
	t.Fatalf("nothing is read again: %v", effects)
	return kit.Look{}
}

func has(t *testing.T, x *seat, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if f := x.frame(); !strings.Contains(f, text) {
			t.Fatalf("the screen lacks %q:\n%s", text, f)
		}
	}
}

func lacks(t *testing.T, x *seat, text string) {
	t.Helper()
	if f := x.frame(); strings.Contains(f, text) {
		t.Fatalf("the screen has %q:\n%s", text, f)
	}
}

// BenchmarkReview is Update and View of a key in the review of 3,000 images, all
// groups of which are open.
func BenchmarkReview(b *testing.B) {
	x := sit(b, world(200, 57), NewReview(fixed{deletion(3000)}))
	x.looked()
	x.press("j", "j", "l", "g")
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i%6000 < 3000 {
			x.press("j")
		} else {
			x.press("k")
		}
		x.screen.View(x.env)
	}
}
