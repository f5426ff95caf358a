package finding

import (
	"slices"

	"github.com/amiscope/amiscope/model"
)

// Rule is one thing that can be wrong.
type Rule struct {
	ID       string         // in kebab case, as config file, filters and JSON spell it
	Severity model.Severity // unless the policy says otherwise
	Unit     Unit           // what it judges
	Title    string         // what is wrong, in a few words
	Why      string         // why that matters, in a sentence
	Mend     string         // what mends it, naming the deed
	Usage    bool           // it rests on the usage sources
	Also     []model.Kind   // what else it rests on that is read in passes of its own
	Policy   string         // key of the config file without which it judges nothing; "" for none
}

// Unit is what a rule judges.
type Unit uint8

// The units.
const (
	OfImage Unit = iota
	OfInstance
	OfScope
	OfSnapshot
)

var unitNames = [...]string{OfImage: "image", OfInstance: "instance", OfScope: "scope", OfSnapshot: "snapshot"}

// String is the unit in a word.
func (u Unit) String() string { return unitNames[u] }

// check is a rule with what carries it out: one of the functions, by its unit; of
// snapshots that is judge.snapshots. Yes is a finding, Maybe an unknown one; the
// text says what shows it, or what is missing.
type check struct {
	Rule
	image    func(j *judge, im *model.Image) (model.Tri, string)
	instance func(j *judge, r *model.Reference) (model.Tri, string)
	scope    func(j *judge, s model.Scope) (model.Tri, string)
	resting  bool // disabled images are judged too, though nobody can launch them
	ours     bool // images that AWS Backup and DLM make and take away are not
	apart    bool // a scope is judged though its images were not read
}

// Rules lists all rules, in the order in which they are shown where their
// severities are equal.
func Rules() []Rule {
	out := make([]Rule, len(checks))
	for i, c := range checks {
		out[i] = c.Rule
	}
	return out
}

// IDs lists the ids of all rules.
func IDs() []string {
	var out []string
	for _, c := range checks {
		out = append(out, c.ID)
	}
	return out
}

// place is where a rule stands in the table; negative for what is none.
func place(id string) int {
	return slices.IndexFunc(checks, func(c check) bool { return c.ID == id })
}

var checks = []check{
	{
		Rule: Rule{
			ID: "public", Severity: model.SeverityCritical, Title: "everybody may launch it",
			Why:  "Anybody with an AWS account can start the image and read all that is on its disks.",
			Mend: "unshare it with all",
		},
		image: (*judge).public, resting: true,
	},
	{
		Rule: Rule{
			ID: "public-snapshot", Severity: model.SeverityCritical, Unit: OfSnapshot, Title: "everybody may copy the disk",
			Why:  "Anybody with an AWS account can make a volume of the snapshot and read all that is on it, though its image may be private.",
			Mend: "unshare the snapshot with all; block public access for snapshots with block-all-sharing hides all at once",
			Also: []model.Kind{model.PublicSnapshots, model.Settings},
		},
	},
	{
		Rule: Rule{
			ID: "shared-with-stranger", Severity: model.SeverityHigh, Title: "strangers may launch it",
			Why:  "Accounts that are neither read, nor of your organizations, nor known by the config file can start the image and read its disks.",
			Mend: "unshare it with them, or name them in known_accounts",
		},
		image: (*judge).strangers, resting: true,
	},
	{
		Rule: Rule{
			ID: "instances-on-gone-image", Severity: model.SeverityHigh, Unit: OfInstance, Title: "runs on an image that cannot be launched",
			Why:   "The instance goes on, but another one like it cannot be started: its image is gone, no longer shared, disabled or failed.",
			Mend:  "create an image from the instance; restore or enable the old one if it is yours",
			Usage: true,
		},
		instance: (*judge).goneImage,
	},
	{
		Rule: Rule{
			ID: "inspector-severe", Severity: model.SeverityHigh, Title: "Amazon Inspector found something high or critical",
			Why:  "What launches from it has vulnerabilities that are known to everybody. Of images that Inspector has not scanned nothing is said.",
			Mend: "build and promote a version with the fixes, then deprecate or delete this one; its findings tab lists them",
		},
		image: (*judge).vulnerable,
	},
	{
		Rule: Rule{
			ID: "billing-mismatch", Severity: model.SeverityHigh, Title: "its billing code does not match its platform",
			Why:  "An image that was registered from a snapshot of Windows, RHEL, SUSE or SQL Server loses its billing code: it does not start rightly, or breaks the licence.",
			Mend: "delete it, and create or copy it anew from an image that has its billing code",
		},
		image: (*judge).billing,
	},
	{
		Rule: Rule{
			ID: "unencrypted", Severity: model.SeverityMedium, Title: "not all of its volumes are encrypted",
			Why:  "Who may read its snapshots reads the disks, and volumes made from it are not encrypted unless the account does that by itself.",
			Mend: "copy it with --encrypt, and delete it",
		},
		image: (*judge).unencrypted, resting: true,
	},
	{
		Rule: Rule{
			ID: "imdsv1", Severity: model.SeverityMedium, Title: "IMDSv1 is allowed",
			Why:  "Instances give the credentials of their role to whoever can make them fetch a URL, unless the launch forbids it.",
			Mend: "require-imdsv2 on it, which cannot be undone",
		},
		image: (*judge).imdsv1,
	},
	{
		Rule: Rule{
			ID: "deprecated-in-use", Severity: model.SeverityMedium, Title: "deprecated, and still used",
			Why:   "Its time is over, and what launches from it goes on without what newer versions mend.",
			Mend:  "promote a newer version, or undeprecate it",
			Usage: true,
		},
		image: (*judge).deprecatedInUse,
	},
	{
		Rule: Rule{
			ID: "no-recovery-copy", Severity: model.SeverityMedium, Title: "used, without a copy in a recovery region",
			Why:   "When its region fails, nothing can be started from it elsewhere.",
			Mend:  "copy it to a recovery region",
			Usage: true, Policy: "recovery_regions",
		},
		image: (*judge).unrecoverable, ours: true,
	},
	{
		Rule: Rule{
			ID: "block-public-access-off", Severity: model.SeverityMedium, Unit: OfScope, Title: "images or snapshots can be shared with everybody",
			Why:  "One wrong call publishes a disk. Block public access refuses it, whoever makes it.",
			Mend: "turn block public access for images and snapshots on in that account and region, by hand or by a declarative policy of the organization",
			Also: []model.Kind{model.Settings},
		},
		scope: (*judge).unblocked, apart: true,
	},
	{
		Rule: Rule{
			ID: "no-bin-rule", Severity: model.SeverityMedium, Unit: OfScope, Title: "the Recycle Bin does not hold what is deleted",
			Why:  "An image that is deleted there by mistake is lost: it comes back only if rules hold both images and snapshots.",
			Mend: "arm-bin in that account and region",
			Also: []model.Kind{model.BinRules},
		},
		scope: (*judge).unarmed,
	},
	{
		Rule: Rule{
			ID: "unprotected-in-use", Severity: model.SeverityLow, Title: "used, and not protected",
			Why:   "One call deregisters it, and what launches from it fails from then on.",
			Mend:  "protect it",
			Usage: true,
		},
		image: (*judge).unprotectedInUse, ours: true,
	},
	{
		Rule: Rule{
			ID: "source-deprecated-or-gone", Severity: model.SeverityLow, Title: "its source image is deprecated, disabled or gone",
			Why:  "What it was built on gets no fixes any more, and it cannot be built again the same way.",
			Mend: "build it anew on a source that is kept up",
		},
		image: (*judge).badSource,
	},
	{
		Rule: Rule{
			ID: "too-old", Severity: model.SeverityLow, Title: "older than the policy allows",
			Why:  "It lacks the fixes of all the time since it was made.",
			Mend: "build and promote a newer version, then deprecate or delete it",
		},
		image: (*judge).tooOld, ours: true,
	},
	{
		Rule: Rule{
			ID: "no-owner", Severity: model.SeverityLow, Title: "no tag says whose it is",
			Why:  "Nobody can be asked whether it may go, or told that it is at fault.",
			Mend: "tag it with its owner",
		},
		image: (*judge).ownerless, resting: true,
	},
	{
		Rule: Rule{
			ID: "no-deprecation", Severity: model.SeverityInfo, Title: "no deprecation date",
			Why:  "Nothing tells those who launch it when to move on.",
			Mend: "deprecate it at a date to come",
		},
		image: (*judge).undated, ours: true,
	},
	{
		Rule: Rule{
			ID: "name-outside-convention", Severity: model.SeverityInfo, Title: "its name is outside the convention",
			Why:    "What looks images up by name misses it, and its family and version cannot be told.",
			Mend:   "copy or create it anew under a name of the convention: an image cannot be renamed",
			Policy: "name_pattern",
		},
		image: (*judge).misnamed, resting: true, ours: true,
	},
	{
		Rule: Rule{
			ID: "old-volume-type", Severity: model.SeverityInfo, Title: "volumes of an old type",
			Why:  "Volumes made from it are of a former generation: slower, or dearer for the same speed.",
			Mend: "create it anew with gp3 or io2, or name the type in the launch template",
		},
		image: (*judge).oldVolumes,
	},
	{
		Rule: Rule{
			ID: "keeps-volume", Severity: model.SeverityInfo, Title: "leaves volumes behind",
			Why:  "Each instance that ends leaves a volume that goes on costing until somebody deletes it.",
			Mend: "create it anew with DeleteOnTermination, or name that in the launch template",
		},
		image: (*judge).keepsVolumes,
	},
}
