package browse

import (
	"strings"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// narrowMenu offers to show only, or not, what an image is.
func narrowMenu(env kit.Env, im *model.Image, not bool) kit.Menu {
	title, sign := "Show only", ""
	if not {
		title, sign = "Do not show", "!"
	}
	family, _ := model.Family(im.Name)
	facts := []struct{ letter, key, value, say string }{
		{"a", "account", im.Owner, env.Inv.Account(im.Owner).Title()},
		{"r", "region", im.Region, im.Region},
		{"f", "family", family, family},
		{"o", "owner", ownerTag(im), ownerTag(im)},
		{"s", "state", im.State, im.State},
	}
	menu := kit.Menu{Title: title}
	for _, f := range facts {
		if f.value == "" {
			continue
		}
		key := f.key
		if key == "owner" {
			key = "tag." + ownerTagKey(im)
		}
		term := sign + key + ":" + quoted(f.value)
		menu.Items = append(menu.Items, kit.Item{Letter: f.letter, Text: f.key + " " + f.say, Then: kit.AddTerm{Term: term}})
	}
	return menu
}

// ownerTagKey is the tag that names an owner, as this image spells it.
func ownerTagKey(im *model.Image) string {
	if im.Detail == nil {
		return ""
	}
	for _, t := range im.Detail.Tags {
		if strings.EqualFold(t.Key, "owner") {
			return t.Key
		}
	}
	return ""
}

func ownerTag(im *model.Image) string {
	v, _ := im.Tag(ownerTagKey(im))
	return v
}

// quoted writes a value so that the filter language reads it as it is.
func quoted(v string) string {
	plain := strings.IndexFunc(v, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-", r)
	}) < 0
	if plain {
		return v
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
}
