// Package output writes what the verbs print: images, one image, and scopes,
// as a table for people, as JSON, JSON lines or CSV for programs, and as a
// Markdown table for pages.
//
// Names, tags and messages of AWS may hold anything, so no text reaches the
// writer but through package safe.
package output

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/cost"
	"github.com/amiscope/amiscope/model/finding"
)

// Format is a form of output.
type Format string

// The formats.
const (
	Table    Format = "table"
	JSON     Format = "json"
	JSONL    Format = "jsonl"
	CSV      Format = "csv"
	Markdown Format = "markdown"
)

// Formats lists all formats, the default first.
func Formats() []Format { return []Format{Table, JSON, JSONL, CSV, Markdown} }

// ParseFormat reads a format's name.
func ParseFormat(s string) (Format, error) {
	if !slices.Contains(Formats(), Format(s)) {
		return "", fmt.Errorf("-o is one of %s, not %q", join(Formats()), s)
	}
	return Format(s), nil
}

// Style says how to write.
type Style struct {
	Format  Format
	Columns []string  // keys, in order; nil: the default. For table, CSV and Markdown of images
	Width   int       // cells of the terminal that tables are cut to; 0: whole
	ASCII   bool      // cut with ... instead of an ellipsis
	Now     time.Time // ages are told from here
}

// Known is what there is to write.
type Known struct {
	Inv      model.Inventory
	Usage    *model.Usage      // nil: usage has not been judged
	Costs    *cost.Costs       // nil: costs have not been estimated
	Findings *finding.Findings // nil: nothing was looked for
	Familiar map[string]bool   // accounts of others that are no strangers
}

// Images writes images, in the given order. JSON holds the scopes beside them.
func (s Style) Images(w io.Writer, k Known, images []*model.Image) error {
	out := newPrinter(w)
	switch s.Format {
	case JSON:
		writeImagesJSON(out, k, images)
	case JSONL:
		for _, im := range images {
			out.raw(line(k.document(im)))
		}
	case Table, CSV, Markdown:
		cols, err := columnsOf(s.Columns)
		if err != nil {
			return err
		}
		s.grid(out, imageGrid(cols, k, images, s.Now))
	}
	return out.done()
}

// Scopes writes how far every scope was read. The tables for people leave out
// regions that are not enabled.
func (s Style) Scopes(w io.Writer, inv model.Inventory) error {
	out := newPrinter(w)
	switch s.Format {
	case JSON:
		writeList(out, "scopes", inv.ScopeDocuments())
		out.text("}\n")
	case JSONL:
		for _, d := range inv.ScopeDocuments() {
			out.raw(line(d))
		}
	case Table, CSV, Markdown:
		s.grid(out, scopeGrid(inv, s))
	}
	return out.done()
}

func join[T ~string](list []T) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}
