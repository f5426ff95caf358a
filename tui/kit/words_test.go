package kit

import (
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// TestPlansCallSharersByName: an organization, its units and accounts by what people
// call them, by their ids where nobody told a name.
func TestPlansCallSharersByName(t *testing.T) {
	const (
		org  = "arn:aws:organizations::222222222222:organization/o-ours"
		unit = "arn:aws:organizations::222222222222:ou/o-ours/ou-1"
		bare = "arn:aws:organizations::222222222222:ou/o-ours/ou-2"
	)
	ours := model.Organization{ARN: org, At: time.Unix(1, 0), Units: map[string][]string{unit: nil, bare: nil}, Names: map[string]string{unit: "workloads", bare: ""}}
	known := Env{Inv: model.Inventory{}.Fold(model.Found{Account: model.Account{ID: "333333333333", Name: "acme-dev"}}, ours)}
	p := plan.Plan{Deed: plan.Share, Targets: make([]plan.Target, 2)}
	for _, tt := range []struct {
		env  Env
		with plan.Options
		want string
	}{
		{known, plan.Options{Organizations: []string{org}, Units: []string{unit, bare}}, "Share 2 images with your organization o-ours, unit workloads, ou-2"},
		{known, plan.Options{Units: []string{unit}, Accounts: []string{"333333333333", "444444444444"}}, "Share 2 images with unit workloads, acme-dev, 444444444444"},
		{Env{}, plan.Options{Organizations: []string{org}, Units: []string{unit}}, "Share 2 images with o-ours, ou-1"},
	} {
		p.Options = tt.with
		if got := PlanTitle(tt.env, &p); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
