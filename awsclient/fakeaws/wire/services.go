package wire

import (
	"maps"
	"slices"
)

// Service is one AWS service: the SDK's id of it and how it is called.
type Service struct {
	ID       string
	Protocol Protocol
}

// Services are the services that can be spoken.
type Services struct {
	byScope map[string]Service // by the name in a signature's scope
}

// NewServices returns all services.
func NewServices() *Services {
	return &Services{byScope: map[string]Service{
		"ec2":           {"EC2", newEC2()},
		"sts":           {"STS", newQuery("https://sts.amazonaws.com/doc/2011-06-15/")},
		"iam":           {"IAM", newQuery("https://iam.amazonaws.com/doc/2010-05-08/")},
		"autoscaling":   {"Auto Scaling", newQuery("http://autoscaling.amazonaws.com/doc/2011-01-01/")},
		"organizations": {"Organizations", jsonRPC{}},
		"ssm":           {"SSM", jsonRPC{}},
		"pricing":       {"Pricing", jsonRPC{}},
		"cloudtrail":    {"CloudTrail", jsonRPC{}},
		"ce":            {"Cost Explorer", jsonRPC{}},
		"kms":           {"KMS", jsonRPC{}},
		"account":       {"Account", restJSON{jsonForm{isoTimes: accountTimes()}, accountRoutes()}},
		"eks":           {"EKS", restJSON{jsonForm{lower: true}, eksRoutes()}},
		"batch":         {"Batch", restJSON{jsonForm{lower: true}, batchRoutes()}},
		"imagebuilder":  {"imagebuilder", restJSON{jsonForm{lower: true}, builderRoutes()}},
		"ebs":           {"EBS", queried{restJSON{jsonForm{}, ebsRoutes()}, ebsNames()}},
		"rbin":          {"rbin", restJSON{jsonForm{}, binRoutes()}},
	}}
}

// ByScope returns the service that a signature's scope names.
func (s *Services) ByScope(name string) (Service, bool) {
	service, ok := s.byScope[name]
	return service, ok
}

// Scopes lists the names of all services in signatures, sorted.
func (s *Services) Scopes() []string { return slices.Sorted(maps.Keys(s.byScope)) }

// ByID tells whether the SDK's service id names a service that can be spoken.
func (s *Services) ByID(id string) bool {
	for _, service := range s.byScope {
		if service.ID == id {
			return true
		}
	}
	return false
}

// Guess returns the protocol of a request that names no service known here, as
// far as its shape tells: so that it can be turned away in words that its
// client understands.
func (s *Services) Guess(r *Request) Protocol {
	switch {
	case r.Header.Get("X-Amz-Target") != "":
		return s.byScope["organizations"].Protocol
	case isForm(r.Header) || r.Query.Has("Action"):
		return s.guessQuery(r)
	default:
		return s.byScope["account"].Protocol
	}
}

func (s *Services) guessQuery(r *Request) Protocol {
	if form, err := r.form(); err == nil && form.Get("Version") == ec2Version {
		return s.byScope["ec2"].Protocol
	}
	return s.byScope["sts"].Protocol
}

// accountRoutes are those of the SDK's service/account.
func accountRoutes() map[string]string {
	return map[string]string{
		"POST /acceptPrimaryEmailUpdate":      "AcceptPrimaryEmailUpdate",
		"POST /deleteAlternateContact":        "DeleteAlternateContact",
		"POST /disableRegion":                 "DisableRegion",
		"POST /enableRegion":                  "EnableRegion",
		"POST /getAccountInformation":         "GetAccountInformation",
		"POST /getAlternateContact":           "GetAlternateContact",
		"POST /getContactInformation":         "GetContactInformation",
		"POST /getGovCloudAccountInformation": "GetGovCloudAccountInformation",
		"POST /getPrimaryEmail":               "GetPrimaryEmail",
		"POST /getRegionOptStatus":            "GetRegionOptStatus",
		"POST /listRegions":                   "ListRegions",
		"POST /putAccountName":                "PutAccountName",
		"POST /putAlternateContact":           "PutAlternateContact",
		"POST /putContactInformation":         "PutContactInformation",
		"POST /startPrimaryEmailUpdate":       "StartPrimaryEmailUpdate",
	}
}

// accountTimes are the members of service/account with an ISO 8601 time.
func accountTimes() []string { return []string{"AccountCreatedDate"} }

// The routes of the services that are told about here only as far as they tell
// who uses an image, from the serializers of the SDK.

func eksRoutes() map[string]string {
	return map[string]string{
		"GET /clusters": "ListClusters",
		"GET /clusters/{clusterName}/node-groups":                 "ListNodegroups",
		"GET /clusters/{clusterName}/node-groups/{nodegroupName}": "DescribeNodegroup",
	}
}

func batchRoutes() map[string]string {
	return map[string]string{"POST /v1/describecomputeenvironments": "DescribeComputeEnvironments"}
}

func builderRoutes() map[string]string {
	return map[string]string{
		"POST /ListImageRecipes":       "ListImageRecipes",
		"POST /ListContainerRecipes":   "ListContainerRecipes",
		"POST /ListImages":             "ListImages",
		"POST /ListImageBuildVersions": "ListImageBuildVersions",
	}
}

// binRoutes are those of the Recycle Bin that tell its rules.
func binRoutes() map[string]string {
	return map[string]string{
		"POST /list-rules":        "ListRules",
		"GET /rules/{Identifier}": "GetRule",
	}
}
