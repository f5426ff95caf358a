package awsclient

import (
	"context"
	"fmt"
	"time"
)

// dryRunsOfDeeds ask EC2 whether what plans do would be allowed: of an image and a
// snapshot that nobody has.
func dryRunsOfDeeds() map[string]probe {
	out := map[string]probe{}
	for api, made := range changes() {
		out[api] = func(ctx context.Context, s *session, region string) error {
			_, err := made(ctx, s.ec2(region), order{api: api, input: []byte(harmless(api, s.account, region)), dry: true})
			return err
		}
	}
	return out
}

// harmless is an input of a call that changes something, which AWS takes for whole.
func harmless(api, account, region string) string {
	switch api {
	case "ec2:CopyImage":
		return fmt.Sprintf(`{"SourceRegion":%q,"SourceImageId":%q,"Name":"amiscope-doctor"}`, region, nowhere)
	case "ec2:DeleteSnapshot", "ec2:RestoreSnapshotFromRecycleBin":
		return fmt.Sprintf(`{"SnapshotId":%q}`, nowhereSnapshot)
	case "ec2:ModifyImageAttribute":
		return fmt.Sprintf(`{"ImageId":%q,"LaunchPermission":{"Add":[{"UserId":%q}]}}`, nowhere, account)
	case "ec2:ModifySnapshotAttribute":
		return fmt.Sprintf(`{"SnapshotId":%q,"Attribute":"createVolumePermission","OperationType":"add","UserIds":[%q]}`, nowhereSnapshot, account)
	case "ec2:CreateTags", "ec2:DeleteTags":
		return fmt.Sprintf(`{"Resources":[%q],"Tags":[{"Key":"amiscope-doctor","Value":""}]}`, nowhere)
	case "ec2:EnableImageDeprecation":
		return fmt.Sprintf(`{"ImageId":%q,"DeprecateAt":%q}`, nowhere, time.Now().AddDate(1, 0, 0).UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf(`{"ImageId":%q}`, nowhere)
}
