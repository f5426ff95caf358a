package fakeaws

import (
	"strings"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// caller is who calls, as CloudTrail's userIdentity has it.
type caller struct {
	fleet.Principal
	address string
}

// callerOf is who made a call that the fleet starts with.
func callerOf(e *fleet.Event) caller { return caller{*e.By, e.By.Address} }

// callerNow is who makes a call now: keys tell no more than their account.
func callerNow(call Call) caller {
	if strings.HasPrefix(call.AccessKey, sessionKey) {
		return caller{fleet.Principal{Kind: "role", Name: "demo", Session: "session"}, "127.0.0.1"}
	}
	return caller{fleet.Principal{Kind: "user", Name: "demo"}, "127.0.0.1"}
}

// userName is what CloudTrail calls the caller in short.
func (c caller) userName() string {
	if c.Kind == "role" {
		return c.Session
	}
	return c.Name
}

// identity is the caller in full (CloudTrail user guide, userIdentity element).
func (c caller) identity(account string) map[string]any {
	switch c.Kind {
	case "root":
		return map[string]any{"type": "Root", "principalId": account, "arn": "arn:aws:iam::" + account + ":root", "accountId": account}
	case "service":
		return map[string]any{"type": "AWSService", "invokedBy": c.Name}
	case "user":
		return map[string]any{"type": "IAMUser", "principalId": "AIDADEMO" + account, "arn": "arn:aws:iam::" + account + ":user/" + c.Name, "accountId": account, "userName": c.Name}
	}
	out := map[string]any{
		"type": "AssumedRole", "principalId": "AROADEMO" + account + ":" + c.Session, "arn": "arn:aws:sts::" + account + ":assumed-role/" + c.Name + "/" + c.Session, "accountId": account,
		"sessionContext": map[string]any{"sessionIssuer": map[string]any{
			"type": "Role", "arn": "arn:aws:iam::" + account + ":role/" + c.Name, "accountId": account, "userName": c.Name,
		}},
	}
	if strings.HasSuffix(c.address, ".amazonaws.com") {
		out["invokedBy"] = c.address
	}
	return out
}
