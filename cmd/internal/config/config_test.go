package config

import (
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/model"
)

var update = flag.Bool("update", false, "rewrite docs/config.md")

func noEnv(string) string { return "" }

func write(t *testing.T, doc string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(doc), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	path := write(t, `
regions = ["eu-*", "us-east-1"]
max_age = "1h"
shared = true

[usage]
stopped = "30d"
old_version = "0"
waive = ["batch", "eks"]
template_versions = "all"
parameter_paths = ["/config"]

[[accounts]]
name = "prod"
profile = "prod-readonly"

[[accounts]]
role_arn = "arn:aws:iam::111122223333:role/audit"
external_id = "acme"
`)
	want := Default()
	want.Regions, want.MaxAge, want.Shared = []string{"eu-*", "us-east-1"}, time.Hour, true
	want.Accounts = []Account{
		{Name: "prod", Profile: "prod-readonly"},
		{RoleARN: "arn:aws:iam::111122223333:role/audit", ExternalID: "acme"},
	}
	want.Changes.Guards = want.Accounts
	want.Usage.Stopped, want.Usage.OldVersion, want.Usage.TemplateVersions = 30*24*time.Hour, 0, -1
	want.Usage.Waive, want.Usage.ParameterPaths = []string{"batch", "eks"}, []string{"/config"}
	got, err := Load(path, true, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestPolicy: what the file says of usage is what verdicts are made by.
func TestPolicy(t *testing.T) {
	if d := cmp.Diff(model.DefaultUsagePolicy(), Default().Usage.Policy()); d != "" {
		t.Errorf("the default: %s", d)
	}
	u := Usage{
		Stopped: time.Hour, Unlaunched: 2 * time.Hour, OldVersion: 3 * time.Hour, Fresh: 4 * time.Hour,
		Waive: []string{"batch", "templates"}, TemplateVersions: 5, ParameterPaths: []string{"/a"},
	}
	want := model.UsagePolicy{
		Stopped: time.Hour, Unlaunch: 2 * time.Hour, OldVersion: 3 * time.Hour, Fresh: 4 * time.Hour,
		Waived: []model.Kind{model.ComputeEnvironments, model.Templates}, Versions: 5, Paths: []string{"/a"},
	}
	if d := cmp.Diff(want, u.Policy()); d != "" {
		t.Error(d)
	}
}

func TestLoadMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.toml")
	got, err := Load(path, false, noEnv)
	if err != nil || !cmp.Equal(Default(), got) {
		t.Errorf("a missing default file: %+v, %v", got, err)
	}
	if _, err := Load(path, true, noEnv); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file that was named: %v", err)
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct{ name, doc, want string }{
		{"unknown key, near", "shared = true\nregoins = []\n", `:2: unknown key "regoins": did you mean "regions"?`},
		{"unknown key, far", "zzz = 1\n", `:1: unknown key "zzz"; known are profiles, `},
		{"unknown key of an account", "[[accounts]]\nprofile = \"a\"\n[[accounts]]\nprofil = \"b\"\nrole_arn = \"x\"\n", `:4: unknown key "profil": did you mean "profile"?`},
		{"account without a way in", "\n[[accounts]]\nname = \"x\"\n", `:2: an account needs profile or role_arn to be reached by, or id`},
		{"account with a short id", "\n[[accounts]]\nid = \"1234\"\n", `:3: id is a twelve digits`},
		{"account that denies nothing known", "\n[[accounts]]\nid = \"111122223333\"\ndeny = [\"remove\"]\n", `:4: deny is a list of copy, share`},
		{"accounts as a table", "[accounts]\nprofile = \"a\"\n", `:1: accounts is a list of tables: write [[accounts]]`},
		{"not a bool", "ascii = \"yes\"\n", `:1: ascii is a truth value, such as true`},
		{"not a list", "\n\nregions = \"eu-west-1\"\n", `:3: regions is a list of text, such as ["eu-*", "us-east-1"]`},
		{"a number in a list", "regions = [1]\n", `:1: regions is a list of text`},
		{"not a duration", "max_age = \"soon\"\n", `:1: max_age is a duration, such as "1h"`},
		{"negative duration", "max_age = \"-1h\"\n", `:1: max_age is a duration`},
		{"a word not allowed", "color = \"blue\"\n", `:1: color is auto, dark, light, none, not "blue"`},
		{"unknown key of usage", "[usage]\nfresh = \"1h\"\nwaived = []\n", `:3: unknown key "waived": did you mean "waive"?`},
		{"with hyphens", "[usage]\nold-version = \"1h\"\n", `:2: unknown key "old-version": did you mean "old_version"?`},
		{"usage as a list", "\n[[usage]]\nwaive = []\n", `:2: usage is a table: write [usage]`},
		{
			"no source", "[usage]\nstopped = \"1d\"\nwaive = [\"batch\", \"lambda\"]\n",
			`:3: waive is a list of instances, groups, fleets, spot-fleets, spot-requests, batch, eks, parameters, recipes, launch-configurations, templates; there is no "lambda"`,
		},
		{"no source, dotted", "\nusage.waive = [\"lambda\"]\n", `:2: waive is a list of instances, groups`},
		{"no source, inline", "\nusage = { waive = [\"lambda\"] }\n", `:2: waive is a list of instances, groups`},
		{"evidence for no time", "[usage]\nfresh = \"0\"\n", `:2: fresh is a duration above 0, such as "12h"`},
		{"negative days", "[usage]\nstopped = \"-1d\"\n", `:2: stopped is a duration, such as "30d"`},
		{"too many days", "[usage]\nstopped = \"999999999999d\"\n", `:2: stopped is a duration`},
		{"half a day", "[usage]\nstopped = \"0.5d\"\n", `:2: stopped is a duration`},
		{"a depth in words", "[usage]\ntemplate_versions = \"many\"\n", `:2: template_versions is a number or "all", such as 5`},
		{"a negative depth", "[usage]\ntemplate_versions = -1\n", `:2: template_versions is a number or "all"`},
		{"no TOML", "shared = true\nregions = [\n", `:2: `},
		{"key twice", "shared = true\nshared = false\n", `:2: `},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.doc)
			_, err := Load(path, true, noEnv)
			if err == nil || !strings.Contains(err.Error(), path+tt.want) {
				t.Errorf("got %v\nwant %s%s", err, path, tt.want)
			}
		})
	}
}

func TestAllMistakesAreNamed(t *testing.T) {
	var c Config
	err := c.parse("f", "shard = true\nascii = 1\n")
	want := "f:1: unknown key \"shard\": did you mean \"shared\"?\nf:2: ascii is a truth value, such as true"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestEnvironment(t *testing.T) {
	path := write(t, "regions = [\"us-east-1\"]\nascii = false\n")
	env := map[string]string{"AMISCOPE_REGIONS": "eu-west-1, eu-*", "AMISCOPE_ASCII": "1", "AMISCOPE_MAX_AGE": "0"}
	maps.Copy(env, map[string]string{"AMISCOPE_USAGE_WAIVE": "batch", "AMISCOPE_USAGE_TEMPLATE_VERSIONS": "7", "AMISCOPE_USAGE_UNLAUNCHED": "365d"})
	got, err := Load(path, true, func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Regions, want.ASCII, want.MaxAge = []string{"eu-west-1", "eu-*"}, true, 0
	want.Usage.Waive, want.Usage.TemplateVersions, want.Usage.Unlaunched = []string{"batch"}, 7, 365*24*time.Hour
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	env["AMISCOPE_SHARED"] = "perhaps"
	_, err = Load(path, true, func(k string) string { return env[k] })
	if err == nil || err.Error() != "AMISCOPE_SHARED: shared is a truth value, such as true" {
		t.Errorf("a variable that is no truth value: %v", err)
	}
}

// TestTemplate: a new file changes nothing, and so it does with every line
// taken out of its comment.
func TestTemplate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := Init(path); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path, true, noEnv)
	if err != nil || !cmp.Equal(Default(), got) {
		t.Errorf("as written: %+v, %v", got, err)
	}
	if err := Init(path); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("a second time: %v", err)
	}
	var live []string
	for line := range strings.Lines(Template()) {
		bare := strings.TrimPrefix(line, "# ")
		if strings.Contains(bare, " = ") || strings.HasPrefix(bare, "[") {
			live = append(live, bare)
		}
	}
	var c Config
	if err := c.parse("f", strings.Join(live, "")); err != nil {
		t.Fatal(err)
	}
	accounts := c.Accounts
	c.Accounts, c.Changes.Guards = nil, nil
	want := Default()
	want.Profiles, want.Regions = []string{}, []string{}
	want.Usage.Waive, want.Usage.ParameterPaths, want.Cost.Prices = []string{}, []string{}, Prices{}
	want.Findings.RecoveryRegions, want.Findings.KnownAccounts, want.Findings.Severity = []string{}, []string{}, Severities{}
	if d := cmp.Diff(want, c); d != "" || len(accounts) != 1 {
		t.Errorf("the template's defaults are not the defaults: %s %v", d, accounts)
	}
}

// TestTable: every key can be read from its own example, and every key of the
// file can be set from outside.
func TestTable(t *testing.T) {
	for _, k := range General() {
		var c Config
		if err := c.parse("f", k.Name+" = "+k.Example); err != nil {
			t.Errorf("%s: its example: %v", k.Name, err)
		}
		fileOnly := k.Name == "allow_public"
		if !fileOnly && (k.Env != "AMISCOPE_"+strings.ToUpper(k.Name) || k.Flag == "") || k.Doc == "" {
			t.Errorf("%s: no variable, flag or meaning: %+v", k.Name, k)
		}
	}
	for _, k := range OfUsage() {
		var c Config
		if err := c.parse("f", "[usage]\n"+k.Name+" = "+k.Example); err != nil {
			t.Errorf("usage.%s: its example: %v", k.Name, err)
		}
		if k.Env != "AMISCOPE_USAGE_"+strings.ToUpper(k.Name) || k.Doc == "" {
			t.Errorf("usage.%s: no variable or meaning: %+v", k.Name, k)
		}
	}
	for _, k := range OfCost() {
		var c Config
		if err := c.parse("f", "[cost]\n"+k.Name+" = "+k.Example); err != nil {
			t.Errorf("cost.%s: its example: %v", k.Name, err)
		}
		if k.Env != "AMISCOPE_COST_"+strings.ToUpper(k.Name) || k.Doc == "" {
			t.Errorf("cost.%s: no variable or meaning: %+v", k.Name, k)
		}
	}
	for _, k := range OfFindings() {
		var c Config
		if err := c.parse("f", "[findings]\n"+k.Name+" = "+k.Example); err != nil {
			t.Errorf("findings.%s: its example: %v", k.Name, err)
		}
		if k.Env != "AMISCOPE_FINDINGS_"+strings.ToUpper(k.Name) || k.Doc == "" {
			t.Errorf("findings.%s: no variable or meaning: %+v", k.Name, k)
		}
	}
	for _, k := range PerAccount() {
		var c Config
		err := c.parse("f", "[[accounts]]\nprofile = \"p\"\n"+strings.Replace(k.Name, "profile", "role_arn", 1)+" = "+k.Example)
		if err != nil {
			t.Errorf("accounts.%s: its example: %v", k.Name, err)
		}
	}
}

func TestReferenceIsFresh(t *testing.T) {
	path := filepath.Join("..", "..", "..", "docs", "config.md")
	if *update {
		if err := os.WriteFile(path, []byte(Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Reference(), string(got)); d != "" {
		t.Errorf("docs/config.md is stale; run go test ./cmd/internal/config -update\n%s", d)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"regions", "role", "shared"}
	for word, want := range map[string]string{"region": "regions", "rol": "role", "Shared": "shared", "bananas": "", "": ""} {
		if got := nearest(word, known); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

// FuzzParse: no text makes the reader panic; what it accepts, it prints as a
// file that means the same; what it refuses has a place.
func FuzzParse(f *testing.F) {
	f.Add(Template())
	f.Add("regions = [\"eu-*\"]\n[[accounts]]\nprofile = \"a\\u0007\"\n")
	f.Add("usage.fresh = \"90d\"\n[usage]\ntemplate_versions = \"all\"\nwaive = [\"eks\"]\n")
	f.Add("cost.price_source = \"built-in\"\n[cost.prices]\neu-west-3 = \"0.053/0.01325\"\nus-east-1 = 1e-2\n")
	f.Add("findings.max_age = \"90d\"\n[findings.severity]\npublic = \"off\"\n")
	f.Add("[accounts]\n[[x]]\n'a' = 1\na.b = 2\n")
	f.Fuzz(func(t *testing.T, doc string) {
		c := Default()
		if err := c.parse("f", doc); err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Errorf("an error without a place: %v", err)
			}
			return
		}
		again := Default()
		if err := again.parse("f", c.TOML()); err != nil {
			t.Fatalf("its own print: %v\n%s", err, c.TOML())
		}
		if c.TOML() != again.TOML() {
			t.Errorf("%s\nis not\n%s", again.TOML(), c.TOML())
		}
	})
}
