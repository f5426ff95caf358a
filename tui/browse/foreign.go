package browse

import (
	"cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/tui/kit"
)

// foreignPairs tells of an image that another account owns by whom and how it is
// shared with those that are read, and whether they still use it.
func foreignPairs(env kit.Env, im *model.Image) []kit.Pair {
	owner, style := accountText(env, im.Owner)+aliasText(im), kit.Normal
	if im.OwnerAlias == "" && !env.Known[im.Owner] && !env.Inv.Belongs(im.Owner) {
		owner, style = owner+", a stranger", kit.Warn
	}
	return []kit.Pair{
		{Label: "Shared by", Value: owner, Style: style},
		{Label: "With", Value: cmp.Or(seenByText(env, im), "nobody that is read: something names it")},
		{Label: "How", Value: howShared(env, im)},
		stillUsed(env, im),
		{Label: "Others", Value: "only its owner, " + im.Owner + ", is told whom else it is shared with", Style: kit.Dim},
	}
}

// howShared says by which permission an image of another account can be launched.
// AWS tells those whom an image is shared with no more than that it is.
func howShared(env kit.Env, im *model.Image) string {
	shared := len(env.Inv.SeenBy(im)) > 0
	switch {
	case im.Public == model.Yes:
		return "public: everybody may launch it"
	case shared:
		return "to the account itself, or to its organization or unit: AWS tells only the owner which"
	}
	return "not known"
}

// stillUsed says whether the accounts that are read use an image.
func stillUsed(env kit.Env, im *model.Image) kit.Pair {
	use := env.Usage.Ruling(im).Use
	return kit.Pair{Label: "In use", Value: use.String() + ": u says by what, and what was not looked at", Style: useStyle(use)}
}

// ownerTitle is the owner of an image for people.
func ownerTitle(env kit.Env, im *model.Image) string {
	if title := env.Inv.AccountTitle(im.Owner); title != im.Owner {
		return title
	}
	return cmp.Or(im.OwnerAlias, im.Owner)
}
