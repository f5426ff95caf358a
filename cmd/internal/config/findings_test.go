package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/finding"
)

// TestFindings: all ways in which they are written mean the same policy, and what
// is printed does too.
func TestFindings(t *testing.T) {
	const rest = "max_age = \"180d\"\nowner_tags = [\"team\"]\nname_pattern = \"[a-z]+\"\nrecovery_regions = [\"eu-west-3\"]\nknown_accounts = [\"111122223333\", \"o-abc123\", \"arn:aws:organizations::111122223333:ou/o-abc/ou-x-y\"]\n"
	for _, doc := range []string{
		"[findings]\nseverity = {public = \"off\", imdsv1 = \"high\"}\n" + rest,
		"[findings]\n" + rest + "[findings.severity]\npublic = \"off\"\nimdsv1 = \"high\"\n",
		"findings.severity.public = \"off\"\nfindings.severity.imdsv1 = \"high\"\nfindings." + strings.ReplaceAll(strings.TrimSpace(rest), "\n", "\nfindings.") + "\n",
	} {
		c := Default()
		if err := c.parse("f", doc); err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
		got := c.Findings.Policy(time.Hour, []finding.Accepted{{Rule: "public"}})
		want := finding.Policy{
			MaxAge: 180 * day, OwnerTags: []string{"team"}, RecoveryRegions: []string{"eu-west-3"}, Fresh: time.Hour,
			KnownAccounts: []string{"111122223333", "o-abc123", "arn:aws:organizations::111122223333:ou/o-abc/ou-x-y"},
			Severities:    map[string]model.Severity{"imdsv1": model.SeverityHigh}, Off: []string{"public"}, Accepted: []finding.Accepted{{Rule: "public"}},
		}
		if d := cmp.Diff(want, got, cmpopts.IgnoreFields(finding.Policy{}, "NamePattern")); d != "" || got.NamePattern.String() != "[a-z]+" {
			t.Errorf("%s: %s", doc, d)
		}
		again := Default()
		if err := again.parse("f", c.TOML()); err != nil || !cmp.Equal(c.Findings, again.Findings) {
			t.Errorf("%v from\n%s", err, c.TOML())
		}
	}
	want := finding.DefaultPolicy()
	want.Severities = map[string]model.Severity{}
	if d := cmp.Diff(want, Default().Findings.Policy(Default().Usage.Fresh, nil)); d != "" {
		t.Errorf("the default: %s", d)
	}
}

func TestFindingsFromVariables(t *testing.T) {
	env := map[string]string{"AMISCOPE_FINDINGS_SEVERITY": "public=low, no-owner = off", "AMISCOPE_FINDINGS_RECOVERY_REGIONS": "eu-west-1,eu-west-3"}
	got, err := Load(write(t, ""), true, func(k string) string { return env[k] })
	if d := cmp.Diff(Severities{"public": "low", "no-owner": "off"}, got.Findings.Severity); err != nil || d != "" || len(got.Findings.RecoveryRegions) != 2 {
		t.Errorf("%v, %s, %+v", err, d, got.Findings)
	}
	env["AMISCOPE_FINDINGS_SEVERITY"] = "high"
	if _, err := Load(write(t, ""), true, func(k string) string { return env[k] }); err == nil || !strings.HasPrefix(err.Error(), "AMISCOPE_FINDINGS_SEVERITY: severity is a table of severities") {
		t.Error(err)
	}
}

func TestMistakesInFindings(t *testing.T) {
	for _, tt := range []struct{ name, doc, want string }{
		{"no table", "\nfindings = 1\n", ":2: findings is a table: write [findings]"},
		{"an unknown key", "[findings]\nmaxage = \"1d\"\n", `:2: unknown key "maxage": did you mean "max_age"?`},
		{"no duration", "[findings]\nmax_age = 5\n", ":2: max_age is a duration"},
		{"no pattern", "[findings]\n\nname_pattern = \"[a-\"\n", ":3: name_pattern is no regular expression: missing closing ]: [a-"},
		{"a pattern in a list", "[findings]\nname_pattern = [\"a\"]\n", ":2: name_pattern is a regular expression, such as"},
		{"no region", "[findings]\nrecovery_regions = [\"Ireland\"]\n", `:2: recovery_regions holds "Ireland", which is no region`},
		{"no account", "[findings]\nknown_accounts = [\"1234\"]\n", `:2: known_accounts holds "1234", which is neither`},
		{"no rule", "[findings]\nmax_age = \"1d\"\nseverity = {publik = \"low\"}\n", `:3: in severity, there is no rule "publik": did you mean "public"?`},
		{"no rule, in a table", "[findings]\n[findings.severity]\npublic = \"low\"\nzzz = \"low\"\n", `:4: in severity, there is no rule "zzz"; rules are public, `},
		{"no severity", "[findings]\n[findings.severity]\npublic = \"urgent\"\n", ":3: the severity of public is info, low, medium, high, critical or off, not urgent"},
		{"a number", "[findings]\nseverity = {public = 1}\n", ":2: the severity of public is info"},
		{"a list", "[findings]\nseverity = []\n", ":2: severity is a table of severities, such as"},
	} {
		path := write(t, tt.doc)
		if _, err := Load(path, true, noEnv); err == nil || !strings.Contains(err.Error(), path+tt.want) {
			t.Errorf("%s: got %v\nwant %s%s", tt.name, err, path, tt.want)
		}
	}
}

// TestAccepted: what is added is read back, and everything that stood in the file
// stays as it was.
func TestAccepted(t *testing.T) {
	path := filepath.Join(t.TempDir(), AcceptedName)
	if got, err := LoadAccepted(path); err != nil || got != nil {
		t.Errorf("a missing file: %v, %v", got, err)
	}
	at, until := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)
	first := finding.Accepted{Rule: "public", ID: "ami-1", Reason: "our \"sample\"\nof 2026", Who: "jo", At: at, Until: until}
	second := finding.Accepted{Rule: "no-bin-rule", ID: "111122223333/eu-west-1", Reason: "a sandbox", Until: until}
	const mine = "# mine\n[notes]\nby = 'me'\n\n[[accepted]]\nrule = \"public\" # for the fair\nid = \"ami-9\"\nticket = 7\nreason = \"r\"\nuntil = \"2027-01-01\""
	if err := os.WriteFile(path, []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, a := range []finding.Accepted{first, second} {
		data, err := WithAccepted(path, a)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(data), mine+"\n") {
			t.Errorf("what stood there is gone:\n%s", data)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	second.At = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	want := []finding.Accepted{{Rule: "public", ID: "ami-9", Reason: "r", Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}, first, second}
	got, err := LoadAccepted(path)
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v %s", err, d)
	}
}

func TestMistakesInAccepted(t *testing.T) {
	const good = "[[accepted]]\nrule = \"public\"\nid = \"ami-1\"\nreason = \"r\"\nuntil = 2027-01-01\n"
	for _, tt := range []struct{ name, doc, want string }{
		{"no TOML", "[[accepted]\n", ":2: "},
		{"one table", "\n[accepted]\nrule = \"public\"\n", ":2: accepted is a list of tables"},
		{"no rule", good + strings.Replace(good, "public", "publik", 1), `:7: there is no rule "publik": did you mean "public"?`},
		{"no end", strings.Replace(good, "until = 2027-01-01\n", "", 1), ":1: until of what is accepted is a date"},
		{"no date", strings.Replace(good, "2027-01-01", "\"soon\"", 1), ":5: until of what is accepted is a date"},
		{"no reason", strings.Replace(good, "\"r\"", "\" \"", 1), ":4: reason of what is accepted is a text"},
		{"a number", strings.Replace(good, "\"ami-1\"", "1", 1), ":3: id of what is accepted is a text"},
	} {
		path := write(t, tt.doc)
		if _, err := LoadAccepted(path); err == nil || !strings.Contains(err.Error(), path+tt.want) {
			t.Errorf("%s: got %v\nwant %s%s", tt.name, err, path, tt.want)
		}
		if _, err := WithAccepted(path, finding.Accepted{Rule: "public", ID: "x", Reason: "r"}); err == nil {
			t.Errorf("%s: a wrong file was added to", tt.name)
		}
	}
	if _, err := WithAccepted(write(t, "accepted = []\n"), finding.Accepted{Rule: "public", ID: "x", Reason: "r"}); err == nil {
		t.Error("what cannot be added to was added to")
	}
}
