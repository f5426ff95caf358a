package ec2xml

import "github.com/aws/aws-sdk-go-v2/service/ec2/types"

// snapshot reads the fields of a snapshot.
func (d *Decoder) snapshot(s *types.Snapshot) {
	for d.next() {
		switch string(d.name) {
		case "availabilityzone":
			s.AvailabilityZone = d.shared()
		case "completiondurationminutes":
			s.CompletionDurationMinutes = d.number()
		case "completiontime":
			s.CompletionTime = d.time()
		case "dataencryptionkeyid":
			s.DataEncryptionKeyId = d.own()
		case "description":
			s.Description = d.own()
		case "encrypted":
			s.Encrypted = d.truth()
		case "fullsnapshotsizeinbytes":
			s.FullSnapshotSizeInBytes = d.size()
		case "kmskeyid":
			s.KmsKeyId = d.shared()
		case "outpostarn":
			s.OutpostArn = d.shared()
		case "owneralias":
			s.OwnerAlias = d.shared()
		case "ownerid":
			s.OwnerId = d.shared()
		case "progress":
			s.Progress = d.shared()
		case "restoreexpirytime":
			s.RestoreExpiryTime = d.time()
		case "snapshotid":
			s.SnapshotId = d.own()
		case "ssetype":
			s.SseType = types.SSEType(d.word())
		case "starttime":
			s.StartTime = d.time()
		case "status":
			s.State = types.SnapshotState(d.word())
		case "statusmessage":
			s.StateMessage = d.shared()
		case "storagetier":
			s.StorageTier = types.StorageTier(d.word())
		case "tagset":
			s.Tags = list(d, &d.tags, s.Tags, (*Decoder).tag)
		case "transfertype":
			s.TransferType = types.TransferType(d.word())
		case "volumeid":
			s.VolumeId = d.own()
		case "volumesize":
			s.VolumeSize = d.number()
		default:
			d.skip()
		}
	}
}
