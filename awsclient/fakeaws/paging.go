package fakeaws

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"sort"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// pager cuts answers into pages as Options say, and makes and reads their
// tokens.
type pager struct {
	limit      int
	shortEvery int
	emptyEvery int
	emptied    func(Call) bool // whether a fault empties this page
	secret     [sha256.Size]byte
}

func newPager(o Options) pager {
	p := pager{limit: o.PageLimit, shortEvery: o.ShortEvery, emptyEvery: o.EmptyEvery, emptied: func(Call) bool { return false }}
	if p.emptyEvery == 1 {
		p.emptyEvery = 2 // nothing but empty pages would never end
	}
	p.secret = sha256.Sum256(binary.LittleEndian.AppendUint64([]byte("page tokens of fleet "), o.Fleet.Seed))
	return p
}

// cursor is a position in a list told in pages. The zero cursor is its start.
type cursor struct {
	query uint64 // what was asked, so that a token fits no other question
	page  uint32 // pages told so far
	shelf uint8  // list among several told one after the other
	after uint64 // rank of the last element told, or the number of elements told
}

const cursorSize = 8 + 4 + 1 + 8

var errToken = errors.New("the token is not one of ours, or of another question")

// token writes a cursor in a form that callers cannot read or make.
func (p pager) token(c cursor) *string {
	raw := binary.LittleEndian.AppendUint64(make([]byte, 0, cursorSize+8), c.query)
	raw = binary.LittleEndian.AppendUint32(raw, c.page)
	raw = append(raw, c.shelf)
	raw = binary.LittleEndian.AppendUint64(raw, c.after)
	text := base64.RawURLEncoding.EncodeToString(append(raw, p.sign(raw)...))
	return &text
}

func (p pager) sign(raw []byte) []byte {
	mac := hmac.New(sha256.New, p.secret[:])
	mac.Write(raw)
	return mac.Sum(nil)[:8]
}

// resume reads the token of a question; nil is its start.
func (p pager) resume(token *string, query uint64) (cursor, error) {
	if token == nil {
		return cursor{query: query}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(*token)
	if err != nil || len(raw) != cursorSize+8 || !hmac.Equal(p.sign(raw[:cursorSize]), raw[cursorSize:]) {
		return cursor{}, errToken
	}
	c := cursor{
		query: binary.LittleEndian.Uint64(raw),
		page:  binary.LittleEndian.Uint32(raw[8:]),
		shelf: raw[12],
		after: binary.LittleEndian.Uint64(raw[13:]),
	}
	if c.query != query {
		return cursor{}, errToken
	}
	return c, nil
}

// question is a fingerprint of what is asked of whom. The input must have
// lost its token and page size, which may change from page to page.
func question(call Call, input any) (uint64, error) {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00", call.Service, call.Operation, call.Account, call.Region) // a hash takes everything
	if err := json.NewEncoder(h).Encode(input); err != nil {
		return 0, fmt.Errorf("fingerprint of %s: %w", call.Operation, err)
	}
	return h.Sum64(), nil
}

// size is how many elements the next page may hold. Without a limit and a
// token the answer comes in one piece, as EC2 does it.
func (p pager) size(call Call, c cursor, asked *int32, paged bool) int {
	if !paged {
		return math.MaxInt
	}
	n := p.limit
	if asked != nil {
		n = min(n, int(*asked))
	}
	switch {
	case every(p.emptyEvery, c.page), c.page%2 == 0 && p.emptied(call):
		return 0
	case every(p.shortEvery, c.page):
		return max(n/2, 1)
	}
	return n
}

// every reports whether page, counted from 0, is an n-th one.
func every(n int, page uint32) bool { return n > 0 && page%uint32(n) == uint32(n)-1 }

// listed cuts the next page out of a list that does not change, and gives the
// token of the one after it.
func listed[E any](p pager, all []E, c cursor, size int) ([]E, *string) {
	start := min(c.after, uint64(len(all)))
	end := start + min(uint64(size), uint64(len(all))-start)
	c.after, c.page = end, c.page+1
	if end == uint64(len(all)) {
		return all[start:end], nil
	}
	return all[start:end], p.token(c)
}

// shelf is one list of records to tell, in order of rank.
type shelf[R any] struct {
	records []R
	keep    func(R) bool // which of them are meant
}

// tell gives the next page of the records of shelves, told one after the
// other, and the token of the page after it.
func tell[R any](p pager, id func(R) fleet.ID, shelves []shelf[R], c cursor, size int) ([]R, *string) {
	var out []R
	for ; int(c.shelf) < len(shelves); c.shelf, c.after = c.shelf+1, 0 {
		s := shelves[c.shelf]
		from := sort.Search(len(s.records), func(i int) bool { return rank(id(s.records[i])) > c.after })
		for _, r := range s.records[from:] {
			if !s.keep(r) {
				continue
			}
			if len(out) == size {
				c.page++
				return out, p.token(c)
			}
			out = append(out, r)
			c.after = rank(id(r))
		}
	}
	return out, nil
}
