package fakeaws

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	direct "github.com/aws/aws-sdk-go-v2/service/ebs"
	"github.com/aws/aws-sdk-go-v2/service/ebs/types"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// What the EBS direct APIs give in a page (EBS API reference). How much that is
// where nothing is asked for is a guess: no source says it.
const (
	leastBlocks = 100
	mostBlocks  = 10_000
	usualBlocks = 1000
)

// How long tokens live: of pages as the EBS user guide says, of blocks a guess.
const (
	pageTokenLife  = 60 * time.Minute
	blockTokenLife = 7 * 24 * time.Hour
)

// handleBlocks registers the EBS direct APIs that tell what blocks snapshots hold.
func (s *Server) handleBlocks() {
	Handle(s.mux, "EBS", "ListSnapshotBlocks", s.listSnapshotBlocks)
	Handle(s.mux, "EBS", "ListChangedBlocks", s.listChangedBlocks)
}

func (s *Server) listSnapshotBlocks(_ context.Context, call Call, in *direct.ListSnapshotBlocksInput) (*direct.ListSnapshotBlocksOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults, asked.StartingBlockIndex = nil, nil, nil
	p, err := s.blockPage(call, &asked, in.NextToken, in.MaxResults, in.StartingBlockIndex)
	if err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	r, err := s.listable(call, in.SnapshotId)
	if err != nil {
		return nil, err
	}
	found, next := p.cut(s.pages, compared(nil, r.Blocks()))
	out := &direct.ListSnapshotBlocksOutput{
		BlockSize: aws.Int32(fleet.BlockSize), ExpiryTime: s.tokensEnd(), VolumeSize: aws.Int64(int64(r.Size.GiB)),
		NextToken: next, Blocks: make([]types.Block, len(found)),
	}
	for i, b := range found {
		out.Blocks[i] = types.Block{BlockIndex: aws.Int32(b.index), BlockToken: blockToken(r, b.index)}
	}
	return out, nil
}

func (s *Server) listChangedBlocks(_ context.Context, call Call, in *direct.ListChangedBlocksInput) (*direct.ListChangedBlocksOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults, asked.StartingBlockIndex = nil, nil, nil
	p, err := s.blockPage(call, &asked, in.NextToken, in.MaxResults, in.StartingBlockIndex)
	if err != nil {
		return nil, err
	}
	s.store().mu.RLock()
	defer s.store().mu.RUnlock()
	first, err := s.listable(call, in.FirstSnapshotId)
	if err != nil {
		return nil, err
	}
	second, err := s.listable(call, in.SecondSnapshotId)
	if err != nil {
		return nil, err
	}
	if first.Root() != second.Root() {
		return nil, invalidBlocks(types.ValidationExceptionReasonUnrelatedSnapshots, "The specified snapshots do not belong to the same lineage.")
	}
	found, next := p.cut(s.pages, compared(first.Blocks(), second.Blocks()))
	out := &direct.ListChangedBlocksOutput{
		BlockSize: aws.Int32(fleet.BlockSize), ExpiryTime: s.tokensEnd(), VolumeSize: aws.Int64(int64(second.Size.GiB)),
		NextToken: next, ChangedBlocks: make([]types.ChangedBlock, len(found)),
	}
	for i, b := range found {
		c := types.ChangedBlock{BlockIndex: aws.Int32(b.index)}
		if b.in.first {
			c.FirstBlockToken = blockToken(first, b.index)
		}
		if b.in.second {
			c.SecondBlockToken = blockToken(second, b.index)
		}
		out.ChangedBlocks[i] = c
	}
	return out, nil
}

func (s *Server) tokensEnd() *time.Time { return aws.Time(s.options.Now().Add(blockTokenLife)) }

// blockToken stands for what GetSnapshotBlock takes; it says nothing to others.
func blockToken(r *fleet.Snapshot, index int32) *string {
	raw := binary.BigEndian.AppendUint64(make([]byte, 0, 32), rank(r.ID))
	raw = binary.BigEndian.AppendUint64(raw, rank(r.ID+fleet.ID(index)))
	return aws.String(base64.StdEncoding.EncodeToString(append(raw, raw...)))
}

// listable is a snapshot whose blocks the caller can list: an own one that is
// completed and not archived (EBS user guide, ebsapi-faq), by a caller that may
// use its key. Which errors the others give is a guess from the reasons that the
// API has.
func (s *Server) listable(call Call, text *string) (*fleet.Snapshot, error) {
	id, ok := fleet.ParseID(fleet.SnapshotPrefix, aws.ToString(text))
	if !ok {
		return nil, invalidBlocks(types.ValidationExceptionReasonInvalidSnapshotId, "The snapshot ID is not valid.")
	}
	r := s.store().snapshots.byID[id]
	key := Call{Service: "KMS", Operation: "Decrypt", Account: call.Account, Region: call.Region, AccessKey: call.AccessKey}
	switch {
	case !s.grants(action(call), "arn:aws:ec2:"+call.Region+"::snapshot/"+aws.ToString(text)):
		return nil, denial(call, noPolicy(call))
	case r != nil && r.KMSKey != "" && s.forbids(key):
		return nil, because(string(types.AccessDeniedExceptionReasonDependencyAccessDenied), &Error{
			"AccessDeniedException", "The caller is not authorized to use the key of the snapshot: " + noPolicy(key), http.StatusForbidden,
		})
	case r == nil || r.Region != call.Region || r.Owner != call.Account:
		return nil, because(string(types.ResourceNotFoundExceptionReasonSnapshotNotFound), &Error{
			"ResourceNotFoundException", fmt.Sprintf("The snapshot '%s' does not exist.", *text), http.StatusNotFound,
		})
	case r.State != "completed":
		return nil, invalidBlocks(types.ValidationExceptionReasonInvalidSnapshotId, fmt.Sprintf("The snapshot '%s' is not in the completed state.", *text))
	case r.Tier == "archive":
		return nil, invalidBlocks(types.ValidationExceptionReasonInvalidSnapshotId, fmt.Sprintf("The snapshot '%s' is archived.", *text))
	}
	return r, nil
}

func invalidBlocks(reason types.ValidationExceptionReason, message string) error {
	return because(string(reason), &Error{"ValidationException", message, http.StatusBadRequest})
}

// blockPage is the page that a call asks for.
type blockPage struct {
	cursor
	from int32
	size int
	ends uint64 // when the token of the next one does, in seconds since 1970
}

// blockPage reads what page a call asks for. A token says where it was and how
// long it is good; with it the index is ignored.
func (s *Server) blockPage(call Call, asked any, token *string, most, index *int32) (blockPage, error) {
	size := usualBlocks
	if most != nil {
		size = int(*most)
	}
	if size < leastBlocks || size > mostBlocks || index != nil && *index < 0 {
		return blockPage{}, invalidBlocks(types.ValidationExceptionReasonInvalidParameterValue, "MaxResults or StartingBlockIndex is out of range.")
	}
	q, err := question(call, asked)
	if err != nil {
		return blockPage{}, err
	}
	if token != nil && *token == "" { // of clients that send what they have
		token = nil
	}
	c, err := s.pages.resume(token, q)
	now := s.options.Now()
	if err != nil || token != nil && now.Unix() > int64(c.after>>32) {
		return blockPage{}, invalidBlocks(types.ValidationExceptionReasonInvalidPageToken, "The page token is not valid or has expired.")
	}
	p := blockPage{cursor: c, from: int32(c.after), ends: uint64(now.Add(pageTokenLife).Unix())}
	if token == nil {
		p.from = aws.ToInt32(index)
	}
	from := s.pages
	if from.limit == defaultPageLimit {
		from.limit = mostBlocks // the limit is EC2's
	}
	asks := int32(size)
	p.size = from.size(call, c, &asks, true)
	return p, nil
}

// cut gives the blocks of the page, and the token of the one after it.
func (p blockPage) cut(by pager, all []part) ([]block, *string) {
	var out []block
	for _, e := range all {
		for i := max(e.from, p.from); i < e.to; i++ {
			if len(out) == p.size {
				p.page++
				p.after = p.ends<<32 | uint64(i)
				return out, by.token(p.cursor)
			}
			out = append(out, block{i, e.in})
		}
	}
	return out, nil
}

// block is one that is told.
type block struct {
	index int32
	in    sides
}
