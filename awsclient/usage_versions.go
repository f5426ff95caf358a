package awsclient

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"

	"github.com/amiscope/amiscope/model"
)

// versionsPage is the most that DescribeLaunchTemplateVersions gives in a page,
// and takes of version numbers.
const versionsPage = 200

// versionKey is a version of a template by its number. A template that is
// named by name only may be another one tomorrow.
type versionKey struct {
	scope        model.Scope
	template     string // lt-…, or "" where it is named by name
	name, number string
}

func keyOf(s model.Scope, v *model.Via) versionKey {
	if v.Template != "" {
		return versionKey{scope: s, template: v.Template, number: v.Version}
	}
	return versionKey{scope: s, name: v.Name, number: v.Version}
}

// launch is what a version of a template launches.
type launch struct {
	image     string   // as it stands there
	snapshots []string // named straight in block devices
	broken    string   // why there is no such version
}

// numbered remembers what versions launch. One that has a number never changes,
// and its number is never given again.
type numbered struct {
	mu   sync.Mutex
	seen map[versionKey]launch
}

func (n *numbered) get(k versionKey) (launch, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l, ok := n.seen[k]
	return l, ok
}

func (n *numbered) put(k versionKey, l launch) {
	if k.template == "" || l.broken != "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil {
		n.seen = map[versionKey]launch{}
	}
	n.seen[k] = l
}

// follow reads the versions that things name by number: one call a template.
func (u *usage) follow(ctx context.Context, things []thing) error {
	wanted := map[versionKey][]string{} // numbers by template, whose key has none
	var order []versionKey
	for _, t := range things {
		for _, p := range t.places {
			if !p.byNumber() || u.recall(keyOf(u.scope, p.via)) {
				continue
			}
			template := keyOf(u.scope, p.via)
			template.number = ""
			if _, ok := wanted[template]; !ok {
				order = append(order, template)
			}
			if !slices.Contains(wanted[template], p.via.Version) {
				wanted[template] = append(wanted[template], p.via.Version)
			}
		}
	}
	for _, template := range order {
		for numbers := range slices.Chunk(wanted[template], versionsPage) {
			if err := u.readVersions(ctx, template, numbers); err != nil {
				return err
			}
		}
	}
	return nil
}

// recall reports whether a version is known.
func (u *usage) recall(k versionKey) bool {
	if _, ok := u.launches[k]; ok {
		return true
	}
	l, ok := u.client.numbers.get(k)
	if ok {
		u.launches[k] = l
	}
	return ok
}

// readVersions reads versions of one template. AWS does not say which of
// several do not exist: then each is asked for alone.
func (u *usage) readVersions(ctx context.Context, template versionKey, numbers []string) error {
	in := ec2.DescribeLaunchTemplateVersionsInput{Versions: numbers}
	if template.template != "" {
		in.LaunchTemplateId = &template.template
	} else {
		in.LaunchTemplateName = &template.name
	}
	found := map[int64]launch{}
	err := u.describeVersions(ctx, &in, func(v *ec2types.LaunchTemplateVersion) {
		found[aws.ToInt64(v.VersionNumber)] = launchOf(v)
	})
	code := codeOf(err)
	switch {
	case code == versionNotFound && len(numbers) > 1:
		for _, n := range numbers {
			if err := u.readVersions(ctx, template, []string{n}); err != nil {
				return err
			}
		}
		return nil
	case err != nil && code != versionNotFound && !templateGone(code):
		return err
	}
	title := cmp.Or(template.name, template.template)
	for _, n := range numbers {
		number, _ := strconv.ParseInt(n, 10, 64) // it is one, see place.byNumber
		l, ok := found[number]
		switch {
		case templateGone(code):
			l.broken = "its launch template " + title + " does not exist"
		case !ok:
			l.broken = "version " + n + " of its launch template " + title + " does not exist"
		}
		k := template
		k.number = n
		u.launches[k] = l
		u.client.numbers.put(k, l)
	}
	return nil
}

// describeVersions goes through the pages of template versions. Those that
// services of AWS made and hide are asked for too; not every AWS knows how.
func (r *reading) describeVersions(ctx context.Context, in *ec2.DescribeLaunchTemplateVersionsInput, each func(*ec2types.LaunchTemplateVersion)) error {
	api := r.session.ec2(r.scope.Region)
	in.MaxResults = aws.Int32(versionsPage)
	in.IncludeManagedResources = aws.Bool(true)
	return r.list(ctx, "ec2:DescribeLaunchTemplateVersions", func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := api.DescribeLaunchTemplateVersions(ctx, in)
		if isUnknownParameter(err) {
			r.calls++
			in.IncludeManagedResources = nil
			out, err = api.DescribeLaunchTemplateVersions(ctx, in)
		}
		if err != nil {
			return nil, err
		}
		for i := range out.LaunchTemplateVersions {
			each(&out.LaunchTemplateVersions[i])
		}
		return out.NextToken, nil
	})
}

func launchOf(v *ec2types.LaunchTemplateVersion) launch {
	d := v.LaunchTemplateData
	if d == nil {
		return launch{}
	}
	return launch{
		image: aws.ToString(d.ImageId),
		snapshots: snapshotsOf(d.BlockDeviceMappings, func(m *ec2types.LaunchTemplateBlockDeviceMapping) *string {
			if m.Ebs == nil {
				return nil
			}
			return m.Ebs.SnapshotId
		}),
	}
}

const versionNotFound = "InvalidLaunchTemplateId.VersionNotFound"

// templateGone reports whether an error says that there is no such template
// (EC2 API reference, errors-overview; emulators have either form of both).
func templateGone(code string) bool {
	rest, ok := strings.CutPrefix(code, "InvalidLaunchTemplateId.NotFound")
	if !ok {
		rest, ok = strings.CutPrefix(code, "InvalidLaunchTemplateName.NotFound")
	}
	return ok && (rest == "" || rest == "Exception")
}

// codeOf is AWS's code of an error, explained or not; "" for none.
func codeOf(err error) string {
	if ae, ok := errors.AsType[smithy.APIError](err); ok {
		return ae.ErrorCode()
	}
	return ""
}

// isUnknownParameter tells an AWS that does not know a parameter yet.
func isUnknownParameter(err error) bool { return codeOf(err) == "UnknownParameter" }
