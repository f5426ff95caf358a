package model_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/go-version"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
)

var familyTests = []struct{ name, image, family, version string }{
	{"empty", "", "", ""},
	{"no version", "bastion", "bastion", ""},
	{"no version, several words", "web-api prod", "web-api prod", ""},
	{"only a version", "20261014", "20261014", ""},
	{"only separators", "---", "---", ""},
	// dates and times
	{"date", "web-api-20261014", "web-api", "20261014"},
	{"dashed date", "web-api-2026-10-14", "web-api", "2026-10-14"},
	{"dotted date", "web-api-2026.10.21", "web-api", "2026.10.21"},
	{"underscored date", "web_api_2026_10_14", "web_api", "2026_10_14"},
	{"european date", "web-14.10.2026", "web", "14.10.2026"},
	{"month", "web-2026-10", "web", "2026-10"},
	{"date with v", "node-v20261014", "node", "v20261014"},
	{"date and time with dashes", "web-2026-10-14T12-30-00Z", "web", "2026-10-14T12-30-00Z"},
	{"date and time with colons", "web 2026-10-14T12:30:00.123Z", "web", "2026-10-14T12:30:00.123Z"},
	{"compact date and time", "web-20261014T123000", "web", "20261014T123000"},
	{"date and time run together", "web-20261014123000", "web", "20261014123000"},
	{"date and separate time", "web-20261014-1230", "web", "20261014-1230"},
	{"date, time in parts", "web-2026-10-14-12-30-00", "web", "2026-10-14-12-30-00"},
	{"unix seconds", "packer-web-1791978600", "packer-web", "1791978600"},
	{"unix milliseconds", "web-1791978600123", "web", "1791978600123"},
	{"date in the middle", "web-20261014-arm64", "web-arm64", "20261014"},
	{"date in front", "20261014-web", "web", "20261014"},
	{"date glued to a word", "web20261014", "web", "20261014"},
	{"date in brackets", "web (20261014)", "web", "20261014"},
	{"not a date", "web-20261399-arm", "web-20261399-arm", ""},
	// versions
	{"version with v", "web-v1.42.0", "web", "v1.42.0"},
	{"short version with v", "web-v1.4-prod", "web-prod", "v1.4"},
	{"pre-release", "web-1.2.3-rc1", "web", "1.2.3-rc1"},
	{"pre-release with a dot", "web-1.2.3-rc.1", "web", "1.2.3-rc.1"},
	{"pre-release written on", "web-1.2.3rc1", "web", "1.2.3rc1"},
	{"four segments", "base-2023.6.20261101.0", "base", "2023.6.20261101.0"},
	{"two segments at the end", "web-api-1.4", "web-api", "1.4"},
	{"two segments before the architecture", "web-api-1.4-arm64", "web-api-arm64", "1.4"},
	{"two segments in the middle", "python-web-1.4-prod", "python-web-1.4-prod", ""},
	{"version and date", "web-1.4.2-20261014", "web", "1.4.2-20261014"},
	{"version and date apart", "web-1.4.2-arm64-20261014", "web-arm64", "1.4.2-20261014"},
	{"version glued to a word", "web1.2.3", "web", "1.2.3"},
	{"slashes", "acme/web/1.2.3", "acme/web", "1.2.3"},
	// builds
	{"trailing number", "web-api-17", "web-api", "17"},
	{"trailing number after a version", "web-1.2.3-17", "web", "1.2.3-17"},
	{"build b", "web-b123", "web", "b123"},
	{"build b after a version", "web-1.2.3-b123", "web", "1.2.3-b123"},
	{"build word with a dot", "web-build.45", "web", "45"},
	{"build word with a dash", "web-build-45-arm64", "web-arm64", "45"},
	{"build metadata", "web-1.2.3+build.45", "web", "1.2.3+build.45"},
	{"build as a word", "build-server-20261014", "build-server", "20261014"},
	{"git describe", "web-1.2.3-17-gabcdef0", "web", "1.2.3-17-gabcdef0"},
	// hashes and ids
	{"short hash", "web-4f2a9c1", "web", "4f2a9c1"},
	{"long hash", "web-da39a3ee5e6b4b0d3255bfef95601890afd80709", "web", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
	{"date and hash", "web-20261014-4f2a9c1", "web", "20261014-4f2a9c1"},
	{"hex word without a digit", "web-defaced", "web-defaced", ""},
	{"uuid", "web-5b9d2e6f-1c2d-4e3f-8a9b-0c1d2e3f4a5b", "web", "5b9d2e6f-1c2d-4e3f-8a9b-0c1d2e3f4a5b"},
	{"image id", "copy-ami-0abc1234def567890", "copy", "ami-0abc1234def567890"},
	{"account stays", "shared-111122223333", "shared-111122223333", ""},
	{"packer timestamp not filled in", "web-{{timestamp}}", "web", "{{timestamp}}"},
	{"packer timestamp with spaces", "web {{ isotime }} x", "web x", "{{ isotime }}"},
	{
		"AWS Backup", "AwsBackup_i-0abc1234def567890_5b9d2e6f-1c2d-4e3f-8a9b-0c1d2e3f4a5b",
		"AwsBackup_i-0abc1234def567890", "5b9d2e6f-1c2d-4e3f-8a9b-0c1d2e3f4a5b",
	},
	// vendors
	{"Amazon Linux 2", "amzn2-ami-hvm-2.0.20230307.0-x86_64-gp2", "amzn2-ami-hvm-x86_64-gp2", "2.0.20230307.0"},
	{"Amazon Linux 2 kernel", "amzn2-ami-kernel-5.10-hvm-2.0.20261014.0-arm64-gp2", "amzn2-ami-kernel-5.10-hvm-arm64-gp2", "2.0.20261014.0"},
	{"Amazon Linux 2023", "al2023-ami-2023.6.20261101.0-kernel-6.1-x86_64", "al2023-ami-kernel-6.1-x86_64", "2023.6.20261101.0"},
	{"Amazon Linux 1", "amzn-ami-hvm-2018.03.0.20230307.0-x86_64-gp2", "amzn-ami-hvm-x86_64-gp2", "2018.03.0.20230307.0"},
	{"ECS", "amzn2-ami-ecs-hvm-2.0.20261014-x86_64-ebs", "amzn2-ami-ecs-hvm-x86_64-ebs", "2.0.20261014"},
	{"ECS on 2023", "al2023-ami-ecs-hvm-2023.0.20261014-kernel-6.1-arm64", "al2023-ami-ecs-hvm-kernel-6.1-arm64", "2023.0.20261014"},
	{"EKS", "amazon-eks-node-al2023-x86_64-standard-1.33-v20261014", "amazon-eks-node-al2023-x86_64-standard-1.33", "v20261014"},
	{"EKS old form", "amazon-eks-node-1.29-v20261014", "amazon-eks-node-1.29", "v20261014"},
	{
		"Ubuntu", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261014",
		"ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server", "20261014",
	},
	{
		"Ubuntu with respin", "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-20261014.1",
		"ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server", "20261014.1",
	},
	{"Ubuntu alone", "acme-ubuntu-22.04", "acme-ubuntu-22.04", ""},
	{"Ubuntu glued", "acme-ubuntu22.04", "acme-ubuntu22.04", ""},
	{"Windows", "Windows_Server-2022-English-Full-Base-2026.10.14", "Windows_Server-2022-English-Full-Base", "2026.10.14"},
	{
		"Windows with SQL", "Windows_Server-2019-English-Full-SQL_2019_Standard-2026.10.14",
		"Windows_Server-2019-English-Full-SQL_2019_Standard", "2026.10.14",
	},
	{"Windows alone", "acme-windows-server-2022", "acme-windows-server-2022", ""},
	{"Red Hat", "RHEL-9.4.0_HVM-20261014-x86_64-0-Hourly2-GP3", "RHEL-9.4.0_HVM-x86_64-0-Hourly2-GP3", "20261014"},
	{"Debian", "debian-12-amd64-20261014-1927", "debian-12-amd64", "20261014-1927"},
	{"SUSE", "suse-sles-15-sp6-v20261014-hvm-ssd-x86_64", "suse-sles-15-sp6-hvm-ssd-x86_64", "v20261014"},
	{"Rocky", "Rocky-9-EC2-Base-9.4-20261014.0.x86_64", "Rocky-9-EC2-Base-9.4.x86_64", "20261014.0"},
	{"Bottlerocket", "bottlerocket-aws-k8s-1.33-x86_64-v1.42.0-4f2a9c1d", "bottlerocket-aws-k8s-1.33-x86_64", "v1.42.0-4f2a9c1d"},
	{"Image Builder", "acme-gold 2026-10-14T12-30-00.123Z", "acme-gold", "2026-10-14T12-30-00.123Z"},
	// hostile
	{"wide letters", "日本語-20261014", "日本語", "20261014"},
	{"bidi mark", "web\u202e-20261014", "web\u202e", "20261014"},
	{"newline", "web\n-17", "web\n", "17"},
	{"unfinished template", "web-{{timestamp", "web-{{timestamp", ""},
}

func TestFamily(t *testing.T) {
	for _, tt := range familyTests {
		t.Run(tt.name, func(t *testing.T) {
			family, version := model.Family(tt.image)
			if family != tt.family || version != tt.version {
				t.Errorf("Family(%q) = %q, %q, want %q, %q", tt.image, family, version, tt.family, tt.version)
			}
		})
	}
}

// TestFamilyIgnoresVersion builds names of one family in every form of
// version and wants one family of them.
func TestFamilyIgnoresVersion(t *testing.T) {
	base := rapid.SampledFrom([]string{"web", "web-api", "acme/gold base", "al2023-ami-minimal", "ubuntu-24.04-web", "eks-1.33-x86_64"})
	issue := rapid.OneOf(
		rapid.StringMatching(`20[0-3][0-9](0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])`),
		rapid.StringMatching(`20[0-3][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])(T[01][0-9]-[0-5][0-9]-[0-5][0-9]Z)?`),
		rapid.StringMatching(`v[0-9]{1,2}\.[0-9]{1,2}(\.[0-9]{1,2}(-rc[0-9])?)?`),
		rapid.StringMatching(`[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}(-[0-9]{1,3})?`),
		rapid.StringMatching(`build-[0-9]{1,4}`),
		rapid.StringMatching(`[0-9]{3}[a-f0-9]{4}[a-f]`),
		rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		want, v := base.Draw(t, "base"), issue.Draw(t, "issue")
		family, version := model.Family(want + "-" + v)
		if family != want || version != strings.TrimPrefix(v, "build-") {
			t.Fatalf("Family(%q) = %q, %q", want+"-"+v, family, version)
		}
	})
}

func checkFamily(t interface{ Fatalf(string, ...any) }, name string) {
	family, version := model.Family(name)
	switch {
	case name != "" && family == "":
		t.Fatalf("Family(%q) is empty", name)
	case version == "" && family != name:
		t.Fatalf("Family(%q) = %q without a version", name, family)
	case len(family)+len(version) > len(name)+strings.Count(version, "-"):
		t.Fatalf("Family(%q) = %q, %q invents text", name, family, version)
	case utf8.ValidString(name) && (!utf8.ValidString(family) || !utf8.ValidString(version)):
		t.Fatalf("Family(%q) = %q, %q cuts a character", name, family, version)
	}
}

func FuzzFamily(f *testing.F) {
	for _, tt := range familyTests {
		f.Add(tt.image)
	}
	f.Fuzz(func(t *testing.T, name string) { checkFamily(t, name) })
}

func TestFamilyHoldsForAnyName(t *testing.T) {
	piece := rapid.SampledFrom([]string{"web", "2026", "10", "-", ".", "_", "T", "v", "b", "rc", "build", "{{", "}}", "i-0abc1234", "f00", "é", " ", "+", "ubuntu", "x86_64"})
	rapid.Check(t, func(t *rapid.T) {
		checkFamily(t, strings.Join(rapid.SliceOfN(piece, 0, 24).Draw(t, "pieces"), ""))
	})
}

func TestCompareVersions(t *testing.T) {
	ascending := []string{
		"", "0.9", "1.2.3-alpha", "1.2.3-beta2", "1.2.3-beta10", "1.2.3-rc1", "1.2.3", "1.2.3-17", "v1.2.4", "1.10.0", "1.33",
		"17", "2026-09-30", "2026-10-14", "2026-10-14T12-30-00Z", "2026.10.21", "20261014", "20261014.1", "20261015", "1791978600",
	}
	for i, a := range ascending {
		for j, b := range ascending {
			if got, want := model.CompareVersions(a, b), compareInts(i, j); got != want {
				t.Errorf("CompareVersions(%q, %q) = %d, want %d", a, b, got, want)
			}
		}
	}
}

func compareInts(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func TestCompareVersionsIgnores(t *testing.T) {
	for _, tt := range []struct{ name, a, b string }{
		{"leading v", "v1.2", "1.2"},
		{"case", "1.2-RC1", "1.2-rc1"},
		{"separators", "2026-10-14", "2026.10.14"},
		{"leading zeros", "2026.09", "2026.9"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := model.CompareVersions(tt.a, tt.b); got != 0 {
				t.Errorf("CompareVersions(%q, %q) = %d", tt.a, tt.b, got)
			}
		})
	}
}

func TestCompareVersionsIsATotalOrder(t *testing.T) {
	text := rapid.OneOf(rapid.StringMatching(`v?[0-9]{1,3}([.-][0-9]{1,3}){0,3}(-(rc|beta|b|x)[0-9]?)?`), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := text.Draw(t, "a"), text.Draw(t, "b"), text.Draw(t, "c")
		ab, bc, ac := model.CompareVersions(a, b), model.CompareVersions(b, c), model.CompareVersions(a, c)
		switch {
		case model.CompareVersions(a, a) != 0:
			t.Fatalf("%q differs from itself", a)
		case model.CompareVersions(b, a) != -ab:
			t.Fatalf("%q and %q: %d, and back the same way", a, b, ab)
		case ab <= 0 && bc <= 0 && ac > 0:
			t.Fatalf("%q ≤ %q ≤ %q, but the first is after the last", a, b, c)
		case strings.Compare(model.VersionKey(a), model.VersionKey(b)) != ab:
			t.Fatalf("keys of %q and %q order otherwise", a, b)
		}
	})
}

// TestCompareVersionsAgreesWithSemver takes go-version as the judge where both
// read a version alike: as many numbers on both sides, pre-release words.
func TestCompareVersionsAgreesWithSemver(t *testing.T) {
	text := rapid.StringMatching(`v?[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,8}(-(alpha|beta|rc)(\.[0-9]{1,2})?)?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		want := version.Must(version.NewVersion(a)).Compare(version.Must(version.NewVersion(b)))
		if got := model.CompareVersions(a, b); got != want {
			t.Fatalf("CompareVersions(%q, %q) = %d, go-version says %d", a, b, got, want)
		}
	})
}

func BenchmarkFamily(b *testing.B) {
	for _, name := range []string{
		"web-api-20261014", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261014",
		strings.Repeat("1a", 64), strings.Repeat("1", 128), strings.Repeat("1.", 64), strings.Repeat("2026-10-", 16), strings.Repeat("{{", 64),
	} {
		b.Run(name[:min(len(name), 12)], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				model.Family(name)
			}
		})
	}
}
