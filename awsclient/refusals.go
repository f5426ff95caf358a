package awsclient

import (
	"net/http"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// kindOfRefusal reads what EC2 says where it refuses to change something. It has one
// code for many reasons, and of some only its text tells which.
func kindOfRefusal(api, code, message string, status int) (model.ErrorKind, bool) {
	switch code {
	case "AuthFailure": // of credentials it is another status
		if strings.Contains(message, "AWS Backup") {
			return model.Protected, true
		}
		return model.Denied, status == http.StatusForbidden || strings.HasPrefix(message, "Not authorized for")
	case "OperationNotPermitted", "InvalidParameterValue":
		return model.Protected, (api == "ec2:DeregisterImage" || api == "ec2:DeleteSnapshot") && holds(message)
	case "ResourceLimitExceeded": // of all quotas: that of copies under way is over soon
		return model.Throttled, api == "ec2:CopyImage" && (strings.Contains(message, "in progress") || strings.Contains(message, "under way"))
	case "ConcurrentSnapshotLimitExceeded", "PendingSnapshotLimitExceeded", "ConcurrentTagAccess", "SnapshotCreationPerVolumeRateExceeded":
		return model.Throttled, true
	case "IncorrectState", "SnapshotLimitExceeded", "TagLimitExceeded", "TagPolicyViolation", "IdempotentParameterMismatch":
		return model.Invalid, true
	}
	return model.Unknown, false
}

// holds reports whether a refusal is for what keeps an image or a snapshot from being
// deleted. The code that EC2 has for a protected image is documented nowhere.
func holds(message string) bool {
	for _, word := range []string{"deregistration protection", "cooldown", "locked", "AWS Backup"} {
		if strings.Contains(message, word) {
			return true
		}
	}
	return false
}

// helpRefused says what to do where EC2 has refused to change something, by the words
// of its message; "" where nothing more is known than its kind tells.
func helpRefused(e *model.OpError) string {
	text := e.Err.Error()
	for _, r := range refusals() {
		if strings.Contains(text, r.word) && strings.HasPrefix(e.Op, r.api) {
			return r.help
		}
	}
	return ""
}

// refusal is a reason why EC2 refuses, and what to do about it.
type refusal struct{ api, word, help string }

// refusals are told by the codes and the words of EC2's messages. The first that
// fits is it.
func refusals() []refusal {
	return []refusal{
		{"ec2:", "AWS Backup", "delete its recovery point in AWS Backup: EC2 cannot"},
		{"ec2:DeregisterImage", "cooldown", "its protection ends 24 hours after it was turned off: delete it then"},
		{"ec2:DeleteSnapshot", "locked", "it is locked: it can be deleted when its lock has ended"},
		{"ec2:", "Not authorized for", "only the account that owns it can do this"},
		{"ec2:", "block public access", "the region blocks public access: turn that off in the account's settings first, or leave the public out"},
		{"ec2:", "product codes", "an image with product codes cannot be public: share it with accounts"},
		{"ec2:", "EBS default key", "copy it with a key of your own, and share the copy and that key"},
		{"ec2:", "AWS Managed CMK", "copy it with a key of your own, and share the copy and that key"},
		{"ec2:Modify", "ncrypted", "what is encrypted cannot be public: share it with accounts, and its key as well"},
		{"ec2:CopyImage", "storage of this ami", "ask its owner to share the snapshots of the image as well"},
		{"ec2:CopyImage", "BillingProduct", "AWS does not let an image with billing codes be copied to another account: launch it there and make an image of that"},
		{"ec2:", "InvalidAMIName.Duplicate", "the name is taken in that region: copy under another name, or delete what has it"},
		{"ec2:CopyImage", "ResourceLimitExceeded", "a quota of the account is used up: wait until copies are done, or raise it in Service Quotas"},
		{"ec2:", "ResourceLimitExceeded", "a quota of the account is used up: raise it in Service Quotas, or make room"},
		{"ec2:", "SnapshotLimitExceeded", "a quota of the account is used up: raise it in Service Quotas, or make room"},
		{"ec2:", "TagLimitExceeded", "a quota of the account is used up: remove tags that are not needed"},
		{"ec2:Restore", "must be restored first", "restore its snapshots first"},
		{"ec2:", "archived", "restore the snapshot from the archive for good first"},
		{"ec2:", "make it private first", "AWS does not lift the deprecation of a public image: make it private first"},
		{"ec2:Modify", "InvalidAMIAttributeItemValue", "AWS knows no such account, organization or unit: look at the id"},
		{"ec2:Modify", "InvalidUserID", "AWS knows no such account: look at the id"},
		{"ec2:", "TagPolicyViolation", "a tag policy of the organization does not allow this value"},
	}
}
