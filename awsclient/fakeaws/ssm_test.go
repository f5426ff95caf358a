package fakeaws

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

const (
	goldenImage = "ami-00000000000000a01"
	olderImage  = "ami-00000000000000a02"
)

// parameterWorld has parameters of all types and in several hierarchies, and
// Amazon's newest image in one region.
func parameterWorld(f *fleet.Fleet) {
	owner, other := f.Accounts[0].ID, f.Accounts[1].ID
	f.Parameters = []fleet.Parameter{
		{Owner: owner, Name: "/golden/web", Value: goldenImage, DataType: imageDataType, Version: 3, Modified: 1_700_000_000_500, Labels: []string{"prod"}, Earlier: []fleet.ParameterVersion{
			{Number: 2, Value: olderImage, Modified: 1_600_000_000_000, Labels: []string{"previous"}},
		}},
		{Owner: owner, Name: "/golden/web/canary", Value: goldenImage, DataType: imageDataType},
		{Owner: owner, Name: "/config/web/amis", Value: goldenImage + "," + olderImage, Type: "StringList"},
		{Owner: owner, Name: "/config/web/password", Value: "hunter2", Type: "SecureString"},
		{Owner: owner, Name: "flat", Value: "plain"},
		{Owner: other, Name: "/shared/web", Value: goldenImage, DataType: imageDataType, Shared: true},
		{Owner: other, Name: "/not-shared/web", Value: goldenImage},
	}
	for i := range f.Parameters {
		f.Parameters[i].Region = listedIn
	}
	f.Parameters = append(f.Parameters, fleet.Parameter{Owner: other, Region: "us-east-2", Name: "/shared/elsewhere", Value: olderImage, Shared: true})
	for i, created := range []fleet.Time{1_500_000_000_000, 1_700_000_000_000, 1_600_000_000_000} {
		f.Images = append(f.Images, fleet.Image{
			ID: fleet.ID(1<<40 + i), Owner: f.Vendors[0].ID, Region: listedIn, Name: "al", Permissions: []fleet.Permission{{Group: "all"}},
			Life: fleet.Life{Created: created}, Extra: &fleet.Extra{PublicParameter: linuxParameter},
		})
	}
}

const linuxParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"

func parameterServer(o Options) *Server {
	o.Bare, o.World = true, parameterWorld
	return New(o)
}

func ssmClient(s *Server) *ssm.Client {
	return ssm.NewFromConfig(serverConfig(s, "", listedIn))
}

func TestDescribeParameters(t *testing.T) {
	client := ssmClient(parameterServer(Options{}))
	with := func(key, option string, values ...string) *ssm.DescribeParametersInput {
		f := types.ParameterStringFilter{Key: aws.String(key), Values: values}
		if option != "" {
			f.Option = aws.String(option)
		}
		return &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{f}}
	}
	old := func(key types.ParametersFilterKey, values ...string) *ssm.DescribeParametersInput {
		return &ssm.DescribeParametersInput{Filters: []types.ParametersFilter{{Key: key, Values: values}}}
	}
	both := with("Name", "", "flat")
	both.Filters = old("Name", "flat").Filters
	for name, c := range map[string]struct {
		in   *ssm.DescribeParametersInput
		want []string
		code string
	}{
		"all":              {&ssm.DescribeParametersInput{}, []string{"/config/web/amis", "/config/web/password", "/golden/web", "/golden/web/canary", "flat"}, ""},
		"images":           {with("DataType", "", "aws:ec2:image"), []string{"/golden/web", "/golden/web/canary"}, ""},
		"texts":            {with("DataType", "Equals", "text"), []string{"/config/web/amis", "/config/web/password", "flat"}, ""},
		"name":             {with("Name", "Equals", "flat", "/golden/web"), []string{"/golden/web", "flat"}, ""},
		"name begins":      {with("Name", "BeginsWith", "/golden/"), []string{"/golden/web", "/golden/web/canary"}, ""},
		"name contains":    {with("Name", "Contains", "web/"), []string{"/config/web/amis", "/config/web/password", "/golden/web/canary"}, ""},
		"type":             {with("Type", "", "StringList", "SecureString"), []string{"/config/web/amis", "/config/web/password"}, ""},
		"tier":             {with("Tier", "", "Advanced"), nil, ""},
		"key":              {with("KeyId", "", "alias/aws/ssm"), []string{"/config/web/password"}, ""},
		"path":             {with("Path", "", "/golden"), []string{"/golden/web"}, ""},
		"path, recursive":  {with("Path", "Recursive", "/golden"), []string{"/golden/web", "/golden/web/canary"}, ""},
		"tag":              {with("tag:team", "", "x"), nil, ""},
		"old kind, name":   {old("Name", "/golden"), []string{"/golden/web", "/golden/web/canary"}, ""},
		"old kind, type":   {old("Type", "StringList"), []string{"/config/web/amis"}, ""},
		"shared":           {&ssm.DescribeParametersInput{Shared: aws.Bool(true)}, []string{"/shared/web"}, ""},
		"no such key":      {with("Label", "", "prod"), nil, "InvalidFilterKey"},
		"no such option":   {with("DataType", "Contains", "image"), nil, "InvalidFilterOption"},
		"no such option 2": {with("Path", "Equals", "/golden"), nil, "InvalidFilterOption"},
		"both kinds":       {both, nil, "ValidationException"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := client.DescribeParameters(t.Context(), c.in)
			if c.code != "" {
				wantCode(t, err, c.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range out.Parameters {
				got = append(got, *p.Name)
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	out, err := client.DescribeParameters(t.Context(), with("Name", "", "/golden/web"))
	if err != nil {
		t.Fatal(err)
	}
	if p := out.Parameters[0]; p.Version != 3 || p.Type != types.ParameterTypeString || *p.DataType != imageDataType ||
		!p.LastModifiedDate.Equal(time.UnixMilli(1_700_000_000_500)) || !strings.HasSuffix(*p.ARN, ":parameter/golden/web") {
		t.Errorf("got %+v", p)
	}
}

func TestGetParameters(t *testing.T) {
	s := parameterServer(Options{})
	owner, other := s.Accounts()[0].ID, s.Accounts()[1].ID
	arn := func(region, account, name string) string {
		return "arn:aws:ssm:" + region + ":" + account + ":parameter/" + name
	}
	for name, c := range map[string]struct {
		name, want string
		version    int64
	}{
		"name":                       {"/golden/web", goldenImage, 3},
		"spaces":                     {" /golden/web ", goldenImage, 3},
		"version":                    {"/golden/web:2", olderImage, 2},
		"current version":            {"/golden/web:3", goldenImage, 3},
		"label":                      {"/golden/web:previous", olderImage, 2},
		"no such version":            {"/golden/web:1", "", 0},
		"no such label":              {"/golden/web:next", "", 0},
		"no such name":               {"/golden/db", "", 0},
		"name without its slash":     {"golden/web", "", 0},
		"flat":                       {"flat", "plain", 1},
		"list":                       {"/config/web/amis", goldenImage + "," + olderImage, 1},
		"own ARN":                    {arn(listedIn, owner, "golden/web"), goldenImage, 3},
		"own ARN, flat":              {arn(listedIn, owner, "flat"), "plain", 1},
		"own ARN and label":          {arn(listedIn, owner, "golden/web:previous"), olderImage, 2},
		"shared":                     {arn(listedIn, other, "shared/web"), goldenImage, 1},
		"shared, by name":            {"/shared/web", "", 0},
		"not shared":                 {arn(listedIn, other, "not-shared/web"), "", 0},
		"another region":             {arn("us-east-2", other, "shared/elsewhere"), "", 0},
		"another service":            {"arn:aws:ec2:" + listedIn + ":" + owner + ":parameter/flat", "", 0},
		"half an ARN":                {"arn:aws:ssm", "", 0},
		"Amazon's newest":            {linuxParameter, fleet.ID(1<<40 + 1).Image(), 1},
		"Amazon's newest, ARN":       {arn(listedIn, "", linuxParameter[1:]), fleet.ID(1<<40 + 1).Image(), 1},
		"Amazon's, an old version":   {linuxParameter + ":7", "", 0},
		"not Amazon's":               {"/aws/service/ami-amazon-linux-latest/al2", "", 0},
		"region of the world":        {"/aws/service/global-infrastructure/regions/eu-west-1", "eu-west-1", 1},
		"service of a region":        {"/aws/service/global-infrastructure/regions/eu-west-1/services/batch", "batch", 1},
		"service of no region":       {"/aws/service/global-infrastructure/regions/moon-1/services/batch", "", 0},
		"no such service, of region": {"/aws/service/global-infrastructure/regions/eu-west-1/services/telepathy", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := ssmClient(s).GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{c.name}})
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				if diff := cmp.Diff([]string{c.name}, out.InvalidParameters); diff != "" || len(out.Parameters) > 0 {
					t.Errorf("got %+v %s", out.Parameters, diff)
				}
				return
			}
			if len(out.Parameters) != 1 || len(out.InvalidParameters) > 0 || *out.Parameters[0].Value != c.want || out.Parameters[0].Version != c.version {
				t.Errorf("got %+v and %v, want %s of version %d", out.Parameters, out.InvalidParameters, c.want, c.version)
			}
			_, selector, _ := strings.Cut(strings.TrimPrefix(c.name, "arn:aws:ssm:"+listedIn+":"+owner+":"), ":")
			if got := strings.TrimPrefix(aws.ToString(out.Parameters[0].Selector), ":"); len(out.Parameters) == 1 && !strings.HasPrefix(c.name, "arn") && got != selector {
				t.Errorf("the selector is %q, want %q", got, selector)
			}
		})
	}
}

func TestManyParametersAtOnce(t *testing.T) {
	client := ssmClient(parameterServer(Options{}))
	out, err := client.GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{"flat", "b", "/golden/web", "a", "flat"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range out.Parameters {
		got = append(got, *p.Name)
	}
	if diff := cmp.Diff([][]string{{"/golden/web", "flat"}, {"a", "b"}}, [][]string{got, out.InvalidParameters}); diff != "" {
		t.Error(diff)
	}
	for _, n := range []int{0, 11} {
		_, err := client.GetParameters(t.Context(), &ssm.GetParametersInput{Names: make([]string, n)})
		wantCode(t, err, "ValidationException")
	}
}

func TestSecretsNeedDecryption(t *testing.T) {
	client := ssmClient(parameterServer(Options{}))
	value := func(decrypt bool) string {
		out, err := client.GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{"/config/web/password"}, WithDecryption: aws.Bool(decrypt)})
		if err != nil {
			t.Fatal(err)
		}
		byPath, err := client.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{
			Path: aws.String("/config/web"), WithDecryption: aws.Bool(decrypt),
			ParameterFilters: []types.ParameterStringFilter{{Key: aws.String("Type"), Values: []string{"SecureString"}}},
		})
		if err != nil || *byPath.Parameters[0].Value != *out.Parameters[0].Value {
			t.Errorf("by path the value differs: %v", err)
		}
		return *out.Parameters[0].Value
	}
	if got := value(true); got != "hunter2" {
		t.Errorf("decrypted to %q", got)
	}
	if got := value(false); !strings.HasPrefix(got, "AQICAHh") || strings.Contains(got, "hunter2") {
		t.Errorf("the ciphertext is %q", got)
	}
}

func TestGetParametersByPath(t *testing.T) {
	s := parameterServer(Options{NotOffered: []Absence{{Service: "batch", Region: "eu-*"}}})
	client := ssmClient(s)
	with := func(key, value string) []types.ParameterStringFilter {
		return []types.ParameterStringFilter{{Key: aws.String(key), Values: []string{value}}}
	}
	for name, c := range map[string]struct {
		path      string
		recursive bool
		filters   []types.ParameterStringFilter
		want      []string
		code      string
	}{
		"one level":          {"/golden", false, nil, []string{"/golden/web"}, ""},
		"slash at the end":   {"/golden/", false, nil, []string{"/golden/web"}, ""},
		"all levels":         {"/golden", true, nil, []string{"/golden/web", "/golden/web/canary"}, ""},
		"the name itself":    {"/golden/web", false, nil, []string{"/golden/web/canary"}, ""},
		"part of a name":     {"/gold", true, nil, nil, ""},
		"root":               {"/", false, nil, []string{"flat"}, ""},
		"everything":         {"/", true, nil, []string{"/config/web/amis", "/config/web/password", "/golden/web", "/golden/web/canary", "flat"}, ""},
		"type":               {"/", true, with("Type", "StringList"), []string{"/config/web/amis"}, ""},
		"label":              {"/golden", true, with("Label", "previous"), []string{"/golden/web"}, ""},
		"no slash":           {"golden", true, nil, nil, "ValidationException"},
		"data type":          {"/", true, with("DataType", "aws:ec2:image"), nil, "InvalidFilterKey"},
		"Amazon's images":    {"/aws/service/ami-amazon-linux-latest", false, nil, []string{linuxParameter}, ""},
		"Amazon's, root":     {"/aws/service", false, nil, nil, ""},
		"services":           {"/aws/service/global-infrastructure/regions/us-east-1/services", false, nil, []string{"account", "autoscaling", "batch", "ce", "cloudtrail", "ebs", "ec2", "eks", "iam", "imagebuilder", "kms", "organizations", "pricing", "rbin", "ssm", "sts"}, ""},
		"services but batch": {"/aws/service/global-infrastructure/regions/eu-west-1/services", false, nil, []string{"account", "autoscaling", "ce", "cloudtrail", "ebs", "ec2", "eks", "iam", "imagebuilder", "kms", "organizations", "pricing", "rbin", "ssm", "sts"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			pages := ssm.NewGetParametersByPathPaginator(client, &ssm.GetParametersByPathInput{Path: &c.path, Recursive: &c.recursive, ParameterFilters: c.filters})
			for pages.HasMorePages() {
				out, err := pages.NextPage(t.Context())
				if c.code != "" {
					wantCode(t, err, c.code)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range out.Parameters {
					got = append(got, strings.TrimPrefix(*p.Name, c.path+"/services/"))
				}
			}
			slices.Sort(got)
			if strings.HasSuffix(c.path, "/services") {
				for i := range got {
					got[i] = strings.TrimPrefix(got[i], c.path+"/")
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	out, err := client.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String("/golden"), ParameterFilters: with("Label", "previous")})
	if err != nil || *out.Parameters[0].Value != olderImage || *out.Parameters[0].Selector != ":previous" {
		t.Errorf("by label: %+v, %v", out, err)
	}
}

// Calls that get values share a bucket of 40 a second.
func TestThrottleOfValues(t *testing.T) {
	c := &clock{fleet.Epoch}
	s := parameterServer(Options{Throttle: true, Now: c.Now})
	client := ssmClient(s)
	byName := func() error {
		_, err := client.GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{"flat"}})
		return err
	}
	byPath := func() error {
		_, err := client.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String("/")})
		return err
	}
	for range 20 {
		if err := byPath(); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		if err := byName(); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, byName(), "ThrottlingException")
	wantCode(t, byPath(), "ThrottlingException")
	for range 200 {
		if _, err := client.DescribeParameters(t.Context(), nil); err != nil {
			t.Fatalf("what has no documented limit is throttled: %v", err)
		}
	}
	c.now = c.now.Add(time.Second / 4)
	for range 10 {
		if err := byName(); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, byName(), "ThrottlingException")
}
