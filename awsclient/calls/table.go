package calls

// Why calls cannot be checked.
const (
	needsID  = "it needs the id of something that is there"
	isPaid   = "each request costs money"
	isBehind = "AWS looks for it while it answers another call"
)

// reading is what finds accounts, their regions, and what is in these.
func reading() []Call {
	read := []Group{Read}
	return []Call{
		{
			API: "sts:GetCallerIdentity", For: read, What: "whose login it is", At: EachAccount, Free: true, Why: "it needs no permission",
			Loss: "the login leads to no account",
		},
		{
			API: "ec2:DescribeRegions", For: read, What: "regions", At: EachAccount, Check: DryRun,
			Loss: "the regions that every account has are taken for the account's, so that others are missing",
		},
		{
			API: "account:ListRegions", For: read, What: "regions, where EC2 does not tell them", At: EachAccount, Check: Try,
			Spare: "it stands in for ec2:DescribeRegions",
			Loss:  "nothing is missing where ec2:DescribeRegions is allowed",
		},
		{
			API: "iam:ListAccountAliases", For: read, What: "names of accounts", At: EachAccount, Check: Try,
			Loss: "the account is shown by its id, unless the config file or the organization names it",
		},
		{
			API: "ec2:DescribeImages", For: read, What: "images", Check: DryRun,
			Loss: "no image of the region is shown",
		},
		{
			API: "ec2:DescribeSnapshots", For: read, What: "snapshots", Check: DryRun,
			Loss: "no snapshot of the region is shown, and what images cost is not known",
		},
		{
			API: "ec2:DescribeImageAttribute", For: []Group{Usage, Permissions}, What: "launch permissions", Check: DryRun, ByID: true,
			Loss: "who may launch an image is not known, so that none becomes unused and none is known to be private",
		},
	}
}

// usage is what names images.
func usage() []Call {
	names := func(api, what string, check Check) Call {
		return Call{API: api, For: []Group{Usage}, What: what, Check: check, Loss: what + " are not looked at, so that no image becomes unused"}
	}
	byID := func(api, what string) Call {
		c := names(api, what, None)
		c.Why = needsID
		return c
	}
	reports := []Group{Usage, Report}
	return []Call{
		names("ec2:DescribeInstances", "instances", DryRun),
		names("autoscaling:DescribeAutoScalingGroups", "Auto Scaling groups", Try),
		names("autoscaling:DescribeLaunchConfigurations", "launch configurations", Try),
		names("ec2:DescribeLaunchTemplateVersions", "launch templates", DryRun),
		names("ec2:DescribeFleets", "EC2 fleets", DryRun),
		names("ec2:DescribeSpotFleetRequests", "spot fleets", DryRun),
		names("ec2:DescribeSpotInstanceRequests", "spot requests", DryRun),
		names("batch:DescribeComputeEnvironments", "Batch compute environments", Try),
		names("eks:ListClusters", "EKS clusters", Try),
		byID("eks:ListNodegroups", "EKS node groups"),
		byID("eks:DescribeNodegroup", "images and templates of EKS node groups"),
		names("ssm:DescribeParameters", "SSM parameters for images", Try),
		names("ssm:GetParameters", "values of SSM parameters", Try),
		names("ssm:GetParametersByPath", "SSM parameters under the paths of the config file", Try),
		names("imagebuilder:ListImageRecipes", "Image Builder's image recipes", Try),
		names("imagebuilder:ListContainerRecipes", "Image Builder's container recipes", Try),
		names("imagebuilder:ListImages", "Image Builder's images", Try),
		byID("imagebuilder:ListImageBuildVersions", "builds of Image Builder's images"),
		{
			API: "ec2:DescribeImageReferences", For: []Group{Usage}, What: "AWS's own answer to what names an image", Check: DryRun, ByID: true,
			Loss: "AWS itself is not asked what names an image",
		},
		opinion("ec2:DescribeLaunchTemplates"),
		opinion("imagebuilder:GetContainerRecipe"),
		{
			API: "ec2:DescribeImageUsageReports", For: reports, What: "usage reports", Check: DryRun,
			Loss: "usage reports are not read: of images that other accounts may launch they tell who does",
		},
		{
			API: "ec2:DescribeImageUsageReportEntries", For: reports, What: "what is in usage reports", Check: DryRun,
			Loss: "usage reports are listed and not read",
		},
		{
			API: "ec2:CreateImageUsageReport", For: []Group{Report}, What: "asking for a usage report", Check: DryRun, ByID: true,
			Loss: "no usage report can be asked for",
		},
	}
}

// opinion is what else DescribeImageReferences takes, as its caller: the
// permissions of the managed policy AmazonEC2ImageReferencesAccessPolicy. The
// others of them stand in the table anyway.
func opinion(api string) Call {
	return Call{
		API: api, For: []Group{Usage}, What: "what AWS looks at to answer what names an image", Why: isBehind, Behind: "ec2:DescribeImageReferences",
		Loss: "AWS does not answer what names an image",
	}
}

// tracing is what tells who did what to images.
func tracing() []Call {
	return []Call{{
		API: "cloudtrail:LookupEvents", For: []Group{Trail}, What: "what was done to images", Check: Try,
		Loss: "who made, shared, changed or launched an image is not told, nor since when it has been public",
	}}
}

// opening is what tells how open accounts, snapshots and images are.
func opening() []Call {
	setting := func(api, what, loss string) Call {
		return Call{API: api, For: []Group{Settings}, What: what, Check: DryRun, Loss: loss + " is not known"}
	}
	return []Call{
		{
			API: "ec2:DescribeSnapshotAttribute", For: []Group{Permissions}, What: "who may make volumes of a snapshot", Check: DryRun, ByID: true,
			Loss: "with whom a snapshot is shared is not known, only whether with everybody",
		},
		setting("ec2:GetImageBlockPublicAccessState", "block public access for images", "whether images can be shared with everybody"),
		setting("ec2:GetSnapshotBlockPublicAccessState", "block public access for snapshots", "whether snapshots can be shared with everybody"),
		setting("ec2:GetAllowedImagesSettings", "Allowed AMIs", "whose images the account lets be launched"),
		setting("ec2:GetEbsEncryptionByDefault", "EBS encryption by default", "whether new volumes are encrypted by themselves"),
		{
			API: "ec2:GetImageFindings", For: []Group{Inspector}, What: "what Amazon Inspector found in an image", Check: DryRun, ByID: true,
			Loss: "of an image that Amazon Inspector has scanned only the highest severity is known",
		},
	}
}

// charging is what tells costs.
func charging() []Call {
	snapshot := "arn:{partition}:ec2:*::snapshot/*"
	measure, bill, costs := []Group{Measure}, []Group{Bill}, []Group{Cost}
	return []Call{
		{
			API: "ec2:ListSnapshotsInRecycleBin", For: costs, What: "snapshots in the Recycle Bin", Check: DryRun,
			Loss: "what deleted snapshots still cost is not known",
		},
		{
			API: "ec2:ListImagesInRecycleBin", For: costs, What: "images in the Recycle Bin", Check: DryRun,
			Loss: "images that can still be had back are not seen",
		},
		{
			API: "rbin:ListRules", For: costs, What: "rules of the Recycle Bin", Check: Try,
			Loss: "from when deleting saves anything is not known",
		},
		{
			API: "rbin:GetRule", For: costs, What: "days and tags of these rules", Why: needsID,
			Loss: "from when deleting saves anything is not known where there are rules",
		},
		{
			API: "ec2:DescribeFastSnapshotRestores", For: costs, What: "Fast Snapshot Restore", Check: DryRun,
			Loss: "what Fast Snapshot Restore costs is left out",
		},
		{
			API: "ec2:DescribeFastLaunchImages", For: costs, What: "Fast Launch", Check: DryRun,
			Loss: "what Fast Launch keeps ready is left out",
		},
		{
			API: "pricing:GetProducts", For: costs, What: "list prices of snapshots", At: AnyAccount, Check: Try,
			Loss: "prices are those of the config file, or built-in ones of an older date",
		},
		{
			API: "ebs:ListSnapshotBlocks", For: measure, What: "blocks of a snapshot", Why: isPaid, On: snapshot,
			Loss: "snapshots cannot be measured: what they cost stays a band",
		},
		{
			API: "ebs:ListChangedBlocks", For: measure, What: "blocks that differ between snapshots", Why: isPaid, On: snapshot,
			Loss: "only the first snapshot of a lineage can be measured",
		},
		{
			API: "kms:Decrypt", For: []Group{Measure, Keys}, What: "blocks of encrypted snapshots, and copies of them", Why: isBehind, Behind: "ebs:ListSnapshotBlocks",
			Loss: "encrypted snapshots cannot be measured, nor images be copied that are encrypted with a key of the account's own",
		},
		{
			API: "ce:GetDimensionValues", For: bill, What: "how the bill names snapshots", At: EachAccount, Why: isPaid,
			Loss: "what AWS has billed for snapshots is not known",
		},
		{
			API: "ce:GetCostAndUsage", For: bill, What: "the bill for snapshots", At: EachAccount, Why: isPaid,
			Loss: "what AWS has billed for snapshots is not known",
		},
	}
}

// organization is what leads to the accounts of an organization.
func organization() []Call {
	org := []Group{Organization}
	return []Call{
		{
			API: "organizations:DescribeOrganization", For: org, What: "which organization it is", At: AnyAccount, Check: Try,
			Spare: "organizations:ListAccounts tells that too",
			Loss:  "nothing is missing where organizations:ListAccounts is allowed",
		},
		{
			API: "organizations:ListAccounts", For: org, What: "accounts of the organization", At: AnyAccount, Check: Try,
			Loss: "the accounts of the organization are not found, and of images shared with it nobody knows with whom",
		},
		{
			API: "organizations:ListAccountsForParent", For: org, What: "accounts of an organizational unit", At: AnyAccount, Why: needsID,
			Loss: "of images shared with a unit nobody knows with whom",
		},
		{
			API: "organizations:ListOrganizationalUnitsForParent", For: org, What: "units in a unit", At: AnyAccount, Why: needsID,
			Loss: "of images shared with a unit nobody knows with whom",
		},
		{
			API: "organizations:DescribeOrganizationalUnit", For: org, What: "names of organizational units", At: AnyAccount, Why: needsID,
			Loss: "a unit that an image is shared with is shown by its id",
		},
		{
			API: "sts:AssumeRole", For: org, What: "the role in each account", At: AnyAccount, On: "arn:{partition}:iam::*:role/{role}",
			Why:  "it needs a role; each account that was not reached is told",
			Loss: "only the account of the login is read",
		},
	}
}
