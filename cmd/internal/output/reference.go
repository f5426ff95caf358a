package output

import (
	"fmt"
	"slices"
	"strings"
)

// Field documents one field of the JSON. Name is its path, "devices[].name".
type Field struct{ Name, Type, Meaning string }

// ImageFields document an image.
func ImageFields() []Field {
	return slices.Concat(ownFields(), costFields(), usageFields(), permissionFields(), inspectorFields(), findingFields())
}

func ownFields() []Field {
	return []Field{
		{"id", "text", "Image id, unique within a region."},
		{"name", "text", "Name; empty for an image without one."},
		{"account", "text", "Id of the account that owns it."},
		{"accountName", "text or null", "Alias of that account, the organization's name for it, or the name in the config file; AWS's own for vendors (`amazon`). Null where none is known."},
		{"seenBy", "list of text", "Ids of the accounts read that see it, its owner first."},
		{"region", "text", "Region."},
		{"state", "text", "State as EC2 says it: `available`, `pending`, `failed`, `disabled`, …"},
		{"created", "time or null", "Creation."},
		{"launched", "true, false or null", "Whether it was ever launched. EC2 counts since April 2017, tells the owner only, and is a day late; null where it does not tell."},
		{"lastLaunched", "time or null", "Last launch; null where `launched` is not true."},
		{"deprecationTime", "time or null", "When it is or was deprecated; null where no date is set."},
		{"disabled", "true or false", "Whether it is disabled."},
		{"protected", "true, false or null", "Whether it is protected against deregistration."},
		{"encrypted", "true, false or null", "Whether every EBS device is encrypted; null without EBS devices."},
		{"architecture", "text", "`x86_64`, `arm64`, `i386`, `x86_64_mac` or `arm64_mac`."},
		{"platform", "text", "`linux` or `windows`."},
		{"rootDeviceType", "text", "`ebs` or `instance-store`."},
		{"devices", "list or null", "Block device mappings, by name."},
		{"devices[].name", "text", "Device name."},
		{"devices[].virtual", "text", "Instance-store volume, `ephemeral0`; empty for EBS devices."},
		{"devices[].suppressed", "true or false", "Whether the mapping takes a device of the parent image away."},
		{"devices[].snapshot", "text", "Snapshot id; empty for an empty volume and for instance store."},
		{"devices[].sizeBytes", "number", "Provisioned size."},
		{"devices[].type", "text", "Volume type."},
		{"devices[].iops", "number", "Provisioned operations a second; 0 where none are set."},
		{"devices[].throughput", "number", "Provisioned MiB a second; 0 where none are set."},
		{"devices[].encrypted", "true, false or null", "Whether the volume is encrypted."},
		{"devices[].deleteOnTermination", "true, false or null", "Whether the volume goes with its instance."},
		{"snapshots", "list or null", "Snapshots that the devices name, each once. All but the id is null where the owner's snapshots were not read, or it is gone."},
		{"snapshots[].id", "text", "Snapshot id."},
		{"snapshots[].state", "text or null", "State: `completed`, `pending`, `error`, …"},
		{"snapshots[].tier", "text or null", "`standard` or `archive`."},
		{"snapshots[].started", "time or null", "When the snapshot was begun."},
		{"snapshots[].sizeBytes", "number or null", "Size of its volume."},
		{"snapshots[].fullBytes", "number or null", "Blocks written when it was made: what the whole of it holds, not what it adds."},
		{"snapshots[].encrypted", "true, false or null", "Whether it is encrypted."},
		{"snapshots[].public", "true, false or null", "Whether everybody may make volumes of it, by its permissions; null where the public snapshots were not listed since it was made. Verbs list them only where findings or snapshots are asked for."},
		{"sizeBytes", "number", "Provisioned size of all EBS devices."},
		{"bootMode", "text or null", "`legacy-bios`, `uefi` or `uefi-preferred`; empty where the instance type decides."},
		{"imds", "text or null", "`v2.0` where instances get IMDSv2 only; empty where IMDSv1 is allowed."},
		{"tpm", "text or null", "`v2.0`, or empty."},
		{"ena", "true, false or null", "Whether enhanced networking is on."},
		{"tags", "object or null", "Tags by key. Null for images of other accounts, whose tags AWS does not tell."},
		{"source", "object or null", "What it was made from, as far as AWS says."},
		{"source.image", "text", "Image it was copied or made from."},
		{"source.region", "text", "Region of that image."},
		{"source.instance", "text", "Instance it was made from."},
		{"family", "text", "Name without version, date and build."},
		{"version", "text", "What tells it from the others of its family."},
		{"description", "text or null", "Description."},
		{"managed", "text or null", "Service that made it and cares for it: `backup`, `dlm`, `imagebuilder`, `marketplace` or `none`; null where the tags that would tell are not visible."},
	}
}

func usageFields() []Field {
	return []Field{
		{"usage", "object or null", "The verdict on who uses it. Null where no usage source was ever read: a filter, a column or an order that names `usage` reads them, and so do `usage` and `scan`."},
		{"usage.verdict", "text", "`used`: something names it that counts. `probable`: only stale things do. `unknown`: nothing was found, but not everything was looked at. `unused`: everything was, and nothing names it."},
		{"usage.evidence", "list", "What names it or its snapshots, what counts first."},
		{"usage.evidence[].kind", "text", "What it is: `instance`, `template`, `launch configuration`, `group`, `fleet`, `spot fleet`, `spot request`, `parameter`, `recipe`, `batch environment`, `node group`, `file`, `report` (what a usage report of AWS tells of another account), `by AWS` (what DescribeImageReferences tells and was found nowhere else)."},
		{"usage.evidence[].account", "text", "Id of the account that it is in; empty for a file."},
		{"usage.evidence[].region", "text", "Its region; empty for a file and a report."},
		{"usage.evidence[].id", "text", "What it is looked up by: `i-…`, `lt-…`, the name of a group, a file."},
		{"usage.evidence[].title", "text", "What people call it, with the place in it that names the image: `web v7 of 12, default`, `web-asg override 2`, `infra/main.tf:12`."},
		{"usage.evidence[].detail", "text", "State and age, what is between it and the image, what launches from it."},
		{"usage.evidence[].counts", "true or false", "Whether it makes the image used."},
		{"usage.evidence[].stale", "text", "Why it counts little: `stopped 214 d`; empty where it is not stale."},
		{"usage.evidence[].aside", "text", "Why a person has set it aside, so that it does not count; empty where nobody has."},
		{"usage.evidence[].asideBy", "text", "Who has."},
		{"usage.evidence[].asideUntil", "time or null", "Until when; null where nobody has."},
		{"usage.blind", "list", "What was not looked at and might show a use: what makes a verdict unknown. Where the verdict is `used` or `probable` it may still hold something."},
		{"usage.blind[].account", "text", "Id of the account; empty where it does not matter."},
		{"usage.blind[].region", "text", "Region; empty where it does not matter."},
		{"usage.blind[].source", "text", "What was to be read: a source as the config file spells it (`instances`, `templates`, …), `permissions`, `reports`, `images` for the whole account, or `files`."},
		{"usage.blind[].what", "text", "What is missing."},
		{"usage.blind[].mend", "text", "What to do about it."},
		{"usage.caveats", "list of text", "What was looked at in a way that has its limits, and what is left out on purpose."},
		{"usage.asOf", "time or null", "The oldest reading that the verdict rests on; null where it rests on none."},
	}
}

func permissionFields() []Field {
	return []Field{
		{"permissions", "object", "Who may launch it besides its owner."},
		{"permissions.read", "true or false", "Whether its launch permissions were read. Verbs read them where a filter, a column or an order names `shared`, `finding` or `severity`, and of images whose verdict depends on them."},
		{"permissions.readAt", "time or null", "When; null where they were not."},
		{"permissions.public", "true, false or null", "Whether everybody may; known without the permissions, too."},
		{"permissions.accounts", "list of text or null", "Ids of accounts that may; null where that was not read."},
		{"permissions.organizations", "list of text or null", "ARNs of organizations whose accounts may, likewise."},
		{"permissions.units", "list of text or null", "ARNs of organizational units whose accounts may, likewise."},
	}
}

func inspectorFields() []Field {
	return []Field{
		{"inspector", "object or null", "What Amazon Inspector found in it, in short; null where it is not known whether it was scanned."},
		{"inspector.scanned", "true or false", "Whether Inspector has scanned it."},
		{"inspector.at", "time or null", "When it did last; null where it did not."},
		{"inspector.severity", "text", "Severity of the worst finding: `informational`, `low`, `medium`, `high` or `critical`; empty where there is none."},
		{"inspector.fixSince", "time or null", "Since when there is a fix for any of the findings; null where there is none."},
	}
}

func findingFields() []Field {
	return []Field{
		{"findings", "list or null", "What is wrong with it, or may be, the worst first. Null where it was not judged: it is of an account that was not read, or never came to be. Launch permissions and usage are not read for them unless a filter, a column or an order names `shared`, `finding` or `severity`: until they are, what rests on them is `unknown`."},
		{"findings[].id", "text", "Id of the rule: see [findings.md](findings.md)."},
		{"findings[].severity", "text", "`info`, `low`, `medium`, `high` or `critical`."},
		{"findings[].state", "text", "`open`: the facts show it. `unknown`: its facts are missing. `accepted`: a person has accepted it."},
	}
}

// ScopeFields document a scope.
func ScopeFields() []Field {
	return []Field{
		{"source", "text", "The way in: `profile dev`, `role …`, `default credentials`."},
		{"account", "text or null", "Account id; null where none was reached."},
		{"region", "text or null", "Region; null where no account was reached."},
		{"state", "text", "`read`: the last pass was complete. `failed`: it was not, and what is shown is of an earlier one. `unread`: never read. `closed`: a service control policy closes the region to the account, which is no failure. `disabled`: the account has not enabled the region. `unreached`: the way in led to no account."},
		{"asOf", "time or null", "End of the last complete pass over its images."},
		{"error", "text or null", "What went wrong."},
		{"hint", "text or null", "What to do about it."},
		{"usage", "list or null", "How far each usage source was read. Null where none was ever asked for: verbs read them only where `usage` is named. Empty where the region is not enabled."},
		{"usage[].source", "text", "The source, as the config file spells it: `instances`, `templates`, …; `reports` for usage reports of AWS."},
		{"usage[].state", "text", "`read`: the last pass was complete. `failed`: it was not. `unread`: never read. `not-offered`: AWS does not offer the service in the region, so that nothing of it can be there."},
		{"usage[].asOf", "time or null", "End of the last complete pass."},
		{"usage[].error", "text or null", "What went wrong."},
		{"usage[].hint", "text or null", "What to do about it."},
		{"settings", "list or null", "What the account sets for all that it has in the region. Null where that was never asked for: `scopes`, `findings` and `scan` read it. Empty where the region is not enabled."},
		{"settings[].name", "text", "`block-public-images`, `block-public-snapshots` (block public access), `allowed-images` (Allowed AMIs) or `encrypt-volumes` (EBS encryption by default)."},
		{"settings[].state", "text or null", "AWS's word: `unblocked`, `block-new-sharing`, `block-all-sharing`; `disabled`, `audit-mode`, `enabled`. Null where it could not be read."},
		{"settings[].managedBy", "text or null", "`account`, or `declarative-policy`: the organization's; null where AWS does not tell."},
		{"settings[].rules", "list of text", "Of `allowed-images`: what an image must be, in words; one of them is enough."},
		{"settings[].error", "text or null", "Why it could not be read."},
		{"settings[].hint", "text or null", "What to do about it."},
	}
}

// Reference is docs/json.md.
func Reference() string {
	var b strings.Builder
	b.WriteString(`# The JSON of amiscope

` + "`-o json`" + ` prints one object. ` + "`list` and `usage`" + ` give ` + "`images`" + ` and ` + "`scopes`, `scopes`" + ` gives
` + "`scopes`; `show`" + ` prints one image. ` + "`cost`" + ` gives the fields below with ` + "`groups`, `prices`, `blind` and `scopes`, `snapshots`" + ` gives
` + "`snapshots` and `scopes`, `bin` gives `bin`, `rules`, `arming` and `scopes`, `diff`" + ` the fields below with ` + "`causes`, `leftOut` and `scopes`, `doctor` gives `checks` and `scopes` of its own, `findings` gives `findings`, `rules` and `scopes`, `trail` gives the fields of a trail with `scopes`" + `,
` + "`journal`, `apply` and `undo` give `runs`; `plan` prints a plan, which is for `apply`, not for other programs" + `.
` + "`-o jsonl`" + ` prints one image, scope, group, snapshot, thing in the bin, cause, check, finding, event, run or step a line; scopes that failed are then told on standard error only.

A field's name and meaning stay; new fields may come. **null is a fact that is not known**; what is known to be absent
is an empty text or list. Times are RFC 3339 in UTC; sizes are bytes; amounts are US dollars a month, to a billionth: see [cost.md](cost.md). Control characters, and characters that turn the
reading direction or show nothing, are escaped (` + "`\\u202e`" + `): the text that a parser gives is what AWS gave.

`)
	writeFields(&b, "An image", ImageFields())
	writeFields(&b, "A scope", ScopeFields())
	for _, part := range slices.Concat(costParts(), binParts(), doctorParts(), findingParts(), trailParts(), runParts()) {
		writeFields(&b, part.title, part.fields)
	}
	return b.String()
}

func writeFields(b *strings.Builder, title string, fields []Field) {
	fmt.Fprintf(b, "## %s\n\n| field | type | meaning |\n|---|---|---|\n", title)
	for _, f := range fields {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", f.Name, f.Type, f.Meaning)
	}
	b.WriteByte('\n')
}
