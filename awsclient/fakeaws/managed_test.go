package fakeaws

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder"
	"github.com/aws/aws-sdk-go-v2/service/rbin"
	rbintypes "github.com/aws/aws-sdk-go-v2/service/rbin/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

const listedIn = "us-east-1"

// eleven makes a world in which one account has eleven records of each kind, and
// its neighbours one each.
func eleven(f *fleet.Fleet) {
	first, second := f.Accounts[0].ID, f.Accounts[1].ID
	for i := range 11 {
		record(f, first, listedIn, i)
	}
	record(f, second, listedIn, 90)
	record(f, first, "us-east-2", 91)
}

func record(f *fleet.Fleet, owner, region string, i int) {
	name, at := fmt.Sprintf("r%02d", i), fleet.Time(1_700_000_000_000)
	image := fleet.ID(1<<40 + i).Image()
	f.LaunchConfigs = append(f.LaunchConfigs, fleet.LaunchConfig{Owner: owner, Region: region, Name: name, Created: at, Image: image})
	f.Groups = append(f.Groups, fleet.Group{Owner: owner, Region: region, Name: name, Created: at, Config: name})
	f.Parameters = append(f.Parameters, fleet.Parameter{Owner: owner, Region: region, Name: "/golden/" + name, Value: image, DataType: imageDataType, Modified: at})
	f.Recipes = append(
		f.Recipes, fleet.Recipe{Owner: owner, Region: region, Name: name, Version: "1.0.0", Created: at, Parent: image},
		fleet.Recipe{Owner: owner, Region: region, Name: name, Version: "1.0.0", Created: at, Container: true, Instance: image},
	)
	f.Builds = append(f.Builds, fleet.Build{Owner: owner, Region: region, Name: name, Version: "1.0.0", Number: 1, Created: at})
	f.Environments = append(f.Environments, fleet.ComputeEnvironment{Owner: owner, Region: region, Name: name, Image: image})
	f.Clusters = append(f.Clusters, fleet.Cluster{Owner: owner, Region: region, Name: name})
	f.BinRules = append(f.BinRules, fleet.BinRule{ID: name, Owner: owner, Region: region, Resource: "EBS_SNAPSHOT", Days: 7})
	if i > 0 && owner == f.Accounts[0].ID && region == listedIn {
		f.Clusters[0].NodeGroups = append(f.Clusters[0].NodeGroups, fleet.NodeGroup{Name: name, Created: at, AMIType: "CUSTOM", Release: image})
	}
}

// listing is one list of a service: how to get a page of it, and what goes
// wrong with it.
type listing struct {
	api             string
	most            int // elements in a page that a call can ask for
	badSize, badKey string
	page            func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error)
}

// listings are all lists of the services other than EC2, each telling the names
// of its elements.
func listings() []listing {
	return []listing{
		{"autoscaling:DescribeAutoScalingGroups", 100, "ValidationError", "InvalidNextToken", func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error) {
			out, err := autoscaling.NewFromConfig(cfg).DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: size, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.AutoScalingGroups, out.NextToken, func(i int) *string { return out.AutoScalingGroups[i].AutoScalingGroupName })
		}},
		{"autoscaling:DescribeLaunchConfigurations", 100, "ValidationError", "InvalidNextToken", func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error) {
			out, err := autoscaling.NewFromConfig(cfg).DescribeLaunchConfigurations(ctx, &autoscaling.DescribeLaunchConfigurationsInput{MaxRecords: size, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.LaunchConfigurations, out.NextToken, func(i int) *string { return out.LaunchConfigurations[i].LaunchConfigurationName })
		}},
		{"ssm:DescribeParameters", 50, "ValidationException", "InvalidNextToken", func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error) {
			out, err := ssm.NewFromConfig(cfg).DescribeParameters(ctx, &ssm.DescribeParametersInput{MaxResults: size, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.Parameters, out.NextToken, func(i int) *string { return aws.String((*out.Parameters[i].Name)[len("/golden/"):]) })
		}},
		{"ssm:GetParametersByPath", 10, "ValidationException", "InvalidNextToken", func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error) {
			out, err := ssm.NewFromConfig(cfg).GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String("/golden"), MaxResults: size, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.Parameters, out.NextToken, func(i int) *string { return aws.String((*out.Parameters[i].Name)[len("/golden/"):]) })
		}},
		{"imagebuilder:ListImageRecipes", 25, "InvalidRequestException", "InvalidPaginationTokenException", func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error) {
			out, err := imagebuilder.NewFromConfig(cfg).ListImageRecipes(ctx, &imagebuilder.ListImageRecipesInput{MaxResults: size, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.ImageRecipeSummaryList, out.NextToken, func(i int) *string { return out.ImageRecipeSummaryList[i].Name })
		}},
		{"imagebuilder:ListContainerRecipes", 25, "InvalidRequestException", "InvalidPaginationTokenException", func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error) {
			out, err := imagebuilder.NewFromConfig(cfg).ListContainerRecipes(ctx, &imagebuilder.ListContainerRecipesInput{MaxResults: size, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.ContainerRecipeSummaryList, out.NextToken, func(i int) *string { return out.ContainerRecipeSummaryList[i].Name })
		}},
		{"imagebuilder:ListImages", 25, "InvalidRequestException", "InvalidPaginationTokenException", func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error) {
			out, err := imagebuilder.NewFromConfig(cfg).ListImages(ctx, &imagebuilder.ListImagesInput{MaxResults: size, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.ImageVersionList, out.NextToken, func(i int) *string { return out.ImageVersionList[i].Name })
		}},
		{"imagebuilder:ListImageBuildVersions", 25, "InvalidRequestException", "InvalidPaginationTokenException", func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error) {
			out, err := imagebuilder.NewFromConfig(cfg).ListImageBuildVersions(ctx, &imagebuilder.ListImageBuildVersionsInput{MaxResults: size, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.ImageSummaryList, out.NextToken, func(i int) *string { return out.ImageSummaryList[i].Name })
		}},
		{"batch:DescribeComputeEnvironments", 100, "ClientException", "ClientException", func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error) {
			out, err := batch.NewFromConfig(cfg).DescribeComputeEnvironments(ctx, &batch.DescribeComputeEnvironmentsInput{MaxResults: size, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.ComputeEnvironments, out.NextToken, func(i int) *string { return out.ComputeEnvironments[i].ComputeEnvironmentName })
		}},
		{"eks:ListClusters", 100, "InvalidParameterException", "InvalidParameterException", func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error) {
			out, err := eks.NewFromConfig(cfg).ListClusters(ctx, &eks.ListClustersInput{MaxResults: size, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return out.Clusters, out.NextToken, nil
		}},
		{"eks:ListNodegroups", 100, "InvalidParameterException", "InvalidParameterException", func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error) {
			out, err := eks.NewFromConfig(cfg).ListNodegroups(ctx, &eks.ListNodegroupsInput{ClusterName: aws.String("r00"), MaxResults: size, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return out.Nodegroups, out.NextToken, nil
		}},
		{"rbin:ListRules", 1000, "ValidationException", "ValidationException", func(ctx context.Context, cfg aws.Config, size *int32, token *string) ([]string, *string, error) {
			out, err := rbin.NewFromConfig(cfg).ListRules(ctx, &rbin.ListRulesInput{ResourceType: rbintypes.ResourceTypeEbsSnapshot, MaxResults: size, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.Rules, out.NextToken, func(i int) *string { return out.Rules[i].Identifier })
		}},
	}
}

func namesOf[E any](page []E, next *string, name func(i int) *string) ([]string, *string, error) {
	out := []string{}
	for i := range page {
		out = append(out, *name(i))
	}
	return out, next, nil
}

// oneCalls are the operations that are no lists.
func oneCalls() map[string]func(context.Context, aws.Config) error {
	return map[string]func(context.Context, aws.Config) error{
		"ssm:GetParameters": func(ctx context.Context, cfg aws.Config) error {
			_, err := ssm.NewFromConfig(cfg).GetParameters(ctx, &ssm.GetParametersInput{Names: []string{"/golden/r01"}})
			return err
		},
		"eks:DescribeNodegroup": func(ctx context.Context, cfg aws.Config) error {
			_, err := eks.NewFromConfig(cfg).DescribeNodegroup(ctx, &eks.DescribeNodegroupInput{ClusterName: aws.String("r00"), NodegroupName: aws.String("r01")})
			return err
		},
		"rbin:GetRule": func(ctx context.Context, cfg aws.Config) error {
			_, err := rbin.NewFromConfig(cfg).GetRule(ctx, &rbin.GetRuleInput{Identifier: aws.String("r00")})
			return err
		},
	}
}

// calls are all operations of these services.
func calls() map[string]func(context.Context, aws.Config) error {
	out := oneCalls()
	for _, l := range listings() {
		out[l.api] = func(ctx context.Context, cfg aws.Config) error {
			_, _, err := l.page(ctx, cfg, nil, nil)
			return err
		}
	}
	return out
}

// walk gets all pages of a list, and the sizes of the pages.
func walk(t *testing.T, l listing, cfg aws.Config, size *int32) (names []string, sizes []int) {
	t.Helper()
	names = []string{}
	var token *string
	for range 100 {
		page, next, err := l.page(t.Context(), cfg, size, token)
		if err != nil {
			t.Fatal(err)
		}
		names, sizes = append(names, page...), append(sizes, len(page))
		if next == nil {
			slices.Sort(names)
			return names, sizes
		}
		token = next
	}
	t.Fatal("the list does not end")
	return nil, nil
}

func TestListsInPages(t *testing.T) {
	for name, c := range map[string]struct {
		options  Options
		size     *int32
		emptied  bool // some page is empty
		bySmall  bool // no page has more than two
		oneTwice bool // all fits in two pages
	}{
		"as AWS does":    {Options{}, nil, false, false, true},
		"small pages":    {Options{PageLimit: 2}, nil, false, true, false},
		"as asked":       {Options{}, aws.Int32(2), false, true, false},
		"short, empty":   {Options{PageLimit: 4, ShortEvery: 2, EmptyEvery: 3}, nil, true, false, false},
		"by a fault":     {Options{Faults: []Fault{{Kind: FaultEmptyPage}}}, aws.Int32(2), true, true, false},
		"all empty, one": {Options{EmptyEvery: 1}, aws.Int32(9), true, false, false},
	} {
		c.options.Bare, c.options.World = true, eleven
		s := New(c.options)
		for _, l := range listings() {
			t.Run(name+"/"+l.api, func(t *testing.T) {
				want := []string{"r00", "r01", "r02", "r03", "r04", "r05", "r06", "r07", "r08", "r09", "r10"}
				if l.api == "eks:ListNodegroups" {
					want = want[1:]
				}
				got, sizes := walk(t, l, serverConfig(s, "", listedIn), c.size)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				if slices.Contains(sizes, 0) != c.emptied || slices.Max(sizes) <= 2 != c.bySmall || len(sizes) <= 2 != c.oneTwice {
					t.Errorf("pages of %v", sizes)
				}
				if l.api == "eks:ListNodegroups" {
					return // the clusters of others are not there
				}
				if got, _ := walk(t, l, serverConfig(s, "acme-prod", listedIn), c.size); !slices.Equal(got, []string{"r90"}) {
					t.Errorf("another account has %v", got)
				}
			})
		}
	}
}

func TestPagesAskedForWrongly(t *testing.T) {
	s := New(Options{Bare: true, World: eleven})
	cfg := serverConfig(s, "", listedIn)
	for _, l := range listings() {
		t.Run(l.api, func(t *testing.T) {
			for _, size := range []int{-1, 0, l.most + 1} {
				_, _, err := l.page(t.Context(), cfg, aws.Int32(int32(size)), nil)
				wantCode(t, err, l.badSize)
			}
			if _, _, err := l.page(t.Context(), cfg, aws.Int32(int32(l.most)), nil); err != nil {
				t.Errorf("a page of %d: %v", l.most, err)
			}
			_, _, err := l.page(t.Context(), cfg, nil, aws.String("made-up"))
			wantCode(t, err, l.badKey)
			_, token, err := l.page(t.Context(), cfg, aws.Int32(2), nil)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = l.page(t.Context(), serverConfig(s, "", "us-east-2"), nil, token)
			if l.api != "eks:ListNodegroups" { // that cluster is not there
				wantCode(t, err, l.badKey)
			}
		})
	}
}

// wordings are how each service words what happens to any call.
var wordings = map[string]struct {
	denied, throttled failure
	broken, expired   string
	closed            string
}{
	"autoscaling": {
		failure{"AccessDenied", "", http.StatusForbidden},
		failure{"Throttling", "Rate exceeded", http.StatusBadRequest},
		"InternalFailure", "ExpiredToken", "InvalidClientTokenId",
	},
	"ssm": {
		failure{"AccessDeniedException", "", http.StatusBadRequest},
		failure{"ThrottlingException", "Rate exceeded", http.StatusBadRequest},
		"InternalServerError", "ExpiredTokenException", "UnrecognizedClientException",
	},
	"imagebuilder": {
		failure{"AccessDeniedException", "", http.StatusForbidden},
		failure{"CallRateLimitExceededException", "You have exceeded the permitted request rate for the specific operation.", http.StatusTooManyRequests},
		"ServiceException", "ExpiredTokenException", "UnrecognizedClientException",
	},
	"batch": {
		failure{"AccessDeniedException", "", http.StatusForbidden},
		failure{"TooManyRequestsException", "Too Many Requests", http.StatusTooManyRequests},
		"ServerException", "ExpiredTokenException", "UnrecognizedClientException",
	},
	"rbin": {
		failure{"AccessDeniedException", "", http.StatusForbidden},
		failure{"ThrottlingException", "Rate exceeded", http.StatusBadRequest},
		"InternalServerException", "ExpiredTokenException", "UnrecognizedClientException",
	},
	"eks": {
		failure{"AccessDeniedException", "", http.StatusForbidden},
		failure{"ThrottlingException", "Rate exceeded", http.StatusBadRequest},
		"ServerException", "ExpiredTokenException", "UnrecognizedClientException",
	},
}

// Each operation can be denied by its IAM name, and nothing else is then.
func TestDenialOfEachOperation(t *testing.T) {
	for api := range calls() {
		t.Run(api, func(t *testing.T) {
			s := New(Options{Bare: true, World: eleven, Denied: []Rule{{Account: "acme-root", Region: listedIn, Operation: api}}})
			service, _, _ := strings.Cut(api, ":")
			for name, call := range calls() {
				err := call(t.Context(), serverConfig(s, "", listedIn))
				if name != api {
					if err != nil {
						t.Errorf("%s is denied too: %v", name, err)
					}
					continue
				}
				got := failureOf(t, err)
				if !strings.Contains(got.Message, "is not authorized to perform: "+api+" ") || !strings.Contains(got.Message, "no identity-based policy allows the "+api+" action") {
					t.Errorf("the message does not name the permission: %s", got.Message)
				}
				got.Message = ""
				if got != wordings[service].denied {
					t.Errorf("got %+v, want %+v", got, wordings[service].denied)
				}
			}
			if s.Stats()[0].Calls == 0 {
				t.Error("nothing was counted")
			}
		})
	}
}

func TestFaultsInEachService(t *testing.T) {
	world := Options{Bare: true, World: eleven}
	with := func(kind FaultKind) *Server {
		o := world
		o.Faults = []Fault{{Kind: kind, Share: 1}}
		return New(o)
	}
	throttle, server, expire, policy := with(FaultThrottle), with(FaultServer), with(FaultExpired), with(FaultSCP)
	for api, call := range calls() {
		service, _, _ := strings.Cut(api, ":")
		want := wordings[service]
		t.Run(api, func(t *testing.T) {
			if got := failureOf(t, call(t.Context(), serverConfig(throttle, "", listedIn))); got != want.throttled {
				t.Errorf("got %+v, want %+v", got, want.throttled)
			}
			wantCode(t, call(t.Context(), serverConfig(server, "", listedIn)), want.broken)
			wantCode(t, call(t.Context(), serverConfig(expire, "", listedIn)), want.expired)
			wantCode(t, call(t.Context(), serverConfig(server, "", "me-south-1")), want.closed)
			err := call(t.Context(), serverConfig(policy, "", listedIn))
			wantCode(t, err, want.denied.Code)
			if !strings.Contains(err.Error(), "with an explicit deny in a service control policy") {
				t.Errorf("got %v", err)
			}
		})
	}
	for _, tally := range throttle.Stats() {
		if tally.Throttled() != tally.Calls {
			t.Errorf("%+v: %d throttled", tally, tally.Throttled())
		}
	}
}
