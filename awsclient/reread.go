package awsclient

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"golang.org/x/sync/errgroup"

	"github.com/amiscope/amiscope/model"
)

// rereadAtOnce is how many calls for single things a rereading has under way.
const rereadAtOnce = 8

// Reread reads some images of an account again, and what Look asks for besides:
// right before something is done to them, and after it. It goes before all that
// waits. What is not there is told as gone, not as an error; so is what the account
// does not see any more.
//
// The error is ctx's, or a *model.OpError where nothing could be read; a part that
// could not be stands in Errors.
func (c *Client) Reread(ctx context.Context, l model.Look) (model.Reread, error) {
	x := &rereading{client: c, look: l, out: model.Reread{Scope: l.Scope, At: time.Now().UTC()}}
	ctx = AtOnce(ctx)
	if err := x.images(ctx); err != nil {
		return model.Reread{}, err
	}
	var parts errgroup.Group
	parts.Go(x.with(ctx, len(l.Copies) > 0, x.copies))
	parts.Go(x.with(ctx, l.Permissions, x.permissions))
	parts.Go(x.with(ctx, l.Snapshots || len(l.Besides) > 0, x.snapshots))
	parts.Go(x.with(ctx, l.References, x.references))
	_ = parts.Wait() // each has told its error
	if l.Bin && len(x.out.Gone)+len(x.out.Missing) > 0 {
		x.bin(ctx)
	}
	slices.SortFunc(x.out.Images, func(a, b *model.Image) int { return a.Compare(b.ImageKey) })
	slices.SortFunc(x.out.Permissions, func(a, b *model.LaunchPermissions) int { return strings.Compare(a.ID, b.ID) })
	return x.out, ctx.Err()
}

// rereading is one that goes on.
type rereading struct {
	client *Client
	look   model.Look
	found  []*model.Image // of those that were asked for
	mu     sync.Mutex     // of what follows
	out    model.Reread
}

// with is a part of the rereading, where it is wanted.
func (x *rereading) with(ctx context.Context, wanted bool, part func(context.Context) error) func() error {
	return func() error {
		if wanted {
			x.failed(part(ctx))
		}
		return nil
	}
}

// failed notes the error of a part. Of many calls that fail alike one is told.
func (x *rereading) failed(err error) {
	op := asOpError(err)
	if op == nil {
		return
	}
	x.tell(func(out *model.Reread) {
		if !slices.ContainsFunc(out.Errors, func(e *model.OpError) bool { return e.Op == op.Op && e.Kind == op.Kind }) {
			out.Errors = append(out.Errors, op)
		}
	})
}

func (x *rereading) tell(change func(*model.Reread)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	change(&x.out)
}

// own reports whether an image is the account's own: of others it is not told who
// may launch them, nor of what they are made.
func (x *rereading) own(im *model.Image) bool { return im.Owner == x.look.Scope.Account }

// images reads the images themselves, whoever owns them.
func (x *rereading) images(ctx context.Context) (err error) {
	ids := slices.Compact(slices.Sorted(slices.Values(x.look.Images)))
	if x.found, err = x.describe(ctx, nil, "image-id", ids); err != nil {
		return err
	}
	x.out.Images = slices.Clone(x.found)
	x.out.Gone = slices.DeleteFunc(ids, func(id string) bool {
		return slices.ContainsFunc(x.found, func(im *model.Image) bool { return im.ID == id })
	})
	return nil
}

// describe reads the images of which a filter has one of some values.
func (x *rereading) describe(ctx context.Context, owners []string, filter string, values []string) ([]*model.Image, error) {
	r, err := x.client.reading(ctx, x.look.Scope, model.Images)
	if err != nil {
		return nil, err
	}
	var out []*model.Image
	for some := range slices.Chunk(values, valuesPerFilter) {
		in := ec2.DescribeImagesInput{
			Owners: owners, IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true), Filters: among(filter, some),
		}
		if err := r.describeImages(ctx, in, func(images []*model.Image) { out = append(out, images...) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// copies reads what was copied to here from some images.
func (x *rereading) copies(ctx context.Context) error {
	found, err := x.describe(ctx, []string{"self"}, "source-image-id", x.look.Copies)
	x.tell(func(out *model.Reread) { out.Images = append(out.Images, found...) })
	return err
}

// permissions reads who may launch the images, a call each.
func (x *rereading) permissions(ctx context.Context) error {
	x.tell(func(out *model.Reread) { out.Permissions = []*model.LaunchPermissions{} })
	var calls errgroup.Group
	calls.SetLimit(rereadAtOnce)
	for _, im := range x.found {
		if !x.own(im) {
			continue
		}
		calls.Go(func() error {
			p, err := x.client.ReadPermissions(ctx, x.look.Scope, im.ID)
			if err == nil {
				x.tell(func(out *model.Reread) { out.Permissions = append(out.Permissions, p) })
			}
			return err
		})
	}
	return calls.Wait()
}

// references asks AWS what names the images.
func (x *rereading) references(ctx context.Context) error {
	refs := []*model.Reference{}
	err := x.client.Opinion(ctx, x.look.Scope, x.look.Images, func(p model.Page) { refs = append(refs, p.References...) })
	if err == nil || len(refs) > 0 { // what is named by the first answers is so whatever the others say
		x.tell(func(out *model.Reread) { out.References = refs })
	}
	return err
}

// bin looks for what is gone in the Recycle Bin.
func (x *rereading) bin(ctx context.Context) {
	gone := slices.Sorted(slices.Values(slices.Concat(x.out.Gone, x.out.Missing)))
	r, err := x.client.reading(ctx, x.look.Scope, model.Bin)
	if err != nil {
		x.failed(err)
		return
	}
	var listed bool
	binned := []*model.Binned{}
	r.page = func(p model.Page) {
		for _, b := range p.Binned {
			if _, ours := slices.BinarySearch(gone, b.ID); ours {
				binned = append(binned, b)
			}
		}
	}
	for _, list := range []func(context.Context) error{r.binnedSnapshots, r.binnedImages} {
		err := list(ctx)
		x.failed(err)
		listed = listed || err == nil
	}
	if listed {
		slices.SortFunc(binned, func(a, b *model.Binned) int { return strings.Compare(a.ID, b.ID) })
		x.out.Binned = binned
	}
}
