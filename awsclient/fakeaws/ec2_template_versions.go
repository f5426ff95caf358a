package fakeaws

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

const (
	latestVersion  = "$Latest"
	defaultVersion = "$Default"
	maxVersions    = 200 // named in one request
)

// versionView is one version of a template.
type versionView struct {
	*fleet.Template
	version *fleet.TemplateVersion
}

func (v versionView) isDefault() bool { return v.version.Number == v.Default }

// id is a number that no other version has, of whatever template.
func (v versionView) id() fleet.ID {
	return textID(strconv.FormatUint(uint64(v.ID), 16), strconv.Itoa(v.version.Number))
}

// versionFilters are those of what is kept of a version. Whether the filter on
// the image sees through resolve:ssm: is documented nowhere; here it does not.
var versionFilters = filters[versionView]{
	values: map[string]func(versionView) []string{
		"create-time":        func(v versionView) []string { return moment(v.version.Created) },
		"image-id":           func(v versionView) []string { return one(v.version.Image) },
		"is-default-version": func(v versionView) []string { return truth(v.isDefault()) },
	},
}

func (s *Server) describeLaunchTemplateVersions(_ context.Context, call Call, in *ec2.DescribeLaunchTemplateVersionsInput) (*ec2.DescribeLaunchTemplateVersionsOutput, error) {
	if err := checkVersions(in); err != nil {
		return nil, err
	}
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.startWithin(call, paging{nil, in.MaxResults, in.NextToken}, &asked, templatePages)
	if err != nil {
		return nil, err
	}
	filter, err := versionFilters.compile(in.Filters)
	if err != nil {
		return nil, err
	}
	st := s.store()
	st.mu.RLock()
	defer st.mu.RUnlock()
	out := &ec2.DescribeLaunchTemplateVersionsOutput{}
	found, err := st.versions(call, in)
	if err != nil {
		return nil, err
	}
	if ofOne(in) {
		found = slices.DeleteFunc(found, func(v versionView) bool { return !filter(v) })
		found, out.NextToken = listed(s.pages, found, c, size)
	} else {
		found, out.NextToken = tell(s.pages, versionView.id, []shelf[versionView]{{found, filter}}, c, size)
	}
	for _, v := range found {
		answer, err := s.answerVersion(call, v, aws.ToBool(in.ResolveAlias))
		if err != nil {
			return nil, err
		}
		out.LaunchTemplateVersions = append(out.LaunchTemplateVersions, answer)
	}
	return out, nil
}

// ofOne reports whether a call is about the versions of one template.
func ofOne(in *ec2.DescribeLaunchTemplateVersionsInput) bool {
	return in.LaunchTemplateId != nil || in.LaunchTemplateName != nil
}

// checkVersions refuses what does not go together. That an alias is resolved
// for a single version only is told by wata727/packer-plugin-amazon-ami-management#431;
// the code of that error is a guess.
func checkVersions(in *ec2.DescribeLaunchTemplateVersionsInput) error {
	ranged := in.MinVersion != nil || in.MaxVersion != nil
	symbolic := !slices.ContainsFunc(in.Versions, func(v string) bool { return v != latestVersion && v != defaultVersion })
	switch {
	case in.LaunchTemplateId != nil && in.LaunchTemplateName != nil:
		return badCombination("Either a launch template ID or a launch template name must be specified, but not both")
	case !ofOne(in) && (len(in.Versions) == 0 || !symbolic):
		return &Error{Code: "MissingParameter", Message: "To describe the launch template data for all your launch templates, specify $Latest, $Default, or both, as versions, " +
			"and omit the launch template ID, the launch template name and version numbers"}
	case ranged && (!ofOne(in) || len(in.Versions) > 0):
		return badCombination("The parameters MinVersion and MaxVersion cannot be used with Versions")
	case aws.ToBool(in.ResolveAlias) && (!ofOne(in) || len(in.Versions) != 1):
		return badCombination("ResolveAlias can be used with a single version of a launch template only")
	}
	return tooMany("Versions", len(in.Versions), maxVersions)
}

func badCombination(message string) error {
	return &Error{Code: "InvalidParameterCombination", Message: message}
}

// versions lists the versions that a call asks for: of one template the newest
// first, of all templates in the order of telling.
func (s *store) versions(call Call, in *ec2.DescribeLaunchTemplateVersionsInput) ([]versionView, error) {
	if ofOne(in) {
		t, err := s.template(call, in.LaunchTemplateId, in.LaunchTemplateName)
		if err != nil {
			return nil, err
		}
		return versionsOf(t, in)
	}
	var out []versionView
	for _, t := range s.templates.own[here(call)] {
		for _, which := range slices.Compact(slices.Sorted(slices.Values(in.Versions))) {
			if v, ok := versionNamed(t, which); ok && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	slices.SortFunc(out, func(a, b versionView) int { return compareRanks(a.id(), b.id()) })
	return out, nil
}

// versionsOf lists versions of one template: those named, those of a range
// whose ends count, or all.
func versionsOf(t *fleet.Template, in *ec2.DescribeLaunchTemplateVersionsInput) ([]versionView, error) {
	least, most, err := versionRange(in)
	if err != nil {
		return nil, err
	}
	var out []versionView
	for _, which := range in.Versions {
		v, ok := versionNamed(t, which)
		if !ok {
			return nil, &Error{Code: "InvalidLaunchTemplateId.VersionNotFound", Message: fmt.Sprintf("Could not find launch template version %s", which)}
		}
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	for i := range t.Versions {
		if n := t.Versions[i].Number; len(in.Versions) == 0 && n >= least && n <= most {
			out = append(out, versionView{t, &t.Versions[i]})
		}
	}
	slices.SortFunc(out, func(a, b versionView) int { return b.version.Number - a.version.Number })
	return out, nil
}

func versionRange(in *ec2.DescribeLaunchTemplateVersionsInput) (least, most int, err error) {
	if least, err = versionNumber(in.MinVersion, 0); err == nil {
		most, err = versionNumber(in.MaxVersion, unbounded)
	}
	return least, most, err
}

func versionNumber(text *string, otherwise int) (int, error) {
	if text == nil {
		return otherwise, nil
	}
	n, err := strconv.Atoi(*text)
	if err != nil {
		return 0, &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("Value (%s) for a version is invalid. Expecting a number.", *text)}
	}
	return n, nil
}

// versionNamed finds a version by its number, or as $Latest or $Default.
func versionNamed(t *fleet.Template, which string) (versionView, bool) {
	number := t.Default
	switch n := len(t.Versions); {
	case n == 0:
		return versionView{}, false
	case which == latestVersion:
		return versionView{t, &t.Versions[n-1]}, true
	case which != defaultVersion:
		var err error
		if number, err = strconv.Atoi(which); err != nil {
			return versionView{}, false
		}
	}
	i := slices.IndexFunc(t.Versions, func(v fleet.TemplateVersion) bool { return v.Number == number })
	if i < 0 {
		return versionView{}, false
	}
	return versionView{t, &t.Versions[i]}, true
}

func (s *Server) answerVersion(call Call, v versionView, resolve bool) (types.LaunchTemplateVersion, error) {
	image := v.version.Image
	if resolve {
		var err error
		if image, err = s.resolved(call, image); err != nil {
			return types.LaunchTemplateVersion{}, err
		}
	}
	return types.LaunchTemplateVersion{
		CreateTime:         instant(v.version.Created),
		CreatedBy:          aws.String(deployer(v.Owner)),
		DefaultVersion:     aws.Bool(v.isDefault()),
		LaunchTemplateData: &types.ResponseLaunchTemplateData{ImageId: text(image), BlockDeviceMappings: templateDevices(v.version.Snapshots)},
		LaunchTemplateId:   aws.String(v.ID.Template()),
		LaunchTemplateName: aws.String(v.Name),
		VersionDescription: text(v.version.Note),
		VersionNumber:      aws.Int64(int64(v.version.Number)),
	}, nil
}

// templateDevices are data volumes made of snapshots.
func templateDevices(snapshots []string) []types.LaunchTemplateBlockDeviceMapping {
	var out []types.LaunchTemplateBlockDeviceMapping
	for i, id := range snapshots {
		out = append(out, types.LaunchTemplateBlockDeviceMapping{
			DeviceName: aws.String("/dev/sd" + string(rune('f'+i))),
			Ebs:        &types.LaunchTemplateEbsBlockDevice{SnapshotId: aws.String(id), DeleteOnTermination: aws.Bool(true), VolumeType: types.VolumeTypeGp3},
		})
	}
	return out
}
