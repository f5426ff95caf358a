package output

// doctorParts document what doctor prints.
func doctorParts() []part {
	return []part{
		{"A check of doctor", CheckDocument{}, []Field{
			{"account", "text", "Account id."},
			{"accountName", "text or null", "Name of that account; null where none is known."},
			{"region", "text or null", "Region; null for what is called once an account."},
			{"call", "text", "The call, or the permission, as IAM spells it: `ec2:DescribeImages`."},
			{"for", "list of text", "What it serves: `read`, `usage`, `permissions`, `cost`, `measure`, `bill`, `organization`, `report`."},
			{"what", "text", "What it reads."},
			{"state", "text", "`allowed`, `denied`, `not-needed` (denied, and another call or account tells the same), `no-answer` (it could not be asked), `not-checkable`, `not-offered` (AWS has no such service there)."},
			{"why", "text", "Why it is `not-needed` or `not-checkable`; else empty."},
			{"loss", "text", "What is missing without it."},
			{"policy", "text or null", "The IAM statement that allows it, as JSON; null where none would."},
			{"error", "text or null", "What AWS said, where it is not allowed."},
			{"hint", "text or null", "What to do about that."},
		}},
		{"A scope of doctor", ExaminedDocument{}, []Field{
			{"source", "text", "The way in: `profile dev`, `role …`, `default credentials`."},
			{"account", "text or null", "Account id; null where none was reached."},
			{"region", "text or null", "Region; null where no account was reached."},
			{"state", "text", "`examined`; `closed`: a service control policy closes the region to the account; `disabled`: the account has not enabled the region; `unreached`: the way in led to no account."},
			{"error", "text or null", "What went wrong."},
			{"hint", "text or null", "What to do about it."},
		}},
	}
}
