package cache

import (
	"time"

	"github.com/amiscope/amiscope/model"
)

// What is stored of each record that tells how open a scope is. A change of
// columns raises the version of their part.

// setting is model.Setting with its error as texts.
type setting struct {
	model.Setting
	failed []failure
}

func settingsPart() part[setting] {
	return part[setting]{name: model.Settings.Word(), version: 1, size: 5, columns: settingColumns}
}

func settingColumns(c *coder, ss []*setting) {
	texts(c, ss, func(s *setting) *string { return &s.Name })
	texts(c, ss, func(s *setting) *string { return &s.State })
	texts(c, ss, func(s *setting) *string { return &s.By })
	textLists(c, ss, func(s *setting) *[]string { return &s.Rules })
	failureColumns(c, lists(c, ss, columnsOfFailure, func(s *setting) *[]failure { return &s.failed }))
}

func (c codec) sealSettings(s model.Scope, at time.Time, all []*model.Setting) ([]byte, error) {
	recs := fresh[setting](len(all))
	for i, r := range all {
		*recs[i] = setting{*r, failures(r.Err)}
		recs[i].Err = nil
	}
	return settingsPart().seal(c, s, at, sorted(recs, func(r *setting) string { return r.Name }))
}

func (c codec) openSettings(s model.Scope, chunk []byte, sc *scratch) ([]*model.Setting, time.Time, error) {
	recs, at, err := settingsPart().open(c, s, chunk, sc)
	out := make([]*model.Setting, len(recs))
	for i, r := range recs {
		r.Err = opError(r.failed)
		out[i] = &r.Setting
	}
	return out, at, err
}

func publicPart() part[model.PublicSnapshot] {
	return part[model.PublicSnapshot]{name: model.PublicSnapshots.Word(), version: 1, size: 1, columns: publicColumns}
}

func publicColumns(c *coder, ps []*model.PublicSnapshot) {
	texts(c, ps, func(p *model.PublicSnapshot) *string { return &p.ID })
}
