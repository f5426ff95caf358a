package model

import (
	"slices"
	"time"
)

// Gen numbers a refresh. It is kept per scope and kind, and a page of an older
// one changes nothing. Gen 0 is what the cache gave.
type Gen uint64

// Kind is what a page is about.
type Kind uint8

// The kinds of pages, in the order in which they are read: what accounts have,
// then what names images, then who may launch them.
const (
	Images Kind = iota
	Snapshots

	// The usage sources: each is a listing whose records name images.
	Instances
	Templates           // launch templates
	LaunchConfigs       // launch configurations
	Groups              // Auto Scaling groups
	Fleets              // EC2 Fleets
	SpotFleets          // Spot Fleet requests
	SpotRequests        // spot instance requests
	Parameters          // SSM parameters
	Recipes             // Image Builder recipes
	ComputeEnvironments // of Batch
	NodeGroups          // managed node groups of EKS

	// What costs besides, or delays what deleting frees.
	Bin      // what is in the Recycle Bin
	BinRules // how long it keeps what
	Hasten   // Fast Snapshot Restore and Fast Launch

	// How open the account is.
	Settings        // what it sets for all that it has: a record each
	PublicSnapshots // which of its snapshots are public

	Reports     // usage reports of AWS on the account's own images
	Permissions // launch permissions: of one image a call, never a whole pass
	Opinions    // what AWS itself says names an image (DescribeImageReferences): likewise of single images
	Volumes     // who may make volumes of a snapshot: likewise of single ones
	Inspections // what Amazon Inspector found: likewise of single images
	kinds
)

// kindInfo is what is to be said of a kind.
type kindInfo struct {
	name  string   // plural noun, lower case
	word  string   // as the config file and JSON spell it
	calls []string // what it takes to read it, as IAM spells it; the first is its listing
}

var kindTable = [...]kindInfo{
	Images:              {"images", "images", []string{"ec2:DescribeImages"}},
	Snapshots:           {"snapshots", "snapshots", []string{"ec2:DescribeSnapshots"}},
	Instances:           {"instances", "instances", []string{"ec2:DescribeInstances"}},
	Templates:           {"launch templates", "templates", []string{"ec2:DescribeLaunchTemplateVersions", "ssm:GetParameters"}},
	LaunchConfigs:       {"launch configurations", "launch-configurations", []string{"autoscaling:DescribeLaunchConfigurations"}},
	Groups:              {"Auto Scaling groups", "groups", []string{"autoscaling:DescribeAutoScalingGroups", "ec2:DescribeLaunchTemplateVersions", "ssm:GetParameters"}},
	Fleets:              {"EC2 fleets", "fleets", []string{"ec2:DescribeFleets", "ec2:DescribeLaunchTemplateVersions", "ssm:GetParameters"}},
	SpotFleets:          {"spot fleets", "spot-fleets", []string{"ec2:DescribeSpotFleetRequests", "ec2:DescribeLaunchTemplateVersions", "ssm:GetParameters"}},
	SpotRequests:        {"spot requests", "spot-requests", []string{"ec2:DescribeSpotInstanceRequests"}},
	Parameters:          {"SSM parameters", "parameters", []string{"ssm:DescribeParameters", "ssm:GetParameters", "ssm:GetParametersByPath"}},
	Recipes:             {"Image Builder recipes", "recipes", []string{"imagebuilder:ListImageRecipes", "imagebuilder:ListContainerRecipes", "imagebuilder:ListImages", "imagebuilder:ListImageBuildVersions", "ssm:GetParameters"}},
	ComputeEnvironments: {"Batch compute environments", "batch", []string{"batch:DescribeComputeEnvironments", "ec2:DescribeLaunchTemplateVersions", "ssm:GetParameters"}},
	NodeGroups:          {"EKS node groups", "eks", []string{"eks:ListClusters", "eks:ListNodegroups", "eks:DescribeNodegroup", "ec2:DescribeLaunchTemplateVersions", "ssm:GetParameters"}},
	Bin:                 {"Recycle Bin", "bin", []string{"ec2:ListSnapshotsInRecycleBin", "ec2:ListImagesInRecycleBin"}},
	BinRules:            {"Recycle Bin rules", "bin-rules", []string{"rbin:ListRules", "rbin:GetRule"}},
	Hasten:              {"fast restores and launches", "hastened", []string{"ec2:DescribeFastSnapshotRestores", "ec2:DescribeFastLaunchImages"}},
	Settings:            {"account settings", "settings", []string{"ec2:GetImageBlockPublicAccessState", "ec2:GetSnapshotBlockPublicAccessState", "ec2:GetAllowedImagesSettings", "ec2:GetEbsEncryptionByDefault"}},
	PublicSnapshots:     {"public snapshots", "public-snapshots", []string{"ec2:DescribeSnapshots"}},
	Reports:             {"usage reports", "reports", []string{"ec2:DescribeImageUsageReports", "ec2:DescribeImageUsageReportEntries"}},
	Permissions:         {"launch permissions", "permissions", []string{"ec2:DescribeImageAttribute"}},
	Opinions:            {"AWS's own references", "opinions", []string{"ec2:DescribeImageReferences"}},
	Volumes:             {"volume permissions", "volumes", []string{"ec2:DescribeSnapshotAttribute"}},
	Inspections:         {"findings of Amazon Inspector", "inspections", []string{"ec2:GetImageFindings"}},
}

// String is the plural noun of the kind.
func (k Kind) String() string { return kindTable[k].name }

// Word is the kind as the config file and JSON spell it.
func (k Kind) Word() string { return kindTable[k].word }

// Calls are what it takes to read the kind, as IAM spells them, its listing
// first.
func (k Kind) Calls() []string { return kindTable[k].calls }

// ParseSource is the usage source that a word means.
func ParseSource(word string) (Kind, bool) {
	for _, k := range Sources() {
		if k.Word() == word {
			return k, true
		}
	}
	return 0, false
}

// Kinds lists what accounts have, in the order in which it is read. A scope
// that cannot tell these is in trouble.
func Kinds() []Kind { return []Kind{Images, Snapshots} }

// Sources lists the usage sources, in the order in which they are read: what
// names a template before the templates, so that one that is missing then is
// gone and not just new. A source that cannot be read leaves usage unknown, and
// no more than that.
func Sources() []Kind {
	return []Kind{
		Instances, Groups, Fleets, SpotFleets, SpotRequests, ComputeEnvironments, NodeGroups, Parameters, Recipes,
		LaunchConfigs, Templates,
	}
}

// Charges lists what costs besides images and snapshots, or delays what deleting
// them frees. What of it cannot be read is missing in costs, which say so.
func Charges() []Kind { return []Kind{Bin, BinRules, Hasten} }

// Openness lists what tells how open a scope is besides the permissions of single
// images. What of it cannot be read is unknown, and nothing else is.
func Openness() []Kind { return []Kind{Settings, PublicSnapshots} }

// Swept lists all kinds that are read in whole passes over a scope.
func Swept() []Kind {
	return slices.Concat(Kinds(), Sources(), Charges(), Openness(), []Kind{Reports})
}

// Event is what services tell the program. The set is closed.
type Event interface{ event() }

// Page is one answer of a scope: what it held, and whether the pass over that
// scope and kind is over. A pass that ended with an error sweeps nothing.
type Page struct {
	Gen       Gen
	Scope     Scope
	Kind      Kind
	Images    []*Image    // for Kind Images
	Snapshots []*Snapshot // for Kind Snapshots

	References  []*Reference         // for the usage sources and for Opinions
	Asked       []string             // for Kind Opinions: the images that were asked about
	Binned      []*Binned            // for Kind Bin
	Rules       []*BinRule           // for Kind BinRules
	Hastened    []*Hastened          // for Kind Hasten
	Settings    []*Setting           // for Kind Settings
	Public      []*PublicSnapshot    // for Kind PublicSnapshots
	Reports     []*Report            // for Kind Reports
	Permissions []*LaunchPermissions // for Kind Permissions: of single images, a pass of its own each
	Volumes     []*VolumePermissions // for Kind Volumes: likewise of single snapshots
	Inspections []*Inspection        // for Kind Inspections: likewise

	Calls int       // requests that this page cost, retries not counted
	At    time.Time // when AWS answered
	Last  bool      // the pass is over
	Err   *OpError  // why it ended early; only with Last
}

// Began says that a pass over a scope and kind starts: what the scope shows
// from now on is being refreshed.
type Began struct {
	Gen   Gen
	Scope Scope
	Kind  Kind
}

// Details carries full records for images that the inventory holds without
// their Detail. It adds nothing else: an image that is gone stays gone.
type Details struct {
	Scope  Scope
	Images []*Image
}

// Found is an account with the scopes that are wanted in it.
type Found struct {
	Account Account
	Regions []Region
	Also    []string // sources of other ways that lead to this account as well
	Err     *OpError // the regions could not be read and were assumed; nil otherwise
}

// Region is a region of an account, and whether the account has enabled it.
type Region struct {
	Name    string
	Enabled bool
}

// Lost is a way into AWS that led nowhere.
type Lost struct{ Unreached }

// Stopped says that a refresh is over, by its end or because it was cancelled:
// no pass of it runs any more.
type Stopped struct{ Gen Gen }

// Named tells what images are that references of a scope name and that no
// listing of ours holds. An id that was asked for and is not among them does
// not exist, or is not for this account to launch.
type Named struct {
	Scope  Scope
	Asked  []string
	Images []*Image
	At     time.Time
}

func (Named) event()        {}
func (Organization) event() {}
func (Page) event()         {}
func (Began) event()        {}
func (Details) event()      {}
func (Found) event()        {}
func (Lost) event()         {}
func (Stopped) event()      {}

// Notice is something the user should be told once: a cache that was moved
// aside, a file that cannot be written. The program goes on.
type Notice struct {
	Text string // one sentence, with what to do
	Warn bool
}

func (Notice) event() {}
