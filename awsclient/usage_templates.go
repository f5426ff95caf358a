package awsclient

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/model"
)

// templateList is the launch templates: the newest and the default version of
// each, and as many older ones as the options say.
type templateList struct{}

// read tells all references in one page at the end: which version is the newest
// is known only when both of a template came, and they may come on pages apart.
func (templateList) read(ctx context.Context, r *reading) error {
	p := templatePass{usage: newUsage(r), templates: map[string]*template{}}
	in := ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Latest", "$Default"}}
	if err := r.describeVersions(ctx, &in, p.add); err != nil {
		return err
	}
	if err := p.older(ctx); err != nil {
		return err
	}
	return p.tell(ctx, p.things())
}

// templatePass gathers the versions of all templates of a scope.
type templatePass struct {
	*usage
	templates map[string]*template // by id
	order     []*template
}

// template is a launch template as far as it was read.
type template struct {
	id, name string
	versions map[int64]*ec2types.LaunchTemplateVersion
	newest   int64
}

func (p *templatePass) add(v *ec2types.LaunchTemplateVersion) {
	id := aws.ToString(v.LaunchTemplateId)
	t, ok := p.templates[id]
	if !ok {
		t = &template{id: id, name: aws.ToString(v.LaunchTemplateName), versions: map[int64]*ec2types.LaunchTemplateVersion{}}
		p.templates[id] = t
		p.order = append(p.order, t)
	}
	number := aws.ToInt64(v.VersionNumber)
	t.versions[number] = v
	t.newest = max(t.newest, number)
}

// older reads the older versions that the options want.
func (p *templatePass) older(ctx context.Context) error {
	wanted := int64(p.client.o.Usage.TemplateVersions)
	for _, t := range p.order {
		var err error
		switch {
		case wanted == 0, t.newest <= 1, len(t.versions) == int(t.newest):
		case wanted < 0:
			err = p.versions(ctx, t, 1, t.newest)
		default:
			err = p.newestOlder(ctx, t, wanted)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// newestOlder reads at least so many versions before the newest one, as far as
// they exist: numbers of deleted ones are never given again, so where many are
// missing it takes a look further back.
func (p *templatePass) newestOlder(ctx context.Context, t *template, wanted int64) error {
	last := t.newest - 1
	for window := wanted; last >= 1; window *= 2 {
		first := max(1, last-window+1)
		if err := p.versions(ctx, t, first, last); err != nil {
			return err
		}
		if t.count(first) > wanted {
			return nil
		}
		last = first - 1
	}
	return nil
}

// count is how many versions from a number on are known.
func (t *template) count(first int64) (n int64) {
	for number := range t.versions {
		if number >= first {
			n++
		}
	}
	return n
}

// versions reads a range of versions. Whether MinVersion itself is in it the
// SDK's words leave open. A template that is gone since it was listed has none.
func (p *templatePass) versions(ctx context.Context, t *template, first, last int64) error {
	in := ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &t.id, MaxVersion: aws.String(strconv.FormatInt(last, 10))}
	if first > 1 {
		in.MinVersion = aws.String(strconv.FormatInt(first-1, 10))
	}
	err := p.describeVersions(ctx, &in, func(v *ec2types.LaunchTemplateVersion) {
		if aws.ToInt64(v.VersionNumber) >= first {
			p.add(v)
		}
	})
	if templateGone(codeOf(err)) {
		return nil
	}
	return err
}

func (p *templatePass) things() []thing {
	var out []thing
	for _, t := range p.order {
		for _, v := range t.versions {
			out = append(out, t.thing(p.client, v))
		}
	}
	slices.SortFunc(out, func(a, b thing) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// thing is a version. Also one that names nothing is told, so that what
// launches from it is not taken for lost.
func (t *template) thing(c *Client, v *ec2types.LaunchTemplateVersion) thing {
	number, l := aws.ToInt64(v.VersionNumber), launchOf(v)
	return thing{
		Reference: model.Reference{
			Key: t.id + "/" + strconv.FormatInt(number, 10), ID: c.strings.string(t.id), Name: c.strings.string(t.name), Since: utc(v.CreateTime),
			Version: &model.Version{Number: number, Of: t.newest, Default: aws.ToBool(v.DefaultVersion)},
		},
		places: []place{{image: l.image, snapshots: l.snapshots}},
	}
}
