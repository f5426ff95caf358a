package plan_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/plan"
)

// cloud is as much of AWS as plans need: what calls do to images and snapshots of one
// account.
type cloud struct {
	now       time.Time
	images    map[model.ImageKey]*simImage
	snapshots map[string]*simSnapshot
	bin       map[model.ImageKey]*simImage
	made      int
	forgets   bool // what comes back from the bin has lost permissions, tags and dates
}

type simImage struct {
	facts     plan.Facts // but for snapshots
	snapshots []string
}

type simSnapshot struct {
	facts  plan.Snapshot // but for users
	binned bool
}

func (c *cloud) clone() *cloud {
	out := &cloud{now: c.now, made: c.made, forgets: c.forgets, images: map[model.ImageKey]*simImage{}, bin: map[model.ImageKey]*simImage{}, snapshots: map[string]*simSnapshot{}}
	for k, im := range c.images {
		out.images[k] = im.clone()
	}
	for k, im := range c.bin {
		out.bin[k] = im.clone()
	}
	for id, s := range c.snapshots {
		next := *s
		next.facts.Accounts = slices.Clone(s.facts.Accounts)
		out.snapshots[id] = &next
	}
	return out
}

func (im *simImage) clone() *simImage {
	next := *im
	next.facts.Tags = slices.Clone(im.facts.Tags)
	if p := im.facts.Permissions; p != nil {
		next.facts.Permissions = &plan.Sharing{Public: p.Public, Accounts: slices.Clone(p.Accounts), Organizations: slices.Clone(p.Organizations), Units: slices.Clone(p.Units)}
	}
	return &next
}

// users are the images that are made of a snapshot.
func (c *cloud) users(id string) []string {
	out := []string{}
	for k, im := range c.images {
		if slices.Contains(im.snapshots, id) {
			out = append(out, k.ID)
		}
	}
	slices.Sort(out)
	return out
}

// target is what somebody knows of an image who has read everything.
func (c *cloud) target(k model.ImageKey) plan.Target {
	im, f := c.images[k], plan.Facts{}
	if im == nil {
		if im = c.bin[k]; im == nil {
			return plan.Target{Image: k, Account: dev, Before: target("0", facts(func(f *plan.Facts) { f.State = plan.Gone; f.Snapshots = nil })).Before}
		}
		f = target("0").Before
		f.State, f.Name, f.Owner, f.Tags, f.TagsKnown, f.Permissions, f.Deprecation, f.Snapshots = plan.Binned, im.facts.Name, dev, []model.Tag{}, false, nil, nil, nil
		f.Bin = im.facts.Bin
	} else {
		f = im.clone().facts
	}
	f.Snapshots = []plan.Snapshot{}
	for _, id := range im.snapshots {
		s := c.snapshots[id]
		x := plan.Snapshot{ID: id, State: plan.Gone}
		if s != nil {
			x = s.facts
		}
		x.Images = slices.DeleteFunc(c.users(id), func(u string) bool { return u == k.ID })
		if s != nil && s.binned {
			x.State = plan.Binned
		}
		f.Snapshots = append(f.Snapshots, x)
	}
	return plan.Target{Image: k, Account: dev, Before: f}
}

func (c *cloud) targets(keys []model.ImageKey) []plan.Target {
	var out []plan.Target
	for _, k := range keys {
		out = append(out, c.target(k))
	}
	return out
}

// state is all that can be compared of the cloud, in words.
func (c *cloud) state() map[string]string {
	out := map[string]string{}
	for k, im := range c.images {
		f := im.facts
		tags := slices.SortedFunc(slices.Values(f.Tags), func(a, b model.Tag) int { return strings.Compare(a.Key, b.Key) })
		deprecation := "none"
		if f.Deprecation != nil {
			deprecation = f.Deprecation.UTC().String()
		}
		out[k.ID] = fmt.Sprintf("%s permissions %+v tags %v deprecation %s protection %s", f.State, *f.Permissions, tags, deprecation, f.Protection)
	}
	for k := range c.bin {
		out[k.ID] = "binned"
	}
	for id, s := range c.snapshots {
		out[id] = fmt.Sprintf("binned %v accounts %v", s.binned, s.facts.Accounts)
	}
	return out
}

// call does a call, as AWS would, and gives what it gives.
func (c *cloud) call(t *testing.T, s plan.Step, input string) plan.Result {
	t.Helper()
	var in simInput
	if err := json.Unmarshal([]byte(input), &in); err != nil {
		t.Fatal(err)
	}
	k := model.ImageKey{Region: s.Scope.Region, ID: in.ImageID}
	if len(in.Resources) > 0 {
		k.ID = in.Resources[0]
	}
	switch s.Call.API {
	case "ec2:CopyImage":
		return c.copy(s.Scope.Region, in)
	case "ec2:DeleteSnapshot":
		if users := c.users(in.SnapshotID); len(users) > 0 || c.snapshots[in.SnapshotID] == nil || c.snapshots[in.SnapshotID].binned {
			t.Fatalf("step %d: snapshot %s is in use by %v or not there", s.ID, in.SnapshotID, users)
		}
		c.throw(in.SnapshotID)
		return plan.Result{}
	case "ec2:RestoreSnapshotFromRecycleBin":
		if sn := c.snapshots[in.SnapshotID]; sn == nil || !sn.binned {
			t.Fatalf("step %d: snapshot %s is not in the bin", s.ID, in.SnapshotID)
		}
		c.snapshots[in.SnapshotID].binned = false
		return plan.Result{}
	case "ec2:RestoreImageFromRecycleBin":
		c.restore(t, s, k)
		return plan.Result{}
	case "ec2:ModifySnapshotAttribute":
		for _, u := range in.UserIDs {
			set(&c.snapshots[in.SnapshotID].facts.Accounts, u, in.OperationType == "add")
		}
		return plan.Result{}
	}
	im := c.images[k]
	if im == nil {
		t.Fatalf("step %d %s: no image %s", s.ID, s.Call.API, k.ID)
	}
	return c.change(t, s, im, k, in)
}

// simInput is any input.
type simInput struct {
	ImageID                   string `json:"ImageId"`
	SnapshotID                string `json:"SnapshotId"`
	DeleteAssociatedSnapshots bool
	DeprecateAt               time.Time
	WithCooldown              bool
	Resources                 []string
	Tags                      []struct {
		Key   string
		Value *string
	}
	OperationType    string
	UserIDs          []string `json:"UserIds"`
	LaunchPermission struct{ Add, Remove []simGrant }
	SourceRegion     string
	SourceImageID    string `json:"SourceImageId"`
	Name             string
}

type simGrant struct{ UserID, Group, OrganizationArn, OrganizationalUnitArn string }

func (c *cloud) change(t *testing.T, s plan.Step, im *simImage, k model.ImageKey, in simInput) plan.Result {
	t.Helper()
	f := &im.facts
	refuse := func(when bool, why string) {
		if when {
			t.Fatalf("step %d %s %s: %s", s.ID, s.Call.API, s.Call.Input, why)
		}
	}
	switch s.Call.API {
	case "ec2:ModifyImageAttribute":
		refuse(f.State != "available", "it is "+f.State)
		for _, g := range in.LaunchPermission.Add {
			g.put(f.Permissions, true)
		}
		for _, g := range in.LaunchPermission.Remove {
			g.put(f.Permissions, false)
		}
	case "ec2:EnableImageDeprecation":
		refuse(!in.DeprecateAt.After(c.now), "the date has passed")
		f.Deprecation = &in.DeprecateAt
	case "ec2:DisableImageDeprecation":
		refuse(f.Permissions.Public, "it is public")
		f.Deprecation = nil
	case "ec2:DisableImage":
		refuse(f.State != "available", "it is "+f.State)
		f.State, f.Permissions = "disabled", &plan.Sharing{Accounts: []string{}, Organizations: []string{}, Units: []string{}}
	case "ec2:EnableImage":
		refuse(f.State != "disabled", "it is "+f.State)
		f.State = "available"
	case "ec2:EnableImageDeregistrationProtection":
		f.Protection = plan.ProtectedNow
		if in.WithCooldown {
			f.Protection = plan.ProtectedYet
		}
	case "ec2:DisableImageDeregistrationProtection":
		f.Protection = plan.Unprotected
	case "ec2:CreateTags", "ec2:DeleteTags":
		for _, x := range in.Tags {
			f.Tags = slices.DeleteFunc(f.Tags, func(t model.Tag) bool { return t.Key == x.Key })
			if s.Call.API == "ec2:CreateTags" {
				f.Tags = append(f.Tags, model.Tag{Key: x.Key, Value: *x.Value})
			}
		}
	case "ec2:DeregisterImage":
		refuse(strings.HasPrefix(f.Protection, "enabled"), "it is protected")
		return c.deregister(im, k, in.DeleteAssociatedSnapshots)
	default:
		t.Fatalf("step %d calls %s", s.ID, s.Call.API)
	}
	return plan.Result{}
}

func (g simGrant) put(p *plan.Sharing, on bool) {
	switch {
	case g.UserID != "":
		set(&p.Accounts, g.UserID, on)
	case g.OrganizationArn != "":
		set(&p.Organizations, g.OrganizationArn, on)
	case g.OrganizationalUnitArn != "":
		set(&p.Units, g.OrganizationalUnitArn, on)
	default:
		p.Public = on
	}
}

func set(list *[]string, s string, on bool) {
	*list = slices.DeleteFunc(*list, func(x string) bool { return x == s })
	if on {
		*list = append(*list, s)
		slices.Sort(*list)
	}
}

func (c *cloud) deregister(im *simImage, k model.ImageKey, snapshots bool) plan.Result {
	delete(c.images, k)
	if im.facts.Bin.Image > 0 && (im.facts.State == "available" || im.facts.State == "disabled") {
		c.bin[k] = im
	}
	r := plan.Result{}
	if !snapshots {
		return r
	}
	r.Snapshots = map[string]string{}
	for _, id := range im.snapshots {
		if len(c.users(id)) > 0 {
			r.Snapshots[id] = "skipped"
			continue
		}
		r.Snapshots[id] = "success"
		c.throw(id)
	}
	return r
}

// throw deletes a snapshot. All images have the same rules of the bin here.
func (c *cloud) throw(id string) {
	if c.held() {
		c.snapshots[id].binned = true
	} else {
		delete(c.snapshots, id)
	}
}

func (c *cloud) held() bool {
	for _, m := range []map[model.ImageKey]*simImage{c.images, c.bin} {
		for _, im := range m {
			return im.facts.Bin.Snapshots > 0
		}
	}
	return false
}

func (c *cloud) restore(t *testing.T, s plan.Step, k model.ImageKey) {
	t.Helper()
	im := c.bin[k]
	if im == nil {
		t.Fatalf("step %d: image %s is not in the bin", s.ID, k.ID)
	}
	for _, id := range im.snapshots {
		if c.snapshots[id] == nil || c.snapshots[id].binned {
			t.Fatalf("step %d: snapshot %s of image %s is not there", s.ID, id, k.ID)
		}
	}
	if c.forgets {
		f := &im.facts
		f.Permissions = &plan.Sharing{Accounts: []string{}, Organizations: []string{}, Units: []string{}}
		f.Tags = slices.DeleteFunc(f.Tags, func(t model.Tag) bool { return !strings.HasPrefix(t.Key, "aws:") })
		if f.Deprecation != nil && f.Deprecation.After(c.now) {
			f.Deprecation = nil
		}
	}
	delete(c.bin, k)
	c.images[k] = im
}

func (c *cloud) copy(region string, in simInput) plan.Result {
	c.made++
	id := fmt.Sprintf("ami-copy%d", c.made)
	next := c.images[model.ImageKey{Region: in.SourceRegion, ID: in.SourceImageID}].clone()
	next.facts.Permissions = &plan.Sharing{Accounts: []string{}, Organizations: []string{}, Units: []string{}}
	next.facts.Deprecation, next.facts.Protection, next.facts.Name = nil, plan.Unprotected, in.Name
	next.facts.Usage, next.facts.Managed = target("0").Before.Usage, "none"
	next.snapshots = nil
	for i := range 2 {
		sn := snapshot(fmt.Sprintf("snap-%s-%d", id, i))
		c.snapshots[sn.ID] = &simSnapshot{facts: sn}
		next.snapshots = append(next.snapshots, sn.ID)
	}
	c.images[model.ImageKey{Region: region, ID: id}] = next
	return plan.Result{Image: id}
}

// run does a plan in a random order that its steps allow.
func (c *cloud) run(t *testing.T, r *rand.Rand, p plan.Plan) *plan.Run {
	t.Helper()
	out := &plan.Run{ID: "run", Plan: p, Outcomes: map[int]plan.Outcome{}}
	for len(out.Outcomes) < len(p.Steps) {
		var ready []plan.Step
		for _, s := range p.Steps {
			_, done := out.Outcomes[s.ID]
			if !done && !slices.ContainsFunc(s.After, func(a int) bool { _, ok := out.Outcomes[a]; return !ok }) {
				ready = append(ready, s)
			}
		}
		s := ready[r.IntN(len(ready))]
		input := string(s.Call.Input)
		for id, o := range out.Outcomes {
			input = strings.ReplaceAll(input, fmt.Sprintf("${%d.ImageId}", id), o.Result.Image)
		}
		out.Outcomes[s.ID] = plan.Outcome{State: plan.Done, Result: c.call(t, s, input)}
	}
	return out
}

// randomCloud is some images of two regions with their snapshots, some of them shared.
func randomCloud(r *rand.Rand) *cloud {
	c := &cloud{now: now, images: map[model.ImageKey]*simImage{}, bin: map[model.ImageKey]*simImage{}, snapshots: map[string]*simSnapshot{}}
	bin := plan.Bin{Known: r.IntN(5) > 0, Image: pick(r, 0, 14, 14), Snapshots: pick(r, 0, 7, 7)}
	for i := range 2 + r.IntN(6) {
		k := model.ImageKey{Region: pick(r, region, region, "eu-west-2"), ID: fmt.Sprintf("ami-%d", i)}
		im := &simImage{facts: randomFacts(r)}
		im.facts.Bin, im.facts.Name = bin, "web-"+k.ID
		for n := range 1 + r.IntN(3) {
			id := fmt.Sprintf("snap-%s-%d", k.Region, r.IntN(8))
			if n == 0 {
				id = fmt.Sprintf("snap-own-%d", i)
			}
			if !slices.Contains(im.snapshots, id) {
				im.snapshots = append(im.snapshots, id)
			}
			if c.snapshots[id] == nil {
				c.snapshots[id] = &simSnapshot{facts: randomSnapshot(r, id)}
			}
		}
		slices.Sort(im.snapshots)
		c.images[k] = im
	}
	return c
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func randomFacts(r *rand.Rand) plan.Facts {
	f := target("0").Before
	f.State = pick(r, "available", "available", "available", "disabled", "pending", "failed")
	f.Deprecation = pick(r, nil, nil, at(40*day), at(-40*day))
	f.Protection = pick(r, plan.Unprotected, plan.Unprotected, plan.Unprotected, plan.ProtectedNow, plan.ProtectedYet)
	f.Managed = pick(r, "none", "none", "none", "dlm", "backup", "imagebuilder")
	f.Tags = append(f.Tags, pick(r, []model.Tag{}, []model.Tag{{Key: "Owner", Value: "ada"}, {Key: "aws:x", Value: "1"}})...)
	f.Usage.Verdict = pick(r, "unused", "unused", "unused", "used", "probable", "unknown")
	f.Usage.Recheck = pick(r, "", "", "", "denied")
	f.Family.Newest, f.Family.Others = pick(r, true, false), r.IntN(3)
	if f.State == "available" {
		f.Permissions.Public = r.IntN(6) == 0
		f.Permissions.Accounts = pick(r, []string{}, []string{friend}, []string{prod, friend})
		f.Permissions.Organizations = pick(r, []string{}, []string{}, []string{org})
	}
	if f.Permissions.Public { // AWS gives each a date
		f.Deprecation = at(300 * day)
		f.Created = at(-day)
	}
	return f
}

func randomSnapshot(r *rand.Rand, id string) plan.Snapshot {
	s := snapshot(id)
	s.Named = pick(r, []string{}, []string{}, []string{}, []string{"template web v1"})
	s.Backup = r.IntN(12) == 0
	s.Accounts = pick(r, []string{}, []string{friend})
	return s
}

// randomRequest asks for any deed on some of the images.
func randomRequest(r *rand.Rand, c *cloud) plan.Request {
	q := plan.Request{Deed: pick(r, plan.Deeds()...)}
	o := &q.Options
	switch q.Deed {
	case plan.Copy:
		o.Regions, o.Permissions = pick(r, []string{"us-east-1"}, []string{"us-east-1", "eu-west-2"}), r.IntN(2) == 0
	case plan.Share, plan.Unshare:
		o.Accounts, o.Snapshots, o.Public = pick(r, []string{friend}, []string{friend, prod}), r.IntN(2) == 0, r.IntN(4) == 0
		o.Organizations = pick(r, nil, []string{org})
	case plan.Deprecate:
		o.At = at(time.Duration(1+r.IntN(90)) * day)
	case plan.Protect:
		o.Cooldown = r.IntN(2) == 0
	case plan.Tag:
		o.Set, o.Remove = pick(r, nil, map[string]string{"Owner": "bob", "New": "1"}), pick(r, nil, []string{"Team"}, []string{"Team", "None"})
	case plan.Delete:
		o.KeepSnapshots, o.AllowStale, o.AllowUnknown = r.IntN(4) == 0, r.IntN(2) == 0, r.IntN(2) == 0
	default: // nothing to choose
	}
	q.Images = slices.SortedFunc(maps.Keys(c.images), model.ImageKey.Compare)
	r.Shuffle(len(q.Images), func(i, j int) { q.Images[i], q.Images[j] = q.Images[j], q.Images[i] })
	q.Images = q.Images[:1+r.IntN(len(q.Images))]
	return q
}
