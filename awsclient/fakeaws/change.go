package fakeaws

import (
	"cmp"
	"slices"
	"strconv"
	"sync"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// settle makes what there is in the beginning.
func (s *Server) settle() {
	build := fleet.New
	if s.options.Bare {
		build = fleet.Organize
	}
	if s.options.World == nil {
		s.organization.Store(fleet.Organize(s.options.Fleet))
		s.store = sync.OnceValue(func() *store { return newStore(build(s.options.Fleet)) })
		return
	}
	f := build(s.options.Fleet)
	s.options.World(f)
	st := newStore(f)
	s.store = func() *store { return st }
	s.organization.Store(organizationOf(f))
}

// Change lets f change all that there is, while no call is answered: records
// come, go and get other fields, accounts join, move or are suspended. It finds
// what callers have changed, and what it leaves is what the next call sees.
//
// A record needs its id or name, its owner and region, and what a test is
// about: an image, instance or template whose other fields are zero is a plain
// one. A record that f takes over from another may share its slices, so f puts
// new ones in their place. Neither f nor anybody else may change the fleet
// later.
func (s *Server) Change(f func(*fleet.Fleet)) {
	st := s.store()
	s.elapse()
	st.mu.Lock()
	defer st.mu.Unlock()
	st.gather()
	f(st.fleet)
	st.index()
	s.organization.Store(organizationOf(st.fleet))
}

// fleet is the organization as it is now, without what its accounts have.
func (s *Server) fleet() *fleet.Fleet { return s.organization.Load() }

func organizationOf(f *fleet.Fleet) *fleet.Fleet {
	return &fleet.Fleet{
		Config: f.Config, Organization: f.Organization, Accounts: slices.Clone(f.Accounts),
		Vendors: slices.Clone(f.Vendors), Regions: slices.Clone(f.Regions),
	}
}

// complete fills in what hand-made records may leave out. A generated fleet
// leaves nothing out.
func complete(f *fleet.Fleet) {
	for i := range f.Images {
		completeImage(&f.Images[i])
	}
	for i := range f.Instances {
		r := &f.Instances[i]
		if r.Machine == nil {
			r.Machine = plainMachine(0)
		}
		r.State = cmp.Or(r.State, "running")
		r.Type = cmp.Or(r.Type, "t3.medium")
		r.Zone = cmp.Or(r.Zone, r.Region+"a")
		r.Reservation = cmp.Or(r.Reservation, r.ID)
	}
	completeCharges(f)
	completeSettings(f)
	for i := range f.Templates {
		t := &f.Templates[i]
		if len(t.Versions) > 0 {
			t.Default = cmp.Or(t.Default, t.Versions[0].Number)
		}
	}
}

func completeImage(im *fleet.Image) {
	if im.Machine == nil {
		im.Machine = plainMachine(len(im.Snapshots))
	}
	im.Life.State = cmp.Or(im.Life.State, "available")
	im.Life.Protection = cmp.Or(im.Life.Protection, unprotected)
}

// plainMachine is a Linux machine with one EBS device for each snapshot, and
// one without where there is none.
func plainMachine(snapshots int) *fleet.Machine {
	m := &fleet.Machine{
		Architecture: "x86_64", PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances", Virtualization: "hvm",
		RootType: "ebs", RootDevice: "/dev/sda1", ENA: true,
	}
	for i := range max(snapshots, 1) {
		m.Devices = append(m.Devices, fleet.Device{Name: "/dev/sda" + strconv.Itoa(i+1), GiB: 8, Type: "gp3", Empty: snapshots == 0})
	}
	return m
}
