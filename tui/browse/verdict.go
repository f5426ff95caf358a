package browse

import (
	"strconv"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// useStyle is the look of a verdict; the sign and the word beside it say the
// same without colours.
func useStyle(u model.Use) kit.Style {
	switch u {
	case model.Used:
		return kit.Good
	case model.Probable:
		return kit.Warn
	case model.Unused:
		return kit.Accent
	case model.UseUnknown:
	}
	return kit.Dim
}

// useSign is the sign of a verdict.
func useSign(t *kit.Theme, u model.Use) string {
	switch u {
	case model.Used:
		return t.Symbols.Used
	case model.Probable:
		return t.Symbols.Probable
	case model.Unused:
		return t.Symbols.Unused
	case model.UseUnknown:
	}
	return t.Symbols.Unknown
}

func usageCell(env kit.Env, im *model.Image) kit.Cell {
	use := env.Usage.Ruling(im).Use
	return kit.Cell{Text: useSign(env.Theme, use) + " " + use.String(), Style: useStyle(use)}
}

// referencesCell counts what names the image. Where nothing was found but not
// all was looked at, the number is not known.
func referencesCell(env kit.Env, im *model.Image) kit.Cell {
	r := env.Usage.Ruling(im)
	if r.Use == model.UseUnknown {
		return unknown()
	}
	return kit.Cell{Text: strconv.Itoa(int(r.References))}
}
