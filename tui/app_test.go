package tui_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui"
	"github.com/amiscope/amiscope/tui/tuitest"
)

func options() tui.Options {
	return tui.Options{Services: tuitest.Services(tuitest.Now, tuitest.Fleet()...), Title: "test"}
}

func start(t *testing.T, w, h int) *tuitest.Driver {
	t.Helper()
	return tuitest.New(t, w, h, options())
}

// TestScreens holds the look of whole screens; review a change of a golden
// like code.
func TestScreens(t *testing.T) {
	journeys := []struct {
		name string
		keys []string
		text string
	}{
		{"images", nil, ""},
		{"filter", []string{"/"}, "arch:arm64 age>30d"},
		{"wrong", []string{"/"}, "age>30d stat:x"},
		{"marks", []string{"space", "space", "j", "v", "/"}, "web"},
		{"sort", []string{"s"}, ""},
		{"columns", []string{"w"}, ""},
		{"narrow", []string{"f"}, ""},
		{"copy", []string{"j", "Y"}, ""},
		{"detail", []string{"G", "enter"}, ""},
		{"cost", []string{"G", "enter", "]", "]"}, ""},
		{"permissions", []string{"G", "enter", "]", "]", "]"}, ""},
		{"findings", []string{"G", "enter", "]", "]", "]", "]"}, ""},
		{"devices", []string{"G", "enter", "]", "]", "]", "]", "]", "]"}, ""},
		{"tags", []string{"G", "enter", "]", "]", "]", "]", "]", "]", "]"}, ""},
		{"json", []string{"G", "enter", "["}, ""},
		{"scopes", []string{"9"}, ""},
		{"help", []string{"?"}, ""},
		{"palette", []string{":"}, "sco"},
	}
	for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 60}} {
		for _, j := range journeys {
			t.Run(fmt.Sprintf("%s/%dx%d", j.name, size[0], size[1]), func(t *testing.T) {
				d := start(t, size[0], size[1])
				d.Press(j.keys...)
				d.Type(j.text)
				checkFrame(t, d, size[0], size[1])
				golden.RequireEqual(t, d.Screen()+"\n")
			})
		}
	}
}

func TestNoColour(t *testing.T) {
	opts := options()
	opts.NoColor, opts.ASCII = true, true
	d := tuitest.New(t, 80, 24, opts)
	d.Press("space", "j")
	if m := regexp.MustCompile(`\x1b\[[0-9;]*[349][0-9][;m]`).FindString(d.ANSI()); m != "" {
		t.Errorf("colour %q with NO_COLOR", m)
	}
	for _, r := range d.Screen() {
		if r > unicode.MaxASCII && !strings.ContainsRune("金の画像東京–é\u0301\u0323", r) {
			t.Errorf("%q on an ASCII screen", r)
		}
	}
	golden.RequireEqual(t, d.ANSI()+"\n")
}

// checkFrame says that a frame fills its size and holds nothing but text and
// our own looks.
func checkFrame(t *testing.T, d *tuitest.Driver, w, h int) {
	t.Helper()
	lines := strings.Split(d.ANSI(), "\n")
	if len(lines) != h {
		t.Fatalf("%d lines instead of %d:\n%s", len(lines), h, tuitest.Lines(d.Screen()))
	}
	for i, l := range lines {
		if got := ansi.StringWidth(l); got != w {
			t.Errorf("line %d is %d wide instead of %d: %q", i, got, w, ansi.Strip(l))
		}
	}
	for _, r := range regexp.MustCompile(`\x1b\[[0-9;:]*m`).ReplaceAllString(strings.Join(lines, ""), "") {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			t.Fatalf("%U reaches the terminal", r)
		}
	}
}

// TestEverySizeIsFilled resizes through every size from 40×10 up and asks for
// whole frames on the way, whatever is open.
func TestEverySizeIsFilled(t *testing.T) {
	for _, keys := range [][]string{nil, {"/", "w"}, {"enter"}, {"9"}, {"s"}, {"?"}, {":"}} {
		d := start(t, 120, 40)
		d.Press(keys...)
		for _, size := range [][2]int{{40, 10}, {41, 11}, {79, 24}, {63, 17}, {300, 80}, {40, 60}, {200, 10}, {80, 24}} {
			d.Resize(size[0], size[1])
			checkFrame(t, d, size[0], size[1])
		}
	}
}

func TestFilterFollowsTyping(t *testing.T) {
	d := start(t, 120, 40)
	d.Press("/")
	d.Type("name:web-api-*")
	d.Has("web-api-2026", "tab")
	d.Lacks("batch-runner")
	d.Press("enter")
	d.Has("esc clears")
	d.Press("esc")
	d.Has("batch-runner")
	d.Press("/")
	d.Type("name:web-api")
	d.Has("no image matches", "name: means the whole name")
}

func TestWrongFilterKeepsTheLastRows(t *testing.T) {
	d := start(t, 120, 40)
	d.Press("/")
	d.Type("name:web-api-* ")
	d.Send(tea.PasteMsg{Content: "stat:x"})
	d.Has("web-api-2026", "state")
	d.Lacks("batch-runner")
}

func TestMarksSurviveFilterSortAndRefresh(t *testing.T) {
	d := start(t, 120, 40)
	d.Press("space", "space", "space")
	d.Has("3 marked")
	d.Press("/")
	d.Type("batch-runner")
	d.Press("enter")
	d.Has("3 marked (3 hidden)")
	d.Press("R", "esc", "s", "a")
	d.Has("3 marked")
	d.Lacks("hidden")
	d.Press(`ctrl+\`)
	d.Lacks("3 marked")
	d.Press(`ctrl+\`)
	d.Has("3 marks brought back")
}

func TestCursorStaysOnItsImage(t *testing.T) {
	d := start(t, 120, 40)
	d.Press("j", "j", "j", "j", "j", "j", "j", "j", "j", "j", "j", "y")
	id := d.Clipboard
	if !strings.HasPrefix(id, "ami-") {
		t.Fatalf("the clipboard holds %q", id)
	}
	d.Press("s", "b", "y")
	if d.Clipboard != id {
		t.Fatalf("after sorting the cursor is on %s, not %s", d.Clipboard, id)
	}
}

func TestNarrowAddsATerm(t *testing.T) {
	d := start(t, 120, 40)
	d.Press("G", "f", "r")
	d.Has("/ region:", "esc clears")
	d.Press("F", "a")
	d.Has("!account:")
}

func TestSavedFilterIsKept(t *testing.T) {
	opts := options()
	var kept tui.State
	opts.Services.Save = func(s tui.State) error { kept = s; return nil }
	d := tuitest.New(t, 120, 40, opts)
	d.Press("/")
	d.Type("arch:arm64")
	d.Press("ctrl+s", "q")
	if kept.Filters["q"].Query != "arch:arm64" {
		t.Fatalf("kept %+v", kept)
	}
	d.Press("esc", "'", "q")
	d.Has("/ arch:arm64")
}

func TestColumnsAreKept(t *testing.T) {
	opts := options()
	var kept tui.State
	opts.Services.Save = func(s tui.State) error { kept = s; return nil }
	d := tuitest.New(t, 120, 40, opts)
	d.Has("STATE")
	d.Press("w", "j", "space", "enter")
	d.Lacks("STATE")
	for _, c := range kept.Columns {
		if c == "state" {
			t.Fatalf("kept %v", kept.Columns)
		}
	}
}

func TestOpenAndBack(t *testing.T) {
	d := start(t, 120, 40)
	d.Press("G", "enter")
	d.Has("[identity]", "Image id")
	d.Press("]", "]", "]", "]", "]", "]")
	d.Has("[devices]", "SNAPSHOT")
	d.Press("esc")
	d.Has("NAME", "ACCOUNT")
	d.Press("q")
	if !d.Quit {
		t.Fatal("q in a view does not quit")
	}
}

func TestScopesTellTroubleAndOpenTheirImages(t *testing.T) {
	d := start(t, 200, 40)
	d.Press("9")
	d.Has("profile old", "aws sso login --profile old", "denied", "ec2:DescribeImages", "not enabled")
	d.Press("j", "j", "enter")
	d.Has("/ account:333333333333 region:eu-west-1")
}

func TestPaletteFindsAnImageByID(t *testing.T) {
	d := start(t, 120, 40)
	d.Press(":")
	d.Type("ami-0ddeu000000000004")
	d.Press("enter")
	d.Has("[identity]", "金の画像")
}

func TestUnknownFactsAreMarkedNotGuessed(t *testing.T) {
	d := start(t, 200, 60)
	d.Press("/")
	d.Type("encrypted:false")
	d.Has("undecided")
	d.Lacks("(no name)")
	d.Press("esc", "/")
	d.Type("encrypted:unknown")
	d.Has("(no name)")
}

func TestClickSortsAndSelects(t *testing.T) {
	d := start(t, 120, 40)
	header := strings.Split(d.Screen(), "\n")[1]
	x := ansi.StringWidth(header[:strings.Index(header, "REGION")])
	d.Send(tea.MouseClickMsg{X: x + 1, Y: 1, Button: tea.MouseLeft})
	if h := strings.Split(d.Screen(), "\n")[1]; !strings.Contains(h, "REGION▲") && !strings.Contains(h, "REGION ▲") {
		t.Fatalf("no arrow at the region: %q", h)
	}
	d.Send(tea.MouseClickMsg{X: 20, Y: 6, Button: tea.MouseLeft})
	d.Send(tea.MouseClickMsg{X: 20, Y: 6, Button: tea.MouseLeft})
	d.Has("[identity]")
}

func TestHelpNamesEveryKeyOfTheScreen(t *testing.T) {
	d := start(t, 120, 200)
	d.Press("?")
	d.Has("ctrl+d", "mark the image and advance", "filter as you type", "age>180d")
	d.Press("q")
	d.Has("NAME")
}

// TestLatePagesChangeNothing refreshes twice; the first refresh answers last.
func TestLatePagesChangeNothing(t *testing.T) {
	opts := options()
	scope := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	opts.Services.Refresh = func(_ context.Context, r tui.Refresh) <-chan model.Event {
		return tuitest.Stream(
			model.Began{Gen: 1000, Scope: scope, Kind: model.Images},
			model.Page{Gen: 1000, Scope: scope, Kind: model.Images, Last: true, At: tuitest.Now},
			model.Page{Gen: 999, Scope: scope, Kind: model.Images, Images: tuitest.Odd(scope), Last: true, At: tuitest.Now},
		)
	}
	d := tuitest.New(t, 120, 40, opts)
	d.Press("/")
	d.Type("account:111111111111 region:eu-west-1")
	d.Has("no image matches")
}

func TestNoticeIsShown(t *testing.T) {
	opts := options()
	opts.Services.Restore = func(context.Context) <-chan model.Event {
		return tuitest.Stream(append(tuitest.Fleet(), model.Notice{Text: "the cache was damaged and moved aside", Warn: true})...)
	}
	d := tuitest.New(t, 120, 40, opts)
	d.Has("moved aside")
}

func TestOfflineReadsNothing(t *testing.T) {
	opts := options()
	opts.Offline = "offline: nothing is read"
	opts.Services.Refresh = func(context.Context, tui.Refresh) <-chan model.Event {
		t.Error("offline, but AWS was read")
		return tuitest.Stream()
	}
	d := tuitest.New(t, 120, 40, opts)
	d.Press("R")
	d.Has("offline")
}
