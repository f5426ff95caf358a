package wire

import "net/url"

// queried is REST-JSON with other names for members in the query than in bodies.
type queried struct {
	restJSON
	names map[string]string // in the query, by member
}

func (p queried) Decode(r *Request, in any) error {
	as := *r
	as.Query = url.Values{}
	for member, name := range p.names {
		if texts, ok := r.Query[name]; ok {
			as.Query[member] = texts
		}
	}
	return p.restJSON.Decode(&as, in)
}

// ebsRoutes are those of the EBS direct APIs that tell what blocks there are.
func ebsRoutes() map[string]string {
	return map[string]string{
		"GET /snapshots/{SnapshotId}/blocks":              "ListSnapshotBlocks",
		"GET /snapshots/{SecondSnapshotId}/changedblocks": "ListChangedBlocks",
	}
}

func ebsNames() map[string]string {
	return map[string]string{
		"FirstSnapshotId": "firstSnapshotId", "MaxResults": "maxResults", "NextToken": "pageToken", "StartingBlockIndex": "startingBlockIndex",
	}
}
