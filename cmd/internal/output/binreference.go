package output

// binParts document what `bin` prints.
func binParts() []part {
	return []part{
		{"Something in the Recycle Bin", BinnedDocument{}, binnedFields()},
		{"A rule of the Recycle Bin", BinRuleDocument{}, binRuleFields()},
		{"What the Recycle Bin would hold", ArmingDocument{}, armingFields()},
	}
}

func binnedFields() []Field {
	return []Field{
		{"id", "text", "Image or snapshot id."},
		{"kind", "text", "`image` or `snapshot`."},
		{"account", "text", "Id of the account that owns it."},
		{"accountName", "text or null", "Name of that account; null where none is known."},
		{"region", "text", "Region."},
		{"name", "text", "Name of an image; empty for a snapshot."},
		{"description", "text", "Description."},
		{"snapshots", "list of text", "Ids of the snapshots that an image had, in the bin or not; empty where it was not read before it went there."},
		{"images", "list of text", "Ids of the images in the bin that had this snapshot, as far as they are known."},
		{"entered", "time or null", "When it went there."},
		{"exits", "time or null", "When it is gone for good."},
	}
}

func binRuleFields() []Field {
	return []Field{
		{"id", "text", "Id of the rule."},
		{"account", "text", "Account id."},
		{"accountName", "text or null", "Name of that account; null where none is known."},
		{"region", "text", "Region."},
		{"resource", "text", "What it holds: `images` or `snapshots`."},
		{"days", "number", "For how many days."},
		{"with", "list", "It holds what has any of these tags; empty: everything."},
		{"with[].key", "text", "Key."},
		{"with[].value", "text", "Value."},
		{"without", "list", "But not what has any of these."},
		{"without[].key", "text", "Key."},
		{"without[].value", "text", "Value."},
		{"lock", "text", "`locked`, `pending_unlock` or `unlocked`; empty where it was never locked."},
		{"inForce", "true or false", "Whether it holds anything already."},
		{"description", "text", "Description."},
	}
}

func armingFields() []Field {
	return []Field{
		{"account", "text", "Account id."},
		{"accountName", "text or null", "Name of that account; null where none is known."},
		{"region", "text", "Region."},
		{"why", "text", "Why it is not known: `denied`, `not read yet`, …; empty where it is."},
		{"images", "number", "Images of the account that are there."},
		{"held", "number", "How many of them would come back with all their snapshots if they were deleted now."},
		{"lost", "number", "How many would be gone for good because no rule holds them."},
		{"never", "number", "How many are of instance store, which the bin never holds."},
		{"unsure", "number", "Of how many that is not known."},
		{"days", "number", "For how many days that one would be held which is held shortest; 0 where none is."},
		{"noRule", "list of text", "Of `images` and `snapshots` that for which there is no rule."},
	}
}
