package output

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
)

var now = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// world is an inventory with one scope that was read, one that failed, one
// that is not enabled, and a way in that led nowhere.
func world(images ...*model.Image) model.Inventory {
	var inv model.Inventory
	at := model.Scope{Account: "111122223333", Region: "eu-west-1"}
	for _, e := range []model.Event{
		model.Found{
			Account: model.Account{ID: at.Account, Name: "acme-prod", Partition: "aws", Source: "profile prod"},
			Regions: []model.Region{{Name: "eu-west-1", Enabled: true}, {Name: "eu-west-2", Enabled: true}, {Name: "me-south-1"}},
		},
		model.Page{Gen: 1, Scope: at, Images: images, At: now.Add(-time.Minute), Last: true},
		model.Page{Gen: 1, Scope: at, Kind: model.Snapshots, At: now, Last: true, Snapshots: []*model.Snapshot{{
			ID: "snap-1", Region: at.Region, Owner: at.Account, State: "completed", Tier: "standard",
			Start: now.Add(-48 * time.Hour), SizeGiB: 8, FullBytes: -1, Encrypted: model.Yes,
		}}},
		model.Page{Gen: 1, Scope: model.Scope{Account: at.Account, Region: "eu-west-2"}, Last: true, Err: &model.OpError{
			Op: "ec2:DescribeImages", Scope: model.Scope{Account: at.Account, Region: "eu-west-2"}, Kind: model.Denied, Err: errors.New("no"),
		}},
		model.Lost{Unreached: model.Unreached{Source: "profile old", Err: &model.OpError{Kind: model.Expired, Err: errors.New("the token has expired")}}},
	} {
		inv = inv.Fold(e)
	}
	return inv
}

func image(name string) *model.Image {
	return &model.Image{
		ImageKey: model.ImageKey{Region: "eu-west-1", ID: "ami-1"}, Owner: "111122223333", Name: name,
		State: "available", Architecture: "arm64", Platform: "linux", RootType: "ebs",
		Created: now.Add(-200 * 24 * time.Hour), Deprecation: now.Add(-time.Hour), Launched: model.No,
		Public: model.No, Encrypted: model.Yes, Managed: model.Unmanaged, Snapshots: 1, SizeGiB: 8,
		Detail: &model.Detail{
			Description: "web", TagsRead: true, Tags: []model.Tag{{Key: "owner", Value: "core"}}, ENA: model.Yes, Traits: model.Share(model.Traits{IMDS: "v2.0"}),
			SourceImage: "ami-0", SourceRegion: "us-east-1",
			Devices: []model.Device{
				{Name: "/dev/xvda", Snapshot: "snap-1", Disk: model.Share(model.Disk{SizeGiB: 8, Type: "gp3", Encrypted: model.Yes, DeleteOnTermination: model.Yes})},
				{Name: "/dev/xvdb", Snapshot: "snap-2", Disk: model.Share(model.Disk{SizeGiB: 1, Type: "gp3"})},
				{Name: "/dev/xvdc", Disk: model.Share(model.Disk{Virtual: "ephemeral0"})},
			},
		},
	}
}

func printed(t *testing.T, fn func(*strings.Builder) error) string {
	t.Helper()
	var b strings.Builder
	if err := fn(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestImages(t *testing.T) {
	inv := world(image("web-2026.10.1"))
	tests := []struct {
		name  string
		style Style
		want  string
	}{
		{
			"table",
			Style{Format: Table},
			"ID     NAME           ACCOUNT    REGION     STATE       AGE   SIZE  LAUNCHED\n" +
				"ami-1  web-2026.10.1  acme-prod  eu-west-1  deprecated  6mo  8 GiB     never\n",
		},
		{
			"table of some columns",
			Style{Format: Table, Columns: []string{"name", "encrypted", "protected"}},
			"NAME           ENCRYPTED  PROTECTED\nweb-2026.10.1  yes        ?\n",
		},
		{
			"narrow table",
			Style{Format: Table, Width: 30, Columns: []string{"name", "family", "region"}},
			"NAME          FAMILY  REGION\nweb-2026.10…  web     eu-west…\n",
		},
		{
			"csv",
			Style{Format: CSV, Columns: []string{"name", "age", "size", "idle", "protected"}},
			"name,age,size,idle,protected\nweb-2026.10.1,2026-04-15T00:00:00Z,8589934592,never,\n",
		},
		{
			"markdown",
			Style{Format: Markdown, Columns: []string{"name", "size"}},
			"| NAME | SIZE |\n|---|--:|\n| web-2026.10.1 | 8 GiB |\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.style.Now = now
			got := printed(t, func(b *strings.Builder) error { return tt.style.Images(b, Known{Inv: inv}, inv.Images()) })
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestUnknownColumn(t *testing.T) {
	err := Style{Format: Table, Columns: []string{"weight"}}.Images(&strings.Builder{}, Known{}, nil)
	if err == nil || !strings.HasPrefix(err.Error(), `there is no column "weight"; columns are id, name`) {
		t.Errorf("got %v", err)
	}
}

func TestImagesJSON(t *testing.T) {
	inv := world(image("web-2026.10.1"))
	got := printed(t, func(b *strings.Builder) error {
		return Style{Format: JSON, Now: now}.Images(b, Known{Inv: inv}, inv.Images())
	})
	want := `{"images":[
{"id":"ami-1","name":"web-2026.10.1","account":"111122223333","accountName":"acme-prod","seenBy":["111122223333"],"region":"eu-west-1","state":"available","created":"2026-04-15T00:00:00Z","launched":false,"lastLaunched":null,"deprecationTime":"2026-10-31T23:00:00Z","disabled":false,"protected":null,"encrypted":true,"architecture":"arm64","platform":"linux","rootDeviceType":"ebs","devices":[{"name":"/dev/xvda","virtual":"","suppressed":false,"snapshot":"snap-1","sizeBytes":8589934592,"type":"gp3","iops":0,"throughput":0,"encrypted":true,"deleteOnTermination":true},{"name":"/dev/xvdb","virtual":"","suppressed":false,"snapshot":"snap-2","sizeBytes":1073741824,"type":"gp3","iops":0,"throughput":0,"encrypted":null,"deleteOnTermination":null},{"name":"/dev/xvdc","virtual":"ephemeral0","suppressed":false,"snapshot":"","sizeBytes":0,"type":"","iops":0,"throughput":0,"encrypted":null,"deleteOnTermination":null}],"snapshots":[{"id":"snap-1","state":"completed","tier":"standard","started":"2026-10-30T00:00:00Z","sizeBytes":8589934592,"fullBytes":null,"encrypted":true,"public":null},{"id":"snap-2","state":null,"tier":null,"started":null,"sizeBytes":null,"fullBytes":null,"encrypted":null,"public":null}],"sizeBytes":8589934592,"bootMode":"","imds":"v2.0","tpm":"","ena":true,"tags":{"owner":"core"},"source":{"image":"ami-0","region":"us-east-1","instance":""},"family":"web","version":"2026.10.1","description":"web","managed":"none","cost":null,"usage":null,"permissions":{"read":false,"readAt":null,"public":false,"accounts":null,"organizations":null,"units":null},"inspector":null,"findings":null}
],
"scopes":[
{"source":"profile prod","account":"111122223333","region":"eu-west-1","state":"read","asOf":"2026-10-31T23:59:00Z","error":null,"hint":null,"usage":null,"settings":null},
{"source":"profile prod","account":"111122223333","region":"eu-west-2","state":"failed","asOf":null,"error":"111122223333/eu-west-2: ec2:DescribeImages: denied: no","hint":"ask for the permission ec2:DescribeImages in this account and region","usage":null,"settings":null},
{"source":"profile prod","account":"111122223333","region":"me-south-1","state":"disabled","asOf":null,"error":null,"hint":null,"usage":[],"settings":[]},
{"source":"profile old","account":null,"region":null,"state":"unreached","asOf":null,"error":"expired: the token has expired","hint":"log in again, then refresh","usage":null,"settings":null}
]}
`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestUnreadFactsAreNull: what the details hold is null until they are read.
func TestUnreadFactsAreNull(t *testing.T) {
	im := image("x")
	im.Detail = nil
	inv := world(im)
	var got map[string]any
	if err := json.Unmarshal(Indented(inv.Document(im)), &got); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"devices", "snapshots", "bootMode", "imds", "tpm", "ena", "tags", "source", "description", "protected"} {
		if v, ok := got[f]; !ok || v != nil {
			t.Errorf("%s is %v, want null", f, v)
		}
	}
}

func TestEmptyLists(t *testing.T) {
	for f, want := range map[Format]string{
		JSON: "{\"images\":[\n],\n\"scopes\":[\n]}\n", JSONL: "", CSV: "id\n", Table: "ID\n", Markdown: "| ID |\n|---|\n",
	} {
		got := printed(t, func(b *strings.Builder) error {
			return Style{Format: f, Columns: []string{"id"}}.Images(b, Known{}, nil)
		})
		if got != want {
			t.Errorf("%s of nothing: %q, want %q", f, got, want)
		}
	}
}

func TestScopes(t *testing.T) {
	s := model.Scope{Account: "111122223333", Region: "eu-west-1"}
	refused := &model.OpError{Op: "ec2:GetEbsEncryptionByDefault", Scope: s, Kind: model.Denied, Err: errors.New("no")}
	inv := world(image("x")).Fold(model.Page{Gen: 2, Scope: s, Kind: model.Settings, At: now, Last: true, Settings: []*model.Setting{
		{Name: model.AllowedImages, State: "audit-mode", By: "account", Rules: []string{"of amazon"}},
		{Name: model.BlockImages, State: model.Unblocked, By: "declarative-policy"},
		{Name: model.BlockSnapshots, State: model.BlockAll},
		{Name: model.EncryptVolumes, Err: refused},
	}})
	got := printed(t, func(b *strings.Builder) error { return Style{Format: CSV, Now: now}.Scopes(b, inv) })
	want := `account,name,region,state,as_of,images,public_images,public_snapshots,allowed_images,encryption,error,hint
111122223333,acme-prod,eu-west-1,read,2026-10-31T23:59:00Z,1,unblocked,block-all-sharing,audit-mode,,,
111122223333,acme-prod,eu-west-2,failed,,,,,,,111122223333/eu-west-2: ec2:DescribeImages: denied: no,ask for the permission ec2:DescribeImages in this account and region
111122223333,acme-prod,me-south-1,disabled,,,,,,,,
,profile old,,unreached,,,,,,,expired: the token has expired,"log in again, then refresh"
`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	told := inv.ScopeDocuments()[0].Settings
	line := printed(t, func(b *strings.Builder) error {
		if err := json.NewEncoder(b).Encode(told); err != nil {
			return err
		}
		return nil
	})
	wantJSON := `[{"name":"block-public-images","state":"unblocked","managedBy":"declarative-policy","rules":[],"error":null,"hint":null},` +
		`{"name":"block-public-snapshots","state":"block-all-sharing","managedBy":null,"rules":[],"error":null,"hint":null},` +
		`{"name":"allowed-images","state":"audit-mode","managedBy":"account","rules":["of amazon"],"error":null,"hint":null},` +
		`{"name":"encrypt-volumes","state":null,"managedBy":null,"rules":[],"error":"111122223333/eu-west-1: ec2:GetEbsEncryptionByDefault: denied: no","hint":"ask for the permission ec2:GetEbsEncryptionByDefault in this account and region"}]` + "\n"
	if d := cmp.Diff(wantJSON, line); d != "" {
		t.Error(d)
	}
}

func TestImage(t *testing.T) {
	im := image("web-2026.10.1")
	inv := world(im)
	got := printed(t, func(b *strings.Builder) error { return Style{Format: Table, Now: now}.Image(b, Known{Inv: inv}, im) })
	for _, want := range []string{
		"account        111122223333 (acme-prod)\n",
		"last launched  never\n",
		"deprecation    2026-10-31T23:00:00Z (1h ago)\n",
		"protected      ?\n",
		"source         ami-0 us-east-1\n",
		"arn            arn:aws:ec2:eu-west-1::image/ami-1\n",
		"\nDEVICES\nDEVICE     KIND         SIZE  SNAPSHOT  ENCRYPTED  DELETED WITH INSTANCE\n/dev/xvda  gp3         8 GiB  snap-1    yes        yes\n",
		"snap-2    ?          ?           ?       ?          ?  ?\n",
		"\nTAGS\nKEY    VALUE\nowner  core\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if err := (Style{Format: CSV}).Image(&strings.Builder{}, Known{Inv: inv}, im); err == nil {
		t.Error("an image as CSV is no error")
	}
}

// TestNothingHarmfulIsPrinted: whatever a name, tag or message holds, no
// control or bidi character reaches the output, and no cell runs in a
// spreadsheet.
func TestNothingHarmfulIsPrinted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			"\x1b[31mred", "=1+1", "a\u202eb", "\u0085\u009b31m", "@x\ty\r\nz", "-1", "+1", "a|b`c", "\u200fx", "tab\there", "\u2066", "\xff",
		}))
		im := image(text.Draw(r, "name"))
		im.State, im.OwnerAlias = text.Draw(r, "state"), text.Draw(r, "alias")
		im.Detail.Description = text.Draw(r, "description")
		im.Detail.Tags = []model.Tag{{Key: text.Draw(r, "key"), Value: text.Draw(r, "value")}}
		inv := world(im)
		at := model.Scope{Account: im.Owner, Region: im.Region}
		inv = inv.Fold(
			model.Page{Gen: 1, Scope: at, Kind: model.Instances, At: now, Last: true, References: []*model.Reference{{
				Scope: at, Source: model.Instances, Key: "i-1", ID: text.Draw(r, "instance"), Name: text.Draw(r, "its name"), Image: im.ID, State: text.Draw(r, "its state"),
			}}},
			model.Page{Gen: 1, Scope: at, Kind: model.Groups, At: now, Last: true, Err: &model.OpError{Help: text.Draw(r, "help"), Err: errors.New("no")}},
		)
		inv = inv.Fold(model.Lost{Unreached: model.Unreached{Source: text.Draw(r, "source"), Err: &model.OpError{Err: errors.New(text.Draw(r, "error"))}}})
		keys, _ := Columns()
		for _, f := range Formats() {
			var b strings.Builder
			s := Style{Format: f, Now: now}
			if f != JSON && f != JSONL {
				s.Columns = keys
			}
			k := Known{Inv: inv, Usage: (*model.Usage)(nil).Judge(inv, model.UsageInput{Policy: model.DefaultUsagePolicy(), Now: now})}
			k.Costs = (*cost.Costs)(nil).Estimate(inv, cost.Input{Prices: cost.BuiltInPrices(), Usage: k.Usage, Now: now})
			err := errors.Join(s.Images(&b, k, inv.Images()), s.Scopes(&b, inv), s.Usage(&b, k, inv.Images()))
			err = errors.Join(err, s.Snapshots(&b, k, k.Costs.Lines()), s.Growth(&b, Growing{Known: k, Growth: cost.Grow(nil, k.Costs.ByCreation(now))}))
			for by := range cost.ByImage + 1 {
				g := cost.Grouping{By: by, Tag: im.Detail.Tags[0].Key}
				err = errors.Join(err, s.Costs(&b, Costing{Known: k, By: g, Groups: k.Costs.Groups(g, nil, nil), Total: k.Costs.Total(), Within: im.Name}))
			}
			if f != CSV && f != Markdown {
				err = errors.Join(err, s.Image(&b, k, im))
			}
			if err != nil {
				r.Fatal(err)
			}
			checkHarmless(r, b.String())
			if f == CSV {
				checkCells(r, b.String())
			}
		}
	})
}

func checkHarmless(r *rapid.T, s string) {
	for _, c := range s {
		switch {
		case c == '\n':
		case c < ' ', c >= 0x7f && c < 0xa0, c >= 0x202a && c <= 0x202e, c >= 0x2066 && c <= 0x2069, c == 0x200e, c == 0x200f, c == 0x61c:
			r.Fatalf("%U in %q", c, s)
		}
	}
}

func checkCells(r *rapid.T, s string) {
	rd := csv.NewReader(strings.NewReader(s))
	rd.FieldsPerRecord = -1 // images and scopes stand in one text here
	records, err := rd.ReadAll()
	if err != nil {
		r.Fatal(err)
	}
	for _, rec := range records {
		for _, cell := range rec {
			if cell != "" && strings.Contains("=+-@", cell[:1]) {
				r.Fatalf("cell %q would run", cell)
			}
		}
	}
}
