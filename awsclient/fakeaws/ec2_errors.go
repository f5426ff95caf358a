package fakeaws

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// resource is a kind of thing with ids, and the codes of errors about them.
type resource struct {
	prefix, word        string
	notFound, malformed string
}

var (
	imageResource    = resource{fleet.ImagePrefix, "image id", "InvalidAMIID.NotFound", "InvalidAMIID.Malformed"}
	snapshotResource = resource{fleet.SnapshotPrefix, "snapshot", "InvalidSnapshot.NotFound", "InvalidSnapshotID.Malformed"}
	instanceResource = resource{fleet.InstancePrefix, "instance ID", "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"}
)

// parse reads ids of a request; the first that is none fails it.
func (r resource) parse(texts []string) ([]fleet.ID, error) {
	ids := make([]fleet.ID, len(texts))
	for i, text := range texts {
		id, ok := fleet.ParseID(r.prefix, text)
		if !ok {
			return nil, &Error{Code: r.malformed, Message: fmt.Sprintf("Invalid id: %q (expecting %q)", text, r.prefix+"...")}
		}
		ids[i] = id
	}
	return ids, nil
}

// missing is the error about ids that name nothing the caller may know of.
func (r resource) missing(texts []string) error {
	if len(texts) == 1 {
		return &Error{Code: r.notFound, Message: fmt.Sprintf("The %s '[%s]' does not exist", r.word, texts[0])}
	}
	return &Error{Code: r.notFound, Message: fmt.Sprintf("The %ss '[%s]' do not exist", r.word, strings.Join(texts, ", "))}
}

// accounts checks the account ids of a request; words lists what else is
// allowed.
func accounts(in []string, words string) error {
	for _, a := range in {
		if !isAccountID(a) && !strings.Contains(words, " "+a+" ") {
			return &Error{Code: "InvalidUserID.Malformed", Message: fmt.Sprintf("Invalid user id: %q", a)}
		}
	}
	return nil
}

// paging is what every paged EC2 call asks for.
type paging struct {
	ids   []string
	max   *int32
	token *string
}

// start checks how a call asks for pages and gives the position and size of the
// next one.
func (p pager) start(call Call, in paging, asked any) (cursor, int, error) {
	paged := in.max != nil || in.token != nil
	switch {
	case paged && len(in.ids) > 0:
		return cursor{}, 0, &Error{Code: "InvalidParameterCombination", Message: "The parameter MaxResults or NextToken cannot be used with a list of ids in the same call"}
	case in.max != nil && *in.max < 1:
		return cursor{}, 0, &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("Value ( %d ) for parameter maxResults is invalid. Expecting a value greater than 0.", *in.max)}
	}
	q, err := question(call, asked)
	if err != nil {
		return cursor{}, 0, err
	}
	c, err := p.resume(in.token, q)
	if err != nil {
		return cursor{}, 0, &Error{Code: "InvalidPaginationToken", Message: "The specified pagination token is not valid or is expired."}
	}
	return c, p.size(call, c, in.max, paged), nil
}

func notAuthorized(what, id string) error {
	return &Error{"AuthFailure", fmt.Sprintf("Not authorized for %s:%s", what, id), http.StatusForbidden}
}
