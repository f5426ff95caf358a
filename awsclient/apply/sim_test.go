package apply_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// sim is a small AWS in memory. What it tells of images that come and go may be late
// by lag.
type sim struct {
	sync.Mutex
	images    map[model.ImageKey]*simImage
	snapshots map[string]*simSnapshot
	tokens    map[string]string   // of copies: the image that was made
	seen      map[string]int      // calls that came to it, by API and subject
	did       map[string]int      // those that changed something
	dry       map[string]int      // dry runs, by scope and API
	looks     int                 // rereadings
	calling   map[model.Scope]int // calls at the moment
	most      map[model.Scope]int // the most of them
	all, peak int                 // likewise, in all scopes
	serial    int                 // of copies

	lag     time.Duration
	latency time.Duration
	reading time.Duration // of a rereading; 0: latency
	making  time.Duration // of a copy
	// before and after are asked about each call; an error is the answer. What after
	// answers to is done. unread is asked about rereadings.
	before, after func(s model.Scope, c plan.Call) error
	unread        func(l model.Look) error
}

type simImage struct {
	model.Image
	shares []string
	gone   time.Time // since when; zero: it is there
	binned bool
	shown  time.Time // from when it is told
	ready  time.Time // of a copy: when it is made
	fails  string    // why copies of it cannot be made
}

type simSnapshot struct {
	model.Snapshot
	gone   bool
	binned bool
	shares []string
	code   string // what deleting it with its image answers, if not success
}

func newSim() *sim {
	return &sim{
		images: map[model.ImageKey]*simImage{}, snapshots: map[string]*simSnapshot{}, tokens: map[string]string{}, seen: map[string]int{}, did: map[string]int{},
		dry: map[string]int{}, calling: map[model.Scope]int{}, most: map[model.Scope]int{}, latency: 100 * time.Millisecond, making: 2 * time.Minute,
	}
}

// protection are the traits of an image that is protected in AWS's words.
func protection(words string) model.Shared[model.Traits] {
	return model.Share(model.Traits{Protection: words})
}

// add makes an image with some snapshots.
func (a *sim) add(s model.Scope, id string, snapshots ...string) *simImage {
	im := &simImage{Image: model.Image{
		ImageKey: model.ImageKey{Region: s.Region, ID: id}, Owner: s.Account, Name: id, State: "available", Architecture: "arm64", Detail: &model.Detail{TagsRead: true, Traits: protection("disabled")},
	}}
	for i, sn := range snapshots {
		im.Detail.Devices = append(im.Detail.Devices, model.Device{Name: fmt.Sprintf("/dev/sd%d", i), Snapshot: sn})
		if a.snapshots[sn] == nil {
			a.snapshots[sn] = &simSnapshot{Snapshot: model.Snapshot{Region: s.Region, ID: sn, Owner: s.Account, State: "completed", FullBytes: -1}}
		}
	}
	a.images[im.ImageKey] = im
	return im
}

// image is one that is there, or was.
func (a *sim) image(s model.Scope, id string) *simImage {
	return a.images[model.ImageKey{Region: s.Region, ID: id}]
}

func opErr(s model.Scope, c plan.Call, kind model.ErrorKind, code string) *model.OpError {
	return &model.OpError{Op: c.API, Scope: s, Kind: kind, Code: code, Err: errors.New(code)}
}

// input is what is known of the inputs of calls.
type input struct {
	ImageId, SnapshotId, SourceImageId, SourceRegion, Name, OperationType string
	DeleteAssociatedSnapshots                                             bool
	DeprecateAt                                                           time.Time
	LaunchPermission                                                      struct{ Add, Remove []struct{ UserId string } }
	UserIds, Resources                                                    []string
	Tags                                                                  []model.Tag
}

func inputOf(c plan.Call) (in input) {
	if err := json.Unmarshal(c.Input, &in); err != nil {
		panic(err)
	}
	return in
}

// subject is what a call is about, as tests name it.
func subject(c plan.Call) string {
	in := inputOf(c)
	return strings.TrimPrefix(c.API, "ec2:") + " " + in.ImageId + in.SnapshotId + in.SourceImageId + strings.Join(in.Resources, "")
}

func isDry(c plan.Call) bool { return strings.HasPrefix(c.API, "dry ") }

func (a *sim) Call(ctx context.Context, s model.Scope, c plan.Call, token string, dry bool) (plan.Answer, error) {
	defer a.enter(s)()
	select {
	case <-time.After(a.latency):
	case <-ctx.Done():
		return plan.Answer{}, ctx.Err()
	}
	a.Lock()
	defer a.Unlock()
	if dry {
		a.dry[s.String()+" "+c.API]++
		c.API = "dry " + c.API
	} else {
		a.seen[subject(c)]++
	}
	if a.before != nil {
		if err := a.before(s, c); err != nil {
			return plan.Answer{}, err
		}
	}
	if dry {
		return plan.Answer{}, nil
	}
	r, err := a.do(s, c, token)
	if err == nil && a.after != nil {
		err = a.after(s, c)
	}
	return plan.Answer{Request: "req-" + token, Result: r}, err
}

// enter counts what goes on at the same time.
func (a *sim) enter(s model.Scope) (leave func()) {
	a.Lock()
	defer a.Unlock()
	a.calling[s]++
	a.all++
	a.most[s], a.peak = max(a.most[s], a.calling[s]), max(a.peak, a.all)
	return func() {
		a.Lock()
		defer a.Unlock()
		a.calling[s]--
		a.all--
	}
}

func (a *sim) do(s model.Scope, c plan.Call, token string) (r plan.Result, err error) {
	in, now := inputOf(c), time.Now()
	im, sn := a.image(s, cmp.Or(in.ImageId, strings.Join(in.Resources, ""))), a.snapshots[in.SnapshotId]
	absent := func(gone, binned bool) bool { // for the call
		if strings.HasPrefix(c.API, "ec2:Restore") {
			return !gone || !binned
		}
		return gone
	}
	switch {
	case c.API == "ec2:CopyImage":
		return a.copy(s, in, token)
	case in.SnapshotId == "" && (im == nil || absent(!im.gone.IsZero(), im.binned)):
		return r, opErr(s, c, model.NotFound, "InvalidAMIID.Unavailable")
	case in.SnapshotId != "" && (sn == nil || absent(sn.gone, sn.binned)):
		return r, opErr(s, c, model.NotFound, "InvalidSnapshot.NotFound")
	}
	switch c.API {
	case "ec2:DeregisterImage":
		im.gone, im.binned = now, true
		r.Snapshots = a.deleteOf(im, in.DeleteAssociatedSnapshots)
	case "ec2:DeleteSnapshot":
		if len(a.users(in.SnapshotId, now)) > 0 {
			return r, opErr(s, c, model.InUse, "InvalidSnapshot.InUse")
		}
		sn.gone, sn.binned = true, true
	case "ec2:RestoreSnapshotFromRecycleBin":
		sn.gone, sn.binned = false, false
	case "ec2:RestoreImageFromRecycleBin":
		im.gone, im.binned = time.Time{}, false
	case "ec2:ModifySnapshotAttribute":
		sn.shares = append(sn.shares, in.UserIds...)
	default:
		im.alter(c.API, in)
	}
	a.did[subject(c)]++
	return r, nil
}

// alter does what changes an image and nothing besides.
func (im *simImage) alter(api string, in input) {
	switch api {
	case "ec2:DisableImage":
		im.State, im.shares = "disabled", nil
	case "ec2:EnableImage":
		im.State = "available"
	case "ec2:EnableImageDeprecation":
		im.Deprecation = in.DeprecateAt
	case "ec2:DisableImageDeprecation":
		im.Deprecation = time.Time{}
	case "ec2:EnableImageDeregistrationProtection":
		im.Detail.Traits = protection(plan.ProtectedNow)
	case "ec2:DisableImageDeregistrationProtection":
		im.Detail.Traits = protection(plan.Unprotected)
	case "ec2:ModifyImageAttribute":
		for _, g := range in.LaunchPermission.Add {
			im.shares = append(im.shares, g.UserId)
		}
	case "ec2:CreateTags":
		im.Detail.Tags = append(im.Detail.Tags, in.Tags...)
	case "ec2:DeleteTags":
		im.Detail.Tags = slices.DeleteFunc(im.Detail.Tags, func(t model.Tag) bool {
			return slices.ContainsFunc(in.Tags, func(x model.Tag) bool { return x.Key == t.Key })
		})
	default:
		panic(api)
	}
}

func (a *sim) deleteOf(im *simImage, too bool) map[string]string {
	if !too {
		return nil
	}
	codes := map[string]string{}
	for _, id := range im.SnapshotIDs() {
		sn := a.snapshots[id]
		switch codes[id] = "success"; {
		case len(a.users(id, time.Time{})) > 0:
			codes[id] = "skipped"
		case sn.code != "":
			codes[id] = sn.code
		default:
			sn.gone, sn.binned = true, true
		}
	}
	return codes
}

// users are the images that use a snapshot; by what is told at a time, those too
// that are gone since.
func (a *sim) users(id string, told time.Time) (out []string) {
	for _, im := range a.images {
		there := im.gone.IsZero() || !told.IsZero() && told.Sub(im.gone) < a.lag
		if there && slices.Contains(im.SnapshotIDs(), id) {
			out = append(out, im.ID)
		}
	}
	slices.Sort(out)
	return out
}

func (a *sim) copy(s model.Scope, in input, token string) (plan.Result, error) {
	if id := a.tokens[token]; id != "" {
		return plan.Result{Image: id}, nil
	}
	from := a.image(model.Scope{Region: in.SourceRegion}, in.SourceImageId)
	a.serial++
	im := a.add(s, fmt.Sprintf("ami-copy%d", a.serial))
	im.Name, im.State, im.Detail.SourceImage, im.Detail.SourceRegion = in.Name, "pending", from.ID, from.Region
	im.shown, im.ready, im.fails = time.Now().Add(a.lag), time.Now().Add(a.making), from.fails
	a.tokens[token] = im.ID
	a.did["CopyImage "+from.ID]++
	return plan.Result{Image: im.ID}, nil
}

func (a *sim) Reread(ctx context.Context, l model.Look) (model.Reread, error) {
	select {
	case <-time.After(cmp.Or(a.reading, a.latency)):
	case <-ctx.Done():
		return model.Reread{}, ctx.Err()
	}
	a.Lock()
	defer a.Unlock()
	a.looks++
	if a.unread != nil {
		if err := a.unread(l); err != nil {
			return model.Reread{}, err
		}
	}
	return a.tell(l), nil
}

// tell is what is told to a look.
func (a *sim) tell(l model.Look) model.Reread {
	now := time.Now()
	out := model.Reread{Scope: l.Scope, At: now.UTC()}
	ask := slices.Clone(l.Besides)
	for _, im := range a.sorted() {
		asked, copied := slices.Contains(l.Images, im.ID), slices.Contains(l.Copies, im.Detail.SourceImage) && im.Owner == l.Scope.Account
		switch {
		case im.Region != l.Scope.Region || !asked && !copied:
		case !im.gone.IsZero() && now.Sub(im.gone) >= a.lag || now.Before(im.shown):
			if out.Gone = append(out.Gone, im.ID); im.binned && l.Bin {
				out.Binned = append(out.Binned, &model.Binned{ID: im.ID})
			}
		default:
			out.Images = append(out.Images, im.told(now))
			if l.Permissions {
				out.Permissions = append(out.Permissions, &model.LaunchPermissions{ID: im.ID, Accounts: slices.Sorted(slices.Values(im.shares)), At: now})
			}
			if l.Snapshots {
				ask = append(ask, im.SnapshotIDs()...)
			}
		}
	}
	if l.Snapshots || len(ask) > 0 {
		a.tellSnapshots(&out, slices.Compact(slices.Sorted(slices.Values(ask))), l.Bin)
	}
	return out
}

func (a *sim) tellSnapshots(out *model.Reread, ids []string, bin bool) {
	out.Users, out.Shares, out.Snapshots = map[string][]string{}, map[string][]string{}, []*model.Snapshot{}
	for _, id := range ids {
		sn := a.snapshots[id]
		if sn == nil || sn.gone {
			if out.Missing = append(out.Missing, id); bin && sn != nil && sn.binned {
				out.Binned = append(out.Binned, &model.Binned{ID: id})
			}
		} else {
			told := sn.Snapshot
			out.Snapshots, out.Shares[id] = append(out.Snapshots, &told), slices.Sorted(slices.Values(sn.shares))
		}
		out.Users[id] = slices.DeleteFunc(a.users(id, out.At), func(im string) bool { return slices.Contains(out.Gone, im) })
	}
}

func (a *sim) sorted() []*simImage {
	return slices.SortedFunc(maps.Values(a.images), func(x, y *simImage) int { return x.Compare(y.ImageKey) })
}

// told is an image as it is told at a time.
func (im *simImage) told(now time.Time) *model.Image {
	out, detail := im.Image, *im.Detail
	detail.Tags = slices.Clone(detail.Tags)
	slices.SortFunc(detail.Tags, func(a, b model.Tag) int { return strings.Compare(a.Key, b.Key) })
	if !im.ready.IsZero() && !now.Before(im.ready) && out.State == "pending" {
		if out.State = "available"; im.fails != "" {
			traits := detail.Traits.Value()
			traits.StateReason = im.fails
			out.State, detail.Traits = "failed", model.Share(traits)
		}
	}
	out.Detail = &detail
	return &out
}

// happened lists the changes that were made, and how often.
func (a *sim) happened() []string { return counted(&a.Mutex, a.did, 0) }

// twice are the calls that came more than once.
func (a *sim) twice() []string { return counted(&a.Mutex, a.seen, 1) }

func counted(l sync.Locker, of map[string]int, more int) (out []string) {
	l.Lock()
	defer l.Unlock()
	for what, n := range of {
		if n > more {
			out = append(out, fmt.Sprintf("%s ×%d", what, n))
		}
	}
	slices.Sort(out)
	return out
}
