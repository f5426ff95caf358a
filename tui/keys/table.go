package keys

import "slices"

// Scope is where a binding holds. A screen lists its own, inner to outer; the
// innermost that binds a key wins.
type Scope string

// The scopes.
const (
	Everywhere Scope = "everywhere"
	Table      Scope = "tables"
	Images     Scope = "images"
	Deeds      Scope = "deeds on the marked images, or the one under the cursor"
	Scopes     Scope = "scopes"
	Usage      Scope = "usage of an image"
	ImagePast  Scope = "what amiscope did to an image"
	Detail     Scope = "image"
	Jumped     Scope = "what was jumped to: instances, growth, findings of a rule, a run, where deletions can be taken back"
	Listing    Scope = "instances, dead references, snapshots, costs and findings"
	Snapshots  Scope = "snapshots"
	Costs      Scope = "costs"
	Journal    Scope = "journal"
	Past       Scope = "a run of the journal"
	PastImage  Scope = "what a run did to an image"
	Bin        Scope = "Recycle Bins"
	Binned     Scope = "what is in a Recycle Bin"
	Armed      Scope = "where deletions can be taken back"
	BinRules   Scope = "rules of the Recycle Bins"
	Profiles   Scope = "profiles"
	Field      Scope = "filter field"
	Finder     Scope = "search field"
	Form       Scope = "forms"
	Options    Scope = "forms of deeds"
	Review     Scope = "review of a change"
	Phrase     Scope = "phrase that confirms"
	Script     Scope = "commands of the AWS CLI"
	Progress   Scope = "a run"
	Runs       Scope = "runs"
	Menu       Scope = "menus"
	Reading    Scope = "help"
)

// Binding is one line of the table.
type Binding struct {
	Scope  Scope
	Keys   []string // as bubbletea spells them: "D", "space", "ctrl+r"
	Intent Intent
	Help   string // what it does, for help, palette and docs
	Hint   string // the word in the hint bar; empty: not shown there
	Danger bool   // drawn as a warning; always leads to a review, never to the deed
}

// table is read by everything that knows about keys. Order is the order of
// help and hint bar.
var table = []Binding{
	{Images, []string{"space"}, Mark{}, "mark the image and advance", "mark", false},
	{Images, []string{"v"}, MarkRange{}, "mark from the last mark to here", "", false},
	{Images, []string{"a"}, MarkShown{}, "mark all that the filter shows", "", false},
	{Images, []string{`ctrl+\`}, ClearMarks{}, "clear all marks (again: bring them back)", "", false},
	{Images, []string{"n"}, NextMark{}, "next mark", "", false},
	{Images, []string{"N"}, NextMark{Back: true}, "previous mark", "", false},
	{Images, []string{"/"}, Find{}, "filter as you type", "filter", false},
	{Images, []string{"u"}, UsedBy{}, "used by: who uses the image, and what was not looked at", "used by", false},
	{Images, []string{"$"}, CostBasis{}, "what the image costs, and on what basis", "cost", false},
	{Images, []string{"t"}, Trail{}, "trail: who made, shared, changed and launched the image", "", false},
	{Images, []string{"f"}, Narrow{}, "only this account, region, family, owner or state", "only", false},
	{Images, []string{"F"}, Narrow{Not: true}, "not this account, region, family, owner or state", "", false},
	{Images, []string{"'"}, Saved{}, "saved filters", "", false},
	{Images, []string{"s"}, SortMenu{}, "sort by …", "sort", false},
	{Images, []string{"shift+right"}, SortStep{By: 1}, "sort by the next column", "", false},
	{Images, []string{"shift+left"}, SortStep{By: -1}, "sort by the previous column", "", false},
	{Images, []string{"w"}, Columns{}, "choose columns", "columns", false},
	{Images, []string{"y"}, CopyID{}, "copy the id", "copy id", false},
	{Images, []string{"Y"}, CopyMenu{}, "copy ARN, name, console address or CLI command", "", false},

	{Deeds, []string{"D"}, Deed{Name: "delete"}, "delete, with the snapshots", "delete", true},
	{Deeds, []string{"c"}, Deed{Name: "copy"}, "copy to other regions", "copy", true},
	{Deeds, []string{"S"}, Deed{Name: "share"}, "share, or stop sharing", "share", true},
	{Deeds, []string{"z"}, Lifecycle{}, "lifecycle: deprecate, disable, and the ways back", "lifecycle", true},
	{Deeds, []string{"e"}, Deed{Name: "tag"}, "tag: set and remove tags", "tags", true},
	{Deeds, []string{"p"}, Deed{Name: "protect"}, "protect from deletion, or stop protecting", "protect", true},
	{Deeds, []string{"U"}, Undo{}, "undo the last run", "undo", true},

	{Usage, []string{"enter", "d"}, Open{}, "jump to what uses the image", "jump", false},
	{Usage, []string{"A"}, SetAside{}, "set the reference aside, so that it does not count (again: withdraw that)", "set aside", false},
	{Usage, []string{"o"}, Opine{}, "ask AWS itself what names the image", "ask AWS", false},

	{ImagePast, []string{"enter", "d"}, Open{}, "what the run did, image by image", "open", false},
	{ImagePast, []string{"U"}, Undo{}, "undo what the run did to this image", "undo", true},
	{ImagePast, []string{"r"}, Refresh{}, "read the journal again, and this account and region", "", false},

	{Detail, []string{"u"}, UsedBy{}, "used by: who uses the image, and what was not looked at", "", false},
	{Detail, []string{"$"}, CostBasis{}, "what the image costs, and on what basis", "", false},
	{Detail, []string{"t"}, Trail{}, "trail: who made, shared, changed and launched the image", "", false},
	{Detail, []string{"]", "l", "right"}, StepTab{By: 1}, "next tab", "tabs", false},
	{Detail, []string{"[", "h", "left"}, StepTab{By: -1}, "previous tab", "", false},
	{Detail, []string{"y"}, CopyID{}, "copy the id", "copy id", false},
	{Detail, []string{"Y"}, CopyMenu{}, "copy ARN, name, console address or CLI command", "copy …", false},
	{Detail, []string{"esc", "q", "-"}, Back{}, "back", "back", false},

	{Jumped, []string{"esc", "q", "-"}, Back{}, "back to where the jump came from", "back", false},

	{Listing, []string{"/"}, Find{}, "search: words in what the columns say", "search", false},
	{Listing, []string{"enter", "d"}, Open{}, "open the image", "open", false},
	{Listing, []string{"s"}, SortMenu{}, "sort by …", "sort", false},
	{Listing, []string{"shift+right"}, SortStep{By: 1}, "sort by the next column", "", false},
	{Listing, []string{"shift+left"}, SortStep{By: -1}, "sort by the previous column", "", false},
	{Listing, []string{"y"}, CopyID{}, "copy the id", "copy id", false},

	{Snapshots, []string{"space"}, Mark{}, "mark the snapshot and advance", "mark", false},
	{Snapshots, []string{"a"}, MarkShown{}, "mark all that the search shows", "", false},
	{Snapshots, []string{`ctrl+\`}, ClearMarks{}, "clear the marks", "", false},
	{Snapshots, []string{"Y"}, CopyMenu{}, "copy id, ARN or CLI command", "", false},

	{Costs, []string{"enter", "d", "l", "right"}, Open{}, "go into the row: account, region, family, images", "go in", false},
	{Costs, []string{"h", "left"}, Back{}, "go out again", "", false},
	{Costs, []string{"f"}, Narrow{}, "show the images of the row", "images", false},
	{Costs, []string{"b"}, GroupBy{}, "group by account, region, family, tag, age or kind", "group by", false},
	{Costs, []string{"t"}, Growth{}, "growth: why costs differ from an earlier day", "growth", false},

	{Journal, []string{"enter", "d"}, Open{}, "what the run did; resume or drop one that was interrupted", "open", false},
	{Journal, []string{"U"}, Undo{}, "undo the run under the cursor", "undo", true},
	{Journal, []string{"y"}, CopyID{}, "copy the id of the run", "copy id", false},
	{Journal, []string{"r"}, Refresh{}, "read the journal again", "", false},

	{Past, []string{"space"}, Mark{}, "mark the image and advance", "mark", false},
	{Past, []string{"a"}, MarkShown{}, "mark all images that the search shows", "", false},
	{Past, []string{`ctrl+\`}, ClearMarks{}, "clear the marks", "", false},
	{Past, []string{"enter", "d"}, Open{}, "calls, outcomes, and what the image was before", "open", false},
	{Past, []string{"U"}, Undo{}, "undo what was done to the marked images, or to the one under the cursor", "undo", true},
	{Past, []string{"r"}, Refresh{}, "read the journal again", "", false},

	{PastImage, []string{"U"}, Undo{}, "undo what was done to this image, or the step under the cursor", "undo", true},
	{PastImage, []string{"j", "down"}, Move{By: 1}, "next step, then down", "", false},
	{PastImage, []string{"k", "up"}, Move{By: -1}, "previous step; above the first all of them", "", false},
	{PastImage, []string{"y"}, CopyID{}, "copy the id", "copy id", false},

	{Bin, []string{"space"}, Mark{}, "mark it and advance", "mark", false},
	{Bin, []string{"a"}, MarkShown{}, "mark all that can be restored of what the search shows", "", false},
	{Bin, []string{`ctrl+\`}, ClearMarks{}, "clear the marks", "", false},
	{Bin, []string{"U"}, Deed{Name: "restore"}, "restore the marked ones, or the one under the cursor: images with their snapshots, and snapshots without an image", "restore", true},
	{Bin, []string{"enter", "d"}, Open{}, "all that is known of it", "open", false},
	{Bin, []string{"A"}, Arming{}, "where deletions can be taken back, and for how long", "armed", false},
	{Bin, []string{"Y"}, CopyMenu{}, "copy id, name or the AWS CLI command that restores it", "", false},
	{Bin, []string{"r"}, Refresh{}, "read this account and region again", "", false},

	{Binned, []string{"U"}, Deed{Name: "restore"}, "restore it, an image with its snapshots", "restore", true},
	{Binned, []string{"y"}, CopyID{}, "copy the id", "copy id", false},
	{Binned, []string{"Y"}, CopyMenu{}, "copy id, name or the AWS CLI command that restores it", "copy …", false},

	{Armed, []string{"enter", "d"}, Open{}, "show the images of that account and region", "images", false},

	{BinRules, []string{"enter", "d"}, Open{}, "show the images of that account and region", "images", false},
	{BinRules, []string{"y"}, CopyID{}, "copy the id of the rule", "copy id", false},
	{BinRules, []string{"r"}, Refresh{}, "read this account and region again", "", false},

	{Profiles, []string{"enter"}, Open{}, "use the marked profiles, or this one", "use", false},
	{Profiles, []string{"space"}, Mark{}, "mark the profile and advance", "mark", false},
	{Profiles, []string{"a"}, MarkShown{}, "mark all profiles", "", false},
	{Profiles, []string{`ctrl+\`}, ClearMarks{}, "clear all marks", "", false},
	{Profiles, []string{"esc", "q"}, Back{}, "leave everything as it is", "close", false},

	{Table, []string{"j", "down"}, Move{By: 1}, "down", "", false},
	{Table, []string{"k", "up"}, Move{By: -1}, "up", "", false},
	{Table, []string{"g", "home"}, Jump{}, "first", "", false},
	{Table, []string{"G", "end"}, Jump{End: true}, "last", "", false},
	{Table, []string{"ctrl+d"}, Page{Halves: 1}, "half a screen down", "", false},
	{Table, []string{"ctrl+u"}, Page{Halves: -1}, "half a screen up", "", false},
	{Table, []string{"ctrl+f", "pgdown"}, Page{Halves: 2}, "a screen down", "", false},
	{Table, []string{"ctrl+b", "pgup"}, Page{Halves: -2}, "a screen up", "", false},
	{Table, []string{"h", "left"}, Scroll{By: -1}, "columns to the left", "", false},
	{Table, []string{"l", "right"}, Scroll{By: 1}, "columns to the right", "", false},
	{Table, []string{"enter", "d"}, Open{}, "open", "open", false},
	{Table, []string{"r"}, Refresh{}, "refresh this account and region", "", false},

	{Field, []string{"enter"}, Open{}, "keep the filter", "keep", false},
	{Field, []string{"esc"}, Back{}, "clear the filter", "clear", false},
	{Field, []string{"tab"}, Complete{}, "complete", "complete", false},
	{Field, []string{"down"}, Move{By: 1}, "down, while typing", "", false},
	{Field, []string{"up"}, Move{By: -1}, "up, while typing", "", false},
	{Field, []string{"ctrl+s"}, SaveFilter{}, "save the filter with its sort under a letter", "save", false},

	{Finder, []string{"enter"}, Open{}, "keep the search", "keep", false},
	{Finder, []string{"esc"}, Back{}, "clear the search", "clear", false},
	{Finder, []string{"down"}, Move{By: 1}, "down, while typing", "", false},
	{Finder, []string{"up"}, Move{By: -1}, "up, while typing", "", false},

	{Form, []string{"enter"}, Open{}, "do it", "do it", false},
	{Form, []string{"tab", "down"}, Move{By: 1}, "next field", "next field", false},
	{Form, []string{"shift+tab", "up"}, Move{By: -1}, "previous field", "", false},
	{Form, []string{"esc"}, Back{}, "leave everything as it is", "close", false},

	{Options, []string{"enter"}, Open{}, "review it", "review", false},
	{Options, []string{"tab"}, Complete{}, "complete; with nothing to complete, the next field", "complete", false},
	{Options, []string{"down"}, Move{By: 1}, "next field", "next field", false},
	{Options, []string{"shift+tab", "up"}, Move{By: -1}, "previous field", "", false},
	{Options, []string{"esc"}, Back{}, "leave everything as it is", "close", false},

	{Review, []string{"y"}, Confirm{}, "apply it, or open the field for its phrase", "apply", true},
	{Review, []string{"n", "esc", "q", "-"}, Back{}, "leave everything as it is", "leave", false},
	{Review, []string{"f"}, First{}, "apply it to the first few images only, and then ask again", "first few", true},
	{Review, []string{"enter", "d"}, Open{}, "open or close the group; show all of an image", "open", false},
	{Review, []string{"l", "right"}, Fold{Open: true}, "open the group", "", false},
	{Review, []string{"h", "left"}, Fold{}, "close the group", "", false},
	{Review, []string{"P"}, Print{}, "print it as commands of the AWS CLI", "print", false},
	{Review, []string{"r"}, Refresh{}, "read the images again", "read again", false},

	{Phrase, []string{"enter"}, Open{}, "apply it, if the phrase is exact", "apply", true},
	{Phrase, []string{"esc"}, Back{}, "leave the field", "leave the field", false},
	{Phrase, []string{"down"}, Move{By: 1}, "down, while typing", "", false},
	{Phrase, []string{"up"}, Move{By: -1}, "up, while typing", "", false},

	{Script, []string{"y"}, CopyID{}, "copy all of it", "copy", false},
	{Script, []string{"s"}, Save{}, "save it to a file", "save", false},

	{Progress, []string{"y"}, Confirm{}, "go on with the other images, where the first ones are done and it waits", "go on", true},
	{Progress, []string{"esc", "q", "-"}, Back{}, "leave it: it goes on in the background", "leave", false},
	{Progress, []string{"enter", "d"}, Open{}, "open or close the group; show all of an image", "open", false},
	{Progress, []string{"l", "right"}, Fold{Open: true}, "open the group", "", false},
	{Progress, []string{"h", "left"}, Fold{}, "close the group", "", false},
	{Progress, []string{"U"}, Undo{}, "undo this run", "undo", true},

	{Runs, []string{"enter", "d"}, Open{}, "show the run; resume or drop one that was interrupted", "open", false},
	{Runs, []string{"U"}, Undo{}, "undo this run", "undo", true},

	{Menu, []string{"enter"}, Open{}, "take it", "take", false},
	{Menu, []string{"down", "ctrl+n"}, Move{By: 1}, "down", "", false},
	{Menu, []string{"up", "ctrl+p"}, Move{By: -1}, "up", "", false},
	{Menu, []string{"esc"}, Back{}, "close", "close", false},

	{Reading, []string{"j", "down"}, Move{By: 1}, "down", "", false},
	{Reading, []string{"k", "up"}, Move{By: -1}, "up", "", false},
	{Reading, []string{"g", "home"}, Jump{}, "first", "", false},
	{Reading, []string{"G", "end"}, Jump{End: true}, "last", "", false},
	{Reading, []string{"ctrl+d"}, Page{Halves: 1}, "half a screen down", "", false},
	{Reading, []string{"ctrl+u"}, Page{Halves: -1}, "half a screen up", "", false},
	{Reading, []string{"ctrl+f", "pgdown", "space"}, Page{Halves: 2}, "a screen down", "", false},
	{Reading, []string{"ctrl+b", "pgup"}, Page{Halves: -2}, "a screen up", "", false},
	{Reading, []string{"esc", "q", "?"}, Back{}, "close", "close", false},

	{Everywhere, []string{"esc"}, Back{}, "back; clear the filter", "", false},
	{Everywhere, []string{":"}, Command{}, "palette: views, actions, ids, filters", "palette", false},
	{Everywhere, []string{"R"}, Refresh{All: true}, "refresh everything", "refresh", false},
	{Everywhere, []string{"L"}, Login{}, "log in where a login has expired", "log in", false},
	{Everywhere, []string{"1"}, GoView{Number: 1}, "images", "", false},
	{Everywhere, []string{"3"}, GoView{Number: 3}, "snapshots", "", false},
	{Everywhere, []string{"4"}, GoView{Number: 4}, "costs", "", false},
	{Everywhere, []string{"5"}, GoView{Number: 5}, "findings", "", false},
	{Everywhere, []string{"7"}, GoView{Number: 7}, "Recycle Bins", "", false},
	{Everywhere, []string{"8"}, GoView{Number: 8}, "journal", "", false},
	{Everywhere, []string{"9"}, GoView{Number: 9}, "accounts and regions", "", false},
	{Everywhere, []string{"tab"}, StepView{}, "next view", "", false},
	{Everywhere, []string{"-"}, LastView{}, "previous view", "", false},
	{Everywhere, []string{"?"}, Help{}, "help for this screen", "help", false},
	{Everywhere, []string{"ctrl+x"}, Stop{}, "ask what runs to stop", "", false},
	{Everywhere, []string{"ctrl+z"}, Suspend{}, "suspend", "", false},
	{Everywhere, []string{"q", "ctrl+c"}, Quit{}, "back out, quit; ctrl+c quits from anywhere", "quit", false},
}

// All lists every binding, in the order of help and docs.
func All() []Binding { return slices.Clone(table) }

// Resolve finds what a key means on a screen with these scopes, inner to
// outer.
func Resolve(key string, scopes []Scope) (Intent, bool) {
	for _, s := range scopes {
		for i := range table {
			if table[i].Scope == s && slices.Contains(table[i].Keys, key) {
				return table[i].Intent, true
			}
		}
	}
	return nil, false
}

// Active lists the bindings that hold in these scopes, without those that an
// inner scope takes all keys of.
func Active(scopes []Scope) []Binding {
	var out []Binding
	taken := map[string]bool{}
	for _, s := range scopes {
		for _, b := range table {
			if b.Scope != s {
				continue
			}
			b.Keys = slices.DeleteFunc(slices.Clone(b.Keys), func(k string) bool { return taken[k] })
			if len(b.Keys) > 0 {
				out = append(out, b)
			}
		}
		for _, b := range table {
			if b.Scope == s {
				for _, k := range b.Keys {
					taken[k] = true
				}
			}
		}
	}
	return out
}
