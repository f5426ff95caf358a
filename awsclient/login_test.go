package awsclient

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws"
	"github.com/amiscope/amiscope/awsclient/logintest"
	"github.com/amiscope/amiscope/model"
)

// served is a transport to a handler.
func served(h http.Handler) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		inner := r.Clone(r.Context())
		if inner.Body == nil {
			inner.Body = http.NoBody
		}
		h.ServeHTTP(w, inner)
		return w.Result(), nil
	})
}

// mendConfig writes another config file.
func mendConfig(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(os.Getenv("AWS_CONFIG_FILE"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// many is the home with forty profiles, and the AWS that they lead to.
func many(t *testing.T) (*logintest.Home, *world, http.RoundTripper) {
	t.Helper()
	alone(t, "", "")
	var accounts []string
	for i := range logintest.Accounts {
		accounts = append(accounts, fmt.Sprintf("%012d", 100000000000+i))
	}
	h := logintest.New(t, accounts)
	for _, v := range h.Env("https://aws.invalid") {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	w := newWorld()
	w.serveAssumeRole()
	return h, w, served(h.Portal(w.mux))
}

func fold(t *testing.T, inv model.Inventory, with func(emit func(model.Event)) error) model.Inventory {
	t.Helper()
	if err := with(func(e model.Event) { inv = inv.Fold(e) }); err != nil {
		t.Fatal(err)
	}
	return inv
}

// TestFortyProfiles is the way of somebody whose sessions have expired: the
// accounts of all other profiles are found, the expired ones are grouped, and a
// login finds its accounts and calls for nobody else.
func TestFortyProfiles(t *testing.T) {
	h, w, transport := many(t)
	c := client(t, Options{AllProfiles: true, Transport: transport})
	inv := fold(t, model.Inventory{}, func(emit func(model.Event)) error { return c.Discover(t.Context(), emit) })
	if got := len(inv.Accounts()); got != logintest.Accounts-6 {
		t.Errorf("%d accounts: %+v", got, inv.Unreached())
	}
	want := []model.Relogin{
		{Login: model.Login{Name: "sso-session corp", Command: []string{"aws", "sso", "login", "--sso-session", "corp"}}, Sources: []string{"profile corp-1", "profile corp-2", "profile corp-3"}},
		{Login: model.Login{Name: "sso-session labs", Command: []string{"aws", "sso", "login", "--sso-session", "labs"}}, Sources: []string{"profile labs-1", "profile labs-2"}},
		{Login: model.Login{Name: "sso-session legal", Command: []string{"aws", "sso", "login", "--sso-session", "legal"}}, Sources: []string{"profile legal-1"}},
	}
	if diff := cmp.Diff(want, inv.Relogins()); diff != "" {
		t.Fatal(diff)
	}
	before := w.called("STS GetCallerIdentity")
	h.LogIn(t, "labs")
	found := map[string]bool{}
	inv = fold(t, inv, func(emit func(model.Event)) error {
		return c.Rediscover(t.Context(), want[1].Sources, func(e model.Event) {
			if f, ok := e.(model.Found); ok {
				found[f.Account.ID] = true
			}
			emit(e)
		})
	})
	if diff := cmp.Diff(map[string]bool{h.AccountsOf("labs")[0]: true, h.AccountsOf("labs")[1]: true}, found); diff != "" {
		t.Error(diff)
	}
	if n := w.called("STS GetCallerIdentity") - before; n != 2 {
		t.Errorf("%d ways in were tried, want 2", n)
	}
	if diff := cmp.Diff([]model.Relogin{want[0], want[2]}, inv.Relogins()); diff != "" || len(inv.Accounts()) != logintest.Accounts-4 {
		t.Errorf("%d accounts; %s", len(inv.Accounts()), diff)
	}
}

// TestAnotherWayIntoAnAccountIsMended: of two profiles of one account the worse
// one was lost. When it works again, it is lost no more, and the better one
// still reads the account.
func TestAnotherWayIntoAnAccountIsMended(t *testing.T) {
	alone(t, "[profile good]\n[profile bad]\ncredential_process=false\n", keys("good", dev))
	c := client(t, Options{Profiles: []string{"good", "bad"}, Transport: newWorld().mux.Transport()})
	inv := fold(t, model.Inventory{}, func(emit func(model.Event)) error { return c.Discover(t.Context(), emit) })
	if u := inv.Unreached(); len(u) != 1 || u[0].Source != "profile bad" {
		t.Fatalf("%+v", u)
	}
	mendConfig(t, "[profile good]\n[profile bad]\naws_access_key_id=AKIADEMO"+dev+"\naws_secret_access_key=x\n")
	inv = fold(t, inv, func(emit func(model.Event)) error { return c.Rediscover(t.Context(), []string{"profile bad"}, emit) })
	if len(inv.Unreached()) > 0 || inv.Account(dev).Source != "profile good" {
		t.Errorf("%+v %+v", inv.Unreached(), inv.Account(dev))
	}
	again := fold(t, model.Inventory{}, func(emit func(model.Event)) error { return c.Discover(t.Context(), emit) })
	if again.Account(dev).Source != "profile good" {
		t.Errorf("%+v", again.Account(dev))
	}
}

// TestACommandThatFailsKeepsItsSecrets: what a credential_process printed is
// told nobody, whatever the SDK's error holds.
func TestACommandThatFailsKeepsItsSecrets(t *testing.T) {
	for name, c := range map[string]struct{ command, want string }{
		"fails":             {"echo secret-key; exit 3", "the credential_process of profile dev failed: exit status 3"},
		"prints no JSON":    {"echo AKIA secret-key", "the credential_process of profile dev gave no credentials that can be read"},
		"prints half of it": {`echo '{\"Version\": 1, \"AccessKeyId\": \"secret-key\"}'`, "the credential_process of profile dev gave no credentials that can be read"},
	} {
		t.Run(name, func(t *testing.T) {
			alone(t, "[profile dev]\ncredential_process = sh -c \""+c.command+"\"\n", "")
			_, lost := discover(t, client(t, Options{Profiles: []string{"dev"}, Transport: newWorld().mux.Transport()}))
			if len(lost) != 1 || lost[0].Err.Kind != model.Expired || lost[0].Err.Err.Error() != c.want {
				t.Fatalf("%+v", lost)
			}
			if text := lost[0].Err.Error() + lost[0].Err.Hint(); strings.Contains(text, "secret-key") || !strings.Contains(text, "by hand") {
				t.Error(text)
			}
		})
	}
}

// TestACodeIsAskedForOnceASession: a refresh does not ask again, a retry after
// none was given does, and a wrong one is told.
func TestACodeIsAskedForOnceASession(t *testing.T) {
	alone(t, "[profile a]\nrole_arn=arn:aws:iam::"+prod+":role/x\nsource_profile=dev\nmfa_serial=arn:mfa/eve\n", keys("dev", dev))
	w := newWorld()
	w.serveAssumeRole()
	asked := 0
	answer := func() (string, error) { return "", ErrNoCode }
	c := client(t, Options{Profiles: []string{"a"}, Transport: w.mux.Transport(), MFA: func(_ context.Context, serial string) (string, error) {
		asked++
		if serial != "arn:mfa/eve" {
			t.Errorf("asked for %q", serial)
		}
		return answer()
	}})
	_, lost := discover(t, c)
	if len(lost) != 1 || lost[0].Err.Kind != model.Expired || lost[0].Err.Login.Known() || !strings.Contains(lost[0].Err.Hint(), "to be asked once more") {
		t.Fatalf("%+v", lost)
	}
	answer = func() (string, error) { return "123456", nil }
	w.refuse["AssumeRole"] = denied("MultiFactorAuthentication failed with invalid MFA one time pass code.")
	if _, lost = discover(t, c); len(lost) != 1 || !strings.HasPrefix(lost[0].Err.Hint(), "the MFA code was wrong") {
		t.Errorf("%+v", lost)
	}
	delete(w.refuse, "AssumeRole")
	for range 2 {
		if found, lost := discover(t, c); len(found) != 1 || len(lost) > 0 {
			t.Fatalf("found %+v lost %+v", found, lost)
		}
	}
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
	inv := fold(t, model.Inventory{}, func(emit func(model.Event)) error { return c.Rediscover(t.Context(), []string{"profile a"}, emit) })
	if asked != 4 || len(inv.Accounts()) != 1 {
		t.Errorf("a login on demand asked %d times: %+v", asked, inv.Unreached())
	}
}

// TestAMemberIsTriedAgainAlone: of an organization only what is asked for.
func TestAMemberIsTriedAgainAlone(t *testing.T) {
	alone(t, "", keys("default", dev))
	w := newWorld()
	w.serveAssumeRole()
	w.serveOrganization(member(dev, "Management", "ACTIVE", ""), member(prod, "Production", "ACTIVE", ""), member("666666666666", "Other", "ACTIVE", ""))
	w.refuse["AssumeRole"] = denied("not now")
	c := client(t, Options{Organization: true, Role: "audit", Transport: w.mux.Transport()})
	inv := fold(t, model.Inventory{}, func(emit func(model.Event)) error { return c.Discover(t.Context(), emit) })
	if len(inv.Unreached()) != 2 {
		t.Fatalf("%+v", inv.Unreached())
	}
	delete(w.refuse, "AssumeRole")
	before := w.called("STS AssumeRole")
	var told []string
	if err := c.Rediscover(t.Context(), []string{"role audit in " + prod}, func(e model.Event) {
		f, _ := e.(model.Found)
		told = append(told, f.Account.ID)
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(told, []string{prod}) || w.called("STS AssumeRole")-before != 1 {
		t.Errorf("%v, %d roles assumed", told, w.called("STS AssumeRole")-before)
	}
}

// TestRoleChains: a chain of profiles leads where it ends, and a session that
// the chain's root lacks is the login that mends it.
func TestRoleChains(t *testing.T) {
	alone(t, "[profile end]\nrole_arn=arn:aws:iam::"+prod+":role/x\nsource_profile=middle\n[profile middle]\nrole_arn=arn:aws:iam::"+dev+":role/y\nsource_profile=root\n"+
		"[profile root]\nsso_session=corp\nsso_account_id="+dev+"\nsso_role_name=r\n[sso-session corp]\nsso_start_url=https://x\nsso_region=us-east-1\n", "")
	w := newWorld()
	w.serveAssumeRole()
	c := client(t, Options{Profiles: []string{"end"}, Transport: w.mux.Transport()})
	_, lost := discover(t, c)
	if len(lost) != 1 || lost[0].Err.Login.Name != "sso-session corp" || lost[0].Err.Hint() != "run: aws sso login --sso-session corp" {
		t.Fatalf("%+v", lost)
	}
	mendConfig(t, "[profile end]\nrole_arn=arn:aws:iam::"+prod+":role/x\nsource_profile=middle\n[profile middle]\nrole_arn=arn:aws:iam::"+dev+":role/y\nsource_profile=root\n"+
		"[profile root]\naws_access_key_id=AKIADEMO"+dev+"\naws_secret_access_key=x\n")
	if found, lost := discover(t, c); len(found) != 1 || found[0].Account.ID != prod || w.called("STS AssumeRole") != 2 {
		t.Errorf("found %+v lost %+v", found, lost)
	}
}

// TestALoginThatEndsWhileReading: scopes of an account that was found name the
// login as well.
func TestALoginThatEndsWhileReading(t *testing.T) {
	h, w, transport := many(t)
	h.LogIn(t, "legal")
	c := client(t, Options{Profiles: []string{"legal-1"}, Transport: transport})
	inv := fold(t, model.Inventory{}, func(emit func(model.Event)) error { return c.Discover(t.Context(), emit) })
	w.serveImages(func(fakeaws.Call, *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
		return &ec2.DescribeImagesOutput{}, nil
	})
	w.refuse["DescribeImages"] = &fakeaws.Error{Code: "ExpiredToken", Message: "The security token included in the request is expired", Status: http.StatusForbidden}
	sc := model.Scope{Account: h.AccountsOf("legal")[0], Region: "eu-west-1"}
	err := c.Read(t.Context(), sc, model.Images, func(model.Page) {})
	inv = inv.Fold(model.Page{Gen: 1, Scope: sc, Kind: model.Images, Last: true, Err: asOpError(err)})
	if r := inv.Relogins(); len(r) != 1 || r[0].Name != "sso-session legal" || !slices.Equal(r[0].Sources, []string{"profile legal-1"}) {
		t.Errorf("%+v (%v)", r, err)
	}
}

func TestProfiles(t *testing.T) {
	h, _, _ := many(t)
	h.LogIn(t, "labs")
	got, err := Profiles(time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC))
	if err != nil || len(got) != 40 {
		t.Fatalf("%d profiles, %v", len(got), err)
	}
	account := func(i int) string { return fmt.Sprintf("%012d", 100000000000+i) }
	want := []model.Profile{
		{Name: "chain-1", Kind: "role", Account: account(30), Role: "reader", Login: model.LoginValid},
		{Name: "chain-2", Kind: "role", Account: account(31), Role: "reader", Login: model.LoginValid},
		{Name: "corp-1", Kind: "sso", Account: account(33), Role: "reader", Login: model.LoginExpired},
		{Name: "labs-1", Kind: "sso", Account: account(36), Role: "reader", Login: model.LoginValid, Until: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Name: "process", Kind: "process"},
		{Name: "team-00", Kind: "keys", Login: model.LoginValid},
	}
	got = slices.DeleteFunc(got, func(p model.Profile) bool {
		return !slices.ContainsFunc(want, func(w model.Profile) bool { return w.Name == p.Name })
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestProfilesOfOddFiles(t *testing.T) {
	for name, c := range map[string]struct {
		config string
		want   model.Profile
	}{
		"a circle":           {"[profile x]\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=x\n", model.Profile{Name: "x", Kind: "role", Account: "1", Role: "r"}},
		"no ARN":             {"[profile x]\nrole_arn=nonsense\n", model.Profile{Name: "x", Kind: "role"}},
		"never logged in":    {"[profile x]\nsso_start_url=https://x\n", model.Profile{Name: "x", Kind: "sso", Login: model.LoginExpired}},
		"of the console":     {"[profile x]\nlogin_session=arn:aws:iam::2:user/eve\n", model.Profile{Name: "x", Kind: "console", Account: "2"}},
		"nothing of its own": {"[profile x]\nregion=eu-west-1\n", model.Profile{Name: "x", Kind: "machine"}},
	} {
		t.Run(name, func(t *testing.T) {
			alone(t, c.config, "")
			got, err := Profiles(time.Now())
			if diff := cmp.Diff([]model.Profile{c.want}, got); diff != "" || err != nil {
				t.Errorf("%v %s", err, diff)
			}
		})
	}
}
