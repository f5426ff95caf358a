package fakeaws

import (
	"strconv"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// imageFilters are the filters of DescribeImages.
var imageFilters = filters[imageView]{
	tags: imageView.tags,
	values: map[string]func(imageView) []string{
		"architecture":         func(v imageView) []string { return one(v.Machine.Architecture) },
		"boot-mode":            func(v imageView) []string { return one(v.Machine.BootMode) },
		"creation-date":        func(v imageView) []string { return moment(v.Life.Created) },
		"description":          func(v imageView) []string { return one(v.Description) },
		"ena-support":          func(v imageView) []string { return truth(v.Machine.ENA) },
		"free-tier-eligible":   func(v imageView) []string { return truth(v.extra().FreeTier) },
		"hypervisor":           func(imageView) []string { return one("xen") },
		"image-allowed":        func(imageView) []string { return nil }, // no account here has turned Allowed AMIs on
		"image-id":             func(v imageView) []string { return one(v.ID.Image()) },
		"image-type":           func(imageView) []string { return one("machine") },
		"is-public":            func(v imageView) []string { return truth(v.Public()) },
		"kernel-id":            func(v imageView) []string { return one(v.Machine.Kernel) },
		"manifest-location":    func(v imageView) []string { return one(v.location()) },
		"name":                 func(v imageView) []string { return one(v.Name) },
		"owner-alias":          func(v imageView) []string { return one(v.alias) },
		"owner-id":             func(v imageView) []string { return one(v.Owner) },
		"platform":             func(v imageView) []string { return one(v.Machine.Platform) },
		"product-code":         func(v imageView) []string { return one(v.extra().ProductCode) },
		"product-code.type":    imageView.productCodeTypes,
		"ramdisk-id":           func(v imageView) []string { return one(v.Machine.Ramdisk) },
		"root-device-name":     func(v imageView) []string { return one(v.Machine.RootDevice) },
		"root-device-type":     func(v imageView) []string { return one(v.Machine.RootType) },
		"source-image-id":      imageView.sourceImages,
		"source-image-region":  func(v imageView) []string { return one(v.Source.Region) },
		"source-instance-id":   imageView.sourceInstances,
		"sriov-net-support":    func(v imageView) []string { return one(v.Machine.SriovNet) },
		"state":                func(v imageView) []string { return one(v.Life.State) },
		"state-reason-code":    func(v imageView) []string { return one(v.extra().ReasonCode) },
		"state-reason-message": func(v imageView) []string { return one(v.extra().ReasonMessage) },
		"virtualization-type":  func(v imageView) []string { return one(v.Machine.Virtualization) },

		"public-ssm-parameter-name": func(v imageView) []string { return one(v.extra().PublicParameter) },

		"block-device-mapping.delete-on-termination": func(v imageView) []string {
			return v.volumes(func(d fleet.Device) string { return strconv.FormatBool(!d.Keep) })
		},
		"block-device-mapping.device-name": imageView.deviceNames,
		"block-device-mapping.encrypted": func(v imageView) []string {
			return v.volumes(func(d fleet.Device) string { return strconv.FormatBool(d.Encrypted) })
		},
		"block-device-mapping.snapshot-id": imageView.snapshotIDs,
		"block-device-mapping.volume-size": func(v imageView) []string {
			return v.volumes(func(d fleet.Device) string { return strconv.Itoa(int(d.GiB)) })
		},
		"block-device-mapping.volume-type": func(v imageView) []string {
			return v.volumes(func(d fleet.Device) string { return d.Type })
		},

		"image-watermark.source-image-creation-time": watermarks(func(w fleet.Watermark) string { return offset(w.SourceCreated) }),
		"image-watermark.source-image-id":            watermarks(func(w fleet.Watermark) string { return w.Source.Image() }),
		"image-watermark.source-image-region":        watermarks(func(w fleet.Watermark) string { return w.Region }),
		"image-watermark.watermark-creation-time":    watermarks(func(w fleet.Watermark) string { return offset(w.Attached) }),
		"image-watermark.watermark-key":              watermarks(func(w fleet.Watermark) string { return w.Key }),

		"instance-type-specification.supported-instance-type":   func(v imageView) []string { return v.extra().Supported },
		"instance-type-specification.unsupported-instance-type": func(v imageView) []string { return v.extra().Unsupported },

		"scan-result.critical-fix-available-since":      scanned(func(s *fleet.Scan) []string { return moment(s.Critical) }),
		"scan-result.high-fix-available-since":          scanned(func(s *fleet.Scan) []string { return moment(s.High) }),
		"scan-result.medium-fix-available-since":        scanned(func(s *fleet.Scan) []string { return moment(s.Medium) }),
		"scan-result.low-fix-available-since":           scanned(func(s *fleet.Scan) []string { return moment(s.Low) }),
		"scan-result.informational-fix-available-since": scanned(func(s *fleet.Scan) []string { return moment(s.Informational) }),
		"scan-result.finding-scan-date":                 scanned(func(s *fleet.Scan) []string { return moment(s.At) }),
		"scan-result.highest-finding-severity-label":    scanned(func(s *fleet.Scan) []string { return one(s.Severity) }),
	},
}

// extra is never nil, so that what is not there reads as empty.
func (v imageView) extra() *fleet.Extra {
	if v.Extra == nil {
		return &fleet.Extra{}
	}
	return v.Extra
}

func (v imageView) productCodeTypes() []string {
	if v.extra().ProductCode == "" {
		return nil
	}
	return []string{"marketplace"}
}

func (v imageView) sourceImages() []string {
	if v.Source.Image == 0 {
		return nil
	}
	return []string{v.Source.Image.Image()}
}

func (v imageView) sourceInstances() []string {
	if v.Source.Instance == 0 {
		return nil
	}
	return []string{v.Source.Instance.Instance()}
}

// volumes gives a value of each EBS volume.
func (v imageView) volumes(value func(fleet.Device) string) []string {
	var out []string
	for _, d := range v.Machine.Devices {
		if d.Virtual == "" && !d.None {
			out = append(out, value(d))
		}
	}
	return out
}

func (v imageView) deviceNames() []string {
	out := make([]string, len(v.Machine.Devices))
	for i, d := range v.Machine.Devices {
		out[i] = d.Name
	}
	return out
}

func (v imageView) snapshotIDs() []string {
	out := make([]string, len(v.Snapshots))
	for i, id := range v.Snapshots {
		out[i] = id.Snapshot()
	}
	return out
}

func watermarks(value func(fleet.Watermark) string) func(imageView) []string {
	return func(v imageView) []string {
		var out []string
		for _, w := range v.extra().Watermarks {
			out = append(out, value(w))
		}
		return out
	}
}

func scanned(values func(*fleet.Scan) []string) func(imageView) []string {
	return func(v imageView) []string {
		if v.extra().Scan == nil {
			return nil
		}
		return values(v.extra().Scan)
	}
}

// offset is the form of times that filters on watermarks take.
func offset(t fleet.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000-07:00") }
