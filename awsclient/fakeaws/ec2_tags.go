package fakeaws

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// What EC2 takes of tags.
const (
	maxTaggedResources = 1000
	maxTags            = 50
	maxTagKey          = 128 // characters
	maxTagValue        = 256
	reservedTag        = "aws:"
)

// createTags sets tags: all of them on all resources, or none.
func (s *Server) createTags(_ context.Context, call Call, in *ec2.CreateTagsInput) (*ec2.CreateTagsOutput, error) {
	added, err := readTags(in.Tags)
	if err != nil {
		return nil, err
	}
	s.store().mu.Lock()
	defer s.store().mu.Unlock()
	owned, err := s.store().tagged(call, in.Resources)
	if err != nil {
		return nil, err
	}
	results := make([][]fleet.Tag, len(owned))
	for i, tags := range owned {
		results[i] = withTags(*tags, added)
		if users(results[i]) > maxTags {
			return nil, &Error{Code: "TagLimitExceeded", Message: fmt.Sprintf("%s has reached its tag limit: %d", in.Resources[i], maxTags)}
		}
	}
	s.noteTagging(in.Resources)
	for i, tags := range owned {
		*tags = results[i]
	}
	return &ec2.CreateTagsOutput{}, nil
}

// deleteTags removes tags: by key, by key and value if a value is given, or,
// without any, all that users have set.
func (s *Server) deleteTags(_ context.Context, call Call, in *ec2.DeleteTagsInput) (*ec2.DeleteTagsOutput, error) {
	s.store().mu.Lock()
	defer s.store().mu.Unlock()
	owned, err := s.store().tagged(call, in.Resources)
	if err != nil {
		return nil, err
	}
	s.noteTagging(in.Resources)
	for _, tags := range owned {
		*tags = slices.DeleteFunc(slices.Clone(*tags), func(t fleet.Tag) bool { return removed(t, in.Tags) })
	}
	return &ec2.DeleteTagsOutput{}, nil
}

// noteTagging lets lists tell late of the tags of resources that are there.
func (s *Server) noteTagging(resources []string) {
	st := s.store()
	for _, text := range resources {
		if id, ok := fleet.ParseID(fleet.ImagePrefix, text); ok && st.images.byID[id] != nil {
			note(s, &st.lateImages, id, st.images.byID[id])
		}
		if id, ok := fleet.ParseID(fleet.SnapshotPrefix, text); ok && st.snapshots.byID[id] != nil {
			note(s, &st.lateSnapshots, id, st.snapshots.byID[id])
		}
	}
}

func removed(t fleet.Tag, asked []types.Tag) bool {
	if strings.HasPrefix(t.Key, reservedTag) {
		return false
	}
	return len(asked) == 0 || slices.ContainsFunc(asked, func(a types.Tag) bool {
		return aws.ToString(a.Key) == t.Key && (a.Value == nil || *a.Value == t.Value)
	})
}

// tagged finds the tags of resources that the caller owns.
func (s *store) tagged(call Call, resources []string) ([]*[]fleet.Tag, error) {
	if len(resources) > maxTaggedResources {
		return nil, &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("The maximum number of resources in a call is %d", maxTaggedResources)}
	}
	out := make([]*[]fleet.Tag, len(resources))
	for i, text := range resources {
		tags, err := s.tagsOf(call, text)
		if err != nil {
			return nil, err
		}
		out[i] = tags
	}
	return out, nil
}

// tagsOf finds the tags of a resource by its id, which tells its kind. What is in
// the Recycle Bin can be tagged, too.
func (s *store) tagsOf(call Call, text string) (*[]fleet.Tag, error) {
	at := place{call.Account, call.Region}
	switch {
	case strings.HasPrefix(text, imageResource.prefix):
		tags, err := ownTags(s.images, imageResource, text, func(r *fleet.Image) (*[]fleet.Tag, bool) {
			return &r.Tags, at == place{r.Owner, r.Region}
		})
		if err == nil {
			return tags, nil
		}
		return ownTags(s.binnedImages, imageResource, text, func(r *fleet.BinnedImage) (*[]fleet.Tag, bool) {
			return &r.Tags, at == place{r.Owner, r.Region}
		})
	case strings.HasPrefix(text, snapshotResource.prefix):
		tags, err := ownTags(s.snapshots, snapshotResource, text, func(r *fleet.Snapshot) (*[]fleet.Tag, bool) {
			return &r.Tags, at == place{r.Owner, r.Region}
		})
		if err == nil {
			return tags, nil
		}
		return ownTags(s.binnedSnapshots, snapshotResource, text, func(r *fleet.BinnedSnapshot) (*[]fleet.Tag, bool) {
			return &r.Tags, at == place{r.Owner, r.Region}
		})
	case strings.HasPrefix(text, instanceResource.prefix):
		return ownTags(s.instances, instanceResource, text, func(r *fleet.Instance) (*[]fleet.Tag, bool) {
			return &r.Tags, at == place{r.Owner, r.Region}
		})
	}
	return nil, &Error{Code: "InvalidID", Message: fmt.Sprintf("The ID '%s' is not valid", text)}
}

// ownTags gives the tags of the record that an id names, if the caller owns
// it: others' things do not exist for it here.
func ownTags[R any](s shelves[R], kind resource, text string, tags func(R) (*[]fleet.Tag, bool)) (*[]fleet.Tag, error) {
	ids, err := kind.parse([]string{text})
	if err != nil {
		return nil, err
	}
	if r, ok := s.byID[ids[0]]; ok {
		if t, own := tags(r); own {
			return t, nil
		}
	}
	return nil, kind.missing([]string{text})
}

func readTags(in []types.Tag) ([]fleet.Tag, error) {
	if len(in) == 0 {
		return nil, &Error{Code: "MissingParameter", Message: "The request must contain the parameter tagSet"}
	}
	out := make([]fleet.Tag, len(in))
	for i, t := range in {
		out[i] = fleet.Tag{Key: aws.ToString(t.Key), Value: aws.ToString(t.Value)}
		if err := checkTag(out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func checkTag(t fleet.Tag) error {
	switch {
	case strings.HasPrefix(t.Key, reservedTag):
		return &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("Tag keys starting with '%s' are reserved for internal use", reservedTag)}
	case t.Key == "" || utf8.RuneCountInString(t.Key) > maxTagKey:
		return &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("Tag key must have between 1 and %d characters", maxTagKey)}
	case utf8.RuneCountInString(t.Value) > maxTagValue:
		return &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("Tag value exceeds the maximum length of %d characters", maxTagValue)}
	}
	return nil
}

// withTags is a new list of tags with some set.
func withTags(tags, added []fleet.Tag) []fleet.Tag {
	out := slices.Clone(tags)
	for _, a := range added {
		i := slices.IndexFunc(out, func(t fleet.Tag) bool { return t.Key == a.Key })
		if i < 0 {
			out = append(out, a)
		} else {
			out[i] = a
		}
	}
	return out
}

// users counts the tags that users have set, the only ones with a limit.
func users(tags []fleet.Tag) int {
	n := 0
	for _, t := range tags {
		if !strings.HasPrefix(t.Key, reservedTag) {
			n++
		}
	}
	return n
}
