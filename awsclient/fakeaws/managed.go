package fakeaws

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// handleManaged registers the services that use images on behalf of their
// users, as far as they tell which ones.
func (s *Server) handleManaged() {
	Handle(s.mux, "Auto Scaling", "DescribeAutoScalingGroups", s.describeAutoScalingGroups)
	Handle(s.mux, "Auto Scaling", "DescribeLaunchConfigurations", s.describeLaunchConfigurations)
	Handle(s.mux, "SSM", "DescribeParameters", s.describeParameters)
	Handle(s.mux, "SSM", "GetParameters", s.getParameters)
	Handle(s.mux, "SSM", "GetParametersByPath", s.getParametersByPath)
	Handle(s.mux, "imagebuilder", "ListImageRecipes", s.listImageRecipes)
	Handle(s.mux, "imagebuilder", "ListContainerRecipes", s.listContainerRecipes)
	Handle(s.mux, "imagebuilder", "ListImages", s.listBuilderImages)
	Handle(s.mux, "imagebuilder", "ListImageBuildVersions", s.listImageBuildVersions)
	Handle(s.mux, "Batch", "DescribeComputeEnvironments", s.describeComputeEnvironments)
	Handle(s.mux, "EKS", "ListClusters", s.listClusters)
	Handle(s.mux, "EKS", "ListNodegroups", s.listNodegroups)
	Handle(s.mux, "EKS", "DescribeNodegroup", s.describeNodegroup)
}

// pages is how an operation other than EC2's tells a list: always in pages.
type pages struct {
	usual, most int32  // elements in a page when none are asked for, and at most
	size        string // what the operation calls the number asked for
	badSize     string // code of the error about a number that is too large or too small
	badToken    *Error // the answer to a token that is not ours
}

// start gives the position and the size of the page that a call asks for. The
// input must have lost its token and page size.
func (p pages) start(from pager, call Call, asked any, most *int32, token *string) (cursor, int, error) {
	size := p.usual
	if most != nil {
		size = *most
	}
	switch {
	case size < 1:
		return cursor{}, 0, p.wrongSize(size, "Member must have value greater than or equal to 1")
	case size > p.most:
		return cursor{}, 0, p.wrongSize(size, fmt.Sprintf("Member must have value less than or equal to %d", p.most))
	}
	q, err := question(call, asked)
	if err != nil {
		return cursor{}, 0, err
	}
	if token != nil && *token == "" { // of clients that send what they have
		token = nil
	}
	c, err := from.resume(token, q)
	if err != nil {
		return cursor{}, 0, p.badToken
	}
	return c, from.size(call, c, &size, true), nil
}

func (p pages) wrongSize(size int32, rule string) error {
	return &Error{Code: p.badSize, Message: constraint(strconv.Itoa(int(size)), p.size, rule)}
}

// constraint is how AWS words a value that its model does not allow.
func constraint(value, member, rule string) string {
	return fmt.Sprintf("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", value, member, rule)
}

// all keeps every record of a list.
func all[R any](R) bool { return true }

// here is where a call looks.
func here(call Call) place { return place{call.Account, call.Region} }

// templateUse tells the id and the name of a launch template that something
// names by one of them, as far as it still exists, and the version.
func (s *Server) templateUse(at place, u fleet.TemplateUse) (id, name, version *string) {
	if t := s.template(at, u); t != nil {
		return aws.String(t.ID.Template()), aws.String(t.Name), text(u.Version)
	}
	if u.Template != 0 {
		id = aws.String(u.Template.Template())
	}
	return id, text(u.Name), text(u.Version)
}

// template is the launch template that something names; nil if it is gone.
func (s *Server) template(at place, u fleet.TemplateUse) *fleet.Template {
	for _, t := range s.store().templates.own[at] {
		if t.ID == u.Template || u.Template == 0 && t.Name == u.Name {
			return t
		}
	}
	return nil
}

// uuidOf is a UUID made of the name of something.
func uuidOf(name ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(name, "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
