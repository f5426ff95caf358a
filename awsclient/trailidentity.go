package awsclient

import (
	"cmp"
	"strings"
)

// trailIdentity is who called (CloudTrail user guide, userIdentity element).
type trailIdentity struct {
	Type           string
	ARN            string
	AccountID      string
	UserName       string
	InvokedBy      string // a service that called for somebody, or by itself
	SessionContext struct{ SessionIssuer struct{ UserName string } }
}

// ssoRole begins the names of the roles that IAM Identity Center makes:
// AWSReservedSSO_PermissionSet_0123456789abcdef.
const ssoRole = "AWSReservedSSO_"

// serviceRole begins the names of the roles that belong to services.
const serviceRole = "AWSServiceRoleFor"

// who is a caller for people: "user jo", "role deploy/jo", "SSO Admin/jo", "root",
// "autoscaling.amazonaws.com".
func (u trailIdentity) who() string {
	name := u.name()
	role := u.SessionContext.SessionIssuer.UserName
	switch {
	case u.InvokedBy == "" || u.InvokedBy == name:
		return name
	case u.Type == "AWSService", name == "", strings.HasPrefix(role, serviceRole):
		return u.InvokedBy
	}
	return name + " through " + u.InvokedBy
}

func (u trailIdentity) name() string {
	last := u.ARN[strings.LastIndexByte(u.ARN, '/')+1:]
	switch u.Type {
	case "Root":
		return "root"
	case "IAMUser":
		return "user " + cmp.Or(u.UserName, last)
	case "AssumedRole", "Role":
		return u.role(last)
	case "AWSService":
		return u.InvokedBy
	case "AWSAccount":
		return "account " + u.AccountID
	}
	return strings.TrimSpace(u.Type + " " + cmp.Or(u.UserName, last))
}

// role is a role with the name of its session, which mostly tells the person.
func (u trailIdentity) role(session string) string {
	role := u.SessionContext.SessionIssuer.UserName
	if role == "" { // …:assumed-role/ROLE/SESSION
		if parts := strings.Split(u.ARN, "/"); len(parts) > 2 {
			role = parts[len(parts)-2]
		}
	}
	kind := "role "
	if set, sso := strings.CutPrefix(role, ssoRole); sso {
		kind, role = "SSO ", set
		if i := strings.LastIndexByte(set, '_'); i > 0 {
			role = set[:i]
		}
	}
	if role == session || session == "" {
		return kind + role
	}
	return kind + role + "/" + session
}
