package fleet

// The things that name images: whoever is about to delete an image must know
// them. Images are named by text, as AWS keeps them: an id, whose image may be
// gone or another account's, or resolve:ssm: and a parameter.

// Template is a launch template.
type Template struct {
	ID       ID
	Owner    string
	Region   string
	Name     string
	Created  Time
	Default  int               // number of its default version
	Versions []TemplateVersion // that still exist, in order of number; the last is $Latest
	Tags     []Tag
}

// TemplateVersion is one version of a launch template. It never changes.
type TemplateVersion struct {
	Number    int
	Created   Time
	Image     string   // ami-…, resolve:ssm:NAME, or "" where it names none
	Snapshots []string // snap-…, named straight in its block devices
	Note      string   // its description
}

// TemplateUse is how something names a launch template: by id or by name, and
// a version.
type TemplateUse struct {
	Template ID
	Name     string // "" where it is named by id
	Version  string // a number, $Latest, $Default, or "": the default one
}

// Override is one of the overrides of a group or fleet; at most one of its
// fields but Type is set.
type Override struct {
	Type     string // of the instances
	Image    string
	Template *TemplateUse
}

// LaunchConfig is a launch configuration of Auto Scaling.
type LaunchConfig struct {
	Owner     string
	Region    string
	Name      string
	Created   Time
	Image     string
	Snapshots []string
}

// Group is an Auto Scaling group. It launches from a configuration, from a
// template, or, mixed, from a template with overrides.
type Group struct {
	Owner     string
	Region    string
	Name      string
	Created   Time
	Config    string // name of its launch configuration
	Template  *TemplateUse
	Mixed     bool
	Overrides []Override
	Desired   int
	Tags      []Tag
}

// Capacity is an EC2 Fleet.
type Capacity struct {
	ID        string // fleet-…
	Owner     string
	Region    string
	Created   Time
	State     string // active, deleted_running, …
	Type      string // request, maintain or instant
	Template  TemplateUse
	Overrides []Override
}

// SpotFleet is a Spot Fleet request: launch specifications or templates.
type SpotFleet struct {
	ID        string // sfr-…
	Owner     string
	Region    string
	Created   Time
	State     string   // active, cancelled, …
	Images    []string // of its launch specifications
	Templates []TemplateUse
	Overrides []Override // of its first template; without images, which Spot Fleet does not know
}

// SpotRequest is a request for one spot instance.
type SpotRequest struct {
	ID       string // sir-…
	Owner    string
	Region   string
	Created  Time
	State    string // open, active, closed, cancelled, failed, disabled
	Type     string // one-time or persistent
	Image    string
	Instance ID // that fulfils it; 0 for none
}

// Parameter is a parameter of Systems Manager.
type Parameter struct {
	Owner    string
	Region   string
	Name     string
	Value    string
	Type     string // String, StringList or SecureString; "" is String
	DataType string // text or aws:ec2:image; "" is text
	Version  int64  // 0 is 1
	Modified Time
	Labels   []string           // of this version
	Earlier  []ParameterVersion // versions that are still kept, in order of number
	Shared   bool               // with the organization
}

// ParameterVersion is one version of a parameter.
type ParameterVersion struct {
	Number   int64
	Value    string
	Modified Time
	Labels   []string
}

// Recipe is a recipe of Image Builder, for images or for containers.
type Recipe struct {
	Owner     string
	Region    string
	Name      string
	Version   string // 1.0.0
	Created   Time
	Container bool
	Parent    string // of an image recipe: an image id, or the ARN of an Image Builder image
	Instance  string // of a container recipe: the image of the instance that builds it
}

// Build is what Image Builder made of a recipe.
type Build struct {
	Owner   string
	Region  string
	Name    string
	Version string // 1.0.0
	Number  int    // of the build
	Created Time
	Images  []ID
}

// ComputeEnvironment is one of Batch.
type ComputeEnvironment struct {
	Owner     string
	Region    string
	Name      string
	Image     string   // deprecated, but kept
	Overrides []string // images by its EC2 configuration
	Template  *TemplateUse

	TemplateOverrides []TemplateUse // for some of its instance types
}

// Cluster is a cluster of EKS.
type Cluster struct {
	Owner      string
	Region     string
	Name       string
	NodeGroups []NodeGroup
}

// NodeGroup is a managed node group of a cluster.
type NodeGroup struct {
	Name     string
	Created  Time
	AMIType  string // AL2023_x86_64_STANDARD, CUSTOM, …
	Release  string // the image id where the template names a custom one
	Template *TemplateUse
}
