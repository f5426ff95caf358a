package awsclient

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
)

// serveAssumeRole hands out keys of the role's account.
func (w *world) serveAssumeRole() {
	fakeaws.Handle(w.mux, "STS", "AssumeRole", func(_ context.Context, _ fakeaws.Call, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
		id := strings.Split(*in.RoleArn, ":")[4]
		if id == "777777777777" || strings.HasSuffix(*in.RoleArn, "/external") && aws.ToString(in.ExternalId) != "e-1" {
			return nil, denied("User: arn:aws:iam::111122223333:user/eve is not authorized to perform: sts:AssumeRole")
		}
		if aws.ToInt32(in.DurationSeconds) != 3600 {
			return nil, denied("a role session of an hour was expected")
		}
		return &sts.AssumeRoleOutput{Credentials: &ststypes.Credentials{
			AccessKeyId: aws.String("ASIADEMO" + id), SecretAccessKey: aws.String("s"), SessionToken: aws.String("t"),
			Expiration: aws.Time(farAway()),
		}}, nil
	})
}

func (w *world) serveOrganization(accounts ...orgtypes.Account) {
	fakeaws.Handle(w.mux, "Organizations", "DescribeOrganization", func(context.Context, fakeaws.Call, *organizations.DescribeOrganizationInput) (*organizations.DescribeOrganizationOutput, error) {
		return &organizations.DescribeOrganizationOutput{Organization: &orgtypes.Organization{}}, nil
	})
	// One account a page, each followed by an empty one.
	fakeaws.Handle(w.mux, "Organizations", "ListAccounts", func(_ context.Context, _ fakeaws.Call, in *organizations.ListAccountsInput) (*organizations.ListAccountsOutput, error) {
		token := aws.ToString(in.NextToken)
		i := len(token) / 2
		out := &organizations.ListAccountsOutput{}
		if len(token)%2 == 0 {
			out.Accounts = accounts[i : i+1]
		}
		if len(token) < 2*len(accounts)-1 {
			out.NextToken = aws.String(token + "x")
		}
		return out, nil
	})
}

func member(id, name string, state orgtypes.AccountState, status orgtypes.AccountStatus) orgtypes.Account {
	return orgtypes.Account{Id: &id, Name: &name, State: state, Status: status}
}

func TestDiscoverOrganization(t *testing.T) {
	alone(t, "", keys("default", dev))
	w := newWorld()
	w.serveAssumeRole()
	w.serveOrganization(
		member(dev, "Management", orgtypes.AccountStateActive, ""),
		member(prod, "Production", orgtypes.AccountStateActive, ""),
		member("555555555555", "Gone", orgtypes.AccountStateSuspended, orgtypes.AccountStatusActive),
		member("666666666666", "Old AWS", "", orgtypes.AccountStatusActive),
		member("777777777777", "Closed to us", orgtypes.AccountStateActive, ""),
	)
	w.refuse["ListAccountAliases "+prod] = denied("no")
	found, lost := discover(t, client(t, Options{Organization: true, Role: "audit", Transport: w.mux.Transport()}))
	var got []string
	for _, f := range found {
		got = append(got, f.Account.ID+" "+f.Account.Name+" "+f.Account.Source)
	}
	want := []string{
		dev + " alias-1111 default credentials",
		prod + " Production role audit in " + prod,
		"666666666666 alias-6666 role audit in 666666666666",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(lost) != 1 || lost[0].Source != "role audit in 777777777777" || lost[0].Err.Kind != model.Denied || lost[0].Err.Op != "sts:AssumeRole" {
		t.Fatalf("%+v", lost)
	}
	if hint := lost[0].Err.Hint(); !strings.Contains(hint, "arn:aws:iam::777777777777:role/audit") || !strings.Contains(hint, "user/eve") {
		t.Error(hint)
	}
}

func TestDiscoverOrganizationStartsFromTheUsersOwnLogin(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"the default credentials", Options{Accounts: []AccountConfig{{Profile: "other"}}}, dev},
		{"the first profile", Options{Profiles: []string{"other", "default"}}, "888888888888"},
		{"the first keys", Options{Static: []StaticAccount{{AccessKey: "AKIADEMO" + prod, Secret: "s"}, {AccessKey: "AKIADEMO" + dev, Secret: "s"}}}, prod},
	} {
		t.Run(c.name, func(t *testing.T) {
			alone(t, "[profile other]\n", keys("default", dev)+keys("other", "888888888888"))
			w := newWorld()
			w.serveOrganization(member(c.want, "x", orgtypes.AccountStateActive, ""))
			w.refuse["ListAccounts"] = denied("only the one account that is asked shows here")
			c.o.Organization, c.o.Role, c.o.Transport = true, "audit", w.mux.Transport()
			_, lost := discover(t, client(t, c.o))
			if len(lost) != 1 || lost[0].Err.Scope.Account != c.want {
				t.Errorf("%+v", lost)
			}
		})
	}
}

func TestDiscoverOrganizationThatDoesNotDescribeItself(t *testing.T) {
	w := newWorld()
	w.serveAssumeRole()
	w.serveOrganization(member(dev, "Management", orgtypes.AccountStateActive, ""), member(prod, "Production", orgtypes.AccountStateActive, ""))
	w.refuse["DescribeOrganization"] = &fakeaws.Error{Code: "AccessDeniedException", Message: "no"}
	o := demo(w.mux.Transport())
	o.Organization, o.Role = true, "audit"
	if found, lost := discover(t, client(t, o)); len(found) != 2 || len(lost) > 0 {
		t.Errorf("found %+v lost %+v", found, lost)
	}
	w.refuse["ListAccounts"] = w.refuse["DescribeOrganization"]
	found, lost := discover(t, client(t, o))
	if len(found) != 1 || len(lost) != 1 || lost[0].Source != "organization" || lost[0].Err.Op != "organizations:ListAccounts" || lost[0].Err.Kind != model.Denied {
		t.Errorf("found %+v lost %+v", found, lost)
	}
}

func TestDiscoverOrganizationThatIsNone(t *testing.T) {
	w := newWorld()
	w.serveOrganization()
	w.refuse["DescribeOrganization"] = &fakeaws.Error{Code: "AWSOrganizationsNotInUseException", Message: "not a member"}
	o := demo(w.mux.Transport())
	o.Organization, o.Role = true, "audit"
	found, lost := discover(t, client(t, o))
	if len(found) != 1 || len(lost) != 1 || lost[0].Err.Kind != model.Unsupported || !strings.Contains(lost[0].Err.Hint(), "--organization") {
		t.Errorf("found %+v lost %+v", found, lost)
	}
}

func TestDiscoverConfiguredRole(t *testing.T) {
	alone(t, "", keys("default", dev))
	w := newWorld()
	w.serveAssumeRole()
	role := AccountConfig{Name: "Prod", RoleARN: "arn:aws:iam::" + prod + ":role/external", ExternalID: "e-1"}
	found, lost := discover(t, client(t, Options{Accounts: []AccountConfig{role}, Transport: w.mux.Transport()}))
	if len(lost) > 0 || len(found) != 1 || found[0].Account != (model.Account{ID: prod, Name: "Prod", Partition: "aws", Source: "role " + role.RoleARN, Principal: "arn:aws:iam::" + prod + ":user/eve"}) {
		t.Errorf("found %+v lost %+v", found, lost)
	}
	role.ExternalID = ""
	_, lost = discover(t, client(t, Options{Accounts: []AccountConfig{role}, Transport: w.mux.Transport()}))
	if len(lost) != 1 || lost[0].Err.Op != "sts:AssumeRole" || lost[0].Err.Kind != model.Denied {
		t.Errorf("%+v", lost)
	}
}
