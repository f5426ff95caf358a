package ec2xml

import "github.com/aws/aws-sdk-go-v2/service/ec2/types"

// image reads the fields of an image.
func (d *Decoder) image(im *types.Image) {
	for d.next() {
		if !d.imageText(im) && !d.imageWord(im) && !d.imagePart(im) {
			d.skip()
		}
	}
}

// imageText reads the open element if it is a text; it and the next ones tell
// whether it was theirs.
func (d *Decoder) imageText(im *types.Image) bool {
	switch string(d.name) {
	case "creationdate":
		im.CreationDate = d.passing()
	case "deprecationtime":
		im.DeprecationTime = d.passing()
	case "deregistrationprotection":
		im.DeregistrationProtection = d.shared()
	case "description":
		im.Description = d.own()
	case "imageid":
		im.ImageId = d.own()
	case "imagelocation":
		im.ImageLocation = d.own()
	case "imageowneralias":
		im.ImageOwnerAlias = d.shared()
	case "kernelid":
		im.KernelId = d.shared()
	case "lastlaunchedtime":
		im.LastLaunchedTime = d.passing()
	case "name":
		im.Name = d.own()
	case "imageownerid":
		im.OwnerId = d.shared()
	case "platformdetails":
		im.PlatformDetails = d.shared()
	case "publicssmparametername":
		im.PublicSsmParameterName = d.shared()
	case "ramdiskid":
		im.RamdiskId = d.shared()
	case "rootdevicename":
		im.RootDeviceName = d.shared()
	case "sourceimageid":
		im.SourceImageId = d.shared()
	case "sourceimageregion":
		im.SourceImageRegion = d.shared()
	case "sourceinstanceid":
		im.SourceInstanceId = d.own()
	case "sriovnetsupport":
		im.SriovNetSupport = d.shared()
	case "usageoperation":
		im.UsageOperation = d.shared()
	default:
		return false
	}
	return true
}

// imageWord reads the open element if it is an enumeration or a boolean.
func (d *Decoder) imageWord(im *types.Image) bool {
	switch string(d.name) {
	case "architecture":
		im.Architecture = types.ArchitectureValues(d.word())
	case "bootmode":
		im.BootMode = types.BootModeValues(d.word())
	case "enasupport":
		im.EnaSupport = d.truth()
	case "freetiereligible":
		im.FreeTierEligible = d.truth()
	case "hypervisor":
		im.Hypervisor = types.HypervisorType(d.word())
	case "imageallowed":
		im.ImageAllowed = d.truth()
	case "imagetype":
		im.ImageType = types.ImageTypeValues(d.word())
	case "imdssupport":
		im.ImdsSupport = types.ImdsSupportValues(d.word())
	case "platform":
		im.Platform = types.PlatformValues(d.word())
	case "ispublic":
		im.Public = d.truth()
	case "rootdevicetype":
		im.RootDeviceType = types.DeviceType(d.word())
	case "imagestate":
		im.State = types.ImageState(d.word())
	case "tpmsupport":
		im.TpmSupport = types.TpmSupportValues(d.word())
	case "virtualizationtype":
		im.VirtualizationType = types.VirtualizationType(d.word())
	default:
		return false
	}
	return true
}

// imagePart reads the open element if it has elements of its own.
func (d *Decoder) imagePart(im *types.Image) bool {
	switch string(d.name) {
	case "blockdevicemapping":
		im.BlockDeviceMappings = list(d, &d.devices, im.BlockDeviceMappings, (*Decoder).device)
	case "imagewatermarkset":
		im.ImageWatermarks = list(d, &d.marks, im.ImageWatermarks, (*Decoder).watermark)
	case "instancetypespecification":
		im.InstanceTypeSpecification = made(im.InstanceTypeSpecification)
		d.instanceTypes(im.InstanceTypeSpecification)
	case "productcodes":
		im.ProductCodes = list(d, &d.codes, im.ProductCodes, (*Decoder).productCode)
	case "scanresults":
		im.ScanResults = made(im.ScanResults)
		d.scanResults(im.ScanResults)
	case "statereason":
		im.StateReason = made(im.StateReason)
		d.stateReason(im.StateReason)
	case "tagset":
		im.Tags = list(d, &d.tags, im.Tags, (*Decoder).tag)
	default:
		return false
	}
	return true
}

// made is a structure to read into: the one that is there, should its element
// come twice, or a new one.
func made[T any](have *T) *T {
	if have == nil {
		return new(T)
	}
	return have
}

func (d *Decoder) device(m *types.BlockDeviceMapping) {
	for d.next() {
		switch string(d.name) {
		case "devicename":
			m.DeviceName = d.shared()
		case "ebs":
			if m.Ebs == nil {
				m.Ebs = d.disks.put(types.EbsBlockDevice{})
			}
			d.ebs(m.Ebs)
		case "nodevice":
			m.NoDevice = d.shared()
		case "virtualname":
			m.VirtualName = d.shared()
		default:
			d.skip()
		}
	}
}

func (d *Decoder) ebs(e *types.EbsBlockDevice) {
	for d.next() {
		switch string(d.name) {
		case "availabilityzone":
			e.AvailabilityZone = d.shared()
		case "availabilityzoneid":
			e.AvailabilityZoneId = d.shared()
		case "deleteontermination":
			e.DeleteOnTermination = d.truth()
		case "ebscardindex":
			e.EbsCardIndex = d.number()
		case "encrypted":
			e.Encrypted = d.truth()
		case "iops":
			e.Iops = d.number()
		case "kmskeyid":
			e.KmsKeyId = d.shared()
		case "outpostarn":
			e.OutpostArn = d.shared()
		case "snapshotid":
			e.SnapshotId = d.own()
		case "throughput":
			e.Throughput = d.number()
		case "volumeinitializationrate":
			e.VolumeInitializationRate = d.number()
		case "volumesize":
			e.VolumeSize = d.number()
		case "volumetype":
			e.VolumeType = types.VolumeType(d.word())
		default:
			d.skip()
		}
	}
}

func (d *Decoder) watermark(w *types.ImageWatermark) {
	for d.next() {
		switch string(d.name) {
		case "sourceimagecreationtime":
			w.SourceImageCreationTime = d.time()
		case "sourceimageid":
			w.SourceImageId = d.shared()
		case "sourceimageregion":
			w.SourceImageRegion = d.shared()
		case "watermarkcreationtime":
			w.WatermarkCreationTime = d.time()
		case "watermarkkey":
			w.WatermarkKey = d.shared()
		default:
			d.skip()
		}
	}
}

func (d *Decoder) instanceTypes(s *types.InstanceTypeSpecification) {
	for d.next() {
		switch string(d.name) {
		case "supportedinstancetypeset":
			s.SupportedInstanceTypes = list(d, &d.kinds, s.SupportedInstanceTypes, (*Decoder).instanceType)
		case "unsupportedinstancetypeset":
			s.UnsupportedInstanceTypes = list(d, &d.kinds, s.UnsupportedInstanceTypes, (*Decoder).instanceType)
		default:
			d.skip()
		}
	}
}

func (d *Decoder) instanceType(t *types.InstanceTypeItem) {
	for d.next() {
		if string(d.name) == "instancetype" {
			t.InstanceType = d.shared()
		} else {
			d.skip()
		}
	}
}

func (d *Decoder) productCode(p *types.ProductCode) {
	for d.next() {
		switch string(d.name) {
		case "productcode":
			p.ProductCodeId = d.shared()
		case "type":
			p.ProductCodeType = types.ProductCodeValues(d.word())
		default:
			d.skip()
		}
	}
}

func (d *Decoder) scanResults(r *types.ScanResults) {
	for d.next() {
		switch string(d.name) {
		case "criticalfixavailablesince":
			r.CriticalFixAvailableSince = d.time()
		case "findingscandate":
			r.FindingScanDate = d.time()
		case "highestfindingseveritylabel":
			r.HighestFindingSeverityLabel = types.SeverityLabel(d.word())
		case "highfixavailablesince":
			r.HighFixAvailableSince = d.time()
		case "informationalfixavailablesince":
			r.InformationalFixAvailableSince = d.time()
		case "lowfixavailablesince":
			r.LowFixAvailableSince = d.time()
		case "mediumfixavailablesince":
			r.MediumFixAvailableSince = d.time()
		default:
			d.skip()
		}
	}
}

func (d *Decoder) stateReason(r *types.StateReason) {
	for d.next() {
		switch string(d.name) {
		case "code":
			r.Code = d.shared()
		case "message":
			r.Message = d.shared()
		default:
			d.skip()
		}
	}
}

func (d *Decoder) tag(t *types.Tag) {
	for d.next() {
		switch string(d.name) {
		case "key":
			t.Key = d.shared()
		case "value":
			t.Value = d.shared()
		default:
			d.skip()
		}
	}
}
