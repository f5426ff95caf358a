package awsclient

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/model"
)

func keys(profile, account string) string {
	return "[" + profile + "]\naws_access_key_id=AKIADEMO" + account + "\naws_secret_access_key=very-secret\n"
}

func allRegions() []model.Region {
	return []model.Region{{Name: "af-south-1"}, {Name: "eu-west-1", Enabled: true}, {Name: "us-east-1", Enabled: true}}
}

func TestDiscoverStaticKeysReadNothingOfTheUser(t *testing.T) {
	alone(t, "[default]\nregion=eu-north-1\nendpoint_url=http://127.0.0.1:1\n", keys("default", prod))
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIADEMO"+prod)
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	t.Setenv("AWS_PROFILE", "nonexistent")
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	found, lost := discover(t, client(t, demo(newWorld().mux.Transport())))
	want := []model.Found{{
		Account: model.Account{ID: dev, Name: "dev", Partition: "aws", Source: "keys dev", Principal: "arn:aws:iam::" + dev + ":user/eve"}, Regions: allRegions(),
	}}
	if diff := cmp.Diff(want, found); diff != "" || len(lost) > 0 {
		t.Errorf("%s\nlost %v", diff, lost)
	}
}

func TestDiscoverSeveralProfilesOfOneAccount(t *testing.T) {
	for _, c := range []struct {
		name    string
		options Options
		want    string // source
		title   string
	}{
		{"the first named", Options{Profiles: []string{"b", "a"}}, "profile b", "alias-1111"},
		{"the config file's first", Options{Profiles: []string{"b"}, Accounts: []AccountConfig{{Name: "Dev", Profile: "a"}}}, "profile a", "Dev"},
		{"the first that works", Options{Profiles: []string{"gone", "a"}}, "profile a", "alias-1111"},
		{"all there are", Options{AllProfiles: true}, "profile a", "alias-1111"},
		{"a profile of both kinds once", Options{AllProfiles: true, Accounts: []AccountConfig{{Profile: "b"}}}, "profile b", "alias-1111"},
	} {
		t.Run(c.name, func(t *testing.T) {
			alone(t, "[profile a]\n[profile b]\n", keys("a", dev)+keys("b", dev))
			w := newWorld()
			c.options.Transport = w.mux.Transport()
			found, _ := discover(t, client(t, c.options))
			if len(found) != 1 || found[0].Account.Source != c.want || found[0].Account.Name != c.title {
				t.Errorf("%+v", found)
			}
		})
	}
}

func TestDiscoverWaysThatLeadNowhere(t *testing.T) {
	alone(t, `[profile fine]
[profile empty]
[profile sso]
sso_session=corp
sso_account_id=111122223333
sso_role_name=reader
[sso-session corp]
sso_start_url=https://corp.example/start
sso_region=us-east-1
[profile mfa]
role_arn=arn:aws:iam::111122223333:role/x
source_profile=fine
mfa_serial=arn:aws:iam::111122223333:mfa/eve
`, keys("fine", dev)+keys("stranger", "x"))
	w := newWorld()
	c := client(t, Options{Profiles: []string{"fine", "fime", "empty", "sso", "mfa", "stranger"}, Transport: w.mux.Transport()})
	found, lost := discover(t, c)
	if len(found) != 1 {
		t.Fatalf("%+v", found)
	}
	want := []string{
		"profile empty: expired: profile empty holds no credentials; renew the credentials of profile empty, then refresh",
		"profile fime: invalid; did you mean --profile fine? aws configure list-profiles lists all",
		"profile mfa: expired; profile mfa needs an MFA code: start amiscope in a terminal, or get a session first with: aws sts get-session-token",
		"profile sso: expired; run: aws sso login --sso-session corp",
		"profile stranger: expired; the access key of profile stranger is deleted, inactive or of another partition: renew it",
	}
	if len(lost) != len(want) {
		t.Fatalf("%+v", lost)
	}
	for i, u := range lost {
		got := u.Source + ": " + u.Err.Kind.String() + "; " + u.Err.Hint()
		if u.Source == "profile empty" {
			got = u.Source + ": " + u.Err.Kind.String() + ": " + u.Err.Err.Error() + "; " + u.Err.Hint()
		}
		if got != want[i] {
			t.Errorf("got  %s\nwant %s\n(%v)", got, want[i], u.Err)
		}
		if strings.Contains(u.Err.Error(), "very-secret") {
			t.Errorf("a secret in %v", u.Err)
		}
	}
}

func TestDiscoverNamesTheCommandThatMendsALogin(t *testing.T) {
	const sso = "sso_account_id=111122223333\nsso_role_name=reader\n"
	for name, c := range map[string]struct{ config, want string }{
		"a session":            {"sso_session=my corp\n" + sso + "[sso-session my corp]\nsso_start_url=https://x\nsso_region=us-east-1\n", "run: aws sso login --sso-session 'my corp'"},
		"of the older kind":    {"sso_start_url=https://x\nsso_region=us-east-1\n" + sso, "run: aws sso login --profile dev"},
		"by a source":          {"role_arn=arn:aws:iam::1:role/x\nsource_profile=base\n[profile base]\nsso_start_url=https://x\nsso_region=us-east-1\n" + sso, "run: aws sso login --profile base"},
		"of the console":       {"login_session=arn:aws:iam::111122223333:user/eve\n", "run: aws login --profile dev"},
		"a command that fails": {"credential_process=false\n", "run the credential_process of profile dev by hand to see what it says, then refresh"},
	} {
		t.Run(name, func(t *testing.T) {
			alone(t, "[profile dev]\n"+c.config, "")
			_, lost := discover(t, client(t, Options{Profiles: []string{"dev"}, Transport: newWorld().mux.Transport()}))
			if len(lost) != 1 || lost[0].Err.Kind != model.Expired || lost[0].Err.Hint() != c.want {
				t.Errorf("%+v", lost[0].Err)
			}
		})
	}
}

func TestDiscoverConfigurationThatCannotBeLoaded(t *testing.T) {
	for name, c := range map[string]struct{ profile, config, want string }{
		"a source that is none": {"dev", "[profile dev]\nrole_arn=arn:aws:iam::1:role/x\nsource_profile=gone\n", "mend what profile dev uses"},
		"no profile at all":     {"dev", "", "your AWS files hold no profiles"},
	} {
		t.Run(name, func(t *testing.T) {
			alone(t, c.config, "")
			_, lost := discover(t, client(t, Options{Profiles: []string{c.profile}, Transport: newWorld().mux.Transport()}))
			if len(lost) != 1 || lost[0].Err.Kind != model.Invalid || !strings.HasPrefix(lost[0].Err.Hint(), c.want) {
				t.Errorf("%+v %s", lost[0].Err, lost[0].Err.Hint())
			}
		})
	}
}

func TestDiscoverFilesThatCannotBeRead(t *testing.T) {
	alone(t, "", "")
	t.Setenv("AWS_CONFIG_FILE", t.TempDir())
	_, lost := discover(t, client(t, Options{AllProfiles: true, Transport: newWorld().mux.Transport()}))
	if len(lost) != 1 || lost[0].Source != "profiles" || !strings.Contains(lost[0].Err.Hint(), "AWS_CONFIG_FILE") {
		t.Errorf("%+v", lost)
	}
}

func TestDiscoverNoCredentialsAtAll(t *testing.T) {
	alone(t, "", "")
	_, lost := discover(t, client(t, Options{Transport: newWorld().mux.Transport()}))
	if len(lost) != 1 || !errors.Is(lost[0].Err, ErrNoCredentials) || !strings.Contains(lost[0].Err.Hint(), "amiscope demo") {
		t.Errorf("%+v", lost)
	}
}

func TestDiscoverAsksForMFACodesOneAtATime(t *testing.T) {
	role := "role_arn=arn:aws:iam::" + prod + ":role/x\nsource_profile=dev\nmfa_serial=serial-"
	alone(t, "[profile a]\n"+role+"a\n[profile b]\n"+role+"b\n", keys("dev", dev))
	w := newWorld()
	w.serveAssumeRole()
	asked := make(chan struct{}, 1)
	c := client(t, Options{Profiles: []string{"a", "b"}, Transport: w.mux.Transport(), MFA: func(_ context.Context, serial string) (string, error) {
		select {
		case asked <- struct{}{}:
		default:
			t.Error("two questions at once")
		}
		defer func() { <-asked }()
		return "123456", nil
	}})
	found, lost := discover(t, c)
	if len(found) != 1 || found[0].Account.ID != prod || len(lost) > 0 {
		t.Errorf("found %+v lost %+v", found, lost)
	}
}

func TestDiscoverRegions(t *testing.T) {
	no := denied("User is not authorized to perform this")
	region := func(names ...string) (out []model.Region) {
		for _, n := range names {
			out = append(out, model.Region{Name: n, Enabled: n != "af-south-1"})
		}
		return out
	}
	for _, c := range []struct {
		name    string
		regions []string
		refuse  []string
		want    []model.Region
		assumed bool
		lost    string // source and hint
	}{
		{name: "all", want: allRegions()},
		{name: "globs and names", regions: []string{"eu-*", "us-east-1"}, want: region("eu-west-1", "us-east-1")},
		{name: "not enabled, but asked for", regions: []string{"af-south-1"}, want: region("af-south-1")},
		{name: "misspelt", regions: []string{"eu-wset-1", "eu-west-1"}, want: region("eu-west-1"), lost: "region eu-wset-1: did you mean eu-west-1?"},
		{name: "empty glob", regions: []string{"mx-*", "eu-west-1"}, want: region("eu-west-1"), lost: "region mx-*: there are af-south-1, eu-west-1, us-east-1"},
		{name: "of the account service", refuse: []string{"DescribeRegions"}, want: region("af-south-1", "eu-west-1", "eu-west-2")},
		{name: "asked for", regions: []string{"eu-south-2"}, refuse: []string{"DescribeRegions", "ListRegions"}, want: region("eu-south-2"), assumed: true},
		{name: "built in", regions: []string{"eu-west-*"}, refuse: []string{"DescribeRegions", "ListRegions"}, want: region("eu-west-1", "eu-west-2", "eu-west-3"), assumed: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			fakeaws.Handle(w.mux, "Account", "ListRegions", func(context.Context, fakeaws.Call, *account.ListRegionsInput) (*account.ListRegionsOutput, error) {
				return &account.ListRegionsOutput{Regions: []accounttypes.Region{
					{RegionName: aws.String("eu-west-2"), RegionOptStatus: accounttypes.RegionOptStatusEnabledByDefault},
					{RegionName: aws.String("eu-west-1"), RegionOptStatus: accounttypes.RegionOptStatusEnabling},
					{RegionName: aws.String("af-south-1"), RegionOptStatus: accounttypes.RegionOptStatusDisabled},
				}}, nil
			})
			for _, op := range c.refuse {
				w.refuse[op] = no
			}
			o := demo(w.mux.Transport())
			o.Regions = c.regions
			found, lost := discover(t, client(t, o))
			if len(found) != 1 {
				t.Fatalf("found %+v lost %+v", found, lost)
			}
			if diff := cmp.Diff(c.want, found[0].Regions); diff != "" {
				t.Error(diff)
			}
			if e := found[0].Err; (e != nil) != c.assumed || e != nil && (e.Kind != model.Denied || e.Op != "ec2:DescribeRegions") {
				t.Errorf("assumed: %v", e)
			}
			got := ""
			for _, u := range lost {
				got += u.Source + ": " + u.Err.Hint()
			}
			if got != c.lost {
				t.Errorf("lost %q, want %q", got, c.lost)
			}
		})
	}
}

func TestDiscoverAgainAfterALogin(t *testing.T) {
	w := newWorld()
	w.refuse["GetCallerIdentity"] = &fakeaws.Error{Code: "ExpiredToken", Message: "The security token included in the request is expired", Status: http.StatusForbidden}
	c := client(t, demo(w.mux.Transport()))
	found, lost := discover(t, c)
	if len(found) > 0 || len(lost) != 1 || lost[0].Err.Kind != model.Expired {
		t.Fatalf("found %+v lost %+v", found, lost)
	}
	delete(w.refuse, "GetCallerIdentity")
	if found, lost := discover(t, c); len(found) != 1 || len(lost) > 0 || found[0].Account.Source != "keys dev" {
		t.Errorf("found %+v lost %+v", found, lost)
	}
}

func TestDiscoverEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stuck := roundTripper(func(r *http.Request) (*http.Response, error) {
		cancel()
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	err := client(t, demo(stuck)).Discover(ctx, func(e model.Event) { t.Errorf("%+v after the end", e) })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestDiscoverOverTheNetwork goes the whole way: an endpoint by variable, TLS
// with certificates of the user's own, and the client's own connections.
func TestDiscoverOverTheNetwork(t *testing.T) {
	alone(t, "", keys("default", dev))
	w := newWorld()
	server := httptest.NewUnstartedServer(w.mux)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of the client that does not trust it
	server.StartTLS()
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	c := client(t, Options{})
	_, lost := discover(t, c)
	if len(lost) != 1 || lost[0].Err.Kind != model.Network || !strings.Contains(lost[0].Err.Hint(), "AWS_CA_BUNDLE") {
		t.Errorf("without the certificate: %+v", lost)
	}
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	pemBlock := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(bundle, pemBlock, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CA_BUNDLE", bundle)
	for range 2 { // the second time by the same connections
		if found, lost := discover(t, c); len(found) != 1 || len(lost) > 0 {
			t.Fatalf("found %+v lost %+v", found, lost)
		}
	}
	if n := len(c.http.used); n != 2 {
		t.Errorf("%d HTTP clients for two sets of certificates", n)
	}
}

func TestFirstRegion(t *testing.T) {
	for _, c := range []struct {
		asked []string
		want  string
	}{
		{nil, "us-east-1"},
		{[]string{"eu-*"}, "us-east-1"},
		{[]string{"eu-*", "eu-west-2"}, "eu-west-2"},
		{[]string{"af-south-1"}, "us-east-1"},
		{[]string{"cn-northwest-1"}, "cn-northwest-1"},
		{[]string{"us-gov-west-9"}, "us-gov-west-1"},
		{[]string{"us-isob-east-1"}, "us-isob-east-1"},
	} {
		if got := client(t, Options{Regions: c.asked}).firstRegion(); got != c.want {
			t.Errorf("%v: %s, want %s", c.asked, got, c.want)
		}
	}
}

func TestTarget(t *testing.T) {
	alone(t, "[profile china]\nregion=cn-north-1\n[profile local]\nendpoint_url=http://localhost:5000\n", keys("china", dev)+keys("local", dev))
	for _, c := range []struct {
		name string
		o    Options
		env  string
		want Target
	}{
		{"of a profile's region", Options{Profiles: []string{"china"}}, "", Target{Partition: "aws-cn"}},
		{"of a profile's endpoint", Options{Profiles: []string{"local"}}, "", Target{"aws", "http://localhost:5000"}},
		{"of the variable", Options{}, "http://localhost:4566", Target{"aws", "http://localhost:4566"}},
		{"of a region asked for", Options{Regions: []string{"us-*", "us-gov-west-1"}}, "", Target{Partition: "aws-us-gov"}},
		{"of the options", Options{Static: []StaticAccount{{Region: "eu-west-1"}}, Endpoint: "http://demo"}, "http://localhost:4566", Target{"aws", "http://demo"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.env != "" {
				t.Setenv("AWS_ENDPOINT_URL", c.env)
			}
			got, err := client(t, c.o).Target(t.Context())
			if got != c.want || err != nil {
				t.Errorf("%+v %v", got, err)
			}
		})
	}
}

func TestNewRefusesWrongOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"an organization without a role": {Organization: true},
		"an open pattern":                {Regions: []string{"eu-["}},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
