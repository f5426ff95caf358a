package query_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/query"
)

// judgedWorld is a world with one image of each verdict, by its name.
func judgedWorld() (*query.World, []*model.Image) {
	s := model.Scope{Account: "111111111111", Region: "eu-west-1"}
	at := now.Add(-time.Hour)
	var images []*model.Image
	perms := model.Page{Gen: 1, Scope: s, Kind: model.Permissions}
	for _, name := range []string{"unused", "unknown", "probable", "used"} {
		images = append(images, &model.Image{ImageKey: model.ImageKey{Region: s.Region, ID: "ami-" + name}, Owner: s.Account, Name: name, State: "available"})
		if name != "unknown" {
			perms.Permissions = append(perms.Permissions, &model.LaunchPermissions{ID: "ami-" + name, At: at})
		}
	}
	ref := func(id, image, state string) *model.Reference {
		return &model.Reference{Scope: s, Source: model.Instances, Key: id, ID: id, Image: image, State: state, Since: now.Add(-200 * day)}
	}
	events := []model.Event{model.Found{Account: model.Account{ID: s.Account}, Regions: []model.Region{{Name: s.Region, Enabled: true}}}}
	for _, k := range model.Swept() {
		p := model.Page{Gen: 1, Scope: s, Kind: k, At: at, Last: true}
		if k == model.Images {
			p.Images = images
		}
		if k == model.Instances {
			p.References = []*model.Reference{ref("i-1", "ami-used", "running"), ref("i-2", "ami-used", "running"), ref("i-3", "ami-probable", "stopped")}
		}
		events = append(events, p)
	}
	inv := model.Inventory{}.Fold(append(events, perms)...)
	var u *model.Usage
	return &query.World{Inv: inv, Now: now, Usage: u.Judge(inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: now})}, images
}

// TestUsage: what is not known is neither used nor not, and in no order mixed
// with what is unused.
func TestUsage(t *testing.T) {
	w, images := judgedWorld()
	for _, tt := range []struct {
		query     string
		want      []string
		undecided int
	}{
		{"usage:used", []string{"used"}, 1},
		{"usage:unused", []string{"unused"}, 1},
		{"!usage:used", []string{"probable", "unused"}, 1},
		{"!usage:unused", []string{"probable", "used"}, 1},
		{"usage:used,probable", []string{"probable", "used"}, 1},
		{"usage:unknown", []string{"unknown"}, 0},
		{"!usage:unknown", []string{"probable", "unused", "used"}, 0},
		{"usage:un*", []string{"unused"}, 1},
		{"references:0", []string{"unused"}, 1},
		{"references>=1", []string{"probable", "used"}, 1},
		{"references:2", []string{"used"}, 1},
	} {
		t.Run(tt.query, func(t *testing.T) {
			q, err := query.Parse(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			shown, undecided := q.Select(w, images)
			if d := cmp.Diff(tt.want, sortedNames(shown)); d != "" || undecided != tt.undecided {
				t.Errorf("%d undecided, want %d\n%s", undecided, tt.undecided, d)
			}
		})
	}
	if shown, undecided := mustParse(t, "usage:unused").Select(&query.World{Inv: w.Inv, Now: now}, images); len(shown) > 0 || undecided != len(images) {
		t.Errorf("without verdicts %d are unused", len(shown))
	}
}

func mustParse(t *testing.T, text string) query.Query {
	t.Helper()
	q, err := query.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func sortedNames(images []*model.Image) []string {
	var out []string
	for _, im := range images {
		out = append(out, im.Name)
	}
	slices.Sort(out)
	return out
}

func TestSortByUsage(t *testing.T) {
	w, images := judgedWorld()
	for _, tt := range []struct {
		order string
		want  []string
	}{
		{"usage", []string{"used", "probable", "unknown", "unused"}},
		{"-usage", []string{"unused", "unknown", "probable", "used"}},
		{"-references", []string{"used", "probable", "unused", "unknown"}},
	} {
		o, err := query.ParseOrder(tt.order)
		if err != nil {
			t.Fatal(err)
		}
		rows := slices.Clone(images)
		query.Sort(w, rows, o)
		var got []string
		for _, im := range rows {
			got = append(got, im.Name)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s:\n%s", tt.order, d)
		}
	}
}
