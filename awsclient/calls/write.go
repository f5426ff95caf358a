package calls

// writing is what changes images and their snapshots. A run asks for each by a dry
// run before it does anything, as doctor does.
func writing() []Call {
	deed := func(api, what, loss string) Call {
		return Call{API: api, For: []Group{Write}, What: what, Check: DryRun, ByID: true, Loss: loss}
	}
	copying := deed("ec2:CopyImage", "copying an image, in the region that it is copied to", "no image can be copied to the region")
	copying.For = []Group{Write, Keys}
	return []Call{
		copying,
		deed("ec2:DeregisterImage", "deleting an image, a copy too", "no image can be deleted, and no copy be taken back"),
		deed("ec2:DeleteSnapshot", "deleting snapshots, alone and with their image", "the snapshots of deleted images stay, and go on to cost"),
		deed("ec2:ModifyImageAttribute", "who may launch an image", "no image can be shared, nor a share be ended"),
		deed("ec2:ModifySnapshotAttribute", "who may make volumes of a snapshot", "no snapshot can be shared, nor a share be ended: accounts cannot copy images whose snapshots they may not use"),
		deed("ec2:EnableImageDeprecation", "the date from which an image is deprecated", "no image can be deprecated"),
		deed("ec2:DisableImageDeprecation", "lifting a deprecation", "no deprecation can be lifted"),
		deed("ec2:DisableImage", "disabling an image", "no image can be disabled"),
		deed("ec2:EnableImage", "enabling an image", "no image that is disabled can be enabled"),
		deed("ec2:EnableImageDeregistrationProtection", "protecting an image", "no image can be protected from being deleted"),
		deed("ec2:DisableImageDeregistrationProtection", "ending a protection", "no image that is protected can be deleted"),
		deed("ec2:CreateTags", "tags, those of a copy too", "no tags can be set, and copies be made without tags only"),
		deed("ec2:DeleteTags", "removing tags", "no tags can be removed"),
		deed("ec2:RestoreSnapshotFromRecycleBin", "snapshots out of the Recycle Bin", "nothing that was deleted can be had back"),
		deed("ec2:RestoreImageFromRecycleBin", "images out of the Recycle Bin", "no image that was deleted can be had back"),
	}
}

// encrypting is what AWS looks for while it copies an image that is, or is to be,
// encrypted with a key of the account's own (EBS user guide,
// ebs-encryption-requirements). Grants are for AWS to use the key, and for nobody else.
func encrypting() []Call {
	key := func(api, what string) Call {
		return Call{
			API: api, For: []Group{Keys}, What: what, Why: isBehind, Behind: "ec2:CopyImage",
			Loss: "copies fail that are encrypted with a key of the account's own, or made of such images",
		}
	}
	grants := key("kms:CreateGrant", "letting AWS use the key for the copy")
	grants.If = "kms:GrantIsForAWSResource"
	return []Call{
		key("kms:DescribeKey", "which key it is"),
		key("kms:GenerateDataKeyWithoutPlaintext", "a data key for the copy"),
		key("kms:ReEncryptFrom", "reading the image's data key"),
		key("kms:ReEncryptTo", "writing it for the copy"),
		grants,
	}
}
