package fakeaws

import (
	"strings"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

const (
	aliasPrefix   = "resolve:ssm:"
	imageDataType = "aws:ec2:image"
	publicPath    = "/aws/service/"
)

// resolved gives the image that a template names: itself, or what a parameter
// says that it names as resolve:ssm:NAME, with a version or a label behind it
// or without, or by ARN where another account shares it. SsmInvalidParameter is
// what users report of wrong aliases.
func (s *Server) resolved(call Call, image string) (string, error) {
	alias, ok := strings.CutPrefix(image, aliasPrefix)
	if !ok {
		return image, nil
	}
	p, ok := s.parameter(call, alias, func() []*fleet.Parameter { return s.publicParameters(call.Region) })
	switch {
	case !ok:
		return "", &Error{Code: "SsmInvalidParameter", Message: "The following aliases are invalid: " + alias}
	case p.Owner != "" && p.DataType != imageDataType: // those without an owner are AWS's own
		return "", &Error{Code: "SsmInvalidParameter", Message: "Unsupported data type. The following parameter data types are supported: " + imageDataType}
	}
	return p.ParameterVersion.Value, nil
}
