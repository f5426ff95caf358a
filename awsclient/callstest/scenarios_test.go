package callstest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/amiscope/amiscope/awsclient"
	"github.com/amiscope/amiscope/awsclient/calls"
	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/trail"
)

// scenario is something that the program reads or makes.
type scenario struct {
	name   string
	group  calls.Group
	calls  []string // that it makes besides finding the account
	behind []string // permissions that AWS looks for besides
	before func(context.Context, *stage) error
	run    func(context.Context, *stage) error // nil: finding the accounts is all
}

// finding are the calls by which an account is found.
func finding() []string {
	return []string{"ec2:DescribeRegions", "iam:ListAccountAliases", "sts:GetCallerIdentity"}
}

func scenarios() []scenario {
	out := []scenario{{name: "an account", run: foundWhole}}
	for _, k := range model.Swept() {
		s := scenario{name: k.String(), group: groupOf(k), calls: k.Calls(), run: func(ctx context.Context, s *stage) error {
			return s.client.Read(ctx, s.scope, k, func(model.Page) {})
		}}
		switch k {
		case model.Reports:
			s.before = reported
		case model.Settings:
			s.run = settled
		default:
		}
		out = append(out, s)
	}
	return slices.Concat(out, asked(), deeds())
}

// groupOf is what a pass over a kind is for.
func groupOf(k model.Kind) calls.Group {
	switch {
	case slices.Contains(model.Kinds(), k):
		return calls.Read
	case slices.Contains(model.Charges(), k):
		return calls.Cost
	case k == model.Reports:
		return calls.Report
	case k == model.Settings:
		return calls.Settings
	case k == model.PublicSnapshots:
		return calls.Read
	}
	return calls.Usage
}

// asked are those that are no pass over a scope.
func asked() []scenario {
	references := []string{
		"ec2:DescribeInstances", "ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions", "ssm:DescribeParameters",
		"ssm:GetParameters", "imagebuilder:ListImageRecipes", "imagebuilder:ListContainerRecipes", "imagebuilder:GetContainerRecipe",
	}
	image := imageID.Image()
	return []scenario{
		{name: "launch permissions", group: calls.Permissions, calls: model.Permissions.Calls(), run: func(ctx context.Context, s *stage) error {
			p, err := s.client.ReadPermissions(ctx, s.scope, image)
			if err == nil && p.Err != nil {
				err = p.Err
			}
			return err
		}},
		{name: "the trail of an image", group: calls.Trail, calls: []string{"cloudtrail:LookupEvents"}, run: lookedUp},
		{name: "volume permissions", group: calls.Permissions, calls: model.Volumes.Calls(), run: func(ctx context.Context, s *stage) error {
			p, err := s.client.ReadVolumePermissions(ctx, s.scope, firstID.Snapshot())
			if err == nil && p.Err != nil {
				err = p.Err
			}
			return err
		}},
		{name: "findings of Amazon Inspector", group: calls.Inspector, calls: model.Inspections.Calls(), run: func(ctx context.Context, s *stage) error {
			x, err := s.client.Inspect(ctx, s.scope, image)
			if err == nil && x.Err != nil {
				err = x.Err
			}
			return err
		}},
		{name: "images by their ids", calls: []string{"ec2:DescribeImages"}, run: func(ctx context.Context, s *stage) error {
			_, err := s.client.Named(ctx, s.scope, []string{image})
			return err
		}},
		{name: "AWS's own opinion", group: calls.Usage, calls: model.Opinions.Calls(), behind: references, run: func(ctx context.Context, s *stage) error {
			return s.client.Opinion(ctx, s.scope, []string{image}, func(model.Page) {})
		}},
		{name: "making a report", group: calls.Report, calls: []string{"ec2:CreateImageUsageReport"}, run: func(ctx context.Context, s *stage) error {
			_, err := s.client.CreateReport(ctx, s.scope, image)
			return err
		}},
		{name: "prices", group: calls.Cost, calls: []string{"pricing:GetProducts"}, run: func(ctx context.Context, s *stage) error {
			_, err := s.client.Prices(ctx, []string{s.scope.Region})
			return err
		}},
		{name: "bill", group: calls.Bill, calls: []string{"ce:GetDimensionValues", "ce:GetCostAndUsage"}, run: func(ctx context.Context, s *stage) error {
			now := time.Now()
			lines, err := s.client.Billed(ctx, s.scope.Account, now.AddDate(0, 0, -3), now.AddDate(0, 0, -1))
			if err == nil && len(lines) == 0 {
				err = errors.New("nothing was billed")
			}
			return err
		}},
		{name: "blocks", group: calls.Measure, calls: []string{"ebs:ListSnapshotBlocks", "ebs:ListChangedBlocks"}, behind: []string{"kms:Decrypt"}, run: blocks},
		{
			name: "an organization", group: calls.Organization, run: organized,
			calls: []string{
				"organizations:DescribeOrganization", "organizations:ListAccounts", "organizations:ListAccountsForParent",
				"organizations:ListOrganizationalUnitsForParent", "organizations:DescribeOrganizationalUnit", "sts:AssumeRole",
			},
		},
	}
}

// lookedUp reads the trail of an image.
func lookedUp(ctx context.Context, s *stage) error {
	var last *trail.Lookup
	q := awsclient.Question{Image: model.ImageKey{Region: s.scope.Region, ID: imageID.Image()}, Now: time.Now()}
	if err := s.client.LookUp(ctx, s.scope, q, func(l *trail.Lookup) { last = l }); err != nil {
		return err
	}
	if last.Err != nil {
		return last.Err
	}
	return nil
}

// foundWhole is the error of an account that was not found with all that belongs
// to it.
func foundWhole(_ context.Context, s *stage) error {
	for _, u := range s.lost {
		return u.Err
	}
	for _, f := range s.found {
		switch {
		case f.Err != nil:
			return f.Err
		case f.Account.Name == "":
			return errors.New("iam:ListAccountAliases did not tell a name")
		case len(f.Regions) < testedRegions:
			return errors.New("regions are missing")
		}
	}
	return nil
}

// organized wants all accounts of the organization, and those in a unit by its name.
func organized(ctx context.Context, s *stage) error {
	if err := foundWhole(ctx, s); err != nil {
		return err
	}
	if len(s.found) != len(s.server.Accounts()) {
		return fmt.Errorf("%d accounts were found", len(s.found))
	}
	unit := s.unit()
	var told []model.Organization
	if err := s.client.Organization(ctx, []string{unit}, func(e model.Event) {
		if o, ok := e.(model.Organization); ok {
			told = append(told, o)
		}
	}); err != nil {
		return err
	}
	for _, o := range told {
		if o.Err != nil {
			return o.Err
		}
		if _, ok := o.Units[unit]; !ok {
			return errors.New("organizations:ListAccountsForParent, organizations:ListOrganizationalUnitsForParent: the unit was not looked into")
		}
		if o.Names[unit] == "" {
			return errors.New("organizations:DescribeOrganizationalUnit: the unit has no name")
		}
	}
	return nil
}

// unit is the ARN of an organizational unit.
func (s *stage) unit() (arn string) {
	s.server.Change(func(f *fleet.Fleet) { arn = f.Organization.Units[0] })
	return arn
}

func blocks(ctx context.Context, s *stage) error {
	free := func() error { return nil }
	if _, _, err := s.client.ListBlocks(ctx, cost.Ask{Scope: s.scope, To: firstID.Snapshot()}, 0, "", free); err != nil {
		return err
	}
	_, _, err := s.client.ChangedBlocks(ctx, cost.Ask{Scope: s.scope, From: firstID.Snapshot(), To: secondID.Snapshot()}, 0, "", free)
	return err
}

// settled is the error of a setting that was not read: the others are.
func settled(ctx context.Context, s *stage) error {
	var all []*model.Setting
	if err := s.client.Read(ctx, s.scope, model.Settings, func(p model.Page) { all = append(all, p.Settings...) }); err != nil {
		return err
	}
	known := 0
	var refused error
	for _, r := range all {
		if r.Err != nil {
			refused = r.Err
			continue
		}
		known++
	}
	if known < len(model.SettingNames())-1 {
		return fmt.Errorf("%d settings are known", known)
	}
	return refused
}

// reported makes a usage report, and waits until it is done.
func reported(ctx context.Context, s *stage) error {
	if _, err := s.client.CreateReport(ctx, s.scope, imageID.Image()); err != nil {
		return err
	}
	for range 10 {
		done := false
		err := s.client.Read(ctx, s.scope, model.Reports, func(p model.Page) { done = len(p.Reports) > 0 && p.Reports[0].Done() })
		if err != nil || done {
			return err
		}
	}
	return errors.New("the report is never done")
}

// play runs a scenario in a company of its own, by a policy; nil allows everything.
// It gives the calls that were made, and how long it took.
func (c scenario) play(t *testing.T, policy []fakeaws.Grant) (made []string, took time.Duration, err error) {
	t.Helper()
	ctx := t.Context()
	server := fakeaws.New(company(fakeaws.Options{}))
	before := map[string]int{}
	if c.before != nil {
		s := open(ctx, t, server, nil, false)
		if err := c.before(ctx, s); err != nil {
			t.Fatal(err)
		}
		for _, tally := range server.Stats() {
			before[tally.API+tally.Account] = tally.Calls
		}
	}
	begun := time.Now()
	s := open(ctx, t, server, policy, c.group == calls.Organization)
	err = c.run(ctx, s)
	took = time.Since(begun)
	for _, tally := range server.Stats() {
		if tally.Calls > before[tally.API+tally.Account] && !slices.Contains(made, tally.API) {
			made = append(made, tally.API)
		}
	}
	slices.Sort(made)
	return made, took, err
}
