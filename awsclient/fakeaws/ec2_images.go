package fakeaws

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// viewer is an account as it looks at what others have.
type viewer struct {
	account      string
	organization string   // ARN
	units        []string // ARNs of the account's organizational unit and of those around it
}

func (s *Server) viewer(account string) viewer {
	f := s.fleet()
	a, member := f.Member(account)
	if !member {
		return viewer{account: account}
	}
	return viewer{account, f.Organization.ARN, f.Organization.Around(a.Unit)}
}

// granted reports whether a permission names the viewer, its unit or its
// organization; a public one names nobody.
func (v viewer) granted(p fleet.Permission) bool {
	return p.Account == v.account || p.Organization != "" && p.Organization == v.organization || slices.Contains(v.units, p.Unit)
}

// may reports whether permissions let the viewer use a thing that it does not
// own.
func (v viewer) may(permissions []fleet.Permission) bool {
	return slices.ContainsFunc(permissions, func(p fleet.Permission) bool { return p.Group == everybody || v.granted(p) })
}

// sees reports whether the viewer can see an image at all. Only its owner
// sees a disabled one.
func (v viewer) sees(im *fleet.Image) bool {
	return im.Owner == v.account || im.Life.State != stateDisabled && v.may(im.Permissions)
}

const (
	everybody     = "all"
	stateDisabled = "disabled"
)

// imageView is an image as one account sees it.
type imageView struct {
	*fleet.Image
	own   bool
	alias string // of the owner
}

func (s *Server) view(v viewer, im *fleet.Image) imageView {
	return imageView{im, im.Owner == v.account, s.fleet().OwnerAlias(im.Owner)}
}

// tags are those the account sees: all of its own, of others only the ones
// published by their prefix.
func (v imageView) tags() []fleet.Tag {
	if v.own {
		return v.Tags
	}
	var out []fleet.Tag
	for _, t := range v.Tags {
		if len(t.Key) > len(sharedTag) && t.Key[:len(sharedTag)] == sharedTag {
			out = append(out, t)
		}
	}
	return out
}

const sharedTag = "ec2:SharedTag/"

// lastLaunched is told to the owner only.
func (v imageView) lastLaunched() fleet.Time {
	if !v.own {
		return 0
	}
	return v.Life.LastLaunched
}

func (s *Server) describeImages(_ context.Context, call Call, in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.start(call, paging{in.ImageIds, in.MaxResults, in.NextToken}, &asked)
	if err != nil {
		return nil, err
	}
	want, err := s.imageQuery(call, in)
	if err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	if len(in.ImageIds) > 0 {
		return s.imagesByID(call, in.ImageIds, want)
	}
	st := s.store()
	found, next := tell(s.pages, st.images.id, s.imageShelves(call, want), c, size)
	return &ec2.DescribeImagesOutput{Images: s.answerImages(want.viewer, st.lateImages.all(st.images, found)), NextToken: next}, nil
}

// imageShelves are the lists in which a caller's images are: its own, unless
// it asks for others', and those that are open to others, unless it asks for
// its own.
func (s *Server) imageShelves(call Call, want imageQuery) []shelf[*fleet.Image] {
	self := func(o string) bool { return o == "self" || o == call.Account }
	var out []shelf[*fleet.Image]
	if len(want.owners) == 0 || slices.ContainsFunc(want.owners, self) {
		out = append(out, shelf[*fleet.Image]{s.store().images.own[place{call.Account, call.Region}], want.match})
	}
	if len(want.owners) == 0 || slices.ContainsFunc(want.owners, func(o string) bool { return !self(o) }) {
		others := func(im *fleet.Image) bool { return im.Owner != call.Account && want.match(im) }
		out = append(out, shelf[*fleet.Image]{s.store().images.open[call.Region], others})
	}
	return s.store().lateImages.shelves(s.store().images, out, func(im *fleet.Image) bool { return im.Region == call.Region && want.match(im) })
}

// imagesByID tells the images asked for by id. Ids of images that exist but
// do not match the rest of the query are left out; ids that name nothing
// visible fail the call, but for those of images that were deregistered while
// instances of them still are: of these nothing is told.
func (s *Server) imagesByID(call Call, texts []string, want imageQuery) (*ec2.DescribeImagesOutput, error) {
	ids, err := imageResource.parse(texts)
	if err != nil {
		return nil, err
	}
	var found []*fleet.Image
	var missing []string
	for i, id := range ids {
		im := s.store().lateImages.told(id, s.store().images.byID[id])
		switch {
		case im == nil && s.store().haunts(call, id):
		case im == nil || im.Region != call.Region || !want.sees(im):
			missing = append(missing, texts[i])
		case want.meets(im) && !slices.Contains(found, im):
			found = append(found, im)
		}
	}
	if len(missing) > 0 {
		return nil, imageResource.missing(missing)
	}
	return &ec2.DescribeImagesOutput{Images: s.answerImages(want.viewer, found)}, nil
}

// imageQuery is what a call asks of images.
type imageQuery struct {
	viewer
	owners     []string
	executable []string
	disabled   bool // include disabled ones
	deprecated bool // include others' deprecated ones
	now        fleet.Time
	alias      func(account string) string
	filter     func(imageView) bool
}

func (s *Server) imageQuery(call Call, in *ec2.DescribeImagesInput) (imageQuery, error) {
	if err := accounts(in.Owners, " self amazon aws-marketplace aws-backup-vault "); err != nil {
		return imageQuery{}, err
	}
	if err := accounts(in.ExecutableUsers, " self all "); err != nil {
		return imageQuery{}, err
	}
	filter, err := imageFilters.compile(in.Filters)
	return imageQuery{
		viewer: s.viewer(call.Account), owners: in.Owners, executable: in.ExecutableUsers,
		disabled: aws.ToBool(in.IncludeDisabled), deprecated: aws.ToBool(in.IncludeDeprecated),
		now: s.present(), alias: s.fleet().OwnerAlias, filter: filter,
	}, err
}

// match reports whether a listing tells the image.
func (q imageQuery) match(im *fleet.Image) bool {
	return q.listed(im) && q.sees(im) && q.meets(im)
}

// listed leaves out disabled images, and deprecated ones of others, unless
// they are asked for. Asked for by id, both are told.
func (q imageQuery) listed(im *fleet.Image) bool {
	if im.Life.State == stateDisabled && !q.disabled {
		return false
	}
	deprecated := im.Life.Deprecation != 0 && im.Life.Deprecation <= q.now
	return !deprecated || q.deprecated || im.Owner == q.account
}

// meets reports whether a visible image is of one of the owners, for one
// of the users, and passes the filters.
func (q imageQuery) meets(im *fleet.Image) bool {
	view := imageView{im, im.Owner == q.account, q.alias(im.Owner)}
	return (len(q.owners) == 0 || slices.ContainsFunc(q.owners, func(o string) bool { return q.ownedBy(view, o) })) &&
		(len(q.executable) == 0 || slices.ContainsFunc(q.executable, func(u string) bool { return q.launchableBy(im, u) })) &&
		q.filter(view)
}

func (q imageQuery) ownedBy(im imageView, owner string) bool {
	return owner == im.Owner || owner == "self" && im.own || im.alias != "" && owner == im.alias
}

// launchableBy reports whether an image is shared with a user in the sense of
// ExecutableUsers: for the caller shares by organization and unit count, for
// others only shares that name the account, which only the owner knows of.
func (q imageQuery) launchableBy(im *fleet.Image, user string) bool {
	switch user {
	case everybody:
		return im.Public()
	case "self", q.account:
		return slices.ContainsFunc(im.Permissions, q.granted)
	}
	return im.Owner == q.account && slices.Contains(im.Permissions, fleet.Permission{Account: user})
}
