package awsclient

import (
	"cmp"
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/model"
)

// builtInRegions are those that every account of a partition has from the
// start; they stand in where an account may not list its regions.
func builtInRegions(partition string) []string {
	switch partition {
	case "aws":
		return []string{
			"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
			"ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
			"us-east-1", "us-east-2", "us-west-1", "us-west-2",
		}
	case "aws-cn":
		return []string{"cn-north-1", "cn-northwest-1"}
	case "aws-us-gov":
		return []string{"us-gov-east-1", "us-gov-west-1"}
	case "aws-eusc":
		return []string{"eusc-de-east-1"}
	}
	return nil
}

// mainRegion is the region of another's partition where what the partition has
// only once is served; of partitions that nobody here has seen, the other itself.
func mainRegion(region string) string {
	switch partitionOfRegion(region) {
	case "aws":
		return "us-east-1"
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	}
	return region
}

// regions lists all regions of an account, sorted, those included that it has
// not enabled. Where neither EC2 nor the account service may be asked, it gives
// the regions that were asked for by name, else the built-in ones, and EC2's error.
func (c *Client) regions(ctx context.Context, s *session) ([]model.Region, error) {
	out, err := s.describeRegions(ctx)
	if err != nil {
		var lesser error
		if out, lesser = s.listRegions(ctx); lesser == nil {
			err = nil
		}
	}
	if err != nil {
		out, err = c.assumedRegions(s), c.explain(ctx, s.call("ec2:DescribeRegions", s.cfg.Region), err)
	}
	slices.SortFunc(out, func(a, b model.Region) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(out, func(a, b model.Region) bool { return a.Name == b.Name }), err
}

func (s *session) describeRegions(ctx context.Context) ([]model.Region, error) {
	in := &ec2.DescribeRegionsInput{AllRegions: aws.Bool(true)}
	answer, err := s.ec2(s.cfg.Region).DescribeRegions(ctx, in)
	if err != nil {
		return nil, err
	}
	var out []model.Region
	for _, r := range answer.Regions {
		if name := aws.ToString(r.RegionName); name != "" {
			out = append(out, model.Region{Name: name, Enabled: aws.ToString(r.OptInStatus) != "not-opted-in"})
		}
	}
	return out, nil
}

func (s *session) listRegions(ctx context.Context) ([]model.Region, error) {
	api := account.NewFromConfig(s.cfg)
	var out []model.Region
	err := pages(func(token *string) (*string, error) {
		page, err := api.ListRegions(ctx, &account.ListRegionsInput{MaxResults: aws.Int32(50), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, r := range page.Regions {
			off := r.RegionOptStatus == accounttypes.RegionOptStatusDisabled || r.RegionOptStatus == accounttypes.RegionOptStatusDisabling
			out = append(out, model.Region{Name: aws.ToString(r.RegionName), Enabled: !off})
		}
		return page.NextToken, nil
	})
	return out, err
}

func (c *Client) assumedRegions(s *session) []model.Region {
	names := slices.DeleteFunc(slices.Clone(c.o.Regions), isGlob)
	if len(names) == 0 {
		names = builtInRegions(partitionOf(s.arn))
	}
	if len(names) == 0 {
		names = []string{s.cfg.Region}
	}
	out := make([]model.Region, len(names))
	for i, n := range names {
		out[i] = model.Region{Name: n, Enabled: true}
	}
	return out
}

// wants reports whether a region is among those of the options.
func (c *Client) wants(region string) bool {
	return len(c.o.Regions) == 0 || slices.ContainsFunc(c.o.Regions, func(p string) bool { return matches(p, region) })
}

func matches(pattern, region string) bool {
	ok, err := path.Match(pattern, region)
	return ok && err == nil // New refused broken patterns
}

// regionsSeen learns from all accounts which regions there are, so that a name
// that is none can be told once, with the one that was meant.
type regionsSeen struct {
	mu       sync.Mutex
	patterns []string
	names    map[string]bool
}

func newRegionsSeen(patterns []string) *regionsSeen {
	return &regionsSeen{patterns: patterns, names: map[string]bool{}}
}

func (r *regionsSeen) add(regions []model.Region) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, region := range regions {
		r.names[region.Name] = true
	}
}

// unmatched gives the patterns that no region of any account fits; none if no
// account told its regions.
func (r *regionsSeen) unmatched() []model.Unreached {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.names) == 0 {
		return nil
	}
	var out []model.Unreached
	for _, p := range r.patterns {
		if !r.fits(p) {
			out = append(out, model.Unreached{Source: "region " + p, Err: &model.OpError{
				Kind: model.Invalid, Err: errors.New("no account has a region " + p), Help: r.hint(p),
			}})
		}
	}
	return out
}

func (r *regionsSeen) fits(pattern string) bool {
	for name := range r.names {
		if matches(pattern, name) {
			return true
		}
	}
	return false
}

func (r *regionsSeen) hint(pattern string) string {
	names := make([]string, 0, len(r.names))
	for name := range r.names {
		names = append(names, name)
	}
	if isGlob(pattern) {
		slices.Sort(names)
		return "there are " + strings.Join(names, ", ")
	}
	return "did you mean " + nearest(pattern, names) + "?"
}

// nearest gives the name with the fewest edits to a word; of equals the first
// by alphabet. names is not empty.
func nearest(word string, names []string) string {
	return slices.MinFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(edits(word, a), edits(word, b)), cmp.Compare(a, b))
	})
}

// edits is the Levenshtein distance of two short ASCII words.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
