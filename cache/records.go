package cache

import (
	"errors"
	"time"

	"github.com/amiscope/amiscope/model"
)

// What is stored of each record, but for usage. A change here raises format. Columns with few
// different values come first: their references are then one byte each.

// columnsOfImage is how many columns imageColumns has at least.
const columnsOfImage = 19

func imageColumns(c *coder, ims []*model.Image) {
	texts(c, ims, func(im *model.Image) *string { return &im.Region })
	texts(c, ims, func(im *model.Image) *string { return &im.Owner })
	texts(c, ims, func(im *model.Image) *string { return &im.OwnerAlias })
	texts(c, ims, func(im *model.Image) *string { return &im.State })
	texts(c, ims, func(im *model.Image) *string { return &im.Architecture })
	texts(c, ims, func(im *model.Image) *string { return &im.Platform })
	texts(c, ims, func(im *model.Image) *string { return &im.RootType })
	texts(c, ims, func(im *model.Image) *string { return &im.Name })
	texts(c, ims, func(im *model.Image) *string { return &im.ID })
	times(c, ims, func(im *model.Image) *time.Time { return &im.Created })
	times(c, ims, func(im *model.Image) *time.Time { return &im.Deprecation })
	times(c, ims, func(im *model.Image) *time.Time { return &im.LastLaunched })
	codes(c, ims, model.Yes, func(im *model.Image) *model.Tri { return &im.Launched })
	codes(c, ims, model.Yes, func(im *model.Image) *model.Tri { return &im.Public })
	codes(c, ims, model.Yes, func(im *model.Image) *model.Tri { return &im.Encrypted })
	codes(c, ims, model.Yes, func(im *model.Image) *model.Tri { return &im.Protected })
	codes(c, ims, model.Marketplace, func(im *model.Image) *model.Manager { return &im.Managed })
	numbers(c, ims, func(im *model.Image) *uint16 { return &im.Snapshots })
	numbers(c, ims, func(im *model.Image) *int64 { return &im.SizeGiB })
}

func detailColumns(c *coder, ds []*model.Detail) {
	ts := sharedBy(ds, &c.sc.traits, traitsOf)
	flags(c, ds, func(d *model.Detail) *bool { return &d.TagsRead })
	texts(c, ts, func(t *model.Traits) *string { return &t.PlatformDetails })
	texts(c, ts, func(t *model.Traits) *string { return &t.UsageOperation })
	texts(c, ts, func(t *model.Traits) *string { return &t.BootMode })
	texts(c, ts, func(t *model.Traits) *string { return &t.Virtualization })
	texts(c, ts, func(t *model.Traits) *string { return &t.Hypervisor })
	texts(c, ts, func(t *model.Traits) *string { return &t.IMDS })
	texts(c, ts, func(t *model.Traits) *string { return &t.TPM })
	texts(c, ts, func(t *model.Traits) *string { return &t.SriovNet })
	texts(c, ts, func(t *model.Traits) *string { return &t.RootDevice })
	texts(c, ts, func(t *model.Traits) *string { return &t.ImageType })
	texts(c, ts, func(t *model.Traits) *string { return &t.KernelID })
	texts(c, ts, func(t *model.Traits) *string { return &t.RamdiskID })
	texts(c, ds, func(d *model.Detail) *string { return &d.SourceRegion })
	texts(c, ts, func(t *model.Traits) *string { return &t.Protection })
	texts(c, ts, func(t *model.Traits) *string { return &t.StateReason })
	texts(c, ts, func(t *model.Traits) *string { return &t.PublicParameter })
	share(c, ds, ts, traitsOf)
	codes(c, ds, model.Yes, func(d *model.Detail) *model.Tri { return &d.ENA })
	codes(c, ds, model.Yes, func(d *model.Detail) *model.Tri { return &d.Allowed })
	codes(c, ds, model.Yes, func(d *model.Detail) *model.Tri { return &d.FreeTier })
	deviceColumns(c, lists(c, ds, columnsOfDevice, func(d *model.Detail) *[]model.Device { return &d.Devices }))
	tagColumns(c, lists(c, ds, columnsOfTag, func(d *model.Detail) *[]model.Tag { return &d.Tags }))
	codeColumns(c, lists(c, ds, columnsOfTag, func(d *model.Detail) *[]model.ProductCode { return &d.ProductCodes }))
	texts(c, ds, func(d *model.Detail) *string { return &d.Description })
	texts(c, ds, func(d *model.Detail) *string { return &d.Location })
	texts(c, ds, func(d *model.Detail) *string { return &d.SourceImage })
	texts(c, ds, func(d *model.Detail) *string { return &d.SourceInstance })
}

func scanColumns(c *coder, ds []*model.Detail) {
	codes(c, ds, model.Yes, func(d *model.Detail) *model.Tri { return &d.Inspected })
	scans := optional(c, ds, columnsOfScan, func(d *model.Detail) **model.Scan { return &d.Scan })
	texts(c, scans, func(s *model.Scan) *string { return &s.Severity })
	times(c, scans, func(s *model.Scan) *time.Time { return &s.At })
	for level := range model.ScanLevels() {
		times(c, scans, func(s *model.Scan) *time.Time { return &s.Fixes[level] })
	}
}

const (
	columnsOfDetail = 27
	columnsOfScan   = 7
	columnsOfDevice = 10
	columnsOfTag    = 2
)

func deviceColumns(c *coder, ds []*model.Device) {
	disks := sharedBy(ds, &c.sc.disks, diskOf)
	texts(c, ds, func(d *model.Device) *string { return &d.Name })
	texts(c, disks, func(d *model.Disk) *string { return &d.Virtual })
	texts(c, disks, func(d *model.Disk) *string { return &d.Type })
	flags(c, disks, func(d *model.Disk) *bool { return &d.NoDevice })
	numbers(c, disks, func(d *model.Disk) *int64 { return &d.SizeGiB })
	numbers(c, disks, func(d *model.Disk) *int32 { return &d.IOPS })
	numbers(c, disks, func(d *model.Disk) *int32 { return &d.Throughput })
	codes(c, disks, model.Yes, func(d *model.Disk) *model.Tri { return &d.Encrypted })
	codes(c, disks, model.Yes, func(d *model.Disk) *model.Tri { return &d.DeleteOnTermination })
	share(c, ds, disks, diskOf)
	texts(c, ds, func(d *model.Device) *string { return &d.Snapshot })
}

func tagColumns(c *coder, ts []*model.Tag) {
	texts(c, ts, func(t *model.Tag) *string { return &t.Key })
	texts(c, ts, func(t *model.Tag) *string { return &t.Value })
}

func codeColumns(c *coder, ps []*model.ProductCode) {
	texts(c, ps, func(p *model.ProductCode) *string { return &p.ID })
	texts(c, ps, func(p *model.ProductCode) *string { return &p.Type })
}

const columnsOfSnapshot = 14

func snapshotColumns(c *coder, ss []*model.Snapshot) {
	texts(c, ss, func(s *model.Snapshot) *string { return &s.Region })
	texts(c, ss, func(s *model.Snapshot) *string { return &s.Owner })
	texts(c, ss, func(s *model.Snapshot) *string { return &s.State })
	texts(c, ss, func(s *model.Snapshot) *string { return &s.Tier })
	texts(c, ss, func(s *model.Snapshot) *string { return &s.KMSKey })
	times(c, ss, func(s *model.Snapshot) *time.Time { return &s.Start })
	numbers(c, ss, func(s *model.Snapshot) *int64 { return &s.SizeGiB })
	numbers(c, ss, func(s *model.Snapshot) *int64 { return &s.FullBytes })
	codes(c, ss, model.Yes, func(s *model.Snapshot) *model.Tri { return &s.Encrypted })
	tagColumns(c, lists(c, ss, columnsOfTag, func(s *model.Snapshot) *[]model.Tag { return &s.Tags }))
	texts(c, ss, func(s *model.Snapshot) *string { return &s.Description })
	texts(c, ss, func(s *model.Snapshot) *string { return &s.VolumeID })
	texts(c, ss, func(s *model.Snapshot) *string { return &s.DataKeyID })
	texts(c, ss, func(s *model.Snapshot) *string { return &s.ID })
}

func failureColumns(c *coder, fs []*failure) {
	texts(c, fs, func(f *failure) *string { return &f.op })
	texts(c, fs, func(f *failure) *string { return &f.account })
	texts(c, fs, func(f *failure) *string { return &f.region })
	texts(c, fs, func(f *failure) *string { return &f.kind })
	texts(c, fs, func(f *failure) *string { return &f.code })
	texts(c, fs, func(f *failure) *string { return &f.help })
	texts(c, fs, func(f *failure) *string { return &f.text })
}

const columnsOfFailure = 7

// failure is a model.OpError as it is kept: its cause is a text from then on.
type failure struct{ op, account, region, kind, code, help, text string }

// failures is what an optional error is stored as: one or none.
func failures(e *model.OpError) []failure {
	if e == nil {
		return nil
	}
	f := failure{op: e.Op, account: e.Scope.Account, region: e.Scope.Region, kind: e.Kind.String(), code: e.Code, help: e.Help}
	if e.Err != nil {
		f.text = e.Err.Error()
	}
	return []failure{f}
}

func opError(fs []failure) *model.OpError {
	if len(fs) == 0 {
		return nil
	}
	f := fs[0]
	return &model.OpError{
		Op: f.op, Scope: model.Scope{Account: f.account, Region: f.region}, Kind: model.ParseErrorKind(f.kind),
		Code: f.code, Help: f.help, Err: errors.New(f.text),
	}
}

// status is how the last pass over a scope and kind went.
type status struct {
	asOf   time.Time // end of the last complete pass, whose rows are stored
	tried  time.Time // end of the last pass
	calls  int       // requests of the last pass
	failed []failure // why the last pass failed; empty when it did not
}

func statusColumns(c *coder, ss []*status) {
	times(c, ss, func(s *status) *time.Time { return &s.asOf })
	times(c, ss, func(s *status) *time.Time { return &s.tried })
	numbers(c, ss, func(s *status) *int { return &s.calls })
	failureColumns(c, lists(c, ss, columnsOfFailure, func(s *status) *[]failure { return &s.failed }))
}

// found and lost are model.Found and model.Lost with their errors as texts.
type found struct {
	account model.Account
	regions []model.Region
	failed  []failure
}

type lost struct {
	source string
	failed []failure
}

const (
	columnsOfFound  = 7
	columnsOfRegion = 2
	columnsOfLost   = 2
)

func foundColumns(c *coder, fs []*found) {
	texts(c, fs, func(f *found) *string { return &f.account.ID })
	texts(c, fs, func(f *found) *string { return &f.account.Name })
	texts(c, fs, func(f *found) *string { return &f.account.Partition })
	texts(c, fs, func(f *found) *string { return &f.account.Source })
	texts(c, fs, func(f *found) *string { return &f.account.Principal })
	regions := lists(c, fs, columnsOfRegion, func(f *found) *[]model.Region { return &f.regions })
	texts(c, regions, func(r *model.Region) *string { return &r.Name })
	flags(c, regions, func(r *model.Region) *bool { return &r.Enabled })
	failureColumns(c, lists(c, fs, columnsOfFailure, func(f *found) *[]failure { return &f.failed }))
}

func lostColumns(c *coder, ls []*lost) {
	texts(c, ls, func(l *lost) *string { return &l.source })
	failureColumns(c, lists(c, ls, columnsOfFailure, func(l *lost) *[]failure { return &l.failed }))
}
