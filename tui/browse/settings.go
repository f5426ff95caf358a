package browse

import (
	"slices"
	"strconv"
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// sharingCell tells what block public access lets through in a scope.
func sharingCell(env kit.Env, s model.Scope) kit.Cell {
	images, snapshots := blocks(env, s, model.BlockImages), blocks(env, s, model.BlockSnapshots)
	switch {
	case images == model.No && snapshots == model.No:
		return kit.Cell{Text: "open", Style: kit.Bad}
	case images == model.No:
		return kit.Cell{Text: "images open", Style: kit.Bad}
	case snapshots == model.No:
		return kit.Cell{Text: "snapshots open", Style: kit.Bad}
	case images == model.Yes && snapshots == model.Yes:
		return kit.Cell{Text: "blocked", Style: kit.Good}
	}
	return unknown()
}

func blocks(env kit.Env, s model.Scope, name string) model.Tri {
	return env.Inv.Setting(s, name).Effective()
}

// effectCell tells whether a setting does anything, in a word.
func effectCell(env kit.Env, s model.Scope, name string) kit.Cell {
	set := env.Inv.Setting(s, name)
	switch set.Effective() {
	case model.Yes:
		return kit.Cell{Text: set.State, Style: kit.Good}
	case model.No:
		return kit.Cell{Text: "off", Style: kit.Dim}
	case model.Maybe:
	}
	return unknown()
}

// deniedCell tells how many permissions are missing in a scope.
func deniedCell(env kit.Env, s model.Scope) kit.Cell {
	if n := len(env.Inv.Refused(s)); n > 0 {
		return kit.Cell{Text: strconv.Itoa(n), Style: kit.Warn}
	}
	return orDash("")
}

// settingsLine tells all settings of a scope, in a line where there is room.
func settingsLine(env kit.Env, s model.Scope) string {
	if env.Inv.Status(s, model.Settings).AsOf.IsZero() {
		return ""
	}
	var parts []string
	for _, name := range model.SettingNames() {
		parts = append(parts, settingTitle(name)+": "+settingText(env.Inv.Setting(s, name)))
	}
	t := env.Theme
	lines := t.Wrap("settings: "+strings.Join(parts, " "+t.Symbols.Dot+" "), max(1, env.Width-2))
	for i, l := range lines {
		lines[i] = " " + t.Paint(kit.Dim, l)
	}
	return strings.Join(lines, "\n")
}

func settingTitle(name string) string {
	return map[string]string{
		model.BlockImages: "public images", model.BlockSnapshots: "public snapshots", model.AllowedImages: "Allowed AMIs", model.EncryptVolumes: "EBS encryption by default",
	}[name]
}

func settingText(s *model.Setting) string {
	switch {
	case s == nil:
		return "not read yet"
	case s.Err != nil:
		return "not known (" + s.Err.Kind.String() + ")"
	}
	text := s.State
	if n := len(s.Rules); n > 0 {
		text += ": " + s.Rules[0]
		if n > 1 {
			text += " (+" + strconv.Itoa(n-1) + ")"
		}
	}
	if s.By == "declarative-policy" {
		text += ", by a declarative policy"
	}
	return text
}

// deniedLine names the permissions that are missing in a scope.
func deniedLine(env kit.Env, s model.Scope) string {
	missing := env.Inv.Refused(s)
	if len(missing) == 0 {
		return ""
	}
	var apis []string
	for _, err := range missing {
		apis = append(apis, err.Op)
	}
	slices.Sort(apis)
	t := env.Theme
	return " " + t.Paint(kit.Warn, "denied: ") + t.Cut(strings.Join(apis, ", ")+"; amiscope doctor says what each takes away", max(0, env.Width-10))
}
