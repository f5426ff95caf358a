package fakeaws

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

func organizationsClient(s *Server, account string) *organizations.Client {
	return organizations.NewFromConfig(serverConfig(s, account, "us-east-1"))
}

func TestCallerIdentity(t *testing.T) {
	s := New(Options{})
	for _, a := range s.Accounts() {
		out, err := sts.NewFromConfig(serverConfig(s, a.Name, "eu-west-1")).GetCallerIdentity(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if *out.Account != a.ID || *out.Arn != "arn:aws:iam::"+a.ID+":user/demo" {
			t.Errorf("%s is told to be %s in %s", a.Name, *out.Arn, *out.Account)
		}
	}
}

func TestAssumeRole(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	s := New(Options{DeniedRoles: []string{"*:role/secret-*"}, Now: func() time.Time { return now }})
	client := sts.NewFromConfig(serverConfig(s, "", "us-east-1"))
	prod := s.Accounts()[1].ID
	out, err := client.AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + prod + ":role/path/audit"), RoleSessionName: aws.String("me"), DurationSeconds: aws.Int32(900),
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := "arn:aws:sts::" + prod + ":assumed-role/audit/me"; *out.AssumedRoleUser.Arn != want || !out.Credentials.Expiration.Equal(now.Add(900*time.Second)) {
		t.Errorf("assumed %s until %s", *out.AssumedRoleUser.Arn, out.Credentials.Expiration)
	}
	cfg := serverConfig(s, "", "us-east-1")
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	id, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	if err != nil || *id.Account != prod {
		t.Errorf("the role's keys act in %v: %v", id, err)
	}
	retired := s.fleet().Accounts[len(s.fleet().Accounts)-1].ID
	for name, c := range map[string]struct{ arn, code string }{
		"denied role":       {"arn:aws:iam::" + prod + ":role/secret-admin", "AccessDenied"},
		"suspended account": {"arn:aws:iam::" + retired + ":role/audit", "AccessDenied"},
		"unknown account":   {"arn:aws:iam::999999999999:role/audit", "AccessDenied"},
		"no role":           {"arn:aws:iam::" + prod + ":user/bob-the-builder", "ValidationError"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &c.arn, RoleSessionName: aws.String("me")})
			wantCode(t, err, c.code)
		})
	}
}

func TestListAccounts(t *testing.T) {
	s := New(Options{Fleet: fleet.Config{Accounts: 45, Images: 50}, ShortEvery: 3, EmptyEvery: 2})
	client := organizationsClient(s, "")
	var got []string
	pages := organizations.NewListAccountsPaginator(client, &organizations.ListAccountsInput{})
	empty := 0
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Accounts) == 0 {
			empty++
		}
		for _, a := range out.Accounts {
			if string(a.State) != string(a.Status) {
				t.Errorf("%s is %s and %s", *a.Name, a.State, a.Status)
			}
			got = append(got, *a.Id+" "+*a.Name+" "+string(a.State))
		}
	}
	var want []string
	for _, a := range s.fleet().Accounts {
		want = append(want, a.ID+" "+a.Name+" "+a.State)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if empty == 0 {
		t.Error("no page was empty")
	}
	_, err := organizationsClient(s, "acme-prod").ListAccounts(t.Context(), nil)
	wantCode(t, err, "AccessDeniedException")
	_, err = client.ListAccounts(t.Context(), &organizations.ListAccountsInput{NextToken: aws.String("bogus")})
	wantCode(t, err, "InvalidInputException")
}

func TestDescribeOrganization(t *testing.T) {
	s := New(Options{})
	out, err := organizationsClient(s, "acme-dev").DescribeOrganization(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if *out.Organization.MasterAccountId != s.Accounts()[0].ID || *out.Organization.Id != s.fleet().Organization.ID {
		t.Errorf("told of %+v", out.Organization)
	}
}

func TestAliases(t *testing.T) {
	s := New(Options{})
	for _, a := range s.Accounts() {
		out, err := iam.NewFromConfig(serverConfig(s, a.ID, "us-east-1")).ListAccountAliases(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(one(a.Alias), out.AccountAliases, cmp.Transformer("list", func(l []string) int { return len(l) })); diff != "" {
			t.Errorf("%s: %s", a.Name, diff)
		}
		if len(out.AccountAliases) == 1 && out.AccountAliases[0] != a.Alias {
			t.Errorf("%s has the alias %s", a.Name, out.AccountAliases[0])
		}
	}
}

func TestListRegions(t *testing.T) {
	s := New(Options{NotOptedIn: []string{"eu-west-1"}})
	client := account.NewFromConfig(serverConfig(s, "", "us-east-1"))
	states := map[string]types.RegionOptStatus{}
	pages := account.NewListRegionsPaginator(client, &account.ListRegionsInput{MaxResults: aws.Int32(3)})
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.Regions {
			states[*r.RegionName] = r.RegionOptStatus
		}
	}
	want := map[string]types.RegionOptStatus{"us-east-1": types.RegionOptStatusEnabledByDefault, "eu-west-1": types.RegionOptStatusDisabled, "me-south-1": types.RegionOptStatusDisabled}
	for region, state := range want {
		if states[region] != state {
			t.Errorf("%s is %s, want %s", region, states[region], state)
		}
	}
	if len(states) != len(s.fleet().Regions) {
		t.Errorf("%d regions, want %d", len(states), len(s.fleet().Regions))
	}
	_, err := client.ListRegions(t.Context(), &account.ListRegionsInput{AccountId: aws.String(s.Accounts()[0].ID)})
	wantCode(t, err, "ValidationException")
	if _, err := client.ListRegions(t.Context(), &account.ListRegionsInput{AccountId: aws.String(s.Accounts()[1].ID)}); err != nil {
		t.Errorf("the management account cannot ask for a member: %v", err)
	}
	_, err = account.NewFromConfig(serverConfig(s, "acme-dev", "us-east-1")).ListRegions(t.Context(), &account.ListRegionsInput{AccountId: aws.String(s.Accounts()[1].ID)})
	wantCode(t, err, "AccessDeniedException")
}

func TestDescribeRegions(t *testing.T) {
	s := New(Options{NotOptedIn: []string{"eu-west-1"}})
	client := ec2Client(s, "", "us-east-1")
	for name, c := range map[string]struct {
		in   ec2.DescribeRegionsInput
		want int
		code string
	}{
		"enabled":        {ec2.DescribeRegionsInput{}, 7, ""},
		"all":            {ec2.DescribeRegionsInput{AllRegions: aws.Bool(true)}, len(s.fleet().Regions), ""},
		"by name":        {ec2.DescribeRegionsInput{RegionNames: []string{"me-south-1", "us-east-1"}}, 2, ""},
		"unknown name":   {ec2.DescribeRegionsInput{RegionNames: []string{"moon-1"}}, 0, "InvalidParameterValue"},
		"by endpoint":    {ec2.DescribeRegionsInput{Filters: filter("endpoint", "*.us-*")}, 4, ""},
		"by status":      {ec2.DescribeRegionsInput{AllRegions: aws.Bool(true), Filters: filter("opt-in-status", "opt-in-not-required")}, 7, ""},
		"unknown filter": {ec2.DescribeRegionsInput{Filters: filter("name", "x")}, 0, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := client.DescribeRegions(t.Context(), &c.in)
			if c.code != "" {
				wantCode(t, err, c.code)
				return
			}
			if err != nil || len(out.Regions) != c.want {
				t.Errorf("%d regions, want %d: %v", len(out.Regions), c.want, err)
			}
		})
	}
}
