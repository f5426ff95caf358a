package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// An inventory file is: a line with its format, the number of chunks, each chunk
// behind its length (both uvarint), and the SHA-256 of all that. Its chunks are
// those of the cache: the head, a selection, and for each scope of the head its
// list, details, status of images, snapshots, and status of snapshots.

// archiveMark begins every inventory file, of whatever format.
const archiveMark = "amiscope inventory "

// maxArchive bounds what is read into memory. 100,000 images take 20 MB or less.
const maxArchive = 1 << 30

// chunksOfScope is how many chunks a scope has.
const chunksOfScope = 5

// Archive is what an inventory file holds.
type Archive struct {
	Created time.Time // when it was written, to the second
	Program string    // version of amiscope that wrote it
	Found   []model.Found
	Lost    []model.Lost
	// Pages hold the rows of each scope and kind that was read, with details,
	// and why the last pass failed where it did, like those of a Snapshot.
	Pages []model.Page
}

// NewArchive is the archive of an inventory.
func NewArchive(inv model.Inventory, created time.Time, program string) Archive {
	a := Archive{Created: created.UTC().Truncate(time.Second), Program: program}
	regions := map[string][]model.Region{}
	for _, s := range inv.Scopes() {
		regions[s.Account] = append(regions[s.Account], model.Region{Name: s.Region, Enabled: inv.Enabled(s)})
		for _, k := range model.Kinds() {
			rows := model.Page{Scope: s, Kind: k}
			if k == model.Images {
				rows.Images = inv.ScopeImages(s)
			} else {
				rows.Snapshots = inv.ScopeSnapshots(s)
			}
			a.Pages = append(a.Pages, statusOf(inv.Status(s, k)).allPages(rows)...)
		}
	}
	for _, account := range inv.Accounts() {
		a.Found = append(a.Found, model.Found{Account: account, Regions: regions[account.ID]})
	}
	for _, u := range inv.Unreached() {
		a.Lost = append(a.Lost, model.Lost{Unreached: u})
	}
	return a
}

func statusOf(s model.Status) status {
	return status{asOf: s.AsOf, tried: s.Tried, calls: s.Calls, failed: failures(s.Err)}
}

// allPages are pages, and where no pass was ever complete the rows of a failed
// one, which the cache does not keep.
func (st status) allPages(rows model.Page) []model.Page {
	out := st.pages(rows)
	if partial := len(rows.Images)+len(rows.Snapshots) > 0; partial && st.asOf.IsZero() && len(st.failed) > 0 {
		return append([]model.Page{rows}, out...)
	}
	return out
}

// Events tell what the archive holds, as a scan would have told it.
func (a Archive) Events() []model.Event {
	var out []model.Event
	for _, f := range a.Found {
		out = append(out, f)
	}
	for _, l := range a.Lost {
		out = append(out, l)
	}
	for _, p := range a.Pages {
		out = append(out, p)
	}
	return out
}

// archiveHead is the first chunk.
type archiveHead struct {
	created time.Time
	program string
	scopes  []model.Scope
}

const columnsOfScope = 2

func headColumns(c *coder, hs []*archiveHead) {
	times(c, hs, func(h *archiveHead) *time.Time { return &h.created })
	texts(c, hs, func(h *archiveHead) *string { return &h.program })
	scopes := lists(c, hs, columnsOfScope, func(h *archiveHead) *[]model.Scope { return &h.scopes })
	texts(c, scopes, func(s *model.Scope) *string { return &s.Account })
	texts(c, scopes, func(s *model.Scope) *string { return &s.Region })
}

// Write writes an inventory file.
func (a Archive) Write(w io.Writer) error {
	chunks, err := a.seal(newCodec())
	if err != nil {
		return err
	}
	out := []byte(archiveMark + strconv.Itoa(format) + "\n")
	out = binary.AppendUvarint(out, uint64(len(chunks)))
	for _, c := range chunks {
		out = append(binary.AppendUvarint(out, uint64(len(c))), c...)
	}
	check := sha256.Sum256(out)
	_, err = w.Write(append(out, check[:]...))
	return err
}

// archived is what is known of a scope, from its pages.
type archived struct {
	images    []*model.Image
	snapshots []*model.Snapshot
	status    [2]status // of images and snapshots
}

func (a Archive) seal(c codec) ([][]byte, error) {
	head := archiveHead{created: a.Created, program: a.Program}
	scopes := map[model.Scope]*archived{}
	for _, p := range a.Pages {
		if scopes[p.Scope] == nil {
			scopes[p.Scope] = &archived{}
			head.scopes = append(head.scopes, p.Scope)
		}
		scopes[p.Scope].add(p)
	}
	w := newWriter()
	headColumns(w, []*archiveHead{&head})
	first, err := c.seal(w.payload(1))
	out := [][]byte{first, sealSelection(Selection{Found: a.Found, Lost: a.Lost})}
	for _, s := range head.scopes {
		if err != nil {
			break
		}
		var chunks [][]byte
		chunks, err = scopes[s].seal(c)
		out = append(out, chunks...)
	}
	return out, err
}

func (s *archived) add(p model.Page) {
	s.images, s.snapshots = append(s.images, p.Images...), append(s.snapshots, p.Snapshots...)
	if !p.Last {
		return
	}
	st := &s.status[p.Kind]
	st.tried, st.calls, st.failed = p.At, p.Calls, failures(p.Err)
	if p.Err == nil {
		st.asOf = p.At
	}
}

func (s *archived) seal(c codec) ([][]byte, error) {
	list, details, err := c.sealImages(s.images)
	if err != nil {
		return nil, err
	}
	snapshots, err := c.sealSnapshots(s.snapshots)
	return [][]byte{list, details, sealStatus(s.status[0]), snapshots, sealStatus(s.status[1])}, err
}

// NotArchive is a file that cannot be opened as an inventory file. Its text says
// what to do.
type NotArchive struct{ Why string }

func (e *NotArchive) Error() string { return e.Why }

var errNotArchived = &NotArchive{`is no inventory file of amiscope: name one that "amiscope scan -o FILE" wrote`}

var errBrokenArchive = &NotArchive{`is cut short or was altered (its checksum is wrong): get it again, or write a new one with "amiscope scan -o FILE"`}

// ReadArchive reads a whole inventory file, and nothing of a broken one. Its
// error is a *NotArchive or the reader's.
func ReadArchive(r io.Reader) (Archive, error) {
	mark := make([]byte, len(archiveMark))
	_, err := io.ReadFull(r, mark)
	if short := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF); short || err == nil && string(mark) != archiveMark {
		return Archive{}, errNotArchived
	}
	if err != nil {
		return Archive{}, err
	}
	rest, err := io.ReadAll(io.LimitReader(r, maxArchive))
	if err != nil {
		return Archive{}, err
	}
	if err := checkFormat(rest); err != nil {
		return Archive{}, err
	}
	return openArchive(append(mark, rest...))
}

// checkFormat comes before the checksum: another format may have none.
func checkFormat(rest []byte) error {
	line, _, whole := bytes.Cut(rest[:min(len(rest), 16)], []byte("\n"))
	n, err := strconv.Atoi(string(line))
	switch {
	case !whole || err != nil:
		return errBrokenArchive
	case n > format:
		return &NotArchive{fmt.Sprintf("was written by a newer amiscope (format %d; this one reads %d): update amiscope to open it", n, format)}
	case n < format:
		return &NotArchive{fmt.Sprintf("was written by an older amiscope (format %d; this one reads %d): open it with the version that wrote it", n, format)}
	}
	return nil
}

func openArchive(file []byte) (Archive, error) {
	body := len(file) - sha256.Size
	if body < 0 || sha256.Sum256(file[:body]) != [sha256.Size]byte(file[body:]) {
		return Archive{}, errBrokenArchive
	}
	_, rest, _ := bytes.Cut(file[:body], []byte("\n"))
	chunks, err := cutChunks(rest)
	if err != nil {
		return Archive{}, errBrokenArchive
	}
	a, err := openChunks(newCodec(), chunks)
	if err != nil {
		return Archive{}, errBrokenArchive
	}
	return a, nil
}

// cutChunks finds the chunks; each takes at least a byte.
func cutChunks(b []byte) ([][]byte, error) {
	r := &coder{buf: b}
	out := make([][]byte, r.count(1))
	for i := range out {
		n := r.count(1)
		out[i] = r.bytes(n)
	}
	return out, r.finished()
}

func openChunks(c codec, chunks [][]byte) (Archive, error) {
	if len(chunks) < 2 {
		return Archive{}, errDamage
	}
	r, n, err := c.reader(chunks[0], &scratch{})
	if err != nil || n != 1 {
		return Archive{}, errDamage
	}
	var head archiveHead
	headColumns(r, []*archiveHead{&head})
	sel := c.openSelection("", chunks[1])
	chunks = chunks[2:]
	if r.finished() != nil || len(chunks) != chunksOfScope*len(head.scopes) {
		return Archive{}, errDamage
	}
	a := Archive{Created: head.created, Program: head.program, Found: sel.Found, Lost: sel.Lost}
	a.Pages, err = openScopes(c, head.scopes, chunks)
	return a, err
}

func openScopes(c codec, scopes []model.Scope, chunks [][]byte) ([]model.Page, error) {
	pages, errs := make([][]model.Page, len(scopes)), make([]error, len(scopes))
	inParallel(len(scopes), func(i int, sc *scratch) {
		pages[i], errs[i] = c.openArchived(scopes[i], chunks[chunksOfScope*i:], sc)
	})
	var out []model.Page
	for _, p := range pages {
		out = append(out, p...)
	}
	return out, errors.Join(errs...)
}

func (c codec) openArchived(s model.Scope, chunks [][]byte, sc *scratch) ([]model.Page, error) {
	ims, err := c.openDetails(chunks[0], chunks[1], sc)
	if err != nil {
		return nil, err
	}
	ss, err := c.openSnapshots(chunks[3], sc)
	if err != nil {
		return nil, err
	}
	images, snapshots := c.openStatus(chunks[2], sc), c.openStatus(chunks[4], sc)
	out := images.allPages(model.Page{Scope: s, Kind: model.Images, Images: ims})
	return append(out, snapshots.allPages(model.Page{Scope: s, Kind: model.Snapshots, Snapshots: ss})...), nil
}

// OpenArchive reads the inventory file at a path. The error is one sentence
// that names the file.
func OpenArchive(path string) (Archive, error) {
	f, err := os.Open(path)
	if err != nil {
		return Archive{}, fmt.Errorf("the inventory file %s cannot be opened: %w", path, cause(err))
	}
	a, err := ReadArchive(f)
	if _, ours := errors.AsType[*NotArchive](err); ours {
		err = fmt.Errorf("%s %w", path, err)
	} else if err != nil {
		err = fmt.Errorf("the inventory file %s cannot be read: %w", path, cause(err))
	}
	if closed := f.Close(); err == nil && closed != nil {
		err = fmt.Errorf("the inventory file %s cannot be read: %w", path, cause(closed))
	}
	return a, err
}

// MayReplace is nil where an inventory file may be written: where there is
// nothing yet, an empty file, or an inventory file of any format.
func MayReplace(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%s cannot be written: %w", path, cause(err))
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no file; -o - writes to standard output", path)
	case info.Size() == 0:
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, cause(err))
	}
	mark, err := io.ReadAll(io.LimitReader(f, int64(len(archiveMark))))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, cause(err))
	}
	if !strings.HasPrefix(string(mark), archiveMark) {
		return fmt.Errorf("%s is there already and is no inventory file: name another, or remove it", path)
	}
	return nil
}
