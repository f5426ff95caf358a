package cache_test

import (
	"fmt"
	"time"

	"github.com/amiscope/amiscope/cache"
	"github.com/amiscope/amiscope/model"
)

// usage adds to a fleet what names its images: so many references in each
// scope, most of them instances and template versions, and a pass over every
// other kind that finds something, nothing, or no service. Each image has its
// launch permissions.
func (f fleet) usage(perScope int) cache.Batch {
	b := f.batch()
	counts := map[model.Kind]int{model.Instances: perScope * 6 / 10, model.Templates: perScope * 3 / 10, model.Groups: perScope / 10}
	for _, p := range f.pages {
		if p.Kind != model.Images {
			continue
		}
		s := p.Scope
		for i, k := range model.Sources() {
			page := model.Page{Gen: 1, Scope: s, Kind: k, Calls: 1, At: asOf.Add(time.Duration(i) * time.Second), Last: true}
			if k == model.NodeGroups {
				page.Err = &model.OpError{Op: "eks:ListClusters", Scope: s, Kind: model.NotOffered, Err: fmt.Errorf("no such host")}
			}
			for j := range counts[k] {
				page.References = append(page.References, f.reference(p, k, j))
			}
			b.Passes = append(b.Passes, page)
		}
		b.Passes = append(b.Passes, f.reports(p))
		b.Pieces = append(b.Pieces, f.permissions(p))
	}
	b.Pieces = append(b.Pieces, model.Organization{
		ARN: "arn:aws:organizations::1:organization/o-1", At: asOf, Accounts: []model.Member{{ID: "100000000000", Name: "acme", Active: true}},
		Units: map[string][]string{"ou-1": {"100000000000"}},
	})
	return b
}

// reference is one of some source to one of a scope's images.
func (f fleet) reference(images model.Page, k model.Kind, n int) *model.Reference {
	im := images.Images[f.rng.IntN(len(images.Images))]
	r := &model.Reference{Scope: images.Scope, Source: k, Image: im.ID, Since: im.Created}
	switch k {
	case model.Instances:
		r.ID, r.Name, r.State = f.id("i"), f.pick("web", "db")+fmt.Sprint(n), f.pick("running", "running", "stopped")
		r.Key = r.ID
	case model.Templates:
		r.ID, r.Name = f.id("lt"), f.pick("web", "db")+fmt.Sprint(n)
		r.Key, r.Version = r.ID+" 3", &model.Version{Number: 3, Of: 3, Default: true}
	default:
		r.ID = fmt.Sprintf("%s-asg-%d", f.pick("web", "db"), n)
		r.Key, r.Image, r.Via = r.ID, "", &model.Via{Template: f.id("lt"), Version: "$Latest"}
	}
	return r
}

func (f fleet) reports(images model.Page) model.Page {
	p := model.Page{Gen: 1, Scope: images.Scope, Kind: model.Reports, Calls: 1, At: asOf, Last: true}
	p.Reports = append(p.Reports, &model.Report{
		ID: f.id("amiur"), Image: images.Images[0].ID, State: "available", Created: asOf.Add(-time.Hour), Types: []string{model.ReportedInstances, model.ReportedTemplates},
		Uses: []model.ReportedUse{{Account: "999999999999", Type: model.ReportedInstances, Count: 4}},
	})
	return p
}

func (f fleet) permissions(images model.Page) model.Page {
	p := model.Page{Gen: 1, Scope: images.Scope, Kind: model.Permissions, At: asOf}
	for _, im := range images.Images {
		p.Permissions = append(p.Permissions, &model.LaunchPermissions{ID: im.ID, Accounts: []string{f.pick("1", "2") + "00000000001"}, At: asOf, Since: asOf})
	}
	return p
}
