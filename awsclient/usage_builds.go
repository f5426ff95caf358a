package awsclient

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder/types"

	"github.com/amiscope/amiscope/model"
)

// built is something that Image Builder made, as an ARN names it:
// arn:aws:imagebuilder:REGION:ACCOUNT:image/NAME/1.0.0 or …/x.x.x or …/1.0.0/2.
type built struct {
	arn     arn.ARN
	name    string
	version string // 1.0.0, or with x for any number
	number  string // of the build; "" for all
}

func parseBuilt(text string) (built, bool) {
	a, err := arn.Parse(text)
	if err != nil || a.Service != "imagebuilder" {
		return built{}, false
	}
	parts := strings.Split(a.Resource, "/")
	if len(parts) < 3 || parts[0] != "image" {
		return built{}, false
	}
	out := built{arn: a, name: parts[1], version: parts[2]}
	if len(parts) > 3 {
		out.number = parts[3]
	}
	return out, true
}

// versionARN is the ARN of a version, all builds of it.
func (b built) versionARN() string {
	a := b.arn
	a.Resource = "image/" + b.name + "/" + b.version
	return a.String()
}

// any reports whether the version has an x in it.
func (b built) any() bool { return strings.ContainsAny(b.version, "xX") }

// matches reports whether another thing of a version is what b means.
func (b built) matches(other built) bool {
	want, got := strings.Split(b.version, "."), strings.Split(other.version, ".")
	if b.name != other.name || len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !strings.EqualFold(want[i], "x") {
			return false
		}
	}
	return true
}

// compare orders versions, the oldest first. Their parts are numbers.
func (b built) compare(other built) int {
	number := func(s string) int { n, _ := strconv.Atoi(s); return n } // AWS takes nothing else
	return slices.CompareFunc(strings.Split(b.version, "."), strings.Split(other.version, "."), func(x, y string) int {
		return cmp.Compare(number(x), number(y))
	})
}

// build is an image that came of a build.
type build struct{ version, image string }

// builds finds the images that Image Builder made, each question asked once a
// pass. What an account made is asked of that account.
type builds struct {
	from     *reading
	versions map[model.Scope][]built // all versions of an account in a region
	made     map[string][]build      // by ARN of the version
}

func newBuilds(r *reading) *builds {
	return &builds{from: r, versions: map[model.Scope][]built{}, made: map[string][]build{}}
}

func scopeOf(b built) model.Scope { return model.Scope{Account: b.arn.AccountID, Region: b.arn.Region} }

// known reports whether the account that made something is one of ours.
func (b *builds) known(what built) bool {
	_, ok := b.from.client.session(what.arn.AccountID)
	return ok
}

// find gives the images of all builds that something may mean. A wildcard means
// the newest version; one that has brought no image yet leaves it at the one
// before.
func (b *builds) find(ctx context.Context, what built) ([]build, error) {
	r, err := b.from.client.reading(ctx, scopeOf(what), b.from.kind)
	if err != nil {
		return nil, err
	}
	defer func() { b.from.calls += r.calls }()
	versions := []built{what}
	if what.any() {
		if versions, err = b.allVersions(ctx, r); err != nil {
			return nil, err
		}
		versions = slices.DeleteFunc(slices.Clone(versions), func(v built) bool { return !what.matches(v) })
		slices.SortFunc(versions, func(v, w built) int { return w.compare(v) })
	}
	var out []build
	for _, v := range versions {
		if what.any() && len(out) > 0 {
			break
		}
		made, err := b.ofVersion(ctx, r, v)
		if err != nil {
			return nil, err
		}
		for _, m := range made {
			if what.number == "" || strings.HasSuffix(m.version, "/"+what.number) {
				out = append(out, m)
			}
		}
	}
	return out, nil
}

// allVersions lists the versions of all images that an account made.
func (b *builds) allVersions(ctx context.Context, r *reading) ([]built, error) {
	if all, ok := b.versions[r.scope]; ok {
		return all, nil
	}
	var all []built
	in := imagebuilder.ListImagesInput{Owner: types.OwnershipSelf, IncludeDeprecated: aws.Bool(true), MaxResults: aws.Int32(builderPage)}
	err := r.list(ctx, "imagebuilder:ListImages", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.imagebuilder(r.scope.Region).ListImages(ctx, &in)
		if err != nil {
			return nil, err
		}
		for i := range out.ImageVersionList {
			if v, ok := parseBuilt(aws.ToString(out.ImageVersionList[i].Arn)); ok {
				v.number = ""
				all = append(all, v)
			}
		}
		return out.NextToken, whole(out.ImageVersionList, out.NextToken)
	})
	if err != nil {
		return nil, err
	}
	b.versions[r.scope] = all
	return all, nil
}

// ofVersion lists the images that came of the builds of a version, those that
// lie in the region of the recipes. A version that does not exist has none.
func (b *builds) ofVersion(ctx context.Context, r *reading, v built) ([]build, error) {
	key := v.versionARN()
	if made, ok := b.made[key]; ok {
		return made, nil
	}
	var made []build
	in := imagebuilder.ListImageBuildVersionsInput{ImageVersionArn: &key, MaxResults: aws.Int32(builderPage)}
	err := r.list(ctx, "imagebuilder:ListImageBuildVersions", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := r.session.imagebuilder(r.scope.Region).ListImageBuildVersions(ctx, &in)
		if err != nil {
			return nil, err
		}
		for i := range out.ImageSummaryList {
			made = append(made, b.images(&out.ImageSummaryList[i])...)
		}
		return out.NextToken, whole(out.ImageSummaryList, out.NextToken)
	})
	if err := unlessGone(err); err != nil {
		return nil, err
	}
	b.made[key] = made
	return made, nil
}

func (b *builds) images(in *types.ImageSummary) []build {
	at, ok := parseBuilt(aws.ToString(in.Arn))
	if !ok || in.OutputResources == nil {
		return nil
	}
	var out []build
	for _, ami := range in.OutputResources.Amis {
		if aws.ToString(ami.Region) == b.from.scope.Region && isImage(aws.ToString(ami.Image)) {
			out = append(out, build{at.version + "/" + at.number, aws.ToString(ami.Image)})
		}
	}
	return out
}
