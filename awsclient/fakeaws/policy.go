package fakeaws

import "slices"

// Grant is what an IAM policy allows: an action ("ec2:DescribeImages") on a
// resource, each a glob; "" means all.
type Grant struct{ Action, Resource string }

// Enforce lets callers of all accounts do, from now on, what a policy grants and
// nothing else. What Options deny stays denied. Of resources those of roles and of
// blocks are looked at: no other call that is served here takes a narrower one.
func (s *Server) Enforce(policy []Grant) {
	policy = slices.Clone(policy)
	s.policy.Store(&policy)
}

// grants reports whether the policy in force, if there is one, allows an action.
// An unknown resource is "".
func (s *Server) grants(action, resource string) bool {
	policy := s.policy.Load()
	return policy == nil || slices.ContainsFunc(*policy, func(g Grant) bool {
		return covers(g.Action, action) && (resource == "" || covers(g.Resource, resource))
	})
}
