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
// those of the cache: the head, a selection, and what the head names.

// archiveMark begins every inventory file, of whatever format.
const archiveMark = "amiscope inventory "

// The formats of inventory files. Format 2 has no usage, format 3 nothing of
// what costs besides, format 4 neither settings of accounts nor what Amazon
// Inspector found. Raise archiveFormat
// with any change of the head or of a chunk, a new kind of chunk included: a
// file that tells more than is understood must not be shown as if that were all.
const (
	archiveFormat = 5
	oldestArchive = 2
)

// maxArchive bounds what is read into memory. 100,000 images take 20 MB or less.
const maxArchive = 1 << 30

// Archive is what an inventory file holds.
type Archive struct {
	Created time.Time // when it was written, to the second
	Program string    // version of amiscope that wrote it
	Found   []model.Found
	Lost    []model.Lost
	// Pages hold the rows of each scope and kind that was read, with details,
	// and why the last pass failed where it did, like those of a Snapshot.
	// After those of images and snapshots come those of usage, of each scope.
	Pages []model.Page
	// Named is what references lead to beyond our images, one a scope.
	Named []model.Named
	// Formers are images and snapshots that were there once, one a scope.
	Formers []model.Formers
	// Organizations are those that are known, in order of ARN.
	Organizations []model.Organization
}

// NewArchive is the archive of an inventory.
func NewArchive(inv model.Inventory, created time.Time, program string) Archive {
	a := Archive{Created: created.UTC().Truncate(time.Second), Program: program, Organizations: inv.Organizations()}
	regions := map[string][]model.Region{}
	for _, s := range inv.Scopes() {
		regions[s.Account] = append(regions[s.Account], model.Region{Name: s.Region, Enabled: inv.Enabled(s)})
		a.addScope(inv, s)
	}
	for _, account := range inv.Accounts() {
		a.Found = append(a.Found, model.Found{Account: account, Regions: regions[account.ID]})
	}
	for _, u := range inv.Unreached() {
		a.Lost = append(a.Lost, model.Lost{Unreached: u})
	}
	return a
}

// addScope adds the pages of a scope, and what its references lead to.
func (a *Archive) addScope(inv model.Inventory, s model.Scope) {
	for _, k := range model.Swept() {
		rows := model.Page{Scope: s, Kind: k}
		switch k {
		case model.Images:
			rows.Images = inv.ScopeImages(s)
		case model.Snapshots:
			rows.Snapshots = inv.ScopeSnapshots(s)
		case model.Bin:
			rows.Binned = inv.Binned(s)
		case model.BinRules:
			rows.Rules = inv.AllBinRules(s)
		case model.Hasten:
			rows.Hastened = inv.Hastened(s)
		case model.Settings:
			rows.Settings = inv.Settings(s)
		case model.PublicSnapshots:
			rows.Public = inv.PublicSnapshots(s)
		case model.Reports:
			rows.Reports = inv.Reports(s)
		default:
			rows.References = inv.References(s, k)
		}
		a.Pages = append(a.Pages, statusOf(inv.Status(s, k)).allPages(rows)...)
	}
	if ps := inv.ScopePermissions(s); len(ps) > 0 {
		a.Pages = append(a.Pages, permissionsPage(s, ps))
	}
	if rs := inv.References(s, model.Opinions); len(rs) > 0 {
		a.Pages = append(a.Pages, model.Page{Scope: s, Kind: model.Opinions, Last: true, References: rs})
	}
	if n := namedOf(inv, s); len(n.Asked) > 0 {
		a.Named = append(a.Named, n)
	}
	if fs := inv.Formers(s); len(fs) > 0 {
		a.Formers = append(a.Formers, model.Formers{Scope: s, Formers: fs})
	}
}

func statusOf(s model.Status) status {
	return status{asOf: s.AsOf, tried: s.Tried, calls: s.Calls, failed: failures(s.Err)}
}

// allPages are pages, and where no pass was ever complete the rows of a failed
// one, which the cache does not keep.
func (st status) allPages(rows model.Page) []model.Page {
	out := st.pages(rows)
	if anyRow(rows) && st.asOf.IsZero() && len(st.failed) > 0 {
		return append([]model.Page{rows}, out...)
	}
	return out
}

func anyRow(p model.Page) bool {
	return len(p.Images)+len(p.Snapshots)+len(p.References)+len(p.Binned)+len(p.Rules)+len(p.Hastened)+len(p.Settings)+len(p.Public)+len(p.Reports) > 0
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
	for _, n := range a.Named {
		out = append(out, n)
	}
	for _, f := range a.Formers {
		out = append(out, f)
	}
	for _, o := range a.Organizations {
		out = append(out, o)
	}
	return out
}

// Write writes an inventory file.
func (a Archive) Write(w io.Writer) error {
	chunks, err := a.seal(newCodec())
	if err != nil {
		return err
	}
	out := []byte(archiveMark + strconv.Itoa(archiveFormat) + "\n")
	out = binary.AppendUvarint(out, uint64(len(chunks)))
	for _, c := range chunks {
		out = append(binary.AppendUvarint(out, uint64(len(c))), c...)
	}
	check := sha256.Sum256(out)
	_, err = w.Write(append(out, check[:]...))
	return err
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
	format, err := formatOf(rest)
	if err != nil {
		return Archive{}, err
	}
	return openArchive(append(mark, rest...), format)
}

// formatOf comes before the checksum: another format may have none.
func formatOf(rest []byte) (int, error) {
	line, _, whole := bytes.Cut(rest[:min(len(rest), 16)], []byte("\n"))
	n, err := strconv.Atoi(string(line))
	switch {
	case !whole || err != nil:
		return 0, errBrokenArchive
	case n > archiveFormat:
		return 0, &NotArchive{fmt.Sprintf("was written by a newer amiscope (format %d; this one reads %d): update amiscope to open it", n, archiveFormat)}
	case n < oldestArchive:
		return 0, &NotArchive{fmt.Sprintf("was written by an older amiscope (format %d; this one reads %d): open it with the version that wrote it", n, archiveFormat)}
	}
	return n, nil
}

func openArchive(file []byte, format int) (Archive, error) {
	body := len(file) - sha256.Size
	if body < 0 || sha256.Sum256(file[:body]) != [sha256.Size]byte(file[body:]) {
		return Archive{}, errBrokenArchive
	}
	_, rest, _ := bytes.Cut(file[:body], []byte("\n"))
	chunks, err := cutChunks(rest)
	if err != nil {
		return Archive{}, errBrokenArchive
	}
	a, err := openChunks(newCodec(), format, chunks)
	switch {
	case errors.Is(err, errNewerPart):
		return Archive{}, errNewerPart
	case err != nil:
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
