package output

import (
	"bytes"
	"encoding/json"

	"github.com/amiscope/amiscope/model"
	"github.com/amiscope/amiscope/model/safe"
)

// writeImagesJSON writes one object with an image a line, so that 100,000
// images need no more memory than one.
func writeImagesJSON(out printer, k Known, images []*model.Image) {
	out.text(`{"images":[`)
	for i, im := range images {
		if i > 0 {
			out.text(",")
		}
		out.text("\n")
		out.raw(bytes.TrimSpace(line(k.document(im))))
	}
	out.text("\n],\n")
	writeMember(out, "scopes", k.Inv.ScopeDocuments())
	out.text("}\n")
}

func (k Known) document(im *model.Image) model.Document {
	d := k.Inv.Document(im)
	d.Usage = k.Usage.Document(im)
	d.Cost = k.Costs.Document(im)
	d.Findings = k.Findings.Document(im)
	return d
}

// writeList opens an object and writes its only member.
func writeList[T any](out printer, name string, items []T) {
	out.text("{")
	writeMember(out, name, items)
}

func writeMember[T any](out printer, name string, items []T) {
	out.text(`"` + name + `":[`)
	for i, it := range items {
		if i > 0 {
			out.text(",")
		}
		out.text("\n")
		out.raw(bytes.TrimSpace(line(it)))
	}
	out.text("\n]")
}

// line is a value on one line of JSON.
func line(v any) []byte { return encode(v, "") }

// Indented is a value as JSON to read, as the screen and `show` print it.
func Indented(v any) []byte { return encode(v, "  ") }

// encode writes documents, which are plain structs of text, numbers, times
// and booleans: encoding them cannot fail.
func encode(v any, indent string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return safe.JSON(buf.Bytes())
}
