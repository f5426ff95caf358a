package fakeaws

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// referenceWorld has one thing of each kind that names known, and others that
// name it in ways that EC2 does not look at.
func referenceWorld(o Options) (s *Server, owner, other string) {
	return world(o, func(w *fleet.Fleet, owner, other string) {
		id := w.Images[0].ID
		w.Instances = []fleet.Instance{
			{ID: 1 << 40, Owner: owner, Region: home, Image: id, State: "stopped"},
			{ID: 2 << 40, Owner: owner, Region: home, Image: id, State: "terminated"},
			{ID: 3 << 40, Owner: other, Region: home, Image: id},
			{ID: 4 << 40, Owner: owner, Region: home, Image: id + 1},
		}
		deep := fleet.Template{ID: oneOnly, Owner: owner, Region: home, Name: "deep", Versions: []fleet.TemplateVersion{{Number: 1, Image: known}}}
		for i := range 10 {
			deep.Versions = append(deep.Versions, fleet.TemplateVersion{Number: i + 2, Image: gone})
		}
		w.Templates = []fleet.Template{
			{ID: web, Owner: owner, Region: home, Name: "web", Versions: []fleet.TemplateVersion{{Number: 1, Image: known}, {Number: 2, Image: known}, {Number: 3, Image: gone}}},
			deep,
		}
		w.Parameters = []fleet.Parameter{
			{Owner: owner, Region: home, Name: "/golden/web", Value: known, DataType: imageDataType},
			{Owner: owner, Region: home, Name: "golden", Value: known, DataType: imageDataType},
			{Owner: owner, Region: home, Name: "/text", Value: known},
		}
		w.Recipes = []fleet.Recipe{
			{Owner: owner, Region: home, Name: "base", Version: "1.0.0", Parent: known},
			{Owner: owner, Region: home, Name: "base", Version: "1.0.0", Container: true, Instance: known},
			{Owner: owner, Region: home, Name: "other", Version: "1.0.0", Parent: gone},
		}
		w.LaunchConfigs = []fleet.LaunchConfig{{Owner: owner, Region: home, Name: "seen by nobody", Image: known}}
	})
}

func TestImageReferences(t *testing.T) {
	s, owner, other := referenceWorld(Options{})
	all := []string{
		"ec2 instance/" + fleet.ID(1<<40).Instance(), "ec2 instance/" + fleet.ID(2<<40).Instance(), "ec2 launch-template/" + web.Template(),
		"imagebuilder container-recipe/base/1.0.0", "imagebuilder image-recipe/base/1.0.0", "ssm parameter/golden", "ssm parameter/golden/web",
	}
	kind := func(name string, options ...types.ResourceTypeOption) []types.ResourceTypeRequest {
		return []types.ResourceTypeRequest{{ResourceType: types.ImageReferenceResourceType(name), ResourceTypeOptions: options}}
	}
	option := func(name string, values ...string) types.ResourceTypeOption {
		return types.ResourceTypeOption{OptionName: types.ImageReferenceOptionName(name), OptionValues: values}
	}
	yes := aws.Bool(true)
	for name, tc := range map[string]struct {
		in   ec2.DescribeImageReferencesInput
		want []string
	}{
		"all":            {ec2.DescribeImageReferencesInput{IncludeAllResourceTypes: yes}, all},
		"instances":      {ec2.DescribeImageReferencesInput{ResourceTypes: kind("ec2:Instance")}, all[:2]},
		"by state":       {ec2.DescribeImageReferencesInput{ResourceTypes: kind("ec2:Instance", option("state-name", "stopped", "running"))}, all[:1]},
		"templates":      {ec2.DescribeImageReferencesInput{ResourceTypes: kind("ec2:LaunchTemplate")}, all[2:3]},
		"deeper":         {ec2.DescribeImageReferencesInput{ResourceTypes: kind("ec2:LaunchTemplate", option("version-depth", "11"))}, []string{all[2], "ec2 launch-template/" + oneOnly.Template()}},
		"shallow":        {ec2.DescribeImageReferencesInput{ResourceTypes: kind("ec2:LaunchTemplate", option("version-depth", "1"))}, nil},
		"parameters":     {ec2.DescribeImageReferencesInput{ResourceTypes: kind("ssm:Parameter")}, all[5:]},
		"recipes":        {ec2.DescribeImageReferencesInput{ResourceTypes: kind("imagebuilder:ImageRecipe")}, all[4:5]},
		"containers":     {ec2.DescribeImageReferencesInput{ResourceTypes: kind("imagebuilder:ContainerRecipe")}, all[3:4]},
		"all but states": {ec2.DescribeImageReferencesInput{IncludeAllResourceTypes: yes, ResourceTypes: kind("ec2:Instance", option("state-name", "running"))}, all[2:]},
	} {
		t.Run(name, func(t *testing.T) {
			tc.in.ImageIds = []string{known, "ami-0123456789abcdef0"}
			out, err := ec2Client(s, owner, home).DescribeImageReferences(t.Context(), &tc.in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range out.ImageReferences {
				parts := strings.SplitN(*r.Arn, ":", 6)
				if *r.ImageId != known || parts[3] != home || parts[4] != owner || !strings.Contains(string(r.ResourceType), parts[2]+":") {
					t.Errorf("told %s of %s as %s", *r.Arn, *r.ImageId, r.ResourceType)
				}
				got = append(got, parts[2]+" "+parts[5])
			}
			slices.Sort(got)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	out, err := ec2Client(s, other, home).DescribeImageReferences(t.Context(), &ec2.DescribeImageReferencesInput{ImageIds: []string{known}, IncludeAllResourceTypes: yes})
	if err != nil || len(out.ImageReferences) != 1 || !strings.HasSuffix(*out.ImageReferences[0].Arn, other+":instance/"+fleet.ID(3<<40).Instance()) {
		t.Errorf("another account is told %v, %v", out, err)
	}
}

func TestImageReferencesRefuses(t *testing.T) {
	s, owner, _ := referenceWorld(Options{})
	c := ec2Client(s, owner, home)
	yes := aws.Bool(true)
	kind := func(name, option string, values ...string) []types.ResourceTypeRequest {
		return []types.ResourceTypeRequest{{ResourceType: types.ImageReferenceResourceType(name), ResourceTypeOptions: []types.ResourceTypeOption{{
			OptionName: types.ImageReferenceOptionName(option), OptionValues: values,
		}}}}
	}
	for name, tc := range map[string]struct {
		in   ec2.DescribeImageReferencesInput
		code string
	}{
		"no images":            {ec2.DescribeImageReferencesInput{ImageIds: []string{}, IncludeAllResourceTypes: yes}, "MissingParameter"},
		"eleven images":        {ec2.DescribeImageReferencesInput{ImageIds: slices.Repeat([]string{known}, 11), IncludeAllResourceTypes: yes}, "InvalidParameterValue"},
		"no image id":          {ec2.DescribeImageReferencesInput{ImageIds: []string{"web"}, IncludeAllResourceTypes: yes}, "InvalidAMIID.Malformed"},
		"no types":             {ec2.DescribeImageReferencesInput{ImageIds: []string{known}}, "MissingParameter"},
		"unknown type":         {ec2.DescribeImageReferencesInput{ImageIds: []string{known}, ResourceTypes: []types.ResourceTypeRequest{{ResourceType: "ec2:Fleet"}}}, "InvalidParameterValue"},
		"unknown option":       {ec2.DescribeImageReferencesInput{ImageIds: []string{known}, ResourceTypes: kind("ec2:Instance", "age", "1")}, "InvalidParameterValue"},
		"option of another":    {ec2.DescribeImageReferencesInput{ImageIds: []string{known}, ResourceTypes: kind("ec2:Instance", "version-depth", "1")}, "InvalidParameterValue"},
		"option of parameters": {ec2.DescribeImageReferencesInput{ImageIds: []string{known}, ResourceTypes: kind("ssm:Parameter", "version-depth", "1")}, "InvalidParameterValue"},
		"unknown state":        {ec2.DescribeImageReferencesInput{ImageIds: []string{known}, ResourceTypes: kind("ec2:Instance", "state-name", "idle")}, "InvalidParameterValue"},
		"depth 0":              {ec2.DescribeImageReferencesInput{ImageIds: []string{known}, ResourceTypes: kind("ec2:LaunchTemplate", "version-depth", "0")}, "InvalidParameterValue"},
		"depth 10,001":         {ec2.DescribeImageReferencesInput{ImageIds: []string{known}, ResourceTypes: kind("ec2:LaunchTemplate", "version-depth", "10001")}, "InvalidParameterValue"},
		"depth none":           {ec2.DescribeImageReferencesInput{ImageIds: []string{known}, ResourceTypes: kind("ec2:LaunchTemplate", "version-depth")}, "InvalidParameterValue"},
		"a small page":         {ec2.DescribeImageReferencesInput{ImageIds: []string{known}, IncludeAllResourceTypes: yes, MaxResults: aws.Int32(4)}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.DescribeImageReferences(t.Context(), &tc.in)
			wantCode(t, err, tc.code)
		})
	}
}

// TestImageReferencesNeedWhatTheyLookAt: EC2 looks in the caller's name, and
// may only look at what the caller may.
func TestImageReferencesNeedWhatTheyLookAt(t *testing.T) {
	for operation, kind := range map[string]string{
		"ec2:DescribeInstances": "ec2:Instance", "ec2:DescribeLaunchTemplates": "ec2:LaunchTemplate", "ec2:DescribeLaunchTemplateVersions": "ec2:LaunchTemplate",
		"ssm:DescribeParameters": "ssm:Parameter", "ssm:GetParameters": "ssm:Parameter", "imagebuilder:ListImageRecipes": "imagebuilder:ImageRecipe",
		"imagebuilder:ListContainerRecipes": "imagebuilder:ContainerRecipe", "imagebuilder:GetContainerRecipe": "imagebuilder:ContainerRecipe",
	} {
		for name, o := range map[string]Options{
			"denied": {Denied: []Rule{{Operation: operation}}}, "fault": {Faults: []Fault{{Kind: FaultSCP, Rule: Rule{Operation: operation}}}},
		} {
			t.Run(operation+"/"+name, func(t *testing.T) {
				s, owner, _ := referenceWorld(o)
				c := ec2Client(s, owner, home)
				for _, k := range types.ImageReferenceResourceType("").Values() {
					_, err := c.DescribeImageReferences(t.Context(), &ec2.DescribeImageReferencesInput{ImageIds: []string{known}, ResourceTypes: []types.ResourceTypeRequest{{ResourceType: k}}})
					if string(k) == kind {
						wantCode(t, err, "UnauthorizedOperation")
					} else if err != nil {
						t.Errorf("%s: %v", k, err)
					}
				}
			})
		}
	}
}
