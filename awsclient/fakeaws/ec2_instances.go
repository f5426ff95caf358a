package fakeaws

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// instanceFilters are the filters of DescribeInstances that tell what runs on
// which image; those on networks and the like are refused.
var instanceFilters = filters[*fleet.Instance]{
	tags: func(r *fleet.Instance) []fleet.Tag { return r.Tags },
	values: map[string]func(*fleet.Instance) []string{
		"architecture":        func(r *fleet.Instance) []string { return one(r.Machine.Architecture) },
		"availability-zone":   func(r *fleet.Instance) []string { return one(r.Zone) },
		"image-id":            func(r *fleet.Instance) []string { return one(r.Image.Image()) },
		"instance-lifecycle":  func(r *fleet.Instance) []string { return one(string(lifecycle(r))) },
		"instance-id":         func(r *fleet.Instance) []string { return one(r.ID.Instance()) },
		"instance-state-code": func(r *fleet.Instance) []string { return one(strconv.Itoa(int(stateCodes[r.State]))) },
		"instance-state-name": func(r *fleet.Instance) []string { return one(r.State) },
		"instance-type":       func(r *fleet.Instance) []string { return one(r.Type) },
		"launch-time":         func(r *fleet.Instance) []string { return moment(r.Launched) },
		"owner-id":            func(r *fleet.Instance) []string { return one(r.Owner) },
		"platform":            func(r *fleet.Instance) []string { return one(r.Machine.Platform) },
		"platform-details":    func(r *fleet.Instance) []string { return one(r.Machine.PlatformDetails) },
		"reservation-id":      func(r *fleet.Instance) []string { return one(r.Reservation.Text(fleet.ReservationPrefix)) },
		"root-device-type":    func(r *fleet.Instance) []string { return one(r.Machine.RootType) },

		"spot-instance-request-id": func(r *fleet.Instance) []string { return one(r.Spot) },
	},
}

// stateCodes are the numbers of the states of instances.
var stateCodes = map[string]int32{
	"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80,
}

func (s *Server) describeInstances(_ context.Context, call Call, in *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := s.pages.start(call, paging{in.InstanceIds, in.MaxResults, in.NextToken}, &asked)
	if err != nil {
		return nil, err
	}
	filter, err := instanceFilters.compile(in.Filters)
	if err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	if len(in.InstanceIds) > 0 {
		found, err := s.store().instancesNamed(call, in.InstanceIds, filter)
		return &ec2.DescribeInstancesOutput{Reservations: reservations(found)}, err
	}
	own := []shelf[*fleet.Instance]{{s.store().instances.own[place{call.Account, call.Region}], filter}}
	found, next := tell(s.pages, s.store().instances.id, own, c, size)
	return &ec2.DescribeInstancesOutput{Reservations: reservations(found), NextToken: next}, nil
}

// instancesNamed finds the caller's instances by their ids.
func (s *store) instancesNamed(call Call, texts []string, filter func(*fleet.Instance) bool) ([]*fleet.Instance, error) {
	ids, err := instanceResource.parse(texts)
	if err != nil {
		return nil, err
	}
	var found []*fleet.Instance
	var missing []string
	for i, id := range ids {
		r := s.instances.byID[id]
		switch {
		case r == nil || r.Region != call.Region || r.Owner != call.Account:
			missing = append(missing, texts[i])
		case filter(r) && !slices.Contains(found, r):
			found = append(found, r)
		}
	}
	if len(missing) > 0 {
		return nil, instanceResource.missing(missing)
	}
	return found, nil
}

// reservations groups the instances of a page by what launched them. A
// reservation may go on in the next page.
func reservations(in []*fleet.Instance) []types.Reservation {
	var out []types.Reservation
	at := map[fleet.ID]int{}
	for _, r := range in {
		i, ok := at[r.Reservation]
		if !ok {
			i = len(out)
			at[r.Reservation] = i
			out = append(out, types.Reservation{OwnerId: aws.String(r.Owner), ReservationId: aws.String(r.Reservation.Text(fleet.ReservationPrefix))})
		}
		out[i].Instances = append(out[i].Instances, answerInstance(r))
	}
	return out
}

func answerInstance(r *fleet.Instance) types.Instance {
	m := r.Machine
	return types.Instance{
		Architecture:          types.ArchitectureValues(m.Architecture),
		EnaSupport:            yes(m.ENA),
		Hypervisor:            types.HypervisorTypeXen,
		ImageId:               aws.String(r.Image.Image()),
		InstanceId:            aws.String(r.ID.Instance()),
		InstanceLifecycle:     lifecycle(r),
		InstanceType:          types.InstanceType(r.Type),
		LaunchTime:            instant(r.Launched),
		Placement:             &types.Placement{AvailabilityZone: aws.String(r.Zone), Tenancy: types.TenancyDefault},
		Platform:              types.PlatformValues(m.Platform),
		PlatformDetails:       text(m.PlatformDetails),
		RootDeviceName:        text(m.RootDevice),
		RootDeviceType:        types.DeviceType(m.RootType),
		SpotInstanceRequestId: text(r.Spot),
		State:                 answerState(r),
		StateTransitionReason: text(transition(r)),
		Tags:                  rotate(answerTags(r.Tags), r.ID),
		UsageOperation:        text(m.UsageOperation),
		VirtualizationType:    types.VirtualizationType(m.Virtualization),
	}
}

func answerState(r *fleet.Instance) *types.InstanceState {
	return &types.InstanceState{Code: aws.Int32(stateCodes[r.State]), Name: types.InstanceStateName(r.State)}
}

func lifecycle(r *fleet.Instance) types.InstanceLifecycleType {
	if r.Spot == "" {
		return "" // on demand, which EC2 does not say
	}
	return types.InstanceLifecycleTypeSpot
}

// transition is where EC2 tells since when an instance has been stopped.
func transition(r *fleet.Instance) string {
	if r.Stopped == 0 {
		return ""
	}
	return "User initiated (" + r.Stopped.UTC().Format("2006-01-02 15:04:05 GMT") + ")"
}
